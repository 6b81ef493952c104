"""The polynomials of the diverging family against the known ones and against braids that were not used to find them."""

import math

import pytest

from threefold.tori import fitting
from threefold.tori.braids import diverging_braid
from threefold.tori.fitting import FITTED_N, diverging_polynomial
from threefold.tori.polynomials import diverging_terms, entropy

# docs/science/tori.md#polynomials-p-k: row j holds the coefficients of Y^j as a polynomial in x.
KNOWN = {
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

FITTED = {(k, m): diverging_polynomial(k, m) for k, m in [*((k, 1) for k in KNOWN), (1, 2), (2, 2), (3, 2), (1, 3)]}


@pytest.mark.parametrize("k", KNOWN)
def test_the_known_polynomials_are_found(k):
    assert [list(row) for row in FITTED[k, 1]] == KNOWN[k]


@pytest.mark.parametrize(("k", "m"), [(2, 1), (6, 1), (1, 2), (2, 2), (3, 2), (1, 3)])
@pytest.mark.parametrize("n", [47, 71])
def test_they_hold_at_members_that_were_not_used(k, m, n):
    assert n not in FITTED_N
    iterated = math.log(diverging_braid(n, k, m).dilatation().factor)
    assert entropy(diverging_terms(n, k, m)) == pytest.approx(iterated, rel=1e-10)


def test_members_that_determine_no_polynomial_are_refused(monkeypatch):
    monkeypatch.setattr(fitting, "FITTED_N", (11,))
    with pytest.raises(ArithmeticError, match="do not determine a polynomial"):
        diverging_polynomial.__wrapped__(1)


@pytest.mark.parametrize("rows", FITTED.values(), ids=map(str, FITTED))
def test_the_polynomials_are_antisymmetric_under_inversion(rows):
    """λ and 1/λ are roots together, so the coefficients of x^i Y^j and x^(2-i) Y^(J-j) are opposite or equal."""
    turned = tuple(row[::-1] for row in rows[::-1])
    assert rows in (turned, tuple(tuple(-c for c in row) for row in turned))


@pytest.mark.parametrize("rows", FITTED.values(), ids=map(str, FITTED))
def test_the_two_highest_coefficients_give_the_limit_six(rows):
    """(λ - 1) λ^((n+1)/6) tends to 12 because of them."""
    assert rows[-1] == (1, -1, 0)
    assert sum(rows[-2]) == 12


def test_the_coefficients_follow_their_recursion_in_k():
    """c_{k+1} = 6 c_k - c_{k-1} + const for k >= 1."""
    for j in range(8):
        for i in range(3):
            c = [FITTED[k, 1][j][i] for k in range(1, 7)]
            assert len({c[k + 1] - 6 * c[k] + c[k - 1] for k in range(1, 5)}) == 1
