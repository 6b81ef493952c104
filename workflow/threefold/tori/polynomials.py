"""Entropies as largest roots of sparse polynomials, and the polynomials of the diverging family."""

from __future__ import annotations

from collections.abc import Mapping

import mpmath
import numpy as np

Terms = Mapping[int, int]
"""A polynomial: exponent -> coefficient. Exponents may be as large as 10^8 and beyond."""

# P_k(x, Y) with Y = x^((n+1)/6): row j holds the coefficients of Y^j as a polynomial in x. Found once by exact linear
# algebra from the dilatations of F_{n,k} at n = 29, 35, 41 (spec §2.2); the tests compare them with braids at other n.
DIVERGING = {
    0: [[0, -1, 1], [0, 12, 0], [0, -48, 0], [0, 76, 0], [0, -48, 0], [0, 12, 0], [1, -1, 0]],
    1: [[0, 1, -1], [0, -19, 7], [0, 52, -8], [-8, -68, -8], [8, 68, 8], [8, -52, 0], [-7, 19, 0], [1, -1, 0]],
    2: [
        [0, 1, -1],
        [0, -67, 55],
        [-4, 120, -40],
        [-44, -96, -56],
        [56, 96, 44],
        [40, -120, 4],
        [-55, 67, 0],
        [1, -1, 0],
    ],
    3: [
        [0, 1, -1],
        [0, -347, 335],
        [-28, 520, -224],
        [-252, -280, -336],
        [336, 280, 252],
        [224, -520, 28],
        [-335, 347, 0],
        [1, -1, 0],
    ],
    4: [
        [0, 1, -1],
        [0, -1979, 1967],
        [-168, 2852, -1296],
        [-1464, -1356, -1968],
        [1968, 1356, 1464],
        [1296, -2852, 168],
        [-1967, 1979, 0],
        [1, -1, 0],
    ],
    5: [
        [0, 1, -1],
        [0, -11491, 11479],
        [-984, 16444, -7544],
        [-8528, -7628, -11480],
        [11480, 7628, 8528],
        [7544, -16444, 984],
        [-11479, 11491, 0],
        [1, -1, 0],
    ],
    6: [
        [0, 1, -1],
        [0, -66931, 66919],
        [-5740, 95664, -43960],
        [-49700, -44184, -66920],
        [66920, 44184, 49700],
        [43960, -95664, 5740],
        [-66919, 66931, 0],
        [1, -1, 0],
    ],
}


def conveyor_terms(p: int, q: int) -> Terms:
    """The polynomial of λ(f_{p,q}): x^{p+q} - x^{p+q-1} - 2x^p - 2x^q - x + 1. Source: spec §2.1."""
    terms: dict[int, int] = {}
    for exponent, coefficient in ((p + q, 1), (p + q - 1, -1), (p, -2), (q, -2), (1, -1), (0, 1)):
        terms[exponent] = terms.get(exponent, 0) + coefficient
    return terms


def diverging_terms(n: int, k: int) -> Terms:
    """P_k(x, x^((n+1)/6)) for λ(F_{n,k}), n ≡ 5 mod 6. Source: spec §2.2."""
    step = (n + 1) // 6
    terms: dict[int, int] = {}
    for j, row in enumerate(DIVERGING[k]):
        for i, coefficient in enumerate(row):
            terms[i + j * step] = terms.get(i + j * step, 0) + coefficient
    return terms


def magic_terms(x: int, y: int, z: int) -> Terms:
    """The polynomial of the fibre class (x, y, z) of the magic manifold, Kin and Takasawa (spec §3)."""
    terms: dict[int, int] = {}
    for exponent, sign in ((x + y - z, 1), (x, -1), (y, -1), (x - z, -1), (y - z, -1), (0, 1)):
        terms[exponent] = terms.get(exponent, 0) + sign
    return terms


def entropy(terms: Terms, digits: int = 40) -> float:
    """log of the largest real root above 1 of `terms`, correct to double precision.

    Raises ValueError if there is none. Works in h = log x, where exponents of 10^8 do no harm.
    """
    terms = {exponent: coefficient for exponent, coefficient in terms.items() if coefficient}
    top = max(terms)
    exponents, coefficients = np.array(list(terms)) - top, np.array(list(terms.values()), dtype=float)
    h = np.geomspace(20, 1e-3 / top, 4000)
    positive = np.exp(np.outer(h, exponents)) @ coefficients > 0
    changes = np.flatnonzero(positive[1:] != positive[:-1])
    if not changes.size:
        raise ValueError("the polynomial has no real root above 1")
    with mpmath.workdps(digits):

        def value(at):
            return mpmath.fsum(c * mpmath.exp(at * (e - top)) for e, c in terms.items())

        bracket = tuple(mpmath.mpf(bound) for bound in h[changes[0] : changes[0] + 2])
        return float(mpmath.findroot(value, bracket, solver="anderson", tol=mpmath.mpf(10) ** (8 - 2 * digits)))
