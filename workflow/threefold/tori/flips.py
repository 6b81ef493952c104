"""Mapping classes as edge flips of an ideal triangulation, acting on the edge coordinates of laminations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from flipper.kernel.moves import EdgeFlip, Isometry

from threefold.tori.compiled import compiled
from threefold.tori.surfaces import Surface
from threefold.tori.triangulations import equip, generator
from threefold.tori.words import check_word


@dataclass(frozen=True)
class FlipMap:
    """A sequence of edge flips and a final relabelling, as a piecewise-linear map on edge coordinates.

    flips: (k, 5) int64 rows e, a, b, c, d: edge e turns into the other diagonal of the square a b c d,
    x_e <- max(x_a + x_c, x_b + x_d) - x_e. order: (edges,) int64, where each edge is found at the end.
    """

    flips: np.ndarray
    order: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Act on the columns of `x`, (edges, m) float64, all by the linear piece of the first."""
        x = np.array(x, order="C")
        _flip(self.flips, x)
        return x[self.order]

    def iterate(self, x: np.ndarray, times: int) -> tuple[np.ndarray, float]:
        """As `stretch.iterate` does."""
        return _iterate(self.flips, self.order, x, times)

    def on_curves(self, curves: np.ndarray) -> np.ndarray:
        """Act on the columns of `curves`, (edges, m) int64, each by its own linear piece; exact."""
        curves = np.array(curves, order="C")
        _flip_each(self.flips, curves)
        return curves[self.order]


@compiled("void(int64[:, ::1], float64[:, ::1])")
def _flip(flips, x):
    for k in range(flips.shape[0]):
        e, a, b, c, d = flips[k]
        if x[a, 0] + x[c, 0] < x[b, 0] + x[d, 0]:
            a, c = b, d
        for column in range(x.shape[1]):
            x[e, column] = x[a, column] + x[c, column] - x[e, column]


@compiled
def _iterate(flips, order, x, times):
    logs, y = 0.0, x.copy()
    for _ in range(times):
        for k in range(flips.shape[0]):
            e, a, b, c, d = flips[k]
            y[e] = max(y[a] + y[c], y[b] + y[d]) - y[e]
        y = y[order]
        norm = np.abs(y).sum()
        logs += math.log(norm)
        y /= norm
    return y, logs


@compiled
def _compose(flips, orders, starts, letters):
    """The flips and the order of a word; those of letter i are flips[starts[i] : starts[i + 1]] and orders[i]."""
    found = np.empty(((starts[letters + 1] - starts[letters]).sum(), 5), np.int64)
    order, done = np.arange(orders.shape[1]), 0
    for letter in letters:
        for k in range(starts[letter], starts[letter + 1]):
            found[done] = order[flips[k]]
            done += 1
        order = order[orders[letter]]
    return found, order


@compiled("void(int64[:, ::1], int64[:, ::1])")
def _flip_each(flips, curves):
    for k in range(flips.shape[0]):
        e, a, b, c, d = flips[k]
        for i in range(curves.shape[1]):
            curves[e, i] = max(curves[a, i] + curves[c, i], curves[b, i] + curves[d, i]) - curves[e, i]


@cache
def _letters(surface: Surface) -> tuple[dict[str, int], tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The number of each letter, and the flips, orders and starts that `_compose` takes."""
    letters = surface.letters + surface.letters.upper()
    flips, orders = zip(*(_moves(surface, letter) for letter in letters), strict=True)
    starts = np.cumsum([0, *map(len, flips)])
    return {letter: i for i, letter in enumerate(letters)}, (np.vstack(flips), np.array(orders), starts)


def _moves(surface: Surface, letter: str) -> tuple[np.ndarray, np.ndarray]:
    """flipper's moves for one letter; its sequences, like its words, are applied from right to left."""
    encoding = generator(surface, letter)
    flips, order = [], np.arange(encoding.source_triangulation.zeta)
    for move in reversed(encoding.sequence):
        if isinstance(move, EdgeFlip):
            flips.append(order[[move.edge_index, *(edge.index for edge in move.square)]])
        elif isinstance(move, Isometry):
            order = order[[move.inverse_index_map[edge] for edge in range(order.size)]]
        else:
            raise NotImplementedError(f"flipper move {type(move).__name__}")
    return np.array(flips, dtype=np.int64).reshape(-1, 5), order


def flip_map(word: str, surface: Surface) -> FlipMap:
    """The action of `word` on the edge coordinates of `surface`, first letter first."""
    numbers, moves = _letters(surface)
    return FlipMap(*_compose(*moves, np.array([numbers[letter] for letter in check_word(word, surface)])))


@cache
def key_curves(surface: Surface) -> np.ndarray:
    """Curves that fill `surface`, (edges, m) int64: a class that fixes all of them acts trivially on all curves."""
    curves = [curve.geometric for curve in equip(surface).triangulation.key_curves()]
    return np.array(curves, dtype=np.int64).T


@cache
def short_curves(surface: Surface, depth: int = 3, enough: int = 5000) -> np.ndarray:
    """Key curves, core curves of short multitwists, and their images under words of up to `depth` letters.

    (edges, m) int64, the shortest first; words grow no longer where there are `enough` curves. A reducible class given
    by a short word mostly fixes one of them.
    """
    generators = surface.letters
    words = [*generators, *map("".join, combinations(generators, 2)), *map("".join, combinations(generators, 3))]
    curves = np.unique(np.hstack([key_curves(surface), *(_core_curves(word, surface) for word in words)]), axis=1)
    for _ in range(depth):
        if curves.shape[1] > enough:
            break
        images = [flip_map(letter, surface).on_curves(curves) for letter in generators + generators.upper()]
        curves = np.unique(np.hstack([curves, *images]), axis=1)
    return curves[:, np.argsort(curves.sum(axis=0), kind="stable")]


def _core_curves(word: str, surface: Surface) -> np.ndarray:
    """The multicurves about which the twelfth power of `word` twists, (edges, m) int64; none if it is no multitwist.

    Iterates of a multitwist grow by a multiple of its core curves at each step. Twelve is a multiple of the orders of
    all products of up to three generators that meet at most once.
    """
    power, images = flip_map(12 * word, surface), [key_curves(surface)]
    for _ in range(4):
        images.append(power.on_curves(images[-1]))
    steps = np.diff(images[2:], axis=0)
    cores = steps[1][:, (steps[0] == steps[1]).all(axis=0) & steps[1].any(axis=0)]
    return np.unique(cores // np.gcd.reduce(cores, axis=0, keepdims=True), axis=1)
