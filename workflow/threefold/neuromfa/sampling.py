"""Drawing sampled neuron interaction networks from a checkpoint, as the published code does.

Source: docs/science/neuromfa.md#sampled-network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from threefold.neuromfa.architectures import Layout, Tensor
from threefold.neuromfa.checkpoint import Checkpoint
from threefold.neuromfa.graph import NeuronGraphs
from threefold.record.errors import InputError
from threefold.record.progress import progress

Sampling = Literal["published", "generator"]


def sample_neurons(
    layout: Layout, sample_size: int, seeds: Sequence[int], sampling: Sampling = "published"
) -> dict[str, np.ndarray]:
    """Neurons of the sampled networks: layer -> [seeds, blocks, neurons], in the order of the layers.

    sampling: "published" draws from NumPy's legacy generator in the published code's order, so that networks are those
    of the paper seed by seed; "generator" draws in the same order from NumPy's Generator. Raises InputError if a layer
    is smaller than its sample.
    """
    drawn = {layer: [] for layer in layout.sizes}
    for seed in seeds:
        draw = (np.random.RandomState(seed) if sampling == "published" else np.random.default_rng(seed)).choice
        of_seed = {layer: [] for layer in layout.sizes}
        for block in range(layout.blocks + 1):
            for layer, sizes in layout.sizes.items():
                wanted = 2 * sample_size if layer == "M" else sample_size
                if block < len(sizes):
                    if wanted > sizes[block]:
                        raise InputError(
                            f"sample_size {sample_size} takes {wanted} neurons of layer {layer}, which has only "
                            f"{sizes[block]} neurons; choose a smaller sample_size"
                        )
                    of_seed[layer].append(draw(sizes[block], wanted, replace=False))
        for layer, neurons in of_seed.items():
            drawn[layer].append(np.stack(neurons))
    neurons = {layer: np.stack(samples) for layer, samples in drawn.items()}
    if "A" not in neurons:
        return neurons
    channels, inner = neurons["A"], neurons["M"]
    key_values = neurons.pop("K", channels)
    a = layout.sizes["A"][0]
    kv = layout.sizes.get("K", layout.sizes["A"])[0]
    F = np.concatenate([channels, key_values + a, key_values + a + kv], axis=-1)
    gated = {"G": np.concatenate([inner, inner + layout.sizes["M"][0]], axis=-1)} if "D_G" in layout.edges else {}
    return {"X": neurons["X"], "F": F, "A": channels, "D": neurons["D"], **gated, "M": inner}


def sample_graphs(
    checkpoint: Checkpoint, sample_size: int, seeds: Sequence[int], sampling: Sampling = "published"
) -> NeuronGraphs:
    """Draw the networks of all seeds and read their weights in one pass over the checkpoint."""
    layout = checkpoint.layout
    neurons = sample_neurons(layout, sample_size, seeds, sampling)
    weights = {edge: [] for edge in layout.edges}
    for block in progress(range(layout.blocks), "blocks sampled"):
        for edge in layout.edges:
            parts = [checkpoint.block(*part) for part in _parts(layout, neurons, edge, block)]
            weights[edge].append(np.concatenate(parts, axis=-2))
    stacked = {edge: np.stack(blocks, axis=1) for edge, blocks in weights.items()}
    return NeuronGraphs(seeds=np.asarray(seeds), neurons=neurons, weights=stacked)


def wanted_entries(
    layout: Layout, sample_size: int, seeds: Sequence[int], sampling: Sampling = "published"
) -> Iterator[tuple[Tensor, np.ndarray, np.ndarray]]:
    """Every matrix with the rows and columns that the sampled networks of all seeds need of it, ascending."""
    neurons = sample_neurons(layout, sample_size, seeds, sampling)
    for block in range(layout.blocks):
        for edge in layout.edges:
            for tensor, rows, columns in _parts(layout, neurons, edge, block):
                yield tensor, np.unique(rows), np.unique(columns)


def _parts(
    layout: Layout, neurons: dict[str, np.ndarray], edge: str, block: int
) -> Iterator[tuple[Tensor, np.ndarray, np.ndarray]]:
    """The matrices between two layers with their sampled rows and columns [seeds, neurons]."""
    source, target = edge.split("_")
    columns = neurons[source][:, block]
    rows = neurons[target][:, block + (target == "X")]
    start = 0
    for tensor in layout.edges[edge][block]:
        inside = (rows[0] >= start) & (rows[0] < start + tensor.rows)  # the same places in every network
        yield tensor, rows[:, inside] - start, columns
        start += tensor.rows
