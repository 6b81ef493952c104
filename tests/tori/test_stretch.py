"""The iteration towards the invariant lamination, on maps whose answer is known."""

import math

import numpy as np
import pytest

from threefold.tori.stretch import linear_piece, penner_bound, stretch_factor


def test_a_linear_map_stretches_by_its_largest_eigenvalue():
    matrix = np.array([[2.0, 1.0], [1.0, 1.0]])
    growth = stretch_factor(lambda x: matrix @ x, np.array([1.0, 0.3]), 0.1)
    assert growth.factor == pytest.approx((3 + math.sqrt(5)) / 2, rel=1e-14)


def test_polynomial_growth_has_factor_one():
    shear = np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]])
    assert stretch_factor(lambda x: shear @ x, np.ones(3), penner_bound(1, 2)).factor == 1


def test_a_map_without_an_invariant_ray_is_undecided():
    turn = 2 * np.array([[math.cos(1), -math.sin(1)], [math.sin(1), math.cos(1)]])
    assert math.isnan(stretch_factor(lambda x: turn @ x, np.ones(2), 0.1, budget=128).factor)


def test_the_linear_piece_is_that_of_the_given_point():
    def fold(x):
        return x if x[0, 0] > 0 else 2 * x

    assert np.array_equal(linear_piece(fold, np.array([-1.0, 0.0])), 2 * np.eye(2))
    assert np.array_equal(linear_piece(fold, np.array([1.0, 0.0])), np.eye(2))


def test_penner_bound_of_the_punctured_torus():
    assert penner_bound(1, 1) == pytest.approx(math.log(2) / 4)
