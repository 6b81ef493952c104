"""Sampled neuron interaction networks of a checkpoint (spec §1.2 and §2).

Neurons lie in layers X, F, A, D, M of each block, and X after the last block; edges run from each layer to the next.
The artifact graph.npz holds all sampled networks of one checkpoint, with S seeds, B blocks, sample size s:

    seeds            [S]             seeds of NumPy's legacy generator
    hidden_size      []              h of the model
    X                [S, B + 1, s]   neurons drawn from h: inputs of each block, then the output of the last
    A                [S, B, s]       attention channels t drawn from h; F is t, t + h, t + 2h
    D                [S, B, s]       outputs of the attention projection, drawn from h
    M                [S, B, 2s]      neurons of the MLP, drawn from 4h
    X_F              [S, B, 3s, s]   weights [out, in] in the checkpoint's float type, as are the next three
    A_D              [S, B, s, s]
    D_M              [S, B, 2s, s]
    M_X              [S, B, s, 2s]

The edges F -> A carry no weight: each has length 1 (`convert.py` adds them).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from threefold.record.errors import InputError
from threefold.record.files import atomic


@dataclass(frozen=True)
class NeuronGraphs:
    """The sampled networks of one checkpoint; the fields are described at the head of this module."""

    seeds: np.ndarray
    hidden_size: np.ndarray
    X: np.ndarray
    A: np.ndarray
    D: np.ndarray
    M: np.ndarray
    X_F: np.ndarray
    A_D: np.ndarray
    D_M: np.ndarray
    M_X: np.ndarray

    @property
    def F(self) -> np.ndarray:
        """Sampled outputs of the fused query-key-value matrix [S, B, 3s]."""
        return fused_rows(self.A, self.hidden_size)

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """Weights by the layer whose neurons are the sources of the edges, hence the centres of balls."""
        return {"X": self.X_F, "A": self.A_D, "D": self.D_M, "M": self.M_X}


def fused_rows(channels: np.ndarray, hidden_size: int) -> np.ndarray:
    """Rows t, t + h, t + 2h of the query-key-value matrix for the channels t [..., s]; [..., 3s]."""
    return np.concatenate([channels, channels + hidden_size, channels + 2 * hidden_size], axis=-1)


def save_graphs(path: str | Path, graphs: NeuronGraphs) -> None:
    """Write the artifact graph.npz."""
    with atomic(path) as part:
        np.savez(part, **asdict(graphs))


def load_graphs(path: str | Path) -> NeuronGraphs:
    """Read the artifact graph.npz; raises InputError if the file is damaged."""
    try:
        with np.load(path) as arrays:
            return NeuronGraphs(**arrays)
    except (BadZipFile, ValueError, OSError, TypeError) as error:
        raise InputError(f"{path}: not a graph of this pipeline ({error}); delete it and run again") from None
