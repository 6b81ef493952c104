"""Balls around neurons: how many neurons each centre reaches within which length.

Source: docs/science/neuromfa.md#ball-mass, docs/science/neuromfa.md#counting-balls.

An edge has length 1/|w|. The published balls are one hop wide: the direct out-neighbours of a centre. Wider balls add
lengths along shortest paths over up to `hops` edges, the edges of length 1 through attention and gates included;
undirected balls also count the edges into a centre. Both are our variants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from threefold.neuromfa.graph import constant_edges


@dataclass(frozen=True)
class Choices:
    """What the published code fixes without saying so, each to be switched; the defaults are its choices."""

    window: int = 150  # the largest length T
    beyond: float = 1.0  # an edge counts if it is longer than this
    rounding: Literal["nearest", "up", "down"] = "nearest"  # to whole lengths; nearest rounds half to even
    least_degree: int = 11  # a centre counts if it keeps so many edges
    centre_counted: bool = True  # a ball holds its centre
    difference: Literal["forward", "centred"] = "forward"  # of tau, for alpha
    hops: int = 1
    directed: bool = True


PUBLISHED = Choices()
ROUNDING = {"nearest": np.rint, "up": np.ceil, "down": np.floor}


def count_lengths(edges: Mapping[str, np.ndarray], choices: Choices) -> dict[str, np.ndarray]:
    """Neurons that each centre reaches, by rounded length.

    edges: "X_F" -> weights [blocks, out, in] from layer X to layer F. Returns layer -> counts [window, centres]; row
    r - 1 is length r.
    """
    if choices.hops > 1:
        return _over_hops(edges, choices)
    outward = {edge[0]: _histogram(_bins(weights, choices), choices.window) for edge, weights in edges.items()}
    if choices.directed:
        return outward
    blocks = len(next(iter(edges.values())))
    found = {layer: counts.reshape(choices.window, blocks, -1) for layer, counts in outward.items()}
    for edge, weights in edges.items():
        target = edge[-1]
        inward = _histogram(_bins(weights.swapaxes(-1, -2), choices), choices.window)
        inward = inward.reshape(choices.window, blocks, -1)
        if target == "X":  # the X that a block leads to is the next block's, and there is one more
            none = np.zeros_like(inward[:, :1])
            found["X"] = np.hstack([found["X"], none]) + np.hstack([none, inward])
        else:
            found[target] = found[target] + inward if target in found else inward
    return {layer: counts.reshape(choices.window, -1) for layer, counts in found.items()}


def _over_hops(edges: Mapping[str, np.ndarray], choices: Choices) -> dict[str, np.ndarray]:
    """Counts over paths of up to `hops` edges, by min-plus products along the chain of layers."""
    chain = [
        (edge[0], step)
        for block in range(len(next(iter(edges.values()))))
        for edge, step in _steps({edge: lengths(weights[block]) for edge, weights in edges.items()})
    ]
    found: dict[str, list[np.ndarray]] = {}
    for start, (layer, distances) in enumerate(chain):
        reached = [distances]
        for _, step in chain[start + 1 : start + choices.hops]:
            distances = _min_plus(step, distances)
            reached.append(distances)
        bins = _bins_of_lengths(np.concatenate(reached), choices)
        found.setdefault(layer, []).append(_histogram(bins, choices.window))
    return {layer: np.hstack(counts) for layer, counts in found.items()}


def _steps(weighted: Mapping[str, np.ndarray]):
    """The edges of one block in their order, with those of length 1 between the weighted ones: lengths [out, in]."""
    names = list(weighted)
    for edge, following in zip(names, [*names[1:], None], strict=True):
        yield edge, weighted[edge]
        if following and edge[-1] != following[0]:
            ones = constant_edges(edge[-1], len(weighted[edge]), weighted[following].shape[1]).T
            yield f"{edge[-1]}_{following[0]}", np.where(ones > 0, np.float32(1), np.float32(np.inf))


def _min_plus(step: np.ndarray, distances: np.ndarray) -> np.ndarray:
    """Shortest lengths through one more layer: min over k of step[i, k] + distances[k, j]."""
    return np.stack([(row[:, None] + distances).min(axis=0) for row in step])


def lengths(weights: np.ndarray) -> np.ndarray:
    """1/|w| in float32; infinite for no edge."""
    with np.errstate(divide="ignore", invalid="ignore"):  # the table of all halves has NaN among them
        return 1 / np.abs(weights.astype(np.float32))


def _bins(weights: np.ndarray, choices: Choices) -> np.ndarray:
    """The rounded length of each edge, 0 for an edge that does not count."""
    if weights.dtype == np.float16:
        return _bins_of_halves(choices)[weights.view(np.uint16)]
    return _bins_of_lengths(lengths(weights), choices)


@lru_cache(maxsize=8)
def _bins_of_halves(choices: Choices) -> np.ndarray:
    """The rounded length of every float16, by its bits: there are few enough to tabulate."""
    return _bins_of_lengths(lengths(np.arange(1 << 16, dtype=np.uint16).view(np.float16)), choices)


def _bins_of_lengths(found: np.ndarray, choices: Choices) -> np.ndarray:
    kept = (found > choices.beyond) & (found <= choices.window)
    rounded = ROUNDING[choices.rounding](np.where(kept, found, 0))
    return np.where(kept, np.clip(rounded, 1, choices.window), 0).astype(np.intp)


def _histogram(bins: np.ndarray, window: int) -> np.ndarray:
    """Counts [window, centres] of bins [..., out, in], one centre per column of each matrix; bin 0 is left out."""
    columns = np.arange(bins[..., :1, :].size).reshape(bins[..., :1, :].shape)
    keys = bins * columns.size
    keys += columns
    counts = np.bincount(keys.ravel(), minlength=(window + 1) * columns.size)
    return counts.reshape(window + 1, columns.size)[1:]
