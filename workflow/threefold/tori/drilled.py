"""The diverging family's mapping tori with their level curves drilled out: links of a braid, its axis and circles."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd
import snappy
from spherogram import Crossing, Link

from threefold.tori.braids import conveyor_braid, diverging_braid
from threefold.tori.volumes import POSITIVE, UNMEASURED, braid_name, measure, measure_named, seed_moves

Circle = tuple[int, int]
"""An unknotted circle around the strands i … j, counted from 1."""


def augmented_link(tokens: Iterable[int | Circle], strands: int) -> Link:
    """The closure of a braid with circles around strands at some levels, and the braid axis.

    tokens, from bottom to top: i for σ_i, -i for its inverse, (i, j) for a circle around the strands i … j.
    """
    crossings, bottom, top = [], [None] * strands, [None] * strands

    def climb(strand: int, crossing: Crossing, enter: int, leave: int) -> None:
        if top[strand] is None:
            bottom[strand] = crossing, enter
        else:
            other, slot = top[strand]
            other[slot] = crossing[enter]
        top[strand] = crossing, leave

    def cross(left: int, positive: bool) -> None:
        crossings.append(Crossing())  # slots counter-clockwise from where the lower strand comes in
        over, under = (left, left + 1) if positive else (left + 1, left)
        climb(under, crossings[-1], 0, 2)
        climb(over, crossings[-1], 3 if positive else 1, 1 if positive else 3)
        top[left], top[left + 1] = top[left + 1], top[left]

    def encircle(first: int, last: int) -> None:
        front, back = [Crossing() for _ in range(first, last + 1)], [Crossing() for _ in range(first, last + 1)]
        for strand, before, behind in zip(range(first, last + 1), front, back, strict=True):
            climb(strand, before, 0, 2)  # the circle passes in front, from slot 3 to slot 1
            climb(strand, behind, 1, 3)  # and behind, from slot 2 to slot 0
        for i in range(last - first):
            front[i][1], back[i][2] = front[i + 1][3], back[i + 1][0]
        front[-1][1], front[0][3] = back[-1][2], back[0][0]
        crossings.extend(front + back)

    for token in tokens:
        if isinstance(token, tuple):
            encircle(token[0] - 1, token[1] - 1)
        else:
            cross(abs(token) - 1, token > 0)
    encircle(0, strands - 1)  # the axis
    for (crossing, slot), (start, enter) in zip(top, bottom, strict=True):
        crossing[slot] = start[enter]
    return Link(crossings)


def drill(twists: Sequence[int], randomisations: int, seed: int, n: int = 11) -> pd.DataFrame:
    """For each k in `twists` the manifold from which every F_{n,k,m} comes by filling, with its volume.

    The powers of σ_3² and σ_4^{-2} become circles around the strands 3, 4 and 4, 5, k times each; a circle around
    3, 4, 5 lies above them. Source: docs/science/tori.md#drilled-manifolds.
    """
    rows = []
    for k in twists:
        link = _drilled_link(k, n, [(3, 5)])
        seed_moves(seed, f"drilled {k}")
        rows.append({"k": k, **measure(link.exterior(), randomisations)})
    return pd.DataFrame(rows, columns=["k", *UNMEASURED])


def fill(twists: Sequence[int], strengths: Sequence[int], randomisations: int, seed: int, n: int = 11) -> pd.DataFrame:
    """The mapping torus of F_{n,k,m} for each k in `twists` and m in `strengths`, as a filling of a drilled manifold.

    Drilled are the 2k circles, without the one around all three strands. slope_length: of the shortest of the slopes
    ∓1/m, on disjoint cusps of equal size; computed, not certified. lower_bound: (1 - (2π / slope_length)²)^{3/2} times
    the drilled volume, where the slopes are longer than 2π (Futer, Kalfagianni and Purcell).
    Source: docs/science/tori.md#futer-kalfagianni-purcell.
    """
    rows = []
    for k in twists:
        link = _drilled_link(k, n)
        circles = [i for i, component in enumerate(link.link_components) if len(component) == 4]
        seed_moves(seed, f"filled {k}")
        drilled = link.exterior()
        volume = measure(drilled, randomisations)["volume"]
        translations = _translations(drilled, circles, randomisations)
        for m in strengths:
            slopes = [sign * meridian + m * longitude for meridian, longitude in translations for sign in (1, -1)]
            length = min(float(abs(slope)) for slope in slopes)
            shrink = 1 - (2 * math.pi / length) ** 2
            torus = measure_named(braid_name(diverging_braid(n, k, m).letters), randomisations, seed)
            rows.append(
                {
                    "k": k,
                    "m": m,
                    **{column: torus[column] for column in ("volume", "certified", "volume_low", "volume_high")},
                    "drilled_volume": volume,
                    "slope_length": length,
                    "lower_bound": volume * shrink**1.5 if shrink > 0 else None,
                }
            )
    return pd.DataFrame(rows)


def _drilled_link(k: int, n: int, above: Sequence[Circle] = ()) -> Link:
    """f_{p,p}^3 with k pairs of circles around the strands 3, 4 and 4, 5, then `above`."""
    base = conveyor_braid((n + 1) // 2)
    return augmented_link([*base.letters * 3, *[(3, 4), (4, 5)] * k, *above], base.strands)


def _translations(manifold: snappy.Manifold, cusps: Sequence[int], randomisations: int) -> list[tuple]:
    """Meridian and longitude as complex numbers, on disjoint cusps of equal size, as large as they can be."""
    for _ in range(randomisations):
        if manifold.solution_type() == POSITIVE:
            break
        manifold.randomize()
    neighbourhood = manifold.cusp_neighborhood()
    for cusp in cusps:
        neighbourhood.set_tie(cusp, True)
    neighbourhood.set_displacement(neighbourhood.stopping_displacement(cusps[0]), cusps[0])
    return [neighbourhood.translations(cusp) for cusp in cusps]
