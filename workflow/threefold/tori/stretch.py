"""Stretch factors from piecewise-linear maps: iterate towards the invariant lamination, then solve the linear piece."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

Action = Callable[[np.ndarray], np.ndarray]
"""A piecewise-linear map on columns: the first column of the (dimension, m) array selects the linear piece of all."""
Iteration = Callable[[np.ndarray, int], tuple[np.ndarray, float]]
"""Takes one vector and a number of times; see `iterate`."""


class Growth(NamedTuple):
    """The exponential growth rate of a class: `factor` (1 if there is none, NaN if undecided), and how it was found.

    lamination: (dimension,) coordinates of what the class multiplies by `factor`; piece: the matrix it acts by there.
    """

    factor: float
    iterations: int
    lamination: np.ndarray | None = None
    piece: np.ndarray | None = None


def penner_bound(genus: int, punctures: int) -> float:
    """A lower bound of positive entropies on S_{g,n}: log 2 / (12g - 12 + 4n). Source: Penner 1991."""
    return math.log(2) / (12 * genus - 12 + 4 * punctures)


def stretch_factor(
    action: Action,
    start: np.ndarray,
    least_entropy: float,
    budget: int = 8192,
    iteration: Iteration | None = None,
) -> Growth:
    """The growth rate of `action` on laminations, as an eigenvalue of its linear piece at the attracting lamination.

    start: (dimension,) coordinates of a lamination in general position. A class whose iterates grow by less than
    `least_entropy` a step has factor 1. The eigenvalue counts only if the map itself multiplies its eigenvector by it.
    iteration: a faster `iterate` of this action, if it has one.
    Source: docs/science/tori.md#piecewise-linear-iteration.
    """
    iteration = iteration or partial(iterate, action)
    lamination, done, check = start / np.abs(start).sum(), 0, 16
    while check <= budget:
        lamination, logs = iteration(lamination, check - done)
        if (found := _eigenvalue(action, lamination, math.exp(least_entropy))) is not None:
            factor, vector, piece = found
            return Growth(factor, check, vector, piece)
        # Polynomial growth looks like 2 log 2 / check and falls; an exponential one never stays below Penner's bound.
        if check >= 64 and logs / (check - done) < least_entropy / 2:
            return Growth(1.0, check)
        done, check = check, 2 * check
    return Growth(math.nan, done)


def linear_piece(action: Action, lamination: np.ndarray) -> np.ndarray:
    """The matrix by which `action` acts at `lamination`."""
    return action(np.column_stack([lamination, np.eye(lamination.size)]))[:, 1:]


def iterate(action: Action, x: np.ndarray, times: int) -> tuple[np.ndarray, float]:
    """Act on one vector `times` times, each time divided by its norm; also the sum of the logarithms of these norms."""
    logs = 0.0
    for _ in range(times):
        x = action(x[:, None])[:, 0]
        norm = np.abs(x).sum()
        logs += math.log(norm)
        x = x / norm
    return x, logs


def _eigenvalue(action: Action, lamination: np.ndarray, least: float) -> tuple[float, np.ndarray, np.ndarray] | None:
    """The largest eigenvalue above `least` of the linear piece whose eigenvector the map itself stretches by it.

    With the eigenvector, of norm 1, and the linear piece.
    """
    piece = linear_piece(action, lamination)
    values, vectors = np.linalg.eig(piece)
    for index in np.argsort(-values.real):
        factor, vector = values[index].real, vectors[:, index].real
        if factor < least:
            break
        vector = vector * np.sign(vector @ lamination) / np.abs(vector).sum()
        image = action(vector[:, None])[:, 0]
        if abs(values[index].imag) < 1e-9 and np.abs(image - factor * vector).max() < 1e-9 * factor:
            return float(factor), vector, piece
    # Where several parts of a surface grow alike, the eigenvectors at hand need not be laminations, but the iterate is.
    image = action(lamination[:, None])[:, 0]
    factor = np.abs(image).sum() / np.abs(lamination).sum()
    if factor >= least and np.abs(image - factor * lamination).max() < 1e-13 * factor:
        return float(factor), lamination, piece
    return None
