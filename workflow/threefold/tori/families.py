"""Families of pseudo-Anosovs: entropy of least order with bounded or unbounded volume, and what to compare them with.

On the punctured sphere, this project's own construction with the two properties that the paper proves for its own:
`conveyor` f_{p,p} and `uneven` f_{p,q}; `diverging` F_{n,k} and, twisted m times as far, `stronger` F_{n,k,m};
`diagonal` through the F_{n,k}; `diagonal_lifted`, the same on surfaces of genus g; `controls`, made like them but
without their third power, which fail.

After Kin and Takasawa, with the volume of the magic manifold or less: `magic`, fibres of fixed genus with more
punctures; `slender`, fibres of growing genus; `magic_braids`, fibres that are braids; `closed`, these braids lifted to
closed surfaces.

`direct`: words on the surface of genus 2 with n punctures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from threefold.tori.braids import conveyor_braid, diverging_braid, magic_braid
from threefold.tori.dynnikov import Braid
from threefold.tori.polynomials import Terms, conveyor_terms, diverging_terms, entropy, magic_terms
from threefold.tori.surfaces import Surface, find_surface
from threefold.tori.volumes import braid_name
from threefold.tori.words import from_braid, from_twister

WordOn = tuple[str, Surface]


@dataclass(frozen=True)
class Member:
    """One class of a family, on the surface of genus `genus` with `n` moving punctures and Euler number `chi`.

    terms: the polynomial of its dilatation, if one is known; theorem: whether it is a published theorem's.
    monodromy: the class itself, where it is to be iterated: a braid, or a word on a surface.
    torus: SnapPy's name of its mapping torus, or the word that makes it, or that of a manifold known to be isometric
    (`volume_source` says which); degree: of the cover that the mapping torus is of it. named: a manifold of SnapPy's
    tables to compare with. p: of f_{p,q}. k, m, power: of F_{n,k,m}, the twist pairs, how far they twist, and how often
    f_{p,p} comes before them.
    """

    n: int
    genus: int
    chi: int
    terms: Terms | None
    torus: str | WordOn
    volume_source: str
    theorem: bool = False
    p: int | None = None
    k: int | None = None
    m: int | None = None
    power: int | None = None
    monodromy: Braid | WordOn | None = None
    named: str | None = None
    degree: int = 1


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
            yield _diverging_member(n, k, 1, measured_n)


def stronger(
    largest_n: int, points_per_decade: int, measured_n: int, twists: Iterable[tuple[int, int]]
) -> Iterator[Member]:
    """F_{n,k,m} for k, m in `twists`, m > 1: the same limit 6, and mapping tori that depend on k and m alone."""
    for k, m in twists:
        for n in sizes(11, 6, largest_n, points_per_decade, measured_n):
            yield _diverging_member(n, k, m, measured_n)


def diagonal(level: float, largest_k: int, measured_n: int) -> Iterator[Member]:
    """For k = 0 … `largest_k` the F_{n,k} with the least n that has n h / log n <= `level`."""
    for k in range(largest_k + 1):
        yield _diverging_member(_least_n(k, level), k, 1, measured_n)


def diagonal_lifted(level: float, largest_k: int, measured_n: int, genus: int) -> Iterator[Member]:
    """The diagonal sequence lifted to genus g with d n + 3 punctures, d = 2g + 1: the same entropy, d times the volume.

    The covers themselves are built in `lifts`; here a cover of degree d has d times the volume.
    Source: docs/science/tori.md#cyclic-cover.
    """
    degree = 2 * genus + 1
    for member in diagonal(level, largest_k, measured_n):
        n = degree * member.n + 3
        source = f"{degree} × {member.volume_source}"
        yield Member(
            n, genus, 2 - 2 * genus - n, member.terms, member.torus, source, k=member.k, m=1, power=3, degree=degree
        )


def controls(largest_control_n: int) -> Iterator[Member]:
    """f_{p,p}^s (σ_3² σ_4^{-2})^k with s = 1, k = 2 and s = 2, k = 1: n h grows linearly in n.

    n = 11, 23, 47, … up to `largest_control_n`. Source: docs/science/tori.md#third-power-needed.
    """
    for power, k in ((1, 2), (2, 1)):
        n = 11
        while n <= largest_control_n:
            yield _on_sphere(n, None, diverging_braid(n, k, 1, power), n, k=k, m=1, power=power)
            n = 2 * n + 1


def magic(largest_n: int, points_per_decade: int, measured_n: int, genera: Sequence[int]) -> Iterator[Member]:
    """Fibres of the magic manifold s776 with fixed genus: n h / log n tends to 2 at one volume.

    Source: docs/science/tori.md#magic-family.
    """
    for genus in genera:
        for n in sizes(2 * genus + 6, 2, largest_n, points_per_decade, measured_n):
            x, y, z = magic_class(genus, (n - 2 * genus - 4) // 2)
            if math.gcd(z, 2 * genus + 1) == 1:
                yield _magic_member(n, genus, (x, y, z))


def magic_class(genus: int, j: int) -> tuple[int, int, int]:
    """The fibre class of genus g with n = 2j + 2g + 4 punctures, where gcd(j, 2g + 1) = 1.

    Source: docs/science/tori.md#magic-family.
    """
    return 2 * j + 2 * genus + 1, j + 2 * genus + 1, j


def slender(largest_genus: int) -> Iterator[Member]:
    """Fibres (g, g, -1) of the magic manifold, with three punctures: |χ| h tends to 2 log(2 + √3).

    Source: docs/science/tori.md#slender-family.
    """
    for genus in range(4, largest_genus + 1):
        yield _magic_member(3, genus, (genus, genus, -1))


def magic_braids(largest_strands: int) -> Iterator[Member]:
    """T_{m,p} for all m up to `largest_strands` and p < m - 1 prime to m - 1: fibres of the magic manifold.

    T_{m,p} is the class (m - 1 - y, y, 0) with p y ≡ ±1 mod m - 1. Source: docs/science/tori.md#magic-braids.
    """
    for strands in range(4, largest_strands + 1):
        for power in range(1, strands - 1):
            if math.gcd(power, strands - 1) == 1:
                y = pow(power, -1, strands - 1)
                braid = magic_braid(strands, power)
                terms = magic_terms(strands - 1 - y, y, 0)
                torus = braid_name(braid.letters)
                facts = {"theorem": True, "p": power, "monodromy": braid, "named": "s776"}
                yield Member(strands, 0, 1 - strands, terms, torus, "snappy", **facts)


def closed(largest_closed_genus: int) -> Iterator[Member]:
    """T_{2g+1,p} lifted to closed surfaces, σ_i to the twist about the i-th curve of a chain: entropy of order 1/g.

    Of the classes (2g - y, y, 0), y = g - 1 or g - 2, whichever is odd; p y ≡ -1 mod 2g.
    Source: docs/science/tori.md#closed-family.
    """
    for genus in range(2, largest_closed_genus + 1):
        y = max(1, genus - 1 if genus % 2 == 0 else genus - 2)
        power = pow(-y, -1, 2 * genus)
        braid, surface = magic_braid(2 * genus + 1, power), find_surface(f"S_{genus}_0")
        torus = from_braid(braid.letters, surface), surface
        terms = magic_terms(2 * genus - y, y, 0)
        yield Member(0, genus, 2 - 2 * genus, terms, torus, "snappy", True, power, monodromy=braid)


def direct(largest_direct_n: int) -> Iterator[Member]:
    """Chains of twists and half twists on S_{2,n}, the last half twists inverted; small n only.

    Source: docs/science/tori.md#direct-words.

    c b3 b2 b1 a1 t1 … t_{p-1} T_p … T_{n-1} in Twister's names, p <= n / 2, with c and without it.
    """
    for n in range(4, largest_direct_n + 1):
        surface = find_surface(f"S_2_{n}")
        for lead in (["c"], []):
            for p in range(1, n // 2 + 1):
                names = [*lead, "b3", "b2", "b1", "a1", *(f"{'t' if i < p else 'T'}{i}" for i in range(1, n))]
                torus = from_twister("*".join(names), surface), surface
                yield Member(n, 2, -2 - n, None, torus, "snappy", p=p, monodromy=torus)


FAMILIES = {
    family.__name__: family
    for family in (
        conveyor,
        uneven,
        diverging,
        stronger,
        diagonal,
        diagonal_lifted,
        controls,
        magic,
        slender,
        magic_braids,
        closed,
        direct,
    )
}


def sizes(first: int, step: int, largest: int, per_decade: int, dense: int) -> list[int]:
    """first, first + step, …: every one up to `dense`, then to `largest` about `per_decade` to a factor of ten."""
    every = range(first, min(dense, largest) + 1, step)
    start = min(max(first, dense), largest)
    grid = np.geomspace(start, largest, 1 + round(per_decade * math.log10(largest / start)))
    return sorted({*every, *(int(n) for n in first + step * ((grid - first) // step) if n >= start)})


def normalised_entropy(n: int, h: float) -> float:
    """n h / log n."""
    return n * h / math.log(n)


def _on_sphere(n: int, terms: Terms | None, braid: Braid, measured_n: int, **facts) -> Member:
    """A member on the sphere with n moving and three fixed punctures; `braid` is its own, or that of a smaller one."""
    own = n <= measured_n
    source = "snappy" if own else f"snappy, n = {braid.strands - 2}"
    return Member(n, 0, -n - 1, terms, braid_name(braid.letters), source, monodromy=braid if own else None, **facts)


def _conveyor_member(p: int, q: int, measured_n: int) -> Member:
    n = p + q - 1
    braid = conveyor_braid(p, q) if n <= measured_n else conveyor_braid(2)
    return _on_sphere(n, conveyor_terms(p, q), braid, measured_n, p=p, named="8^4_2")


def _diverging_member(n: int, k: int, m: int, measured_n: int) -> Member:
    braid = diverging_braid(n if n <= measured_n else 11, k, m)
    return _on_sphere(n, diverging_terms(n, k, m), braid, measured_n, k=k, m=m, power=3)


def _magic_member(n: int, genus: int, fibre: tuple[int, int, int]) -> Member:
    return Member(n, genus, 2 - 2 * genus - n, magic_terms(*fibre), "s776", "snappy, s776", True, named="s776")


def _least_n(k: int, level: float) -> int:
    """By bisection: n h / log n falls as n grows until it is near its limit 6, which it approaches from below."""
    low, high = 11 - 6, 11
    while normalised_entropy(high, entropy(diverging_terms(high, k))) > level:
        low, high = high, 2 * high + 1
    while high - low > 6:
        middle = low + (high - low) // 12 * 6
        if normalised_entropy(middle, entropy(diverging_terms(middle, k))) > level:
            low = middle
        else:
            high = middle
    return high
