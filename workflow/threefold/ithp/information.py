"""Mutual information in nats by several estimators, each with what it can and cannot tell (spec §7.5)."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import digamma, logsumexp

KSG_DIMENSIONS = 8  # of both variables together; beyond that the estimate is far too low
SNR_FLOOR = 0.03  # a coordinate with less signal than this counts as inactive


def gaussian(covariance: np.ndarray, first: slice, second: slice) -> float:
    """I between two blocks of jointly Gaussian variables: -1/2 log of det(C) / (det(C11) det(C22))."""

    def log_det(rows: np.ndarray) -> float:
        return np.linalg.slogdet(covariance[np.ix_(rows, rows)])[1]

    index = np.arange(len(covariance))
    a, b = index[first], index[second]
    return float(0.5 * (log_det(a) + log_det(b) - log_det(np.concatenate([a, b]))))


def plug_in(x: np.ndarray, y: np.ndarray) -> float:
    """I(X; Y) as if jointly Gaussian, from the canonical correlations of the rows; bias about d_x d_y / (2 n)."""
    covariance = np.cov(np.hstack([x, y]), rowvar=False)
    return gaussian(covariance, slice(0, x.shape[1]), slice(x.shape[1], None))


def ksg(x: np.ndarray, y: np.ndarray, neighbours: int = 5) -> float:
    """I(X; Y) by nearest neighbours in the maximum norm (Kraskov et al. 2004, first estimator): (n, d_x), (n, d_y)."""
    joint = cKDTree(np.hstack([x, y]))
    distance = np.nextafter(joint.query(joint.data, neighbours + 1, p=np.inf)[0][:, -1], 0)  # strictly within
    counts = [
        tree.query_ball_point(tree.data, distance, p=np.inf, return_length=True) for tree in (cKDTree(x), cKDTree(y))
    ]
    return float(digamma(neighbours) + digamma(len(x)) - sum(digamma(count).mean() for count in counts))


def known_channel(mean: np.ndarray, variance: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Lower and upper bound of I(X; B) where q(b|x) = N(mean, diag variance) is known: (n, d) each.

    The average of q(b|x_j) over the sample stands for the marginal: with the own row it gives a lower bound of at
    most log n, without it an upper bound (Poole et al. 2019).
    """
    b, mean = b / np.sqrt(variance), mean / np.sqrt(variance)
    density = b @ mean.T - 0.5 * (b**2).sum(1)[:, None] - 0.5 * (mean**2).sum(1)  # log q(b_i|x_j), up to a constant
    own, n = np.diagonal(density).copy(), len(b)
    lower = own - (logsumexp(density, axis=1) - np.log(n))
    np.fill_diagonal(density, -np.inf)
    upper = own - (logsumexp(density, axis=1) - np.log(n - 1))
    return float(lower.mean()), float(upper.mean())


def signal_to_noise(weight: np.ndarray, variance: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    """Eigenvalues of the signal-to-noise matrix of B = weight' x + noise, largest first: (p, d), (d,), (p, p) -> (d,).

    `covariance` is that of x. They do not depend on a rotation of the latent dimensions.
    """
    scaled = weight / np.sqrt(variance)
    return np.linalg.eigvalsh(scaled.T @ covariance @ scaled)[::-1]


def explained(target: np.ndarray, b: np.ndarray) -> np.ndarray:
    """R² of each column of `target` by linear regression on B: (n, p), (n, d) -> (p,)."""
    b, centred = b - b.mean(0), target - target.mean(0)
    residual = centred - b @ np.linalg.lstsq(b, centred, rcond=None)[0]
    return 1 - residual.var(0) / centred.var(0)
