"""Gaussian modalities whose informations are known exactly: the generator and its closed forms (spec §7).

Canonical coordinates: u ~ N(0, I), v_i = r_i u_i + noise, w_i = q_i u_i + noise, all of unit variance. The modalities
are X0 = A0 u, X1 = A1 v, X2 = A2 w with A_k invertible, which changes no information. All informations are in nats.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from threefold.ithp.features import Features
from threefold.record.errors import InputError

CONDITION_LIMIT = 10.0


def generate(
    correlations: list[list[float]], label_weights: list[float], label_noise: float, samples: int, seed: int
) -> tuple[Features, np.ndarray]:
    """Draw X0 and one further modality per list of canonical correlations; the second half of the rows is held out.

    The label is 1[t > 0] with t = label_weights·u + label_noise·zeta (spec §7.1). Also returns u, (samples, p).
    Raises InputError where the lists differ in length.
    """
    if len({len(row) for row in (label_weights, *correlations)}) != 1:
        lengths = [len(row) for row in (label_weights, *correlations)]
        raise InputError(f"ithp.gaussian: label weights and correlations have lengths {lengths}; they must be equal")
    rng = np.random.default_rng(seed)
    coordinates = rng.standard_normal((samples, len(label_weights)))
    views = [coordinates]
    for r in np.asarray(correlations):
        views += [r * coordinates + np.sqrt(1 - r**2) * rng.standard_normal(coordinates.shape)]
    modalities = {f"X{k}": (view @ _mixing(len(view.T), rng).T).astype(np.float32) for k, view in enumerate(views)}
    label = coordinates @ np.asarray(label_weights) + label_noise * rng.standard_normal(samples) > 0
    rows = np.arange(samples)
    blocks = rows // 100  # rows are independent; blocks give the same intervals for a hundredth of the work
    return Features(modalities, label.astype(np.int8), blocks, {"held out": [rows[samples // 2 :]]}), coordinates


def _mixing(size: int, rng: np.random.Generator) -> np.ndarray:
    """A random invertible matrix with condition number at most `CONDITION_LIMIT`."""
    left, _, right = np.linalg.svd(rng.standard_normal((size, size)))
    return left * np.geomspace(1, CONDITION_LIMIT**0.5, size) @ right


def mutual_information(r: np.ndarray) -> float:
    """I(X0; X1) of canonical correlations r."""
    return float(-0.5 * np.log1p(-np.square(r)).sum())


def one_level(r: np.ndarray, beta: float) -> np.ndarray:
    """Signal-to-noise ratio of each canonical coordinate in the optimal B0 (Chechik et al. 2005; spec §7.2)."""
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

    Coordinates separate (spec §7.3). (0, 0) can be a local minimum, so each is minimised from several starts.
    """

    def lagrangian(log_snr: np.ndarray, r2: float, q2: float) -> float:
        a, c = np.exp(log_snr)
        first = 0.5 * np.log1p(a) - 0.5 * beta * np.log((1 + a) / (1 + a * (1 - r2)))
        shared = q2 * a * c / ((1 + a) * (1 + c))
        return first + lam * (0.5 * np.log1p(c) + 0.5 * gamma * np.log1p(-shared))

    starts = [(x, y) for x in (-12.0, 0.0, 2.0, 4.0) for y in (-12.0, 0.0, 2.0, 4.0)]
    bounds, tight = [(-30.0, 15.0)] * 2, {"ftol": 1e-15, "gtol": 1e-11}
    a, c, total = np.zeros(len(r)), np.zeros(len(r)), 0.0
    for i, (r2, q2) in enumerate(zip(np.square(r), np.square(q), strict=True)):
        fits = [minimize(lagrangian, s, args=(r2, q2), bounds=bounds, options=tight) for s in starts]
        best = min(fits, key=lambda fit: fit.fun)
        if best.fun < -1e-12:  # otherwise zero is the optimum
            a[i], c[i] = np.exp(best.x)
            total += best.fun
    return np.where(a < 1e-6, 0, a), np.where(c < 1e-6, 0, c), total


def two_level_information(r: np.ndarray, q: np.ndarray, a: np.ndarray, c: np.ndarray) -> dict[str, float]:
    """The informations of both levels and those that bound them (data processing, spec §5 K11)."""
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


def label_correlation(weights: np.ndarray, noise: float, seen: list[np.ndarray]) -> float:
    """corr(t, E[t|X]) where X are modalities with these canonical correlations to u; all ones stand for X0."""
    weights, r2 = np.asarray(weights), np.square(np.asarray(seen, float)).reshape(-1, len(weights))
    with np.errstate(divide="ignore"):
        signal = (r2 / (1 - r2)).sum(0)
    explained = np.where(np.isinf(signal), 1.0, signal / (1 + np.where(np.isinf(signal), 0, signal)))
    return float(np.sqrt((weights**2 * explained).sum() / ((weights**2).sum() + noise**2)))


def accuracy_ceiling(correlation: float) -> float:
    """Best accuracy for 1[t > 0] from a Gaussian representation with corr(t, E[t|B]) = `correlation` (spec §7.1)."""
    return 0.5 + float(np.arcsin(correlation)) / np.pi


def prime_ceilings(
    correlations: list[list[float]], label_weights: list[float], label_noise: float, **_
) -> dict[str, float]:
    """Best accuracy from each modality alone: no chain that starts from it can do better."""
    views = [np.ones(len(label_weights)), *map(np.asarray, correlations)]
    return {
        f"X{k}": accuracy_ceiling(label_correlation(label_weights, label_noise, [view])) for k, view in enumerate(views)
    }
