"""Growth rate, Nielsen-Thurston type and singularities of mapping classes, from the surface alone."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache

import numpy as np
import pandas as pd

from threefold.tori.flips import FlipMap, flip_map, key_curves, short_curves
from threefold.tori.nielsen_thurston import PERIODIC, PSEUDO_ANOSOV, REDUCIBLE
from threefold.tori.penner import penner_dilatation
from threefold.tori.splitting import Complement, complement
from threefold.tori.stretch import penner_bound, stretch_factor
from threefold.tori.surfaces import Surface
from threefold.tori.triangulations import oriented_edges


def classify_words(words: Iterable[str], surface: Surface) -> pd.DataFrame:
    """One row per word: stretch factor, entropy, type where decided, singularities, and the reason.

    Columns: word, dilatation, entropy, iterations, type (null where it is not known whether the invariant lamination
    fills the surface), punctures and singularities (prongs, of a pseudo-Anosov), status (ok; undecided; error, where
    methods disagree), reason.
    """
    return pd.DataFrame([{"word": word, **_checked(word, surface)} for word in words])


def _checked(word: str, surface: Surface) -> dict:
    """The class of one word; an error where Penner's matrices apply and give another growth rate."""
    row = _classify(flip_map(word, surface), surface)
    other = penner_dilatation(word, surface)
    if other is not None and abs(other - row["dilatation"]) > 1e-6 * other:
        reason = f"dilatation {other} by Penner's matrices, {row['dilatation']} here"
        return row | {"status": "error", "reason": reason}
    return row


def _classify(action: FlipMap, surface: Surface) -> dict:
    growth = stretch_factor(action, _start(surface), penner_bound(*surface.curves_on), iteration=action.iterate)
    if not growth.factor > 1 and (order := _order(action, surface)):
        return _row(1.0, 0, PERIODIC, f"power {order} fixes every curve")
    if math.isnan(growth.factor):
        return _row(math.nan, growth.iterations, None, "no invariant lamination found")
    if growth.factor == 1:
        return _row(1.0, growth.iterations, REDUCIBLE, "curves grow, but not exponentially")
    beside = complement(oriented_edges(surface), growth)
    if beside.fills:
        reason = "positive entropy, and the invariant lamination fills the surface"
        return _row(growth.factor, growth.iterations, PSEUDO_ANOSOV, reason) | _prongs(beside, surface)
    fixed = _fixed_curve(action, surface)
    if fixed is None and beside.fills is None:
        return _row(growth.factor, growth.iterations, None, "positive entropy, no short invariant curve")
    reason = fixed or "positive entropy, but the invariant lamination misses a curve"
    return _row(growth.factor, growth.iterations, REDUCIBLE, reason)


@cache
def _start(surface: Surface) -> np.ndarray:
    """Coordinates of a lamination in general position, the same on every run."""
    curves = key_curves(surface)
    return curves @ (1 + np.modf(np.arange(1, curves.shape[1] + 1) * math.sqrt(2))[0])


def _prongs(beside: Complement, surface: Surface) -> dict:
    """Prongs at punctures and singularities; over the sphere below a closed surface there are twice as many, or two."""
    punctures, singularities = list(beside.punctures), list(beside.singularities)
    if surface.kind == "closed":
        branched = [2 * prongs for prongs in punctures if prongs > 1]
        punctures, singularities = [], sorted(branched + 2 * singularities)
    return {"punctures": " ".join(map(str, punctures)), "singularities": " ".join(map(str, singularities))}


def _row(dilatation: float, iterations: int, kind: str | None, reason: str) -> dict:
    return {
        "dilatation": dilatation,
        "entropy": math.log(dilatation),
        "iterations": iterations,
        "type": kind,
        "punctures": None,
        "singularities": None,
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
    curves = short_curves(surface)
    for start in np.split(curves, [100, 1000], axis=1):  # mostly one of the shortest will do
        image = start
        for power in range(1, surface.largest_multicurve + 1):
            image = action.on_curves(image)
            fixed = np.flatnonzero((image == start).all(axis=0))
            if fixed.size:
                return f"power {power} fixes the curve {' '.join(map(str, start[:, fixed[0]]))}"
    return None
