"""Proofs of hyperbolicity: a ball around SnapPy's approximate shapes that holds a true solution, and the volume in it.

The unknowns are the shapes z_1 … z_N of the tetrahedra, the equations SnapPy's gluing equations in logarithmic form,

    Σ a_j log z_j + b_j log 1/(1 - z_j) + c_j log (z_j - 1)/z_j  = 2πi at an edge or a filled cusp, 0 at a complete one.

With principal branches these are holomorphic where Im z > 0, and a solution there glues the tetrahedra to a complete
hyperbolic structure: the arguments around each edge sum to 2π itself, not to a multiple. Such a solution is proved to
exist by Krawczyk's operator (Krawczyk 1969; for gluing equations: Hoffman, Ichihara, Kashiwagi, Masai, Oishi and
Takayasu, Experimental Mathematics 25 (2016) 66) in the ball arithmetic of Arb. Four steps:

1. N independent equations are chosen: edges, and one for each cusp.
2. The matrix of all edge equations has the rank of the chosen ones over the integers, so these imply the others.
3. A ball is mapped into its own interior by a Newton step, which has a fixed point there by Brouwer.
4. A complete cusp where one curve has logarithmic holonomy 0 has 0 for all: an incomplete torus would be the quotient
   of the plane by the lattice of its holonomies, which then had rank 1.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import NamedTuple

import flint
import numpy as np
import scipy.linalg
import snappy
from flint import acb, acb_mat, arb, fmpz_mat

BITS = 160  # of the arithmetic
DIGITS = 30  # significant digits of a volume, at most


class Certificate(NamedTuple):
    """What is proved of a hyperbolic structure.

    low, high: doubles that enclose the volume; digits: its decimals, all of them certain except for ±1 in the last.
    Without proof the first three are None and `reason` says why; with one, `reason` is None.
    """

    low: float | None
    high: float | None
    digits: str | None
    reason: str | None

    @property
    def certified(self) -> bool:
        """Whether the manifold is proved hyperbolic."""
        return self.reason is None


class Refused(Exception):
    """Why there is no certificate."""


def certify(manifold: snappy.Manifold) -> Certificate:
    """Prove that `manifold`, with its fillings, is hyperbolic and enclose its volume, or say why not."""
    try:
        with precision(BITS):
            volume = sum(map(bloch_wigner, certified_shapes(manifold)), arb(0))
            low, high = float(volume.lower()), float(volume.upper())
            digits = volume.str(DIGITS, radius=False)
            return Certificate(math.nextafter(low, 0), math.nextafter(high, math.inf), digits, None)
    except Refused as refusal:
        return Certificate(None, None, None, str(refusal))


@contextmanager
def precision(bits: int):
    """Work with `bits` bits inside the block."""
    before, flint.ctx.prec = flint.ctx.prec, bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def certified_shapes(manifold: snappy.Manifold) -> list[acb]:
    """Balls in the upper half-plane that hold one solution of all gluing equations of `manifold`; raises Refused."""
    cusps = [(cusp.is_complete, cusp.filling) for cusp in manifold.cusp_info()]
    if any(math.gcd(*map(int, slope)) != 1 for complete, slope in cusps if not complete):
        raise Refused("a filling slope is not primitive, which makes an orbifold")
    approximate = np.array([complex(z) for z in manifold.tetrahedra_shapes("rect")])
    if not (approximate.imag > 0).all():
        raise Refused("the approximate shapes are not positively oriented")
    edges, holonomies = _equations(manifold, [complete for complete, _ in cusps])
    rank = len(edges) - len(cusps)
    if fmpz_mat(edges.tolist()).rank() != rank:
        raise Refused("the edge equations do not have the expected rank")
    best = scipy.linalg.qr(_jacobian(edges, approximate).T, mode="r", pivoting=True)[1]
    shapes = _krawczyk(np.vstack([edges[np.sort(best[:rank])], *(rows[:1] for rows in holonomies)]), approximate)
    if not all(z.imag > 0 for z in shapes):
        raise Refused("a shape is not proved to be positively oriented")
    if not all(value.contains(0) for value in _residuals(np.vstack([edges, *holonomies]), shapes).entries()):
        raise AssertionError(f"{manifold}: an equation fails that the solved ones imply")
    return shapes


def bloch_wigner(z: acb) -> arb:
    """The volume of the ideal tetrahedron of shape `z`: Im Li_2(z) + arg(1 - z) log|z|."""
    return z.polylog(2).imag + (1 - z).log().imag * abs(z).log()


def _equations(manifold: snappy.Manifold, complete: list[bool]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Integer rows (p, q, r) of equations Σ p_j log z_j + q_j log 1/(1 - z_j) = πi r: of the edges, and of each cusp.

    Uses log (z - 1)/z = πi - log z - log 1/(1 - z), which holds in the upper half-plane.
    """
    rows = np.array(manifold.gluing_equations("log").list(), dtype=object)
    rows = rows.reshape(-1, 3 * manifold.num_tetrahedra())
    a, b, c = rows[:, 0::3], rows[:, 1::3], rows[:, 2::3]
    count = a.shape[1]
    # A complete cusp has two rows, for meridian and longitude; a filled one has a row for its slope.
    right = [2] * count + [r for is_complete in complete for r in ([0, 0] if is_complete else [2])]
    rows = np.hstack([a - c, b - c, (right - c.sum(axis=1))[:, None]])
    return rows[:count], np.split(rows[count:], np.cumsum([2 if is_complete else 1 for is_complete in complete])[:-1])


def _jacobian(rows: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """The derivatives of `rows` at `shapes`, in doubles."""
    p, q, _ = np.split(rows.astype(float), [len(shapes), 2 * len(shapes)], axis=1)
    return p / shapes + q / (1 - shapes)


def _residuals(rows: np.ndarray, shapes: list[acb]) -> acb_mat:
    """Left minus right side of `rows` at `shapes`, a column of balls."""
    logs = [z.log() for z in shapes] + [-(1 - z).log() for z in shapes] + [acb(0, -arb.pi())]
    return acb_mat(rows.tolist()) * acb_mat([[value] for value in logs])


def _krawczyk(rows: np.ndarray, approximate: np.ndarray) -> list[acb]:
    """Balls that hold a common solution of as many equations `rows` as there are shapes; raises Refused.

    The map x -> x - Y f(x), Y close to the inverse of f', takes the box X around x into
    x - Y f(x) + (I - Y f'(X))(X - x).
    """
    inverse = acb_mat(np.linalg.inv(_jacobian(rows, approximate)).tolist())
    x = [acb(z.real, z.imag) for z in approximate]
    size = math.inf
    while True:
        step = inverse * _residuals(rows, x)
        before, size = size, max(float(abs(entry).upper()) for entry in step.entries())
        if not size < before / 2:
            break
        x = [(z - correction).mid() for z, correction in zip(x, step.entries(), strict=True)]
    radius = arb(0, 4 * size)
    box = [z + acb(radius, radius) for z in x]
    count = len(x)
    p, q = acb_mat(rows[:, :count].tolist()), acb_mat(rows[:, count : 2 * count].tolist())
    derivative = p * _diagonal([1 / z for z in box]) + q * _diagonal([1 / (1 - z) for z in box])
    contraction = _diagonal([acb(1)] * count) - inverse * derivative
    image = acb_mat([[z] for z in x]) - step + contraction * acb_mat([[acb(radius, radius)]] * count)
    inside = all(z.contains_interior(w) for z, w in zip(box, image.entries(), strict=True))
    if not inside or not all(sum((abs(entry) for entry in row), arb(0)) < 1 for row in contraction.tolist()):
        raise Refused("Newton's method does not contract near the approximate shapes")
    return image.entries()


def _diagonal(entries: list[acb]) -> acb_mat:
    return acb_mat([[entry if i == j else 0 for j in range(len(entries))] for i, entry in enumerate(entries)])
