"""Cyclic covers of the punctured disc that unwrap its first and last puncture and its boundary, and lifts to them.

Of degree d = 2g + 1 over the disc with N strands: the three are ramified fully, loops around them step 1, 1 and -2
sheets up, and the other n = N - 2 punctures have d copies each. So the cover has genus g and d n + 3 punctures
(Riemann and Hurwitz). A braid that fixes the three and becomes trivial without the others lifts.
Source: docs/science/tori.md#cyclic-cover.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
import snappy
from flint import fmpz_mat
from flipper.kernel import Triangulation
from flipper.kernel.moves import EdgeFlip

from threefold.tori.dynnikov import Braid
from threefold.tori.flips import FlipMap
from threefold.tori.stretch import Growth, penner_bound, stretch_factor
from threefold.tori.surfaces import Surface, find_surface
from threefold.tori.triangulations import equip, generator
from threefold.tori.volumes import braid_name
from threefold.tori.words import from_braid

Sheets = dict[int, np.ndarray]
"""For each oriented edge of a triangulation (flipper's label) and each sheet j of the triangle on its left, which edge
of the cover lies over it there."""


@dataclass(frozen=True)
class Lift:
    """A lift of a braid: how it acts on the edge coordinates of the cover, whose genus and punctures were counted."""

    action: FlipMap
    genus: int
    punctures: int

    def dilatation(self) -> Growth:
        """The growth rate on laminations of the cover."""
        # Weights between 1 and 2 obey the triangle inequalities and so are a lamination; it has no symmetry.
        start = 1 + np.modf(np.arange(1, self.action.order.size + 1) * np.sqrt(2))[0]
        return stretch_factor(self.action, start, penner_bound(self.genus, self.punctures))


def lift_braid(braid: Braid, degree: int, deck: int = 0) -> Lift:
    """The lift of `braid` to the cover of odd `degree` that moves the first triangle's sheets up by `deck`.

    Raises ValueError if the braid does not lift.
    """
    surface = find_surface(f"D_{braid.strands}")
    base = equip(surface).triangulation
    triangles = [tuple(triangle.labels) for triangle in base]
    start = sheets = _unwrap(base, _branch_points(surface), degree)
    flips = []
    for letter in from_braid(braid.letters, surface):
        for move in reversed(generator(surface, letter).sequence):
            if isinstance(move, EdgeFlip):
                sheets, lifted = _flip(sheets, move.edge_label, [edge.label for edge in move.square])
                flips.append(lifted)
            else:
                sheets = {move.label_map[label]: edges for label, edges in sheets.items()}
    order = np.empty(degree * base.zeta, dtype=np.int64)
    for triangle, offset in _offsets(start, sheets, triangles, degree, deck).items():
        for label in triangles[triangle]:
            order[start[label]] = np.roll(sheets[label], -offset)
    punctures = _count_punctures(start, triangles)
    euler = punctures - degree * base.zeta + degree * len(triangles)
    return Lift(FlipMap(np.vstack(flips), order), (2 - euler) // 2, punctures)


def cover_torus(braid: Braid, degree: int, deck: int = 0, fill: bool = False) -> snappy.Manifold:
    """The mapping torus of a lift of `braid`, as a cover of the braid's; `deck` numbers the lifts.

    fill: close the three punctures over the branch points. SnapPy's random moves are not seeded here.
    """
    torus = snappy.Manifold(braid_name(braid.letters))
    cusps = _cusps_of_strands(braid)
    ends, axis = (cusps[0], cusps[-1]), torus.num_cusps() - 1
    if fill:
        for cusp in ends:
            torus.dehn_fill((degree, 0), cusp)  # cone angle 2π/d, smooth in the cover
        torus.dehn_fill((0, degree), axis)  # the axis' longitude goes around the disc
    group = torus.fundamental_group()
    steps = {**dict.fromkeys(range(axis), 0), **dict.fromkeys(ends, 1), axis: deck}
    # In homology, where the meridians are a basis; their Hermite form expresses the generators by them.
    words = [(group.meridian(cusp), step) for cusp, step in steps.items()] + [(word, 0) for word in group.relators()]
    rows = [[_exponent(word, letter) for letter in group.generators()] + [step] for word, step in words]
    hermite = fmpz_mat([*rows, [0] * group.num_generators() + [degree]]).hnf()
    moves = [int(hermite[i, group.num_generators()]) for i in range(group.num_generators())]
    cover = torus.cover([[(sheet + move) % degree for sheet in range(degree)] for move in moves])
    return cover.filled_triangulation() if fill else cover


def _exponent(word: str, letter: str) -> int:
    return word.count(letter) - word.count(letter.upper())


def _cusps_of_strands(braid: Braid) -> list[int]:
    """Which cusp of the mapping torus each strand runs into: SnapPy numbers them by their first strands."""
    place = list(range(braid.strands))
    for letter in braid.letters:
        i = abs(letter) - 1
        place[i], place[i + 1] = place[i + 1], place[i]
    cusps, count = [-1] * braid.strands, 0
    for strand in range(braid.strands):
        while cusps[strand] < 0:
            cusps[strand] = count
            strand = place[strand]
        count = max(cusps) + 1
    return cusps


def _branch_points(surface: Surface) -> tuple[int, int, int]:
    """flipper's labels of the first puncture, the last one, and the boundary."""
    moved = [_moved_punctures(surface, letter) for letter in surface.letters]
    (first,), (last,) = moved[0] - moved[1], moved[-1] - moved[-2]
    (boundary,) = {vertex.label for vertex in equip(surface).triangulation.vertices}.difference(*moved)
    return first, last, boundary


def _moved_punctures(surface: Surface, letter: str) -> set[int]:
    """The punctures that a generator exchanges: flips keep them, an isometry tells where they are."""
    place = {vertex.label: vertex.label for vertex in equip(surface).triangulation.vertices}
    for move in reversed(generator(surface, letter).sequence):
        if not isinstance(move, EdgeFlip):
            tip = {edge.label: edge.source_vertex.label for edge in move.source_triangulation.edges}
            goes = {
                tip[move.inverse_label_map[edge.label]]: edge.source_vertex.label
                for edge in move.target_triangulation.edges
            }
            place = {vertex: goes[at] for vertex, at in place.items()}
    return {vertex for vertex, at in place.items() if at != vertex}


def _unwrap(base: Triangulation, branch_points: tuple[int, int, int], degree: int) -> Sheets:
    """The cover: who crosses the edge paths from the first two branch points to the third changes the sheet."""
    first, last, boundary = branch_points
    step = dict.fromkeys(base.labels, 0)
    for point in (first, last):
        for label in _edge_path(base, point, boundary):
            step[label] += 1
            step[~label] -= 1
    left = {label: degree * label + np.arange(degree) for label in base.labels if label >= 0}
    return left | {~label: np.roll(edges, step[label]) for label, edges in left.items()}


def _edge_path(base: Triangulation, start: int, end: int) -> list[int]:
    """Labels of edges that lead from one puncture to another."""
    came, queue = {start: None}, deque([start])
    while end not in came:
        at = queue.popleft()
        for edge in base.edges:
            if edge.source_vertex.label == at and edge.target_vertex.label not in came:
                came[edge.target_vertex.label] = edge
                queue.append(edge.target_vertex.label)
    path = []
    while (edge := came[end]) is not None:
        path.append(edge.label)
        end = edge.source_vertex.label
    return path


def _step(sheets: Sheets, label: int) -> int:
    """By how many sheets one goes up from the left of an edge to its right."""
    return int(np.flatnonzero(sheets[~label] == sheets[label][0])[0])


def _flip(sheets: Sheets, edge: int, square: list[int]) -> tuple[Sheets, np.ndarray]:
    """Flip all edges over `edge`; both new triangles count their sheets from the triangle on its left."""
    a, b, c, d = square
    step = _step(sheets, edge)
    sheets = sheets | {label: np.roll(sheets[label], -step) for label in (c, d)} | {~edge: sheets[edge]}
    return sheets, np.column_stack([sheets[label] for label in (edge, a, b, c, d)])


def _offsets(start: Sheets, end: Sheets, triangles: list[tuple], degree: int, deck: int) -> dict[int, int]:
    """By how much the sheets of each triangle are counted higher at the end than at the start."""
    owner = {label: i for i, triangle in enumerate(triangles) for label in triangle}
    offsets, queue = {0: deck}, deque([0])
    while queue:
        triangle = queue.popleft()
        for label in triangles[triangle]:
            beyond, offset = owner[~label], offsets[triangle] + _step(end, label) - _step(start, label)
            if beyond not in offsets:
                offsets[beyond] = offset % degree
                queue.append(beyond)
            elif offsets[beyond] != offset % degree:
                raise ValueError("the braid does not lift to the cover")
    return offsets


def _count_punctures(sheets: Sheets, triangles: list[tuple]) -> int:
    """The orbits of oriented edges under a turn about their source, edge by edge."""
    turn = {}
    for one, two, three in triangles:
        for label, previous in ((one, three), (two, one), (three, two)):
            for sheet, edge in enumerate(sheets[label]):
                turn[label, edge] = ~previous, sheets[previous][sheet]
    seen, count = set(), 0
    for at in turn:
        count += at not in seen
        while at not in seen:
            seen.add(at)
            at = turn[at]
    return count
