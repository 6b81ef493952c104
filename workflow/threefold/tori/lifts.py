"""The families lifted to surfaces of genus g: the lifted maps themselves, and the covers of their mapping tori."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from threefold.record.progress import progress
from threefold.tori.braids import conveyor_braid, diverging_braid
from threefold.tori.covers import cover_torus, lift_braid
from threefold.tori.dynnikov import Braid
from threefold.tori.volumes import braid_name, kojima_mcshane_ratio, measure, measure_named, seed_moves

CERTIFICATE = ["volume", "certified", "volume_low", "volume_high", "uncertified", "cusps", "tetrahedra"]


def lift_members(
    conveyors: Iterable[Sequence[int]],
    diverging: Iterable[Sequence[int]],
    genera: Sequence[int],
    randomisations: int,
    seed: int,
) -> pd.DataFrame:
    """One row for each f_{p,q} in `conveyors` and F_{n,k} in `diverging`, and each genus: what the lift is.

    genus and punctures are counted on the cover, the dilatation is the lifted map's own, and the volume is measured on
    the cover of the mapping torus; `filled` is the mapping torus on S_{g,dn}, without the punctures over the branch
    points. Of the lifts, which differ by deck transformations, the one of the second sheet is measured.
    Source: docs/science/tori.md#cyclic-cover.
    """
    braids = [
        *((f"f_{{{p},{q}}}", conveyor_braid(p, q)) for p, q in conveyors),
        *((f"F_{{{n},{k}}}", diverging_braid(n, k)) for n, k in diverging),
    ]
    pairs = [(name, braid, genus) for genus in genera for name, braid in braids]
    return pd.DataFrame(
        [_row(name, braid, genus, randomisations, seed) for name, braid, genus in progress(pairs, "lifts")]
    )


def _row(name: str, braid: Braid, genus: int, randomisations: int, seed: int) -> dict:
    degree, n = 2 * genus + 1, braid.strands - 2
    lift = lift_braid(braid, degree)
    if (lift.genus, lift.punctures) != (genus, degree * n + 3):
        raise ArithmeticError(f"the cover of {name} has genus {lift.genus} and {lift.punctures} punctures")
    below, above = (math.log(found.dilatation().factor) for found in (braid, lift))

    def measured(fill: bool) -> dict:
        seed_moves(seed, f"cover {name} {genus} {fill}")
        return measure(cover_torus(braid, degree, deck=1, fill=fill), randomisations)

    base = measure_named(braid_name(braid.letters), randomisations, seed)
    cover, filled = measured(fill=False), measured(fill=True)
    chi = 2 - 2 * genus - degree * n
    return {
        "member": name,
        "n": n,
        "degree": degree,
        "genus": lift.genus,
        "punctures": lift.punctures,
        "base_entropy": below,
        "entropy": above,
        "base_volume": base["volume"],
        **{column: cover[column] for column in CERTIFICATE},
        "ratio_low": _quotient(cover["volume_low"], base["volume_high"]),
        "ratio_high": _quotient(cover["volume_high"], base["volume_low"]),
        **{f"filled_{column}": filled[column] for column in CERTIFICATE},
        "filled_km_ratio": filled["volume"] and kojima_mcshane_ratio(filled["volume"], chi, above),
    }


def _quotient(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one / other
