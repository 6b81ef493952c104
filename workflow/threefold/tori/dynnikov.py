"""Braids acting on the Dynnikov coordinates of laminations of the punctured disc."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from threefold.record.errors import InputError
from threefold.tori.stretch import Growth, penner_bound, stretch_factor


@dataclass(frozen=True)
class Braid:
    """A braid on `strands` >= 3 strands, read left to right: i stands for σ_i, -i for its inverse.

    Called on coordinates (a_1 … a_{N-2}, b_1 … b_{N-2}) in columns, (2N - 4, m), it acts on all of them by the linear
    piece of the first. Update rules: Thiffeault, Chaos 20 (2010) 017516, equations for σ_i^{±1}.
    """

    letters: tuple[int, ...]
    strands: int

    def __post_init__(self):
        wrong = [letter for letter in self.letters if not 0 < abs(letter) < self.strands]
        if wrong or self.strands < 3:
            raise InputError(f"braid on {self.strands} strands: letters {wrong} are not among ±1 … ±(strands - 1)")

    def __call__(self, x: np.ndarray) -> np.ndarray:
        a, b = np.split(np.array(x), 2)
        for letter in self.letters:
            act = _first if abs(letter) == 1 else _last if abs(letter) == self.strands - 1 else _middle
            act(a, b, abs(letter) - 2, letter > 0)
        return np.concatenate([a, b])

    def dilatation(self) -> Growth:
        """The growth rate on laminations of the disc whose boundary counts as a puncture."""
        # A lamination in general position, the same on every run.
        start = np.modf(np.arange(1, 2 * self.strands - 3) * np.sqrt(2))[0] - 0.5
        return stretch_factor(self, start, penner_bound(0, self.strands + 1))


def _up(v: np.ndarray) -> np.ndarray:
    """The positive part, by the sign of the first column."""
    return v * (v[0] > 0)


def _down(v: np.ndarray) -> np.ndarray:
    """The negative part, by the sign of the first column."""
    return v * (v[0] < 0)


def _first(a: np.ndarray, b: np.ndarray, _: int, positive: bool) -> None:
    if positive:
        swept = a[0] + _up(b[0])
        a[0], b[0] = _up(swept) - b[0], swept
    else:
        swept = _up(b[0]) - a[0]
        a[0], b[0] = b[0] - _up(swept), swept


def _last(a: np.ndarray, b: np.ndarray, _: int, positive: bool) -> None:
    if positive:
        swept = a[-1] + _down(b[-1])
        a[-1], b[-1] = _down(swept) - b[-1], swept
    else:
        swept = _down(b[-1]) - a[-1]
        a[-1], b[-1] = b[-1] - _down(swept), swept


def _middle(a: np.ndarray, b: np.ndarray, i: int, positive: bool) -> None:
    (a0, a1), (b0, b1) = a[i : i + 2].copy(), b[i : i + 2].copy()
    if positive:
        c = a0 - a1 - _up(b1) + _down(b0)
        a[i], b[i] = a0 - _up(b0) - _up(_up(b1) + c), b1 + _down(c)
        a[i + 1], b[i + 1] = a1 - _down(b1) - _down(_down(b0) - c), b0 - _down(c)
    else:
        d = a0 - a1 + _up(b1) - _down(b0)
        a[i], b[i] = a0 + _up(b0) + _up(_up(b1) - d), b1 - _up(d)
        a[i + 1], b[i + 1] = a1 + _down(b1) + _down(_down(b0) + d), b0 + _up(d)
