"""The closed forms against the tables of the specification, and the generator against the closed forms."""

import numpy as np
import pytest

from threefold.ithp import gaussian
from threefold.ithp.information import plug_in
from threefold.record.errors import InputError

R = np.array([0.9, 0.8, 0.7, 0.5, 0.3])
R1, Q = np.array([0.9, 0.7, 0.5, 0, 0]), np.array([0.8, 0, 0.6, 0.7, 0])


@pytest.mark.parametrize(
    ("beta", "active", "kept", "told"),
    [
        (1.2, 0, 0, 0),
        (1.5, 1, 0.3784, 0.2811),
        (2, 2, 1.0127, 0.6480),
        (4, 3, 2.6406, 1.2463),
        (8, 4, 4.3352, 1.5546),
        (16, 5, 6.0567, 1.7075),
        (32, 5, 7.8715, 1.7895),
        (64, 5, 9.6444, 1.8295),
    ],
)
def test_one_level_optimum_is_the_published_curve(beta, active, kept, told):
    snr = gaussian.one_level(R, beta)
    assert (snr > 0).sum() == active
    assert gaussian.rate(snr) == pytest.approx(kept, abs=5e-5)
    assert gaussian.relevance(snr, R) == pytest.approx(told, abs=5e-5)


def test_information_of_all_coordinates_bounds_what_the_bottleneck_tells():
    assert gaussian.mutual_information(R) == pytest.approx(1.86886, abs=5e-6)
    told = [gaussian.relevance(gaussian.one_level(R, beta), R) for beta in np.geomspace(1, 1e6, 50)]
    assert np.all(np.diff(told) >= 0)
    assert told[-1] == pytest.approx(gaussian.mutual_information(R), abs=1e-5)


@pytest.mark.parametrize(
    ("multipliers", "lagrangian", "kept", "told", "kept_1", "told_1", "a", "c"),
    [
        ((4, 4, 1), -2.21159, 1.9602, 0.9141, 0.7592, 0.3186, [16.49, 1.88, 0, 0, 0], [3.57, 0, 0, 0, 0]),
        ((3, 2, 1), -0.89567, 1.4284, 0.7715, 0.1396, 0.0747, [8.06, 0.92, 0, 0, 0], [0.32, 0, 0, 0, 0]),
        ((32, 8, 1), -37.81379, 5.4672, 1.2678, 1.8755, 0.5733, [142.8, 28.8, 12.1, 0, 0], [11.2, 0, 2.5, 0, 0]),
        ((8, 32, 0.3), -11.79807, 4.8658, 1.1775, 4.8562, 0.9063, [45.9, 5.7, 6.0, 6.6, 0], [51.0, 0, 12.9, 22.0, 0]),
    ],
)
def test_two_level_optimum_is_the_published_table(multipliers, lagrangian, kept, told, kept_1, told_1, a, c):
    found_a, found_c, total = gaussian.two_level(R1, Q, *multipliers)
    exact = gaussian.two_level_information(R1, Q, found_a, found_c)
    assert total == pytest.approx(lagrangian, abs=6e-6)
    assert [exact[k] for k in ("I(X0;B0)", "I(B0;X1)", "I(B0;B1)", "I(B1;X2)")] == pytest.approx(
        [kept, told, kept_1, told_1], abs=6e-5
    )
    assert found_a == pytest.approx(np.array(a), rel=0.01, abs=0.01)
    assert found_c == pytest.approx(np.array(c), rel=0.01, abs=0.06)


@pytest.mark.parametrize("multipliers", [(4, 4, 1), (32, 8, 1), (8, 32, 0.3), (100, 100, 3)])
def test_information_never_grows_along_the_chain(multipliers):
    a, c, _ = gaussian.two_level(R1, Q, *multipliers)
    i = gaussian.two_level_information(R1, Q, a, c)
    assert i["I(B1;X2)"] <= i["I(B0;X2)"] <= i["I(X0;X2)"]
    assert i["I(B0;X1)"] <= i["I(X0;X1)"]
    assert i["I(X0;B1)"] <= min(i["I(X0;B0)"], i["I(B0;B1)"])


def test_generated_modalities_have_the_information_asked_for():
    features, _ = gaussian.generate([R1, Q], [1.0] * 5, 1.0, 40_000, seed=3)
    x0, x1, x2 = (x.astype(float) for x in features.modalities.values())
    assert plug_in(x0, x1) == pytest.approx(gaussian.mutual_information(R1), abs=0.02)
    assert plug_in(x0, x2) == pytest.approx(gaussian.mutual_information(Q), abs=0.02)
    assert plug_in(x1, x2) == pytest.approx(gaussian.mutual_information(R1 * Q), abs=0.02)
    assert np.linalg.cond(np.cov(x0, rowvar=False)) < 12


def test_ceiling_is_the_accuracy_of_the_best_linear_rule():
    weights, noise = np.array([1, 0.5, 0.5, 1, 0.0]), 0.5
    features, u = gaussian.generate([R1, Q], list(weights), noise, 200_000, seed=4)
    assert np.mean((u @ weights > 0) == features.label) == pytest.approx(
        gaussian.prime_ceilings([R1, Q], weights, noise)["X0"], abs=0.003
    )
    better = gaussian.label_correlation(weights, noise, [R1, Q])
    assert better > max(gaussian.label_correlation(weights, noise, [v]) for v in (R1, Q))
    assert gaussian.label_correlation(weights, noise, [np.ones(5), R1]) == pytest.approx(
        gaussian.label_correlation(weights, noise, [np.ones(5)])
    )


def test_generation_is_deterministic_and_refuses_lists_of_different_lengths():
    one, _ = gaussian.generate([[0.5]], [1.0], 1.0, 1000, seed=0)
    two, _ = gaussian.generate([[0.5]], [1.0], 1.0, 1000, seed=0)
    assert one.modalities["X1"].tobytes() == two.modalities["X1"].tobytes()
    with pytest.raises(InputError, match=r"lengths \[1, 2\]"):
        gaussian.generate([[0.5, 0.1]], [1.0], 1.0, 1000, seed=0)
