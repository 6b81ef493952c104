"""Estimators of mutual information against Gaussian variables whose information is known."""

import numpy as np
import pytest

from threefold.ithp import information
from threefold.ithp.gaussian import mutual_information


def pair(r, rows, seed=0):
    rng = np.random.default_rng(seed)
    x, noise = rng.standard_normal((2, rows, len(r)))
    return x, np.asarray(r) * x + np.sqrt(1 - np.square(r)) * noise


def test_gaussian_information_of_a_covariance_is_exact_and_ignores_linear_maps():
    r = np.array([0.9, 0.4])
    covariance = np.block([[np.eye(2), np.diag(r)], [np.diag(r), np.eye(2)]])
    mix = np.block([[np.array([[2, 1], [0, 3]]), np.zeros((2, 2))], [np.zeros((2, 2)), np.array([[1, 0], [5, 1]])]])
    for c in (covariance, mix @ covariance @ mix.T):
        assert information.gaussian(c, slice(0, 2), slice(2, 4)) == pytest.approx(mutual_information(r), abs=1e-12)


def test_plug_in_has_the_known_bias():
    found = np.mean([information.plug_in(*pair([0.0] * 5, 500, seed)) for seed in range(200)])
    assert found == pytest.approx(5 * 5 / (2 * 500), rel=0.1)


@pytest.mark.parametrize("r", [[0.0], [0.6], [0.9], [0.8, 0.5]])
def test_nearest_neighbours_find_low_dimensional_information(r):
    assert information.ksg(*pair(r, 3000)) == pytest.approx(mutual_information(np.array(r)), abs=0.1)


def test_a_known_channel_is_bounded_from_both_sides():
    rng = np.random.default_rng(1)
    mean, variance = 1.5 * rng.standard_normal((1500, 2)), np.array([0.5, 2.0])
    exact = 0.5 * np.log1p(1.5**2 / variance).sum()
    lower, upper = information.known_channel(mean, variance, mean + np.sqrt(variance) * rng.standard_normal((1500, 2)))
    assert lower == pytest.approx(exact, abs=0.1)
    assert lower < upper < lower + 0.1


def test_the_lower_bound_saturates_at_the_logarithm_of_the_rows():
    mean = np.random.default_rng(2).standard_normal((100, 5))
    lower, upper = information.known_channel(mean, np.full(5, 1e-6), mean)
    assert lower == pytest.approx(np.log(100))
    assert upper > 100


def test_signal_to_noise_ignores_rotations_and_counts_what_is_carried():
    weight, covariance = np.diag([2.0, 1.0, 0.0]), np.eye(3)
    rotation = np.linalg.qr(np.random.default_rng(3).standard_normal((3, 3)))[0]
    for w in (weight, weight @ rotation):
        assert information.signal_to_noise(w, np.ones(3), covariance) == pytest.approx([4, 1, 0], abs=1e-12)


def test_explained_variance_is_that_of_the_best_line():
    x, y = pair([0.8], 20_000)
    assert information.explained(y, x)[0] == pytest.approx(0.64, abs=0.02)
