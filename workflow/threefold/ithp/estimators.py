"""Estimators of mutual information on Gaussian variables whose information is known: where each can be trusted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from threefold.ithp import gaussian as closed_form
from threefold.ithp import information
from threefold.ithp.critics import lower_bound
from threefold.ithp.information import Estimate
from threefold.record.progress import progress

BOUNDS = ("InfoNCE", "Donsker-Varadhan")


def draw_pairs(nats: Sequence[float], dimensions: int, rows: int, seed: Sequence[int]) -> tuple[np.ndarray, ...]:
    """X ~ N(0, I) and B = its mean given X plus noise, with I(X; B) = nats[k]: each (K, rows, dimensions).

    Returns X, the means, the noise's variances (K,), and B, whose marginal is N(0, I).
    """
    rng = np.random.default_rng(seed)
    snr = np.expm1(2 * np.asarray(nats) / dimensions)[:, None, None]
    x, noise = rng.standard_normal((2, len(nats), rows, dimensions))
    mean = np.sqrt(snr / (1 + snr)) * x
    return x, mean, 1 / (1 + snr[:, 0, 0]), mean + noise / np.sqrt(1 + snr)


def estimate(x: np.ndarray, mean: np.ndarray, variance: float, b: np.ndarray) -> list[Estimate]:
    """Every estimate of one pair that needs no critic. The probe predicts Y = 1[t > 0], t the sum of X and noise."""
    own = np.full(x.shape[1], variance)
    divergence = 0.5 * (np.square(mean).sum(1) + (own - 1 - np.log(own)).sum())
    label = (x.sum(1) + 0.5 * np.random.default_rng(len(x)).standard_normal(len(x)) > 0).astype(int)
    half = len(x) // 2
    probe = LogisticRegression(C=1.0).fit(b[:half], label[:half])
    return [
        Estimate("I(X;B)", "KL to the prior", divergence.mean(), "upper bound"),
        information.by_correlations("I(X;B)", x, b),
        information.by_neighbours("I(X;B)", x, b),
        *information.by_channel("I(X;B)", mean, own, b),
        information.by_probe("I(B;Y)", expit(probe.decision_function(b[half:])), label[half:], label[:half].mean()),
    ]


def compare(nats: Sequence[float], dimensions: Sequence[int], rows: int, draws: int, seed: int) -> pd.DataFrame:
    """Every estimator on `draws` samples of `rows` rows for every information and number of dimensions.

    A row of ithp/estimators per estimate. Critics and probes learn on the first half of the rows and tell on the other.
    """
    found = []
    members = [(target, draw) for target in nats for draw in range(draws)]
    targets = [target for target, _ in members]
    for d in progress(dimensions, "estimators"):
        x, mean, variance, b = draw_pairs(targets, d, rows, [seed, d])
        train = np.zeros((len(members), rows), bool)
        train[:, : rows // 2] = True
        critics = {bound: lower_bound(x, b, train, bound, seed) for bound in BOUNDS}
        for k, (target, draw) in enumerate(members):
            estimates = estimate(x[k], mean[k], variance[k], b[k])
            held_out = rows - rows // 2
            estimates += [information.by_contrast("I(X;B)", name, v[k], held_out) for name, v in critics.items()]
            correlation = np.sqrt((1 - variance[k]) * d / (d + 0.25))
            exact = {"I(X;B)": target, "I(B;Y)": closed_form.label_information(correlation)}
            setting = {"dimensions": d, "rows": rows, "draw": draw, "nats": float(target)}
            found += [setting | e.row | {"exact": float(exact[e.quantity])} for e in estimates]
    return pd.DataFrame(found)
