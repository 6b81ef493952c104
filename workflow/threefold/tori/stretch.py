"""Stretch factors from piecewise-linear maps: iterate towards the invariant lamination, then solve the linear piece."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Action = Callable[[np.ndarray], np.ndarray]
"""A piecewise-linear map on columns: the first column of the (dimension, m) array selects the linear piece of all."""


class Growth(NamedTuple):
    """The exponential growth rate of a class: `factor` (1 if there is none, NaN if undecided), and how it was found."""

    factor: float
    iterations: int


def penner_bound(genus: int, punctures: int) -> float:
    """A lower bound of positive entropies on S_{g,n}: log 2 / (12g - 12 + 4n). Source: Penner 1991."""
    return math.log(2) / (12 * genus - 12 + 4 * punctures)


def stretch_factor(action: Action, start: np.ndarray, least_entropy: float, budget: int = 8192) -> Growth:
    """The growth rate of `action` on laminations, as an eigenvalue of its linear piece at the attracting lamination.

    start: (dimension,) coordinates of a lamination in general position. A class whose iterates grow by less than
    `least_entropy` a step has factor 1. The eigenvalue counts only if the map itself multiplies its eigenvector by it.
    Source: spec §4.1.
    """
    lamination, done, check = start / np.abs(start).sum(), 0, 16
    while check <= budget:
        logs = 0.0
        for _ in range(done, check):
            lamination = action(lamination[:, None])[:, 0]
            norm = np.abs(lamination).sum()
            logs += math.log(norm)
            lamination /= norm
        if (factor := _eigenvalue(action, lamination, math.exp(least_entropy))) is not None:
            return Growth(factor, check)
        # Polynomial growth looks like 2 log 2 / check and falls; an exponential one never stays below Penner's bound.
        if check >= 64 and logs / (check - done) < least_entropy / 2:
            return Growth(1.0, check)
        done, check = check, 2 * check
    return Growth(math.nan, done)


def linear_piece(action: Action, lamination: np.ndarray) -> np.ndarray:
    """The matrix by which `action` acts at `lamination`."""
    return action(np.column_stack([lamination, np.eye(lamination.size)]))[:, 1:]


def _eigenvalue(action: Action, lamination: np.ndarray, least: float) -> float | None:
    """The largest eigenvalue above `least` of the linear piece whose eigenvector the map itself stretches by it."""
    values, vectors = np.linalg.eig(linear_piece(action, lamination))
    for index in np.argsort(-values.real):
        factor, vector = values[index].real, vectors[:, index].real
        if factor < least:
            return None
        vector = vector * np.sign(vector @ lamination) / np.abs(vector).sum()
        image = action(vector[:, None])[:, 0]
        if abs(values[index].imag) < 1e-9 and np.abs(image - factor * vector).max() < 1e-9 * factor:
            return float(factor)
    return None
