"""The census: mapping tori up to isometry, over all surfaces, with the inequalities that each must satisfy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import reduce

import numpy as np
import pandas as pd

from threefold.record.errors import InputError
from threefold.tori.solids import V_OCTAHEDRON, V_TETRAHEDRON
from threefold.tori.surfaces import find_surface

# The twists of S_1_1 on first homology.
MATRICES = {"a": (1, 1, 0, 1), "A": (1, -1, 0, 1), "b": (1, 0, -1, 1), "B": (1, 0, 1, 1)}
NEAR = 1e-9  # by which a volume in doubles may miss an inequality that can be an equality
Matrix = tuple[int, int, int, int]


def build_census(volumes: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """One row per isometry class of mapping tori; `volumes` maps a surface to its table of measured words.

    Columns: isometry_signature; surface, word, length: the shortest word, the first in the order of the tables; volume
    with its certificate, cusps, homology; words, surfaces: in which it occurs; least_surface, least_word,
    least_dilatation, least_entropy: of the fibre with the least entropy seen; volume_spread: between words; km_ratio:
    the largest, bounded by 1; adams_ratio: vol / (v_3 cusps), at least 1; names: in SnapPy's tables;
    syllables, lower_ratio, upper_ratio: for S_1_1, vol / (2 v_3 s) and vol / (2 v_8 s), at least 1 and below 1.
    Raises AssertionError if a row breaks one of the inequalities, or if a measured word is missing.
    """
    rows = pd.concat([_bounded(name, frame) for name, frame in volumes.items()], ignore_index=True)
    shortest = rows.sort_values("length", kind="stable").drop_duplicates("isometry_signature")
    # Equal entropies differ in their last bits, so the length decides between them.
    by_entropy = rows.assign(rounded=rows["entropy"].round(10)).sort_values(["rounded", "length"], kind="stable")
    least = by_entropy.drop_duplicates("isometry_signature")
    seen = rows.groupby("isometry_signature").agg(
        words=("word", "size"),
        surfaces=("surface", lambda names: " ".join(sorted(set(names)))),
        volume_spread=("volume", np.ptp),
        km_ratio=("km_ratio", "max"),
        syllables=("syllables", "max"),
        lower_ratio=("lower_ratio", "min"),
        upper_ratio=("upper_ratio", "max"),
    )
    certificate = ["certified", "volume_low", "volume_high", "volume_digits", "uncertified"]
    columns = ["isometry_signature", "surface", "word", "length", "volume", *certificate, "cusps", "homology"]
    census = shortest[columns].merge(seen, on="isometry_signature")
    fibre = least[["isometry_signature", "surface", "word", "dilatation", "entropy"]]
    fibre = fibre.rename(columns={name: f"least_{name}" for name in fibre.columns[1:]})
    census = census.merge(fibre, on="isometry_signature")
    census["adams_ratio"] = (census["volume"] / (V_TETRAHEDRON * census["cusps"])).where(census["cusps"] > 0)
    broken = (census["km_ratio"] > 1) | (census["adams_ratio"] < 1 - NEAR)
    broken |= (census["lower_ratio"] < 1 - NEAR) | (census["upper_ratio"] >= 1)
    if broken.any():
        raise AssertionError(f"an inequality fails: {census[broken].iloc[0].to_dict()}")
    if census["words"].sum() != len(rows):
        raise AssertionError(f"{len(rows)} measured words, {census['words'].sum()} in the census")
    census["names"] = [identify(row.word, row.surface) for row in census.itertuples()]
    return census.sort_values(["volume", "length", "surface", "word"], ignore_index=True)


def identify(word: str, surface: str) -> str:
    """The names by which SnapPy's tables know the mapping torus, separated by spaces; empty if they do not."""
    from threefold.tori.mapping_tori import mapping_torus  # here: figures and queries of the census need no SnapPy

    return " ".join(manifold.name() for manifold in mapping_torus(word, find_surface(surface)).identify())


SORTS = {"volume": "volume", "entropy": "least_entropy", "length": "length"}


def query_census(
    census: pd.DataFrame, surface: str | None = None, max_volume: float | None = None, sort: str = "volume"
) -> pd.DataFrame:
    """The classes that have a word on `surface` and at most `max_volume`, by volume, least entropy or length.

    Raises InputError if the census has no such surface or cannot be sorted so.
    """
    known = sorted({name for names in census["surfaces"] for name in names.split()})
    if surface is not None and surface not in known:
        raise InputError(f"the census has no words on {surface!r}; it has {', '.join(known)}")
    if sort not in SORTS:
        raise InputError(f"unknown order {sort!r}; known: {', '.join(SORTS)}")
    rows = census
    if surface is not None:
        rows = rows[[surface in names.split() for names in rows["surfaces"]]]
    if max_volume is not None:
        rows = rows[rows["volume_high"].fillna(rows["volume"]) <= max_volume]
    return rows.sort_values(SORTS[sort], kind="stable", ignore_index=True)


def syllables(word: str) -> int:
    """The number s of syllables R^p L^q of a hyperbolic word on S_1_1, conjugate to ±R^{p1} L^{q1} … R^{ps} L^{qs}.

    Raises ValueError if the word is not hyperbolic.
    """
    a, b, c, d = _positive_conjugate(reduce(_product, (MATRICES[letter] for letter in word)))
    letters = ""
    while (a, b, c, d) != (1, 0, 0, 1):  # a positive matrix is a product of R and L in one way only
        if a >= c and b >= d:
            a, b, letters = a - c, b - d, letters + "R"
        else:
            c, d, letters = c - a, d - b, letters + "L"
    return sum(pair == ("R", "L") for pair in zip(letters, letters[1:] + letters[0], strict=True))


def _product(left: Matrix, right: Matrix) -> Matrix:
    a, b, c, d = left
    e, f, g, h = right
    return a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h


def _positive_conjugate(matrix: Matrix) -> Matrix:
    """A matrix with entries > 0, conjugate to ±`matrix` by integer matrices of determinant ±1.

    Follows the continued fraction of the attracting fixed point until the fixed points lie on both sides of 0.
    """
    a, b, c, d = matrix if matrix[0] + matrix[3] > 0 else tuple(-entry for entry in matrix)
    if a + d <= 2:
        raise ValueError(f"not hyperbolic: the trace of {matrix} is at most 2 in size")
    while True:
        if c < 0:
            b, c = -b, -c  # conjugate by diag(1, -1)
        if b > 0:
            return a, b, c, d
        whole = (a - d + math.isqrt((a + d) ** 2 - 4)) // (2 * c)
        a, b, d = a - whole * c, b - whole * (d - a) - whole * whole * c, d + whole * c
        a, b, c, d = d, c, b, a


def _bounded(surface: str, measured: pd.DataFrame) -> pd.DataFrame:
    """The hyperbolic rows of one surface, with Guéritaud and Futer's bounds for the once-punctured torus.

    Source: docs/science/tori.md#gueritaud-futer.
    """
    rows = measured[measured["volume"].notna()].assign(surface=surface)
    s = rows["word"].map(syllables) if surface == "S_1_1" else pd.Series(np.nan, rows.index)
    return rows.assign(
        syllables=s,
        lower_ratio=rows["volume"] / (2 * V_TETRAHEDRON * s),
        upper_ratio=rows["volume"] / (2 * V_OCTAHEDRON * s),
    )
