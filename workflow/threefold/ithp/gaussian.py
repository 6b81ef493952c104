"""Gaussian modalities whose mutual information is known exactly: the generator and its closed forms.

Source: docs/science/ithp.md#gaussian-benchmark.

Canonical coordinates: u ~ N(0, I), v_i = r_i u_i + noise, w_i = q_i u_i + noise, all of unit variance. The modalities
are X0 = A0 u, X1 = A1 v, X2 = A2 w with A_k invertible, which changes no information. All informations are in nats.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from threefold.ithp.features import Features
from threefold.record.errors import InputError

CONDITION_LIMIT = 10.0


def generate(
    correlations: list[list[float]],
    label_weights: list[float],
    label_noise: float,
    samples: int,
    seed: int,
    common: list[float] | None = None,
    common_weights: list[float] | None = None,
    nuisance_scale: float = 1.0,
) -> tuple[Features, np.ndarray]:
    """Draw X0 and one further modality per list of canonical correlations; the second half of the rows is held out.

    The label is 1[t > 0] with t = label_weights·u + common_weights·s + label_noise·zeta. `common`: how
    coordinate i of the noise of every modality but X0 correlates with s_i, which X0 does not have. `nuisance_scale`:
    factor of the coordinates of X0 that no other modality shares. Also returns u, (samples, p). Raises InputError
    where the lists differ in length.
    """
    lengths = [len(row) for row in (label_weights, *correlations, common, common_weights) if row is not None]
    if len(set(lengths)) != 1:
        raise InputError(f"ithp.gaussian: label weights and correlations have lengths {lengths}; they must be equal")
    rng, further = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    coordinates = rng.standard_normal((samples, len(label_weights)))
    s = further.standard_normal(coordinates.shape)
    kappa, of_common = (np.asarray(row or np.zeros(s.shape[1])) for row in (common, common_weights))
    nuisance = np.all(np.asarray(correlations) == 0, axis=0)
    views = [coordinates * np.where(nuisance, nuisance_scale, 1.0)]
    for r in np.asarray(correlations):
        noise = kappa * s + np.sqrt(1 - kappa**2) * rng.standard_normal(coordinates.shape)
        views += [r * coordinates + np.sqrt(1 - r**2) * noise]
    modalities = {f"X{k}": (view @ _mixing(len(view.T), rng).T).astype(np.float32) for k, view in enumerate(views)}
    score = coordinates @ np.asarray(label_weights) + s @ of_common
    label = score + label_noise * rng.standard_normal(samples) > 0
    rows = np.arange(samples)
    blocks = rows // 100  # rows are independent; blocks give the same intervals for a hundredth of the work
    return Features(modalities, label.astype(np.int8), blocks, {"held out": [rows[samples // 2 :]]}), coordinates


def _mixing(size: int, rng: np.random.Generator) -> np.ndarray:
    """A random invertible matrix with condition number at most `CONDITION_LIMIT`."""
    left, _, right = np.linalg.svd(rng.standard_normal((size, size)))
    return left * np.geomspace(1, CONDITION_LIMIT**0.5, size) @ right


def mutual_information(r: np.ndarray) -> float:
    """I(X0; X1) of canonical correlations r."""
    return 0.0 - float(0.5 * np.log1p(-np.square(r)).sum())


def one_level(r: np.ndarray, beta: float) -> np.ndarray:
    """Signal-to-noise ratio of each canonical coordinate in the optimal B0 (Chechik et al. 2005).

    Source: docs/science/ithp.md#one-level-optimum.
    """
    r2 = np.square(r)
    return np.maximum(beta * r2 - 1, 0) / (1 - r2)


def rate(snr: np.ndarray) -> float:
    """I(X0; B0) of coordinates with these signal-to-noise ratios."""
    return float(0.5 * np.log1p(snr).sum())


def relevance(snr: np.ndarray, r: np.ndarray) -> float:
    """I(B0; X1) where coordinate i of B0 has `snr[i]` and X1 correlates with it by `r[i]`."""
    return float(0.5 * np.log((1 + snr) / (1 + snr * (1 - np.square(r)))).sum())


def two_level(
    r: np.ndarray, q: np.ndarray, beta: float, gamma: float, lam: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """The joint optimum of both levels: signal-to-noise ratios a of u in B0 and c of B0 in B1, and the value of F.

    Source: docs/science/ithp.md#two-level-optimum.

    Coordinates separate, and the best c for a given a is that of one level. The best a is sought on a grid
    that is refined around its lowest point: zero can be a local minimum, where a descent would stay.
    """
    r2, q2 = np.square(r)[:, None], np.square(q)[:, None]

    def second_level(a: np.ndarray) -> np.ndarray:
        seen = q2 * a / (1 + a)
        return np.maximum(gamma * seen - 1, 0) / (1 - seen)

    def lagrangian(a: np.ndarray) -> np.ndarray:
        c = second_level(a)
        first = 0.5 * np.log1p(a) - 0.5 * beta * np.log((1 + a) / (1 + a * (1 - r2)))
        shared = q2 * a * c / ((1 + a) * (1 + c))
        return first + lam * (0.5 * np.log1p(c) + 0.5 * gamma * np.log1p(-shared))

    centre, width = np.full_like(r2, 1.5), 13.5  # of log a
    for _ in range(8):
        grid = centre + width * np.linspace(-1, 1, 1001)
        centre = np.take_along_axis(grid, lagrangian(np.exp(grid)).argmin(1)[:, None], axis=1)
        width /= 100
    a = np.exp(centre)
    value = lagrangian(a)
    a = np.where(value < -1e-12, a, 0)  # otherwise zero is the optimum
    return a[:, 0], second_level(a)[:, 0], float(np.minimum(value, 0).sum())


def two_level_information(r: np.ndarray, q: np.ndarray, a: np.ndarray, c: np.ndarray) -> dict[str, float]:
    """The informations of both levels and those that bound them (data processing).

    Source: docs/science/ithp.md#claim-data-processing.
    """
    seen = np.square(q) * a / (1 + a)  # squared correlation of X2's coordinate with that of B0
    reached = a / (1 + a) * c / (1 + c)  # of u with that of B1
    return {
        "I(X0;B0)": rate(a),
        "I(B0;X1)": relevance(a, r),
        "I(B0;B1)": rate(c),
        "I(B1;X2)": mutual_information(np.sqrt(seen * c / (1 + c))),
        "I(X0;X1)": mutual_information(r),
        "I(X0;X2)": mutual_information(q),
        "I(B0;X2)": mutual_information(np.sqrt(seen)),
        "I(X0;B1)": mutual_information(np.sqrt(reached)),
    }


def official(mu: np.ndarray, kappa: float) -> tuple[float, np.ndarray]:
    """I(X0; B0) and what is left of each eigenvalue at the optimum of the official loss, KL + kappa SSE.

    Source: docs/science/ithp.md#official-loss-optimum.

    `mu`: eigenvalues of the covariance of the best linear prediction of X1 from X0, in units of X1. A direction is
    kept where it exceeds 1/(2 kappa); the squared error is tr(cov X1) - sum(mu) + sum(left).
    """
    mu = np.asarray(mu, float)
    return float(0.5 * np.log(np.maximum(2 * kappa * mu, 1)).sum()), np.minimum(mu, 0.5 / kappa)


def view_correlations(correlations: Sequence[Sequence[float]], common: Sequence[float] | None = None) -> np.ndarray:
    """Correlation of coordinate i of modality j with that of modality k, X0 first: (modalities, modalities, p)."""
    r = np.vstack([np.ones(len(correlations[0])), *correlations])
    own = np.sqrt(1 - r**2) * (0 if common is None else np.asarray(common))
    between = r[:, None] * r + own[:, None] * own
    between[np.arange(len(r)), np.arange(len(r))] = 1
    return between


def label_covariances(law: dict) -> tuple[np.ndarray, float]:
    """Covariance of the label's t with each coordinate of each modality, (modalities, p), and the variance of t."""
    r = np.vstack([np.ones(len(law["label_weights"])), *law["correlations"]])
    weights = np.asarray(law["label_weights"])
    common, of_common = (np.asarray(law.get(key) or 0.0) for key in ("common", "common_weights"))
    variance = (weights**2).sum() + np.sum(of_common**2) + law["label_noise"] ** 2
    return r * weights + np.sqrt(1 - r**2) * common * of_common, float(variance)


def label_correlation(law: dict, seen: Sequence[int]) -> float:
    """corr(t, E[t|X]) where X are the modalities of these numbers; `law` has the arguments of `generate`."""
    between = view_correlations(law["correlations"], law.get("common"))[np.ix_(seen, seen)].transpose(2, 0, 1)
    covariance, variance = label_covariances(law)
    covariance = covariance[list(seen)].T[..., None]
    explained = covariance.transpose(0, 2, 1) @ np.linalg.pinv(between, hermitian=True) @ covariance
    return float(np.sqrt(explained.sum() / variance))


def accuracy_ceiling(correlation: float) -> float:
    """Best accuracy for 1[t > 0] from a Gaussian representation with corr(t, E[t|B]) = `correlation`.

    Source: docs/science/ithp.md#label-ceilings.
    """
    return 0.5 + float(np.arcsin(correlation)) / np.pi


def label_information(correlation: float) -> float:
    """I(B; 1[t > 0]) of a Gaussian representation with corr(t, E[t|B]) = `correlation`."""
    from scipy.special import log_ndtr  # here: figures need none of it

    z, weight = np.polynomial.hermite_e.hermegauss(200)
    odds = z * correlation / np.sqrt(max(1 - correlation**2, 1e-12))
    entropy = -np.exp(log_ndtr(odds)) * log_ndtr(odds) - np.exp(log_ndtr(-odds)) * log_ndtr(-odds)
    return float(np.log(2) - weight @ entropy / weight.sum())


def prime_ceilings(law: dict) -> dict[str, float]:
    """Best accuracy from each modality alone: no chain that starts from it can do better."""
    return {f"X{k}": accuracy_ceiling(label_correlation(law, [k])) for k in range(len(law["correlations"]) + 1)}


def order_optimum(law: dict, order: Sequence[int], beta: float, gamma: float, lam: float) -> dict[str, float]:
    """The chain over the modalities in this order, without a label, at its optimum; and the label's best accuracies.

    `kept`: I(prime; B0), `told_1`, `told_2`: I(B0; first detector), I(B1; second); accuracies from `b0`, `b1`, the
    `prime` modality and all modalities together (`fusion`).
    """
    between = view_correlations(law["correlations"], law.get("common"))
    r, q = between[order[0], order[1]], between[order[0], order[2]]
    a, c, _ = two_level(r, q, beta, gamma, lam)
    information = two_level_information(r, q, a, c)
    covariance, variance = label_covariances(law)
    share_0 = a / (1 + a)

    def accuracy(share: np.ndarray) -> float:
        return accuracy_ceiling(float(np.sqrt((covariance[order[0]] ** 2 * share).sum() / variance)))

    return {
        "kept": information["I(X0;B0)"],
        "told_1": information["I(B0;X1)"],
        "told_2": information["I(B1;X2)"],
        "b0": accuracy(share_0),
        "b1": accuracy(share_0 * c / (1 + c)),
        "prime": accuracy(np.ones(len(a))),
        "fusion": accuracy_ceiling(label_correlation(law, range(len(between)))),
    }
