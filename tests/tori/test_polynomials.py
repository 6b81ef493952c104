"""Entropies from polynomials, up to very large degree."""

import math

import pytest

from threefold.tori.polynomials import conveyor_terms, diverging_terms, entropy, magic_terms


@pytest.mark.parametrize("n", [3, 11, 121, 10_001, 10**8 + 1])
def test_the_conveyor_obeys_the_sinh_law(n):
    h = entropy(conveyor_terms((n + 1) // 2, (n + 1) // 2))
    assert math.sinh(n * h / 2) * math.sinh(h / 2) == pytest.approx(1, rel=1e-12)


def test_the_known_dilatations_of_the_conveyor():
    dilatations = [math.exp(entropy(conveyor_terms((n + 1) // 2, (n + 1) // 2))) for n in (3, 5, 7, 9, 15, 31, 61, 121)]
    known = [2.618034, 2.015357, 1.754878, 1.607506, 1.393913, 1.215272, 1.123075, 1.069806]
    assert dilatations == pytest.approx(known, abs=1e-6)


@pytest.mark.parametrize(
    ("k", "known"),
    [
        (0, [5.688, 5.358, 5.202, 5.124, 5.086, 5.069, 5.110, 5.221, 5.316]),
        (1, [6.816, 5.935, 5.499, 5.277, 5.164, 5.101, 5.111, 5.221, 5.316]),
        (3, [13.42, 10.74, 8.965, 7.714, 6.811, 6.006, 5.179, 5.222, 5.316]),
        (6, [25.49, 20.38, 16.96, 14.49, 12.63, 10.78, 7.254, 5.355, 5.318]),
    ],
)
def test_the_known_normalised_entropies_of_the_diverging_family(k, known):
    sizes = [11, 23, 47, 95, 191, 479, 9_995, 999_995, 99_999_995]
    found = [n * entropy(diverging_terms(n, k)) / math.log(n) for n in sizes]
    assert found == pytest.approx(known, rel=5e-4)


@pytest.mark.parametrize("genus", [2, 3, 5])
@pytest.mark.parametrize("j", [1, 8, 59])
def test_magic_fibres_of_fixed_genus_obey_their_sinh_law(genus, j):
    n = 2 * j + 2 * genus + 4
    h = entropy(magic_terms(2 * j + 2 * genus + 1, j + 2 * genus + 1, j))
    assert math.sinh((n - 3) * h / 2) * math.sinh((2 * genus + 1) * h / 2) == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(("genus", "known"), [(4, 2.6590), (6, 2.6458), (10, 2.6385), (20, 2.6351), (27, 2.6346)])
def test_magic_fibres_with_three_punctures(genus, known):
    assert (2 * genus + 1) * entropy(magic_terms(genus, genus, -1)) == pytest.approx(known, abs=5e-5)


def test_terms_that_cancel_are_left_out():
    assert entropy({2: 1, 1: -3, 0: 1, 7: 0}) == pytest.approx(math.log((3 + math.sqrt(5)) / 2), rel=1e-14)


def test_a_polynomial_without_a_root_above_one_is_refused():
    with pytest.raises(ValueError, match="no real root above 1"):
        entropy({3: 1, 0: 1})
