"""Estimators of mutual information against Gaussian variables whose information is known."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import norm

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


def test_a_channel_whose_noise_depends_on_its_input_is_bounded_too():
    rng = np.random.default_rng(4)
    mean, variance = rng.standard_normal((1500, 1)), np.exp(rng.standard_normal((1500, 1)))
    b = mean + np.sqrt(variance) * rng.standard_normal((1500, 1))
    own = norm.logpdf(b[:, 0], mean[:, 0], np.sqrt(variance[:, 0]))
    mixture = norm.logpdf(b, mean[:, 0], np.sqrt(variance[:, 0]))
    exact = (own - logsumexp(mixture, axis=1) + np.log(1500)).mean()
    lower, upper = information.known_channel(mean, variance, b)
    assert lower == pytest.approx(exact, abs=1e-9)
    assert lower < upper < lower + 0.05


def test_a_probe_that_says_the_prior_tells_nothing():
    label = np.array([1, 1, 0])
    assert information.by_probe("I(B;Y)", np.full(3, 2 / 3), label, 2 / 3).value == 0
    sure = information.by_probe("I(B;Y)", label.astype(float), label, 0.5)
    assert sure.value == pytest.approx(sure.ceiling) == pytest.approx(np.log(2))
    assert "over-confident" in information.by_probe("I(B;Y)", 1.0 - label, label, 0.5).warning


def test_estimates_warn_where_rows_or_dimensions_do_not_suffice():
    x, y = pair([0.5] * 20, 200)
    assert "bias about 1.0 nats" in information.by_correlations("I", x, y).warning
    assert "40 dimensions" in information.by_neighbours("I", x, y).warning
    close, _ = pair([0.5], 200)
    assert "200 rows can show" in information.by_neighbours("I", close, close).warning
    assert not information.by_neighbours("I", *pair([0.5], 200)).warning
