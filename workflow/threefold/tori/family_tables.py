"""Tables of the families: each entropy and volume with what it rests on."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from functools import cache

import pandas as pd

from threefold.record.progress import progress
from threefold.tori.dynnikov import Braid
from threefold.tori.families import Member, WordOn, normalised_entropy
from threefold.tori.fitting import diverging_polynomial
from threefold.tori.polynomials import entropy
from threefold.tori.surfaces import Surface
from threefold.tori.volumes import UNMEASURED, kojima_mcshane_ratio, measure, measure_named, seed_moves

AGREEMENT = 1e-9  # relative; the iteration is good to about 1e-12
FRESH = 8  # bundles of a closed surface that are built, at most, to find a structure


def tabulate(members: Iterable[Member], randomisations: int, seed: int) -> pd.DataFrame:
    """One row per member: entropy from the polynomial and from the map, each where there is one; volume by SnapPy.

    A member whose map is not pseudo-Anosov is recorded as such, without volume. Raises ArithmeticError where polynomial
    and map disagree, and where a volume contradicts Kojima and McShane's bound.
    """

    @cache
    def measured(torus):
        if isinstance(torus, str):
            return measure_named(torus, randomisations, seed)
        return _measure_word(*torus, randomisations, seed)

    return pd.DataFrame([_row(member, measured) for member in progress(members, "members")])


def compare(polynomial: float | None, iterated: float | None, member: Member) -> float:
    """The entropy of `member` from whichever there is; raises ArithmeticError if the two disagree."""
    if polynomial is None or iterated is None:
        return iterated if polynomial is None else polynomial
    if not math.isclose(polynomial, iterated, rel_tol=AGREEMENT):
        raise ArithmeticError(
            f"{_name(member)}: entropy {polynomial!r} from its polynomial, but {iterated!r} from the map"
        )
    return polynomial


def _name(member: Member) -> str:
    facts = {name: getattr(member, name) for name in ("genus", "n", "p", "k", "m")}
    return "member " + ", ".join(f"{name} = {value}" for name, value in facts.items() if value is not None)


def _row(member: Member, measured: Callable[[str | WordOn], dict]) -> dict:
    iterated, kind, reason = _iterate(member)
    h = compare(entropy(member.terms) if member.terms else None, iterated, member)
    if kind in (None, "pseudo-Anosov"):
        torus = measured(member.torus)
        status = "undecided" if torus["volume"] is None else "ok"
    else:
        torus, status = UNMEASURED, "not pseudo-Anosov"
    named = measured(member.named)["isometry_signature"] if member.named else None
    volume, low, high = _scaled(torus, member.degree)
    ratio = None if volume is None else kojima_mcshane_ratio(volume, member.chi, h)
    if ratio is not None and ratio > 1:
        raise ArithmeticError(f"{_name(member)}: volume {volume} is above 3π|χ|h, which a theorem excludes")
    return {
        "word": member.torus[0] if isinstance(member.torus, tuple) else None,
        "p": member.p,
        "k": member.k,
        "m": member.m,
        "power": member.power,
        "polynomial": json.dumps(diverging_polynomial(member.k, member.m)) if member.terms and member.power else None,
        "genus": member.genus,
        "n": member.n,
        "chi": member.chi,
        "dilatation": math.exp(h),
        "entropy": h,
        "normalised_entropy": normalised_entropy(member.n, h) if member.n > 1 else None,
        "entropy_iterated": iterated,
        "entropy_basis": _entropy_basis(member, iterated),
        "volume": volume,
        "certified": torus["certified"],
        "volume_low": low,
        "volume_high": high,
        "volume_digits": torus["volume_digits"] if member.degree == 1 else None,
        "uncertified": torus["uncertified"],
        "volume_source": member.volume_source,
        "volume_basis": _volume_basis(member, torus) if status == "ok" else None,
        "solution_type": torus["solution_type"],
        "isometry_signature": torus["isometry_signature"] if member.degree == 1 else None,
        "isometric_to": member.named if named and named == torus["isometry_signature"] else None,
        "km_ratio": ratio,
        "status": status,
        "reason": reason,
    }


def _iterate(member: Member) -> tuple[float | None, str | None, str]:
    """Entropy and type of the map itself, where it is given, and why it has this type."""
    if member.monodromy is None:
        return None, None, "entropy from the polynomial alone"
    if isinstance(member.monodromy, Braid):
        return math.log(member.monodromy.dilatation().factor), None, "entropy of the braid is positive"
    from threefold.tori.classify import classify_words  # flipper, which braids do not need, takes a second to import

    word, surface = member.monodromy
    (row,) = classify_words([word], surface).to_dict("records")
    return row["entropy"], row["type"], row["reason"]


def _measure_word(word: str, surface: Surface, randomisations: int, seed: int) -> dict:
    """Measure the mapping torus of a word; a closed one is built anew a few times until a structure is found."""
    from threefold.tori.mapping_tori import mapping_torus

    for attempt in range(1 if surface.punctures else FRESH):
        seed_moves(seed, f"{surface.name} {word} {attempt}")
        torus = measure(mapping_torus(word, surface), randomisations)
        if torus["volume"] is not None:
            break
    return torus


def _entropy_basis(member: Member, iterated: float | None) -> str:
    if iterated is not None:
        return "map and polynomial" if member.terms else "map"
    return "theorem" if member.theorem else "polynomial"


def _volume_basis(member: Member, torus: dict) -> str:
    if member.volume_source == "snappy":
        return "certified" if torus["certified"] else "computed"
    own = member.volume_source.endswith("snappy")  # a cover of a torus that was measured
    return "theorem" if torus["certified"] and (member.theorem or own) else "inferred"


def _scaled(torus: dict, degree: int) -> tuple[float | None, float | None, float | None]:
    """Volume and enclosure of a cover of `degree`, rounded outward."""
    volume, low, high = torus["volume"], torus["volume_low"], torus["volume_high"]
    if degree == 1 or volume is None:
        return volume, low, high
    if not torus["certified"]:
        return degree * volume, None, None
    return degree * volume, math.nextafter(degree * low, -math.inf), math.nextafter(degree * high, math.inf)
