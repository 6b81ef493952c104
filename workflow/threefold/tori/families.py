"""Families of pseudo-Anosovs with ever more punctures, entropy of least order, and bounded or unbounded volume.

`conveyor` f_{p,p} and `diverging` F_{n,k} on the punctured sphere are this project's own construction, with the two
properties that the paper proves for its own; `uneven` are the other f_{p,q}, `diagonal` runs through the F_{n,k}, and
`controls` are made like them, but without their third power, and fail. `magic` and `slender` are fibres of
the magic manifold, after Kin and Takasawa: of fixed genus with more punctures, and of growing genus.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from threefold.record.progress import progress
from threefold.tori.dynnikov import Braid
from threefold.tori.polynomials import Terms, conveyor_terms, diverging_terms, entropy, magic_terms
from threefold.tori.volumes import braid_name, kojima_mcshane_ratio, measure_named


@dataclass(frozen=True)
class Member:
    """One class of a family, on the surface of genus `genus` with `n` moving punctures and Euler number `chi`.

    terms: the polynomial of its dilatation, if one is known. braid: the class itself, where it is to be measured.
    torus: SnapPy's name of its mapping torus, or of one known to be isometric (`volume_source` says which). named: a
    manifold of SnapPy's tables to compare with. p: of f_{p,q}. k, power: of F_{n,k}, the twist pairs and how often
    f_{p,p} comes before them.
    """

    n: int
    genus: int
    chi: int
    terms: Terms | None
    torus: str
    volume_source: str
    p: int | None = None
    k: int | None = None
    power: int | None = None
    braid: Braid | None = None
    named: str | None = None


def conveyor_braid(p: int, q: int | None = None) -> Braid:
    """f_{p,q} = σ_1² σ_2 … σ_p σ_{p+1}^{-1} … σ_{N-2}^{-1} σ_{N-1}^{-2} on N = p + q + 1 strands; q = p if not given.

    Source: spec §2.1.
    """
    last = p + (p if q is None else q)
    return Braid((1, *range(1, p + 1), *range(-p - 1, -last - 1, -1), -last), last + 1)


def diverging_braid(n: int, k: int, power: int = 3) -> Braid:
    """F_{n,k} = f_{p,p}^3 (σ_3² σ_4^{-2})^k, n = 2p - 1 ≡ 5 mod 6, n >= 11; other powers of f_{p,p} are controls.

    Source: spec §2.2.
    """
    base = conveyor_braid((n + 1) // 2)
    return Braid(base.letters * power + (3, 3, -4, -4) * k, base.strands)


def conveyor(largest_n: int, points_per_decade: int, measured_n: int) -> Iterator[Member]:
    """f_{p,p}: n h / log n tends to 2; every mapping torus is the complement of the link 8^4_2."""
    for n in sizes(3, 2, largest_n, points_per_decade, measured_n):
        yield _conveyor_member((n + 1) // 2, (n + 1) // 2, measured_n)


def uneven(largest_uneven_n: int) -> Iterator[Member]:
    """f_{p,q} for all p < q with n = p + q - 1 up to `largest_uneven_n`: the same mapping torus, larger entropy."""
    for n in range(2, largest_uneven_n + 1):
        for p in range(1, (n + 2) // 2):
            yield _conveyor_member(p, n + 1 - p, largest_uneven_n)


def diverging(largest_n: int, points_per_decade: int, measured_n: int, twists: Sequence[int]) -> Iterator[Member]:
    """F_{n,k} for k in `twists`: n h / log n tends to 6 for every k; the mapping torus depends on k alone."""
    for k in twists:
        for n in sizes(11, 6, largest_n, points_per_decade, measured_n):
            yield _diverging_member(n, k, measured_n)


def diagonal(level: float, largest_k: int, measured_n: int) -> Iterator[Member]:
    """For k = 0 … `largest_k` the F_{n,k} with the least n that has n h / log n <= `level`."""
    for k in range(largest_k + 1):
        yield _diverging_member(_least_n(k, level), k, measured_n)


def controls(largest_control_n: int) -> Iterator[Member]:
    """f_{p,p}^s (σ_3² σ_4^{-2})^k with s = 1, k = 2 and s = 2, k = 1: n h grows linearly in n. Source: spec §2.2.

    n = 11, 23, 47, … up to `largest_control_n`.
    """
    for power, k in ((1, 2), (2, 1)):
        n = 11
        while n <= largest_control_n:
            yield _on_sphere(n, None, diverging_braid(n, k, power), n, k=k, power=power)
            n = 2 * n + 1


def magic(largest_n: int, points_per_decade: int, measured_n: int, genera: Sequence[int]) -> Iterator[Member]:
    """Fibres of the magic manifold s776 with fixed genus: n h / log n tends to 2 at one volume. Source: spec §3."""
    for genus in genera:
        for n in sizes(2 * genus + 6, 2, largest_n, points_per_decade, measured_n):
            x, y, z = magic_class(genus, (n - 2 * genus - 4) // 2)
            if math.gcd(z, 2 * genus + 1) == 1:
                yield Member(n, genus, 2 - 2 * genus - n, magic_terms(x, y, z), "s776", "snappy, s776", named="s776")


def magic_class(genus: int, j: int) -> tuple[int, int, int]:
    """The fibre class of genus g with n = 2j + 2g + 4 punctures, where gcd(j, 2g + 1) = 1. Source: spec §3."""
    return 2 * j + 2 * genus + 1, j + 2 * genus + 1, j


def slender(largest_genus: int) -> Iterator[Member]:
    """Fibres (g, g, -1) of the magic manifold, with three punctures: |χ| h tends to 2 log(2 + √3). Source: spec §3."""
    for genus in range(4, largest_genus + 1):
        yield Member(3, genus, -2 * genus - 1, magic_terms(genus, genus, -1), "s776", "snappy, s776", named="s776")


FAMILIES = {
    "conveyor": conveyor,
    "uneven": uneven,
    "diverging": diverging,
    "diagonal": diagonal,
    "controls": controls,
    "magic": magic,
    "slender": slender,
}


def tabulate(members: Iterable[Member], randomisations: int, seed: int) -> pd.DataFrame:
    """One row per member: entropy from the polynomial and, where there is a braid, from the map; volume by SnapPy."""
    measured = lru_cache(maxsize=None)(lambda torus: measure_named(torus, randomisations, seed))
    rows = []
    for member in progress(members, "members"):
        named = measured(member.named)["isometry_signature"] if member.named else None
        rows.append(_row(member, measured(member.torus), named))
    return pd.DataFrame(rows)


def sizes(first: int, step: int, largest: int, per_decade: int, dense: int) -> list[int]:
    """first, first + step, …: every one up to `dense`, then to `largest` about `per_decade` to a factor of ten."""
    every = range(first, min(dense, largest) + 1, step)
    start = min(max(first, dense), largest)
    grid = np.geomspace(start, largest, 1 + round(per_decade * math.log10(largest / start)))
    return sorted({*every, *(int(n) for n in first + step * ((grid - first) // step) if n >= start)})


def _on_sphere(n: int, terms: Terms | None, braid: Braid, measured_n: int, **facts) -> Member:
    """A member on the sphere with n moving and three fixed punctures; `braid` is its own, or that of a smaller one."""
    own = n <= measured_n
    source = "snappy" if own else f"snappy, n = {braid.strands - 2}"
    return Member(n, 0, -n - 1, terms, braid_name(braid.letters), source, braid=braid if own else None, **facts)


def _conveyor_member(p: int, q: int, measured_n: int) -> Member:
    n = p + q - 1
    braid = conveyor_braid(p, q) if n <= measured_n else conveyor_braid(2)
    return _on_sphere(n, conveyor_terms(p, q), braid, measured_n, p=p, named="8^4_2")


def _diverging_member(n: int, k: int, measured_n: int) -> Member:
    return _on_sphere(
        n, diverging_terms(n, k), diverging_braid(n if n <= measured_n else 11, k), measured_n, k=k, power=3
    )


def _least_n(k: int, level: float) -> int:
    """By bisection: n h / log n falls as n grows until it is near its limit 6, which it approaches from below."""
    low, high = 11 - 6, 11
    while _normalised(high, entropy(diverging_terms(high, k))) > level:
        low, high = high, 2 * high + 1
    while high - low > 6:
        middle = low + (high - low) // 12 * 6
        if _normalised(middle, entropy(diverging_terms(middle, k))) > level:
            low = middle
        else:
            high = middle
    return high


def _normalised(n: int, h: float) -> float:
    return n * h / math.log(n)


def _row(member: Member, torus: dict, named: str | None) -> dict:
    iterated = math.log(member.braid.dilatation().factor) if member.braid else None
    h = entropy(member.terms) if member.terms else iterated
    volume = torus["volume"]
    return {
        "p": member.p,
        "k": member.k,
        "power": member.power,
        "genus": member.genus,
        "n": member.n,
        "chi": member.chi,
        "dilatation": math.exp(h),
        "entropy": h,
        "normalised_entropy": _normalised(member.n, h),
        "entropy_source": "polynomial" if member.terms else "iteration",
        "entropy_iterated": iterated,
        "volume": volume,
        **{name: torus[name] for name in ("certified", "volume_low", "volume_high", "volume_digits", "uncertified")},
        "volume_source": member.volume_source,
        "solution_type": torus["solution_type"],
        "isometry_signature": torus["isometry_signature"],
        "isometric_to": member.named if named and named == torus["isometry_signature"] else None,
        "km_ratio": None if volume is None else kojima_mcshane_ratio(volume, member.chi, h),
    }
