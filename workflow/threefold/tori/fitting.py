"""The polynomials of the diverging family, found from a few of its members by exact linear algebra."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from flint import fmpz_mat, fmpz_poly

from threefold.tori.braids import diverging_braid
from threefold.tori.dynnikov import Braid

FITTED_N = (29, 35, 41)
"""The members that the polynomials are found from; every other one is held out."""


@cache
def diverging_polynomial(k: int, m: int = 1) -> tuple[tuple[int, int, int], ...]:
    """P_{k,m}(x, Y) with P(λ, λ^((n+1)/6)) = 0 for λ = λ(F_{n,k,m}): in row j the coefficients of Y^j in x.

    P is of degree 2 in x and the least degree possible in Y: the one solution, up to a factor, of the equations which
    say that P(x, x^((n+1)/6)) is a multiple of the minimal polynomial of λ for three n. That it holds at other n is not
    proved; the tables compare it with braids. Raises ArithmeticError if there is none, or more than one.
    Source: docs/science/tori.md#polynomials-p-k.
    """
    known = [(n, _minimal_polynomial(diverging_braid(n, k, m))) for n in FITTED_N]
    for degree in (6, 7):
        powers = [(i, j) for j in range(degree + 1) for i in range(3)]
        rows = []
        for n, modulus in known:
            remainders = [fmpz_poly([0] * (i + j * (n + 1) // 6) + [1]) % modulus for i, j in powers]
            rows += [[int(remainder[d]) for remainder in remainders] for d in range(modulus.degree())]
        solutions, dimension = fmpz_mat(rows).nullspace()
        if dimension == 1:
            found = [int(solutions[i, 0]) for i in range(len(powers))]
            unit = math.gcd(*found) * (1 if found[-3] > 0 else -1)
            return tuple(tuple(c // unit for c in found[3 * j : 3 * j + 3]) for j in range(degree + 1))
    raise ArithmeticError(f"the members n = {FITTED_N} of F_{{n,{k},{m}}} do not determine a polynomial")


def _minimal_polynomial(braid: Braid) -> fmpz_poly:
    """The irreducible factor, of the characteristic polynomial at the invariant lamination, whose root is λ."""
    growth = braid.dilatation()

    def distance(polynomial: fmpz_poly) -> float:
        """A Newton step from λ, in floating point."""
        scaled = [int(c) * growth.factor ** (i - polynomial.degree()) for i, c in enumerate(polynomial.coeffs())]
        slope = sum(i * c for i, c in enumerate(scaled))
        return abs(sum(scaled) / slope) if slope else math.inf

    matrix = fmpz_mat(np.rint(growth.piece).astype(int).tolist())
    return min((found for found, _ in matrix.charpoly().factor()[1]), key=distance)
