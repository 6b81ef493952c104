"""The diverging family's mapping tori with their level curves drilled out: links of a braid, its axis and circles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
from spherogram import Crossing, Link

from threefold.tori.families import conveyor_braid
from threefold.tori.volumes import UNMEASURED, measure, seed_moves

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
    3, 4, 5 lies above them. Source: spec §2.4.
    """
    base = conveyor_braid((n + 1) // 2)
    rows = []
    for k in twists:
        link = augmented_link([*base.letters * 3, *[(3, 4), (4, 5)] * k, (3, 5)], base.strands)
        seed_moves(seed, f"drilled {k}")
        rows.append({"k": k, **measure(link.exterior(), randomisations)})
    return pd.DataFrame(rows, columns=["k", *UNMEASURED])
