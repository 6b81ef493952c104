"""Ideal triangulations of surfaces, and flipper's mapping classes of their generators."""

from __future__ import annotations

from functools import cache

import flipper
import numpy as np
from flipper.kernel import EquippedTriangulation

from threefold.tori.splitting import Triangulation
from threefold.tori.surfaces import Surface
from threefold.tori.words import to_flipper


@cache
def equip(surface: Surface) -> EquippedTriangulation:
    """flipper's triangulation of `surface`, or of the sphere below a closed one."""
    if surface.kind == "named":
        return flipper.load(surface.name)
    if surface.kind == "squares":
        return _square(surface.genus, surface.punctures, surface.letters)
    return flipper.load(f"SB_{surface.curves_on[1]}")


def generator(surface: Surface, letter: str) -> flipper.kernel.Encoding:
    """The mapping class of one letter."""
    return equip(surface).mapping_class(to_flipper(letter, surface))


@cache
def oriented_edges(surface: Surface) -> Triangulation:
    """The triangulation of `equip` as arrays: flipper's edge e is 2e, its opposite ~e is 2e + 1."""
    triangulation = equip(surface).triangulation
    after, origin = np.empty((2, 2 * triangulation.zeta), dtype=np.int64)
    for triangle in triangulation:
        for edge, following in zip(triangle.edges, triangle.edges[1:] + triangle.edges[:1], strict=True):
            after[2 * edge.index + (edge.label < 0)] = 2 * following.index + (following.label < 0)
            origin[2 * edge.index + (edge.label < 0)] = triangulation.vertices.index(edge.source_vertex)
    return Triangulation(after, origin)


def _square(genus: int, punctures: int, letters: str) -> EquippedTriangulation:
    """S_{g,n} from a square for each crossing of its curves, cut along a diagonal.

    The curves a_0 … a_{n-1} cross b_1, which crosses b_2, and so on to b_{2g-1}. They cut the surface into n discs with
    a puncture each, so the squares dual to their crossings, with corners in the punctures, fill it. In each square one
    of two crossing curves runs from west to east, the other from south to north. Of s squares, edge i < 2s is where the
    i-th step of a curve leaves a square; edge 2s + k is the diagonal of square k from south-west to north-east.
    """
    squares = punctures + 2 * genus - 2
    vertical, horizontal = [(k, False) for k in range(squares)], [(k, True) for k in range(squares)]
    parallels = [[horizontal[k]] for k in range(punctures)]
    links = [[vertical[k], horizontal[k + 1]] for k in range(punctures, squares - 1)]
    first = vertical[:punctures] + ([horizontal[punctures]] if genus > 1 else [])
    curves = [*parallels, first, *links, *([[vertical[squares - 1]]] if genus > 1 else [])]

    leave, enter, steps, edge = {}, {}, [], 0
    for curve in curves:
        steps.append(range(edge, edge + len(curve)))
        for step, target in zip(curve, curve[1:] + curve[:1], strict=True):
            leave[step], enter[target] = edge, ~edge
            edge += 1
    triangles = []
    for k in range(squares):
        west, south, east, north = enter[k, True], enter[k, False], leave[k, True], leave[k, False]
        triangles += [(south, east, ~(edge + k)), (edge + k, north, west)]
    triangulation = flipper.create_triangulation(triangles)

    def weights(edges, crossed):
        vector = np.zeros(3 * squares, dtype=int)
        np.add.at(vector, [*edges, *(edge + k for k in crossed)], 1)
        return triangulation.lamination(vector.tolist())

    twists = [weights(edges, [k for k, _ in curve]) for edges, curve in zip(steps, curves, strict=True)]
    chain, parallels = [twists[0], *twists[punctures:]], twists[1:punctures]
    if genus > 1:
        # The boundary of a neighbourhood of a_0, b_1 and b_2 that meets no other a_i: beside a_0, twice along b_1
        # between a_0 and b_2, and beside b_2. Where it turns it cuts two corners, one of them on the diagonal.
        beside = [*steps[0], *[steps[punctures][-1]] * 2, *steps[punctures + 1]]
        chain.append(weights(beside, [0, punctures, punctures + 1]))
    arcs = [_around(triangulation, steps[i][0]) for i in range(1, punctures) if punctures > 2]
    encodings = [curve.encode_twist() for curve in chain + parallels] + [curve.encode_halftwist() for curve in arcs]
    return EquippedTriangulation(triangulation, {}, dict(zip(letters, encodings, strict=True)))


def _around(triangulation: flipper.kernel.Triangulation, arc: int) -> flipper.kernel.Lamination:
    """The curve around the edge `arc`: it crosses every other edge near each end that the two share."""
    tips = {edge.index: (edge.source_vertex, edge.target_vertex) for edge in triangulation.positive_edges}
    weights = [sum(tip in tips[arc] for tip in tips[edge]) for edge in range(triangulation.zeta)]
    weights[arc] = 0
    return triangulation.lamination(weights)
