"""Entropies as largest roots of sparse polynomials, and the polynomials of the families."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from flint import arb

from threefold.tori.certify import BITS, precision
from threefold.tori.fitting import diverging_polynomial

Terms = Mapping[int, int]
"""A polynomial: exponent -> coefficient. Exponents may be as large as 10^8 and beyond."""


def conveyor_terms(p: int, q: int) -> Terms:
    """The polynomial of λ(f_{p,q}): x^{p+q} - x^{p+q-1} - 2x^p - 2x^q - x + 1.

    Source: docs/science/tori.md#conveyor-polynomial.
    """
    terms: dict[int, int] = {}
    for exponent, coefficient in ((p + q, 1), (p + q - 1, -1), (p, -2), (q, -2), (1, -1), (0, 1)):
        terms[exponent] = terms.get(exponent, 0) + coefficient
    return terms


def diverging_terms(n: int, k: int, m: int = 1) -> Terms:
    """P_{k,m}(x, x^((n+1)/6)) for λ(F_{n,k,m}), n ≡ 5 mod 6.

    Source: docs/science/tori.md#polynomials-p-k.
    """
    step = (n + 1) // 6
    terms: dict[int, int] = {}
    for j, row in enumerate(diverging_polynomial(k, m)):
        for i, coefficient in enumerate(row):
            terms[i + j * step] = terms.get(i + j * step, 0) + coefficient
    return terms


def magic_terms(x: int, y: int, z: int) -> Terms:
    """The polynomial of the fibre class (x, y, z) of the magic manifold, Kin and Takasawa.

    Source: docs/science/tori.md#magic-polynomial.
    """
    terms: dict[int, int] = {}
    for exponent, sign in ((x + y - z, 1), (x, -1), (y, -1), (x - z, -1), (y - z, -1), (0, 1)):
        terms[exponent] = terms.get(exponent, 0) + sign
    return terms


def entropy(terms: Terms) -> float:
    """log of the largest real root above 1 of `terms`, to double precision.

    Works in h = log x, where exponents of 10^8 do no harm. A grid finds the root; halving its bracket in ball
    arithmetic proves a change of sign between neighbouring doubles. Raises ValueError if there is none.
    """
    terms = {exponent: coefficient for exponent, coefficient in terms.items() if coefficient}
    top = max(terms)
    exponents, coefficients = np.array(list(terms)) - top, np.array(list(terms.values()), dtype=float)
    h = np.geomspace(20, 1e-3 / top, 4000)
    positive = np.exp(np.outer(h, exponents)) @ coefficients > 0
    changes = np.flatnonzero(positive[1:] != positive[:-1])
    if not changes.size:
        raise ValueError("the polynomial has no real root above 1")
    high, low = (float(bound) for bound in h[changes[0] : changes[0] + 2])

    def value(at: float | arb) -> arb:
        return sum((c * (arb(at) * (e - top)).exp() for e, c in terms.items()), arb(0))

    with precision(BITS):
        above, middle = value(high), (low + high) / 2
        while low < middle < high:
            if (sign := value(middle) * above).contains(0):
                break  # a root as far as so many bits tell
            low, high = (low, middle) if sign > 0 else (middle, high)
            middle = (low + high) / 2
        return middle
