"""Mapping tori and their hyperbolic structures, by SnapPy."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator
from functools import cache, partial

import pandas as pd
import snappy
from snappy import twister

from threefold.tori.classify import PSEUDO_ANOSOV
from threefold.tori.processes import map_in_processes
from threefold.tori.surfaces import Surface
from threefold.tori.words import check_word, to_twister

POSITIVE = "all tetrahedra positively oriented"
DIGITS = 10  # decimals kept of a volume, where SnapPy's own estimate of its accuracy grants them
UNMEASURED = {
    "cusps": None,
    "tetrahedra": None,
    "volume": None,
    "solution_type": None,
    "randomisations": None,
    "isometry_signature": None,
    "homology": None,
}


def kojima_mcshane_ratio(volume: float, chi: int, entropy: float) -> float:
    """vol / (3π |χ| h), which Kojima and McShane bound by 1 (spec §1)."""
    return volume / (3 * math.pi * abs(chi) * entropy)


def mapping_torus(word: str, surface: Surface) -> snappy.Manifold:
    """The mapping torus of `word` as Twister builds it; SnapPy's random moves are not seeded here."""
    return _twister(surface.name).bundle(to_twister(check_word(word, surface)))


def braid_name(letters: Iterable[int]) -> str:
    """SnapPy's name for the mapping torus of a braid on the punctured disc: the complement of closure and axis.

    letters: i for σ_i, -i for its inverse, read left to right. SnapPy takes the number of strands from the largest i.
    """
    return f"Braid[{','.join(map(str, letters))}]"


def measure_named(name: str, randomisations: int, seed: int) -> dict:
    """`measure` the manifold that SnapPy knows by `name`; the random moves depend on the name and the seed alone."""
    snappy.set_rand_seed(zlib.crc32(f"{seed} {name}".encode()))
    return measure(snappy.Manifold(name), randomisations)


def measure(manifold: snappy.Manifold, randomisations: int) -> dict:
    """Volume, cusps, homology and isometry signature; the volume is null unless the solution is positively oriented.

    Retriangulates at random, up to `randomisations` times, until it is; seed with `snappy.set_rand_seed` before.
    """
    tries = 0
    while manifold.solution_type() != POSITIVE and tries < randomisations:
        manifold.randomize()
        tries += 1
    found = manifold.solution_type() == POSITIVE
    volume = manifold.volume()
    return {
        "cusps": manifold.num_cusps(),
        "tetrahedra": manifold.num_tetrahedra(),
        "volume": round(float(volume), min(DIGITS, volume.accuracy)) if found else None,
        "solution_type": manifold.solution_type(),
        "randomisations": tries,
        "isometry_signature": manifold.isometry_signature() if found else None,
        "homology": str(manifold.homology()),
    }


def measure_classes(
    classes: pd.DataFrame, surface: Surface, randomisations: int, seed: int, workers: int = 1, batch: int = 32
) -> Iterator[dict]:
    """Yield one row for each row of `classes` (see classify_words), with its mapping torus measured.

    Only classes that may be pseudo-Anosov are built. A volume comes with its solution type; a class is called
    pseudo-Anosov where its mapping torus has a positively oriented structure. Same rows for any `workers`.
    """
    rows = classes.to_dict("records")
    open_words = [row["word"] for row in rows if _may_be_pseudo_anosov(row)]
    measured = map_in_processes(
        partial(_measure_word, surface=surface, randomisations=randomisations, seed=seed),
        open_words,
        lost=lambda word: UNMEASURED | {"status": "crashed", "reason": "SnapPy ended the process"},
        workers=workers,
        batch=batch,
    )
    for row in rows:
        result = {"status": "not hyperbolic"} | UNMEASURED
        if row["status"] != "ok":
            result["status"] = row["status"]
        elif _may_be_pseudo_anosov(row):
            result = next(measured)
        yield row | {"chi": surface.chi, "km_ratio": None} | result | _verdict(row, result, surface)


def _may_be_pseudo_anosov(row: dict) -> bool:
    return row["status"] == "ok" and row["dilatation"] > 1 and (pd.isna(row["type"]) or row["type"] == PSEUDO_ANOSOV)


def _verdict(row: dict, result: dict, surface: Surface) -> dict:
    if result["volume"] is None:
        return {}
    ratio = kojima_mcshane_ratio(result["volume"], surface.chi, row["entropy"])
    reason = "positive entropy and a positively oriented hyperbolic structure"
    return {"type": PSEUDO_ANOSOV, "km_ratio": ratio, "reason": reason}


def _measure_word(word: str, surface: Surface, randomisations: int, seed: int) -> dict:
    """Measure one word; the random moves depend on the word and the seed alone."""
    snappy.set_rand_seed(zlib.crc32(f"{seed} {surface.name} {word}".encode()))
    result = measure(mapping_torus(word, surface), randomisations)
    if result["volume"] is None:
        reason = f"no positively oriented structure after {randomisations} retriangulations"
        return result | {"status": "undecided", "reason": reason}
    return result | {"status": "ok"}


@cache
def _twister(name: str) -> twister.Surface:
    return twister.Surface(name)
