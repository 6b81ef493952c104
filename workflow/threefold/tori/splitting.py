"""Does an invariant lamination fill its surface? Split it until it repeats, and count the prongs of what is left.

A lamination with weights on an ideal triangulation is split by flipping the edges of greatest weight. A lamination that
a pseudo-Anosov multiplies by its stretch factor comes back, smaller by that factor, after finitely many flips (Agol,
Ideal triangulations of pseudo-Anosov mapping tori, 2011). On the way an edge may be left without weight: it joins two
regions of the complement, which become one; where both hold a puncture, or are the same, an essential curve misses the
lamination, and the class is reducible. Where that does not happen each region is a polygon with cusps around one
puncture or one singularity. The weights are rounded: a difference too near to the errors leaves the question open.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from threefold.tori.compiled import compiled
from threefold.tori.stretch import Growth

SCALE = 2.0**59  # the sum of the weights, which are integers: flips make no errors of their own
FILLS, MISSES, OPEN = 1, 0, -1


class Triangulation(NamedTuple):
    """Oriented edges 2e and 2e + 1 of an ideal triangulation: (2 edges,) int64 arrays.

    after: the next side of the triangle to the left; origin: the number of the vertex where it begins.
    """

    after: np.ndarray
    origin: np.ndarray


class Complement(NamedTuple):
    """What is left of the surface beside a lamination: whether that `fills` (None: open), and prongs if it does.

    punctures, singularities: the numbers of prongs, ascending, at the punctures and elsewhere.
    """

    fills: bool | None
    punctures: tuple[int, ...] = ()
    singularities: tuple[int, ...] = ()


def complement(triangulation: Triangulation, growth: Growth, rounds: int = 2000) -> Complement:
    """The complement of the lamination in `growth`, which a class multiplies by its factor."""
    weights = (growth.lamination / growth.lamination.sum() * SCALE).astype(np.int64)
    found = _split(*triangulation, weights, growth.factor, int(1e-12 * SCALE), rounds)
    if found[0] == OPEN and (refined := _refine(weights, growth)) is not None:
        found = _split(*triangulation, refined, growth.factor, 2, rounds)
    verdict, prongs, punctures = found
    if verdict != FILLS:
        return Complement(None if verdict == OPEN else False)
    found = np.sort(prongs[:punctures]), np.sort(prongs[punctures:])
    return Complement(True, *(tuple(part[part > 0].tolist()) for part in found))


def _refine(weights: np.ndarray, growth: Growth) -> np.ndarray | None:
    """`weights` to the last unit; None if the eigenvalue is not simple, or the matrix too large for doubles.

    One Newton step for eigenvalue and eigenvector together, from a residual computed without rounding, squares the
    error of the doubles.
    """
    if np.abs(growth.piece).max() > 2**52:
        return None
    factor, x, exact = growth.factor, weights / SCALE, weights.astype(object)
    ones = np.ones((1, x.size))
    bordered = np.block([[growth.piece - factor * np.eye(x.size), -x[:, None]], [ones, np.zeros((1, 1))]])
    scaled = growth.piece.astype(np.int64).astype(object) @ exact * int(SCALE) - int(factor * SCALE) * exact
    try:
        step = np.linalg.solve(bordered, -np.append((scaled / SCALE).astype(float), sum(exact) - int(SCALE)))[:-1]
    except np.linalg.LinAlgError:
        return None
    if np.abs(step).max() > 1e-10 * SCALE:
        return None
    return weights + np.rint(step).astype(np.int64)


@compiled
def _split(after, origin, weights, factor, error, rounds):
    """The verdict, the prongs at each vertex, and how many vertices are punctures."""
    punctures, none = origin.max() + 1, np.zeros(0, np.int64)
    if weights.min() <= error:  # an edge joins punctures
        return MISSES, none, punctures
    after, twin, origin, weight = _puncture_tripods(after, origin, weights, error)
    size = after.size
    afters, twins, origins, weight_rows = [np.empty((rounds, size), np.int64) for _ in range(4)]
    totals = np.empty(rounds, np.int64)
    first = weight[weight > 0].sum()
    for done in range(rounds):
        total = weight[weight > 0].sum()
        tolerance = 4.0 * error * first / total  # the errors grow as the weights shrink
        if tolerance > 1e-6 * total:
            return OPEN, none, punctures
        for earlier in range(done - 1, -1, -1):
            ratio = totals[earlier] / (factor * total)
            if ratio > 1 + 1e-5:
                break
            if ratio > 1 - 1e-5 and _same(
                (after, twin, origin, factor * weight),
                (afters[earlier], twins[earlier], origins[earlier], weight_rows[earlier]),
                punctures,
            ):
                return FILLS, _prongs(after, origin, weight), punctures
        afters[done], twins[done], origins[done], weight_rows[done], totals[done] = after, twin, origin, weight, total
        greatest = weight.max()
        for edge in range(size):
            if weight[edge] < greatest - tolerance:
                continue
            if not _flip(edge, after, twin, origin, weight):
                return OPEN, none, punctures
            if weight[edge] <= tolerance:
                verdict = _collapse(edge, after, twin, origin, weight, punctures)
                if verdict != FILLS:
                    return verdict, none, punctures
            elif weight[edge] < 30 * tolerance:
                return OPEN, none, punctures
    return OPEN, none, punctures


@compiled
def _puncture_tripods(after, origin, weights, error):
    """Put a vertex into each triangle where the lamination leaves a triangle free; unused edges have weight -1.

    All weights are doubled.
    """
    size = after.size
    after, origin = np.append(after, np.full(2 * size, -1)), np.append(origin, np.full(2 * size, -1))
    weight = np.full(3 * size, -1)
    weight[:size] = 2 * np.repeat(weights, 2)
    vertex, free = origin.max() + 1, size
    for start in range(size):
        sides = np.array([start, after[start], after[after[start]]])
        if start != sides.min():
            continue
        w = weight[sides]
        corners = (w.sum() - 2 * w[np.array([1, 2, 0])]) // 2  # what is cut off at the origin of each side
        if corners.min() <= 4 * error:
            continue
        for i in range(3):
            spoke, following = free + 2 * i, free + 2 * ((i + 1) % 3)
            weight[spoke] = weight[spoke + 1] = corners[i]
            origin[spoke], origin[spoke + 1] = vertex, origin[sides[i]]
            after[sides[i]], after[following + 1], after[spoke] = following + 1, spoke, sides[i]
        vertex, free = vertex + 1, free + 6
    return after, np.arange(3 * size) ^ 1, origin, weight


@compiled
def _flip(edge, after, twin, origin, weight):
    """Turn `edge` into the other diagonal of its square; False if there is no square."""
    other = twin[edge]
    a, c = after[edge], after[other]
    b, d = after[a], after[c]
    if other in (a, b):
        return False
    weight[edge] = weight[other] = max(weight[a] + weight[c], weight[b] + weight[d]) - weight[edge]
    origin[edge], origin[other] = origin[d], origin[b]
    after[b], after[c], after[edge] = c, edge, b
    after[d], after[a], after[other] = a, other, d
    return True


@compiled
def _collapse(edge, after, twin, origin, weight, punctures):
    """Shrink an edge without weight to a point, which closes up its two triangles."""
    other = twin[edge]
    stays, goes = min(origin[edge], origin[other]), max(origin[edge], origin[other])
    if stays == goes or goes < punctures:
        return MISSES
    for side in (edge, other):
        left, right = twin[after[side]], twin[after[after[side]]]
        if left == after[after[side]]:
            return OPEN
        twin[left], twin[right] = right, left
        weight[after[side]] = weight[after[after[side]]] = -1
    weight[edge] = weight[other] = -1
    origin[origin == goes] = stays
    return FILLS


@compiled
def _same(one, two, punctures):
    """Is there a homeomorphism that takes the one weighted triangulation to the other, punctures to punctures?"""
    after, twin, origin, weight = one
    near = 1e-5 * two[3].max()
    start = np.argmax(weight)
    image, stack = np.empty(after.size, np.int64), np.empty(after.size, np.int64)
    for target in range(after.size):
        image[:] = -1
        image[start], stack[0], waiting = target, start, 1
        while waiting > 0:
            waiting -= 1
            edge = stack[waiting]
            found = image[edge]
            if abs(weight[edge] - two[3][found]) > near or (origin[edge] < punctures) != (two[2][found] < punctures):
                waiting = -1
                break
            for step in range(2):
                following = after[edge] if step else twin[edge]
                expected = two[0][found] if step else two[1][found]
                if image[following] < 0:
                    image[following], stack[waiting], waiting = expected, following, waiting + 1
                elif image[following] != expected:
                    waiting = -1
                    break
            if waiting < 0:
                break
        if waiting == 0:
            return True
    return False


@compiled
def _prongs(after, origin, weight):
    """The cusps around each vertex: one for each triangle whose longest side lies opposite."""
    prongs = np.zeros(origin.max() + 1, np.int64)
    for edge in range(after.size):
        if weight[edge] >= 0:
            second = after[edge]
            if weight[edge] > max(weight[second], weight[after[second]]):
                prongs[origin[after[second]]] += 1
    return prongs
