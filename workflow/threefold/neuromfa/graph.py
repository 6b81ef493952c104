"""Sampled neuron interaction networks of a checkpoint.

Source: docs/science/neuromfa.md#transformer-graph, docs/science/neuromfa.md#sampled-network.

Neurons lie in layers, edges run from each layer to the next. The artifact graph.npz holds all sampled networks of one
checkpoint. With S seeds, B blocks and sample size s, a transformer's is

    seeds         [S]             seeds of the networks
    neurons/X     [S, B + 1, s]   inputs of each block, then the output of the last
    neurons/F     [S, B, 3s]      outputs of the query-key-value matrices: those of t, one after the other
    neurons/A     [S, B, s]       attention channels t
    neurons/D     [S, B, s]       outputs of the attention projection
    neurons/M     [S, B, 2s]      neurons of the MLP
    weights/X_F   [S, B, 3s, s]   weights [out, in] in the checkpoint's float type, as are the next three
    weights/A_D   [S, B, s, s]
    weights/D_M   [S, B, 2s, s]
    weights/M_X   [S, B, s, 2s]

The edges F -> A carry no weight: each has length 1 (`convert.py` adds them). A gated MLP has a layer G [S, B, 4s]
before M, with weights D_G, and edges G -> M of length 1. A convolutional network has only layers X and weights X_X.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from threefold.record.errors import InputError
from threefold.record.files import atomic


@dataclass(frozen=True)
class NeuronGraphs:
    """The sampled networks of one checkpoint, as described at the head of this module."""

    seeds: np.ndarray
    neurons: dict[str, np.ndarray]
    weights: dict[str, np.ndarray]

    @property
    def sample_size(self) -> int:
        return self.neurons["X"].shape[-1]

    def network(self, index: int) -> dict[str, np.ndarray]:
        """The weights [B, out, in] of one network."""
        return {edge: weights[index] for edge, weights in self.weights.items()}


def constant_edges(source: str, sources: int, targets: int) -> np.ndarray:
    """Edges of weight 1 [sources, targets] between layers that no matrix joins.

    Out of F, queries pass to their own channel, keys and values to all; out of G, gate and up projection pass to their
    own neuron.
    """
    own = np.eye(targets)
    return np.vstack([own, np.ones((sources - targets, targets)) if source == "F" else own])


def save_graphs(path: str | Path, graphs: NeuronGraphs) -> None:
    """Write the artifact graph.npz."""
    arrays = {f"neurons/{layer}": neurons for layer, neurons in graphs.neurons.items()}
    arrays |= {f"weights/{edge}": weights for edge, weights in graphs.weights.items()}
    with atomic(path) as part:
        np.savez(part, seeds=graphs.seeds, **arrays)


def load_graphs(path: str | Path) -> NeuronGraphs:
    """Read the artifact graph.npz; raises InputError if the file is damaged."""
    try:
        with np.load(path) as arrays:
            parts = {
                part: {name.split("/")[1]: arrays[name] for name in arrays.files if name.startswith(part)}
                for part in ("neurons", "weights")
            }
            if not (parts["neurons"] and parts["weights"]):
                raise ValueError(f"it holds {', '.join(arrays.files)}")
            return NeuronGraphs(arrays["seeds"], **parts)
    except (BadZipFile, ValueError, OSError, KeyError) as error:
        raise InputError(f"{path}: not a graph of this pipeline ({error}); delete it and run again") from None
