"""Drawing sampled neuron interaction networks from a checkpoint, as the published code does (spec §2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from threefold.neuromfa.checkpoint import Checkpoint
from threefold.neuromfa.graph import NeuronGraphs, fused_rows
from threefold.neuromfa.neox import ATTENTION_IN, ATTENTION_OUT, MLP_IN, MLP_OUT
from threefold.record.errors import InputError
from threefold.record.progress import progress


def sample_neurons(hidden_size: int, blocks: int, sample_size: int, seed: int) -> dict[str, np.ndarray]:
    """Neurons of one sampled network, in the published code's order of draws (spec §2).

    Returns int64 arrays X [B + 1, s], A [B, s], D [B, s], M [B, 2s]. Raises InputError if a layer is smaller than its
    sample.
    """
    if sample_size > hidden_size:
        raise InputError(f"sample_size is {sample_size}, but the model has only {hidden_size} neurons per layer")
    # The legacy generator is meant: with it, networks are those of the published code, seed by seed.
    draw = np.random.RandomState(seed).choice
    h, s = hidden_size, sample_size
    sizes = {"X": (h, s), "A": (h, s), "D": (h, s), "M": (4 * h, 2 * s)}
    drawn = [{layer: draw(n, k, replace=False) for layer, (n, k) in sizes.items()} for _ in range(blocks)]
    neurons = {layer: np.stack([block[layer] for block in drawn]) for layer in sizes}
    neurons["X"] = np.vstack([neurons["X"], draw(h, s, replace=False)])
    return neurons


def sample_graphs(checkpoint: Checkpoint, sample_size: int, seeds: Sequence[int]) -> NeuronGraphs:
    """Draw the network of each seed and read its weights from the checkpoint."""
    h, blocks = checkpoint.shape.hidden_size, checkpoint.shape.blocks
    drawn = [sample_neurons(h, blocks, sample_size, seed) for seed in seeds]
    neurons = {layer: np.stack([sample[layer] for sample in drawn]) for layer in "XADM"}
    X, A, D, M = neurons.values()
    F = fused_rows(A, h)
    tensors = {
        "X_F": (ATTENTION_IN, F, X[:, :-1]),
        "A_D": (ATTENTION_OUT, D, A),
        "D_M": (MLP_IN, M, D),
        "M_X": (MLP_OUT, X[:, 1:], M),
    }
    weights = {name: [] for name in tensors}
    for block in progress(range(blocks), "blocks sampled"):
        for name, (tensor, rows, columns) in tensors.items():
            pairs = zip(rows[:, block], columns[:, block], strict=True)
            weights[name].append(np.stack([checkpoint.block(tensor.format(block), out, into) for out, into in pairs]))
    stacked = {name: np.stack(blocks_of, axis=1) for name, blocks_of in weights.items()}
    return NeuronGraphs(seeds=np.asarray(seeds), hidden_size=np.asarray(h), **neurons, **stacked)
