"""Penner's products: positive twists about one multicurve, negative ones about another, as a product of matrices."""

from __future__ import annotations

from functools import cache
from itertools import combinations

import numpy as np

from threefold.tori.flips import flip_map, key_curves
from threefold.tori.surfaces import Surface


def penner_dilatation(word: str, surface: Surface) -> float | None:
    """The growth rate of `word` as the spectral radius of ∏ (I + e_c i(c, ·)); None where the matrices do not apply.

    They apply where letters of one case stand for twists about disjoint curves, for both cases. Curves that meet once
    do for half twists too, which are twists on a double cover. Source: Penner 1988;
    docs/science/tori.md#penner-products.
    """
    meets = _intersections(surface)
    positive, negative = (
        {surface.letters.index(x.lower()) for x in word if x.islower() == case} for case in (True, False)
    )
    used = sorted(positive | negative)
    disjoint = all(meets[i, j] == 0 for part in (positive, negative) for i, j in combinations(part, 2))
    if positive & negative or not disjoint or np.isnan(meets[np.ix_(used, used)]).any():
        return None
    product = np.eye(len(surface.letters))
    for letter in word:
        curve = surface.letters.index(letter.lower())
        product[curve] += np.nan_to_num(meets[curve]) @ product
    return float(np.abs(np.linalg.eigvals(product)).max())


@cache
def _intersections(surface: Surface) -> np.ndarray:
    """(letters, letters) float64: 0 for letters that commute, 1 for such with xyx = yxy, NaN for others."""
    curves, letters = key_curves(surface), surface.letters

    def same(word, other):
        return np.array_equal(flip_map(word, surface).on_curves(curves), flip_map(other, surface).on_curves(curves))

    def meet(x, y):
        return 0 if same(x + y, y + x) else 1 if same(x + y + x, y + x + y) else np.nan

    return np.array([[meet(x, y) for y in letters] for x in letters], dtype=float)
