"""A surface seen from the front, with the curves of its generators: where everything lies on the page.

The holes stand in a row. A twist curve runs around a hole, or from a hole to the next or to the rim and back behind the
page. The parallels of the first curve and the punctures between them lie around the first hole.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from threefold.tori.surfaces import NAMED, Surface

HOLE, AROUND, MARKED, RIM = 0.34, 0.62, 1.02, 1.45  # radii: of a hole, a curve around it, a puncture, the rim
STEP = 2.3  # between holes


@dataclass(frozen=True)
class Curve:
    """The curve or arc of one generator.

    kind: a circle around a hole, a loop in front of and behind the surface, an arc between punctures. points: (m, 2)
    the part in front; behind: (m, 2) the part behind, of a loop. label: where its name stands.
    """

    kind: Literal["circle", "loop", "arc"]
    points: np.ndarray
    behind: np.ndarray | None
    label: tuple[float, float]


@dataclass(frozen=True)
class Roles:
    """The letters of the chain of 2g curves, parallels of its first, the curve across its fourth, and half twists."""

    chain: str
    parallels: str
    extra: str
    half_twists: str


def roles(surface: Surface) -> Roles:
    """The parts that the generators of `surface` play, of genus at least 1."""
    letters, chain = surface.letters, 2 * surface.genus
    if surface.name not in NAMED:
        named = list(zip(letters, surface.names, strict=True))
        extra = "".join(letter for letter, name in named if name == "c")
        parallels = "".join(letter for letter, name in named[chain:] if name[0] == "a")
        return Roles(letters[:chain], parallels, extra, "".join(letter for letter, name in named if name[0] == "t"))
    if surface.genus == 1:
        return Roles("ab", letters[2:3], "", letters[3:4])
    return Roles(letters[chain - 1 :: -1], letters[chain], letters[chain + 1], "")


def lay_out(surface: Surface) -> dict[str, Curve]:
    """Each generator's curve."""
    part = roles(surface)
    angles, _ = _fan(surface, part)
    curves = {
        letter: _meridian(0, angle) for letter, angle in zip(part.chain[0] + part.parallels, angles, strict=False)
    }
    for i, letter in enumerate(part.chain[1:], 1):
        hole = (i - 1) // 2
        curves[letter] = _around(hole) if i % 2 else _link(hole)
    for letter in part.extra:
        curves[letter] = _meridian(1, 90)
    marked = puncture_angles(surface)
    for letter, ends in zip(part.half_twists, pairwise(marked), strict=False):
        curves[letter] = _half_twist(*ends)
    return {letter: curves[letter] for letter in surface.letters}


def puncture_angles(surface: Surface) -> list[float]:
    """Where the punctures lie around the first hole, in degrees."""
    angles, after = _fan(surface, roles(surface))
    between = [(one + other) / 2 for one, other in pairwise(angles)]
    return [*between, after][: surface.punctures]


def rim(surface: Surface) -> np.ndarray:
    """(m, 2) the outline of the surface."""
    right, quarter = STEP * (surface.genus - 1), np.radians(np.linspace(-90, 90, 60))
    cap = RIM * np.column_stack([np.cos(quarter), np.sin(quarter)])
    return np.vstack([cap + np.array([right, 0]), -cap, [[right, -RIM]]])


def _fan(surface: Surface, part: Roles) -> tuple[list[float], float]:
    """Angles of the first curve of the chain and its parallels, and of the puncture after the last of them."""
    count = 1 + len(part.parallels)
    if surface.genus == 1:
        angles = [120 + 360 / count * i for i in range(count)] if count > 1 else [180]
        return angles, angles[-1] + 180 / count
    if count == 1:
        return [180], 270
    return list(np.linspace(105, 245, count)), 285


def at(hole: int, angle: float, radius: float) -> np.ndarray:
    """The point at `angle`, in degrees, and `radius` from the middle of a hole."""
    turn = np.radians(angle)
    return np.array([STEP * hole + radius * np.cos(turn), radius * np.sin(turn)])


def _bowed(start: np.ndarray, end: np.ndarray, bow: float) -> np.ndarray:
    time = np.linspace(0, 1, 40)[:, None]
    across = np.array([start[1] - end[1], end[0] - start[0]])
    return start + (end - start) * time + bow * np.sin(np.pi * time) * across


def _meridian(hole: int, angle: float) -> Curve:
    start, end = at(hole, angle, HOLE), at(hole, angle, RIM)
    label = at(hole, angle, RIM + 0.2)
    return Curve("loop", _bowed(start, end, -0.09), _bowed(start, end, 0.09), tuple(label))


def _link(hole: int) -> Curve:
    start, end = at(hole, 0, HOLE), at(hole + 1, 180, HOLE)
    label = (STEP * (hole + 0.5), -0.28)
    return Curve("loop", _bowed(start, end, -0.07), _bowed(start, end, 0.07), label)


def _around(hole: int) -> Curve:
    circle = np.array([at(hole, angle, AROUND) for angle in np.linspace(0, 360, 121)])
    return Curve("circle", circle, None, tuple(at(hole, 60 if hole == 0 else 315, AROUND + 0.17)))


def _half_twist(start: float, end: float) -> Curve:
    arc = np.array([at(0, angle, MARKED) for angle in np.linspace(start, end, 40)])
    return Curve("arc", arc, None, tuple(at(0, start + 0.28 * (end - start), MARKED + 0.19)))
