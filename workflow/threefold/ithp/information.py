"""Mutual information in nats by several estimators, each with what it can and cannot tell.

Source: docs/science/ithp.md#estimators.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import digamma, logsumexp

KSG_DIMENSIONS = 4  # of both variables together; in 8 it is 0.2 nats too low at 1 nat, in 40 far too low
NEIGHBOURS = 5  # of KSG
PLUG_IN_BIAS = 0.1  # nats; beyond that the rows are too few for so many dimensions
CEILING_MARGIN = 1.0  # nats below its ceiling, from where an estimator saturates
BELOW_ZERO = -0.05  # nats; lower is more than noise about 0
SNR_FLOOR = 0.03  # a coordinate with less signal than this counts as inactive


class Estimate(NamedTuple):
    """A quantity by one estimator. `kind`: estimate, lower bound or upper bound; `ceiling`: the largest value that the
    estimator can give, NaN where there is none; `valid`: whether it can tell this value; `warning`: why not."""

    quantity: str
    estimator: str
    value: float
    kind: str = "estimate"
    ceiling: float = float("nan")
    warning: str = ""

    @property
    def row(self) -> dict:
        """The columns of a table."""
        return self._asdict() | {"value": float(self.value), "valid": not self.warning}


def by_contrast(quantity: str, estimator: str, value: float, rows: int, kind: str = "lower bound") -> Estimate:
    """An estimate that tells one row from `rows` rows: it saturates below log n, and its spread grows towards it."""
    ceiling, warning = float(np.log(rows)), ""
    if value > ceiling - CEILING_MARGIN:
        warning = f"within {CEILING_MARGIN} nats of log {rows} = {ceiling:.1f}, where it saturates"
    elif value < BELOW_ZERO:
        warning = "below 0: nothing learned that holds for other rows"
    return Estimate(quantity, estimator, value, kind, ceiling if kind == "lower bound" else np.nan, warning)


def by_correlations(quantity: str, x: np.ndarray, y: np.ndarray) -> Estimate:
    """The Gaussian plug-in, with its bias for so many rows and dimensions."""
    bias = x.shape[1] * y.shape[1] / (2 * len(x))
    warning = f"bias about {bias:.1f} nats: {x.shape[1]} x {y.shape[1]} dimensions" if bias > PLUG_IN_BIAS else ""
    return Estimate(quantity, "canonical correlations", plug_in(x, y), warning=warning)


def by_neighbours(quantity: str, x: np.ndarray, y: np.ndarray) -> Estimate:
    """KSG, where the dimensions are few enough."""
    dimensions, value, warning = x.shape[1] + y.shape[1], ksg(x, y), ""
    ceiling = float(digamma(len(x)) - digamma(NEIGHBOURS))
    if dimensions > KSG_DIMENSIONS:
        warning = f"{dimensions} dimensions: too low beyond about {KSG_DIMENSIONS}"
    elif value > ceiling - CEILING_MARGIN:
        warning = f"within {CEILING_MARGIN} nats of the {ceiling:.1f} that {len(x)} rows can show"
    return Estimate(quantity, "KSG", value, "estimate", ceiling, warning)


def by_channel(quantity: str, mean: np.ndarray, variance: np.ndarray, b: np.ndarray) -> list[Estimate]:
    """Both bounds of a known channel. The upper one explodes where rows have no neighbours: far above the lower one."""
    lower, upper = known_channel(mean, variance, b)
    first = by_contrast(quantity, "known channel, lower", lower, len(b))
    apart = f"{upper - lower:.1f} nats above the lower bound: too few rows" if upper - lower > CEILING_MARGIN else ""
    return [first, Estimate(quantity, "known channel, upper", upper, "upper bound", warning=first.warning or apart)]


def by_probe(quantity: str, probability: np.ndarray, label: np.ndarray, prior: float) -> Estimate:
    """I(B; Y) >= H(Y) - cross-entropy of a probe on other rows: its probabilities of label 1, the labels 0 or 1.

    H(Y) is that of a label of probability `prior` on these rows, by the same cross-entropy, so that a probe that
    says the prior tells 0.
    """

    def cross_entropy(p: np.ndarray) -> float:
        return float(-np.log(np.clip(np.where(label > 0, p, 1 - p), 1e-12, 1)).mean())

    value = cross_entropy(np.full(len(label), prior)) - cross_entropy(probability)
    warning = "below 0: the probe is over-confident on other rows" if value < BELOW_ZERO else ""
    return Estimate(quantity, "probe", value, "lower bound", float(np.log(2)), warning)


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


def ksg(x: np.ndarray, y: np.ndarray, neighbours: int = NEIGHBOURS) -> float:
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
    most log n, without it an upper bound (Poole et al. 2019). The variance may be (d,), the same for all rows.
    """
    precision = 1 / np.broadcast_to(variance, mean.shape)
    offset = (mean**2 * precision - np.log(precision)).sum(1)
    density = b @ (mean * precision).T - 0.5 * b**2 @ precision.T - 0.5 * offset  # log q(b_i|x_j), up to a constant
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
