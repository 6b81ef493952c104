"""Growth rate and Nielsen-Thurston type of mapping classes, as far as the surface alone tells."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd

from threefold.tori.flips import FlipMap, flip_map, key_curves, short_curves
from threefold.tori.stretch import penner_bound, stretch_factor
from threefold.tori.surfaces import Surface

PERIODIC, REDUCIBLE, PSEUDO_ANOSOV = "periodic", "reducible", "pseudo-Anosov"


def classify_words(words: Iterable[str], surface: Surface) -> pd.DataFrame:
    """One row per word: stretch factor, entropy, type where decided, and the reason.

    Columns: word, dilatation, entropy, iterations, type (null where positive entropy leaves reducible or
    pseudo-Anosov open), status (ok or undecided), reason.
    """
    return pd.DataFrame([{"word": word, **_classify(flip_map(word, surface), surface)} for word in words])


def _classify(action: FlipMap, surface: Surface) -> dict:
    if order := _order(action, surface):
        return _row(1.0, 0, PERIODIC, f"power {order} fixes every curve")
    curves = key_curves(surface)
    # Weights that are in general position and the same on every run.
    start = curves @ (1 + np.modf(np.arange(1, curves.shape[1] + 1) * math.sqrt(2))[0])
    growth = stretch_factor(action, start, penner_bound(*surface.curves_on))
    if math.isnan(growth.factor):
        return _row(math.nan, growth.iterations, None, "no invariant lamination found")
    if growth.factor == 1:
        return _row(1.0, growth.iterations, REDUCIBLE, "curves grow, but not exponentially")
    if (fixed := _fixed_curve(action, surface)) is not None:
        return _row(*growth, REDUCIBLE, fixed)
    if surface.largest_multicurve == 1:
        return _row(*growth, PSEUDO_ANOSOV, "positive entropy on a surface without room for reduction")
    return _row(*growth, None, "positive entropy, no short invariant curve")


def _row(dilatation: float, iterations: int, kind: str | None, reason: str) -> dict:
    return {
        "dilatation": dilatation,
        "entropy": math.log(dilatation),
        "iterations": iterations,
        "type": kind,
        "status": "undecided" if math.isnan(dilatation) else "ok",
        "reason": reason,
    }


def _order(action: FlipMap, surface: Surface) -> int | None:
    """The least power that fixes every curve, if the class has finite order."""
    start = key_curves(surface)
    image = start
    for power in range(1, surface.largest_order + 1):
        image = action.on_curves(image)
        if np.array_equal(image, start):
            return power
    return None


def _fixed_curve(action: FlipMap, surface: Surface) -> str | None:
    """A multicurve that a power of the class fixes, which proves it reducible: no power of a pseudo-Anosov does."""
    start = short_curves(surface)
    image = start
    for power in range(1, surface.largest_multicurve + 1):
        image = action.on_curves(image)
        fixed = np.flatnonzero((image == start).all(axis=0))
        if fixed.size:
            return f"power {power} fixes the curve {' '.join(map(str, start[:, fixed[0]]))}"
    return None
