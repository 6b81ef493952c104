"""The closed forms against the tables of the specification, and the generator against the closed forms."""

from itertools import permutations

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from scipy.stats import norm

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


LAW = {"correlations": [R1, Q], "label_weights": [1, 0.5, 0.5, 1, 0.0], "label_noise": 0.5}
FUSED = LAW | {"common": [0, 0, 0.9, 0, 0.8], "common_weights": [0.0, 0.0, 1.0, 0.0, 1.0]}


def test_ceiling_is_the_accuracy_of_the_best_linear_rule():
    features, u = gaussian.generate(**LAW, samples=200_000, seed=4)
    assert np.mean((u @ LAW["label_weights"] > 0) == features.label) == pytest.approx(
        gaussian.prime_ceilings(LAW)["X0"], abs=0.003
    )
    assert gaussian.label_correlation(LAW, [1, 2]) > max(gaussian.label_correlation(LAW, [k]) for k in (1, 2))
    assert gaussian.label_correlation(LAW, [0, 1]) == pytest.approx(gaussian.label_correlation(LAW, [0]))


def test_what_two_modalities_share_and_the_prime_lacks_lifts_the_ceiling_of_their_fusion():
    features, _ = gaussian.generate(**FUSED, samples=100_000, seed=5)
    x0, x1, x2 = (x.astype(float) for x in features.modalities.values())
    for rows, seen in ((x0, [0]), (x1, [1]), (np.hstack([x1, x2]), [1, 2]), (np.hstack([x0, x1, x2]), [0, 1, 2])):
        train, test = slice(50_000), slice(50_000, None)
        line = np.linalg.lstsq(rows[train], features.label[train] - features.label[train].mean(), rcond=None)[0]
        found = np.mean((rows[test] @ line > 0) == features.label[test])
        assert found == pytest.approx(gaussian.accuracy_ceiling(gaussian.label_correlation(FUSED, seen)), abs=0.006)
    assert gaussian.label_correlation(FUSED, [0, 1, 2]) > gaussian.label_correlation(FUSED, [0]) + 0.1
    between = gaussian.view_correlations(**{k: FUSED[k] for k in ("correlations", "common")})
    assert plug_in(x1, x2) == pytest.approx(gaussian.mutual_information(between[1, 2]), abs=0.01)


def test_the_information_on_a_label_is_that_of_its_best_classifier_averaged():
    assert gaussian.label_information(0.0) == pytest.approx(0, abs=1e-12)
    assert gaussian.label_information(1.0) == pytest.approx(np.log(2), abs=1e-2)
    rng = np.random.default_rng(0)
    b, noise = rng.standard_normal((2, 400_000))
    probability = norm.cdf(b * 0.8 / 0.6)
    label = 0.8 * b + 0.6 * noise > 0
    gain = np.log(2) + np.log(np.where(label, probability, 1 - probability)).mean()
    assert gaussian.label_information(0.8) == pytest.approx(gain, abs=0.003)


def descend(objective, start):
    """The minimum of a function of matrices, found without any closed form."""

    def value(x):
        x = torch.tensor(x, requires_grad=True)
        f = objective(x)
        f.backward()
        return f.item(), x.grad.numpy()

    # a second run from where the first stopped, with a fresh picture of the curvature
    x = minimize(value, start, jac=True, method="BFGS", options={"gtol": 1e-11, "maxiter": 3000}).x
    return torch.from_numpy(minimize(value, x, jac=True, method="BFGS", options={"gtol": 1e-12}).x)


def log_det(noise, weight, covariance):
    return torch.linalg.slogdet(noise + weight @ covariance @ weight.T)[1]


def matrices(r, seed):
    """Covariance of X0 = A0 u, and what remains of it when X1, X2, ... with correlations r[k] are known."""
    mix = np.random.default_rng(seed).standard_normal((len(r[0]), len(r[0])))
    return [torch.from_numpy(mix @ np.diag(1 - np.square(x)) @ mix.T) for x in (np.zeros(len(r[0])), *r)]


@pytest.mark.parametrize("beta", [1.5, 4.0, 20.0])
def test_one_level_optimum_is_that_of_a_search_over_matrices(beta):
    r = np.array([0.9, 0.7, 0.4, 0.0])
    whole, rest = matrices([r], 0)
    eye = torch.eye(4, dtype=torch.float64)

    def parts(x):
        a = x.reshape(4, 4)
        kept = 0.5 * log_det(eye, a, whole)
        return kept, kept - 0.5 * log_det(eye, a, rest)

    found = descend(lambda x: parts(x)[0] - beta * parts(x)[1], np.random.default_rng(1).standard_normal(16))
    snr = gaussian.one_level(r, beta)
    exact = [gaussian.rate(snr), gaussian.relevance(snr, r)]
    assert [float(v) for v in parts(found)] == pytest.approx(exact, abs=1e-6)


def test_two_level_optimum_is_that_of_a_search_over_matrices():
    r, q, (beta, gamma, lam) = np.array([0.9, 0.7, 0.5]), np.array([0.8, 0.0, 0.6]), (32.0, 8.0, 1.0)
    whole, without_1, without_2 = matrices([r, q], 0)
    eye = torch.eye(3, dtype=torch.float64)

    def parts(x):
        a, c = x.reshape(2, 3, 3)
        b0, b0_known = eye + a @ whole @ a.T, eye + a @ without_2 @ a.T
        kept, kept_1 = 0.5 * log_det(eye, a, whole), 0.5 * log_det(eye, c, b0)
        return kept, kept - 0.5 * log_det(eye, a, without_1), kept_1, kept_1 - 0.5 * log_det(eye, c, b0_known)

    def objective(x):
        kept, told, kept_1, told_1 = parts(x)
        return kept - beta * told + lam * (kept_1 - gamma * told_1)

    found = descend(objective, np.random.default_rng(1).standard_normal(18))
    a, c, value = gaussian.two_level(r, q, beta, gamma, lam)
    exact = gaussian.two_level_information(r, q, a, c)
    assert float(objective(found)) == pytest.approx(value, abs=1e-6)
    names = ("I(X0;B0)", "I(B0;X1)", "I(B0;B1)", "I(B1;X2)")
    assert [float(v) for v in parts(found)] == pytest.approx([exact[name] for name in names], abs=1e-6)


@pytest.mark.parametrize("kappa", [0.3, 1.0, 5.0])
def test_the_official_loss_fills_from_the_top(kappa):
    rng = np.random.default_rng(2)
    root, cross = rng.standard_normal((4, 4)), rng.standard_normal((3, 4))
    source = torch.from_numpy(root @ root.T + np.eye(4))
    cross = torch.from_numpy(cross)
    total = 10.0  # trace of the covariance of X1, of which only the predicted part depends on the bottleneck
    eye = torch.eye(4, dtype=torch.float64)

    def parts(x):
        a = x.reshape(4, 4)
        b = eye + a @ source @ a.T
        predicted = cross @ a.T @ torch.linalg.solve(b, a @ cross.T)  # of the best linear decoder
        return 0.5 * torch.linalg.slogdet(b)[1], total - torch.trace(predicted)

    found = descend(lambda x: parts(x)[0] + kappa * parts(x)[1], np.random.default_rng(3).standard_normal(16))
    mu = np.linalg.eigvalsh((cross @ torch.linalg.solve(source, cross.T)).numpy())
    rate, left = gaussian.official(mu, kappa)
    assert [float(v) for v in parts(found)] == pytest.approx([rate, total - mu.sum() + left.sum()], abs=1e-6)


def test_an_order_tells_what_its_prime_lets_it_tell():
    first = gaussian.order_optimum(LAW, [0, 1, 2], 8, 32, 0.3)
    assert first["kept"] == pytest.approx(4.8658, abs=6e-5)
    assert first["told_2"] == pytest.approx(0.9063, abs=6e-5)
    for order in permutations(range(3)):
        found = gaussian.order_optimum(LAW, order, 32, 8, 1.0)
        assert 0.5 <= found["b1"] <= found["b0"] <= found["prime"] <= found["fusion"] == pytest.approx(first["prime"])
    fused = gaussian.order_optimum(FUSED, [0, 1, 2], 8, 32, 0.3)
    assert fused["fusion"] > fused["prime"] + 0.05


def test_generation_is_deterministic_and_refuses_lists_of_different_lengths():
    one, _ = gaussian.generate([[0.5]], [1.0], 1.0, 1000, seed=0)
    two, _ = gaussian.generate([[0.5]], [1.0], 1.0, 1000, seed=0)
    assert one.modalities["X1"].tobytes() == two.modalities["X1"].tobytes()
    with pytest.raises(InputError, match=r"lengths \[1, 2\]"):
        gaussian.generate([[0.5, 0.1]], [1.0], 1.0, 1000, seed=0)
