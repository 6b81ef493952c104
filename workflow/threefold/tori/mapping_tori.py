"""The mapping tori of words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial

import pandas as pd
import snappy
from snappy import twister

from threefold.tori.nielsen_thurston import PSEUDO_ANOSOV
from threefold.tori.processes import Limits, map_in_processes
from threefold.tori.surfaces import Surface
from threefold.tori.volumes import (
    UNMEASURED,
    UNPROVED,
    braid_name,
    kojima_mcshane_ratio,
    measure,
    measure_named,
    seed_moves,
)
from threefold.tori.words import check_word, to_braid, to_flipper, to_twister


def mapping_torus(word: str, surface: Surface) -> snappy.Manifold:
    """The mapping torus of `word`, by Twister or as a braid; SnapPy's random moves are not seeded here."""
    check_word(word, surface)
    if surface.kind not in ("disc", "sphere"):
        return _twister(surface).bundle(to_twister(word, surface))
    top = len(surface.letters)
    braid = snappy.Manifold(braid_name([*to_braid(word, surface), top, -top]))  # SnapPy counts strands by the largest
    if surface.kind == "disc":
        return braid
    braid.dehn_fill((0, 1), -1)  # the longitude of the axis bounds a disc that closes the fibre to a sphere
    return braid.filled_triangulation()


def drilled_mapping_torus(word: str, surface: Surface) -> snappy.Manifold:
    """The mapping torus of a pseudo-Anosov without the orbits of its singularities, by flipper's veering triangulation.

    Not for a closed surface, of which flipper sees the sphere below only.
    """
    from threefold.tori.triangulations import equip  # here: flipper takes a second to import, and few volumes need it

    bundle = equip(surface).mapping_class(to_flipper(word, surface)).bundle(veering=True)
    return snappy.Manifold(bundle.snappy_string(filled=False))


def measure_classes(
    classes: pd.DataFrame,
    surface: Surface,
    randomisations: int,
    seed: int,
    workers: int = 1,
    batch: int = 8,
    limits: Limits = Limits(),  # noqa: B008
    proofs: dict[str, dict] | None = None,
    drilled_length: int = 0,
) -> list[dict]:
    """One row for each row of `classes` (see classify_words), with its mapping torus measured.

    Only classes that may be pseudo-Anosov are built. A volume comes with its solution type; a class is called
    pseudo-Anosov where its mapping torus has a positively oriented structure. Words with the same isometry signature
    share one certificate, of the triangulation that the signature encodes. proofs: certificates by signature, to which
    new ones are added. drilled_length: words of up to so many letters get the volume of the drilled mapping torus too.
    Same rows for any `workers`, `batch` and `proofs`.
    """
    spread = partial(map_in_processes, workers=workers, batch=batch, limits=limits)
    reason = (
        f"ended its process: SnapPy failed, or more than {limits.seconds:g} s or {limits.gigabytes:g} GB were needed"
    )
    rows, proofs = classes.to_dict("records"), {} if proofs is None else proofs
    measured = spread(
        partial(
            _measure_word, surface=surface, randomisations=randomisations, seed=seed, drilled_length=drilled_length
        ),
        [row["word"] for row in rows if _may_be_pseudo_anosov(row)],
        lost=lambda word: UNMEASURED | {"status": "lost", "reason": reason},
    )
    results = [_measured(row, measured) for row in rows]
    signatures = [result["isometry_signature"] for result in results if result["uncertified"] == UNPROVED]
    new = [signature for signature in dict.fromkeys(signatures) if signature not in proofs]
    proving = partial(_prove, randomisations=randomisations, seed=seed)
    proofs |= zip(new, spread(proving, new, lost=lambda signature: {"uncertified": reason}), strict=True)
    for result in results:
        if result["uncertified"] == UNPROVED:
            result |= proofs[result["isometry_signature"]]
    return [
        row | {"chi": surface.chi, "km_ratio": None, "drilled_volume": None} | result | _verdict(row, result, surface)
        for row, result in zip(rows, results, strict=True)
    ]


def _measured(row: dict, measured: Iterator[dict]) -> dict:
    """The next of `measured` if the class was built."""
    if _may_be_pseudo_anosov(row):
        return next(measured)
    return UNMEASURED | {"status": "not hyperbolic" if row["status"] == "ok" else row["status"]}


def _may_be_pseudo_anosov(row: dict) -> bool:
    return row["status"] == "ok" and row["dilatation"] > 1 and (pd.isna(row["type"]) or row["type"] == PSEUDO_ANOSOV)


def _verdict(row: dict, result: dict, surface: Surface) -> dict:
    """What a volume settles: the type, and how much of Kojima and McShane's bound it takes."""
    if result["volume"] is None:
        return {}
    ratio = kojima_mcshane_ratio(result["volume"], surface.chi, row["entropy"])
    reason = "positive entropy and a positively oriented hyperbolic structure"
    return {"type": PSEUDO_ANOSOV, "km_ratio": ratio, "reason": reason}


def _measure_word(word: str, surface: Surface, randomisations: int, seed: int, drilled_length: int) -> dict:
    """Measure one word; the random moves depend on the word and the seed alone."""
    seed_moves(seed, f"{surface.name} {word}")
    result = measure(mapping_torus(word, surface), randomisations, prove=surface.kind == "closed")
    if result["volume"] is None:
        reason = f"no positively oriented structure after {randomisations} retriangulations"
        return result | {"status": "undecided", "reason": reason}
    if len(word) <= drilled_length and surface.kind != "closed":
        result["drilled_volume"] = measure(drilled_mapping_torus(word, surface), randomisations)["volume"]
    return result | {"status": "ok"}


def _prove(signature: str, randomisations: int, seed: int) -> dict:
    """The certificate of the manifold with `signature`, or why there is none."""
    proved = measure_named(signature, randomisations, seed)
    names = ("volume", "certified", "volume_low", "volume_high", "volume_digits", "uncertified")
    return {name: proved[name] for name in names if proved["certified"] or name == "uncertified"}


@cache
def _twister(surface: Surface) -> twister.Surface:
    return twister.Surface(surface.name if surface.kind == "named" else (surface.genus, surface.punctures))
