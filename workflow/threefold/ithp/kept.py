"""What trained bottlenecks keep of real features, by every estimator that can tell, on held-out rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from scipy.special import expit
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from threefold.ithp import information
from threefold.ithp.critics import Critics, lower_bound
from threefold.ithp.features import Features
from threefold.ithp.information import Estimate
from threefold.ithp.network import Bottlenecks

LINEAR_CRITIC = Critics(hidden=0, size=16, steps=100, weight_decay=1.0)  # a thousand rows teach it no more
MOST_ROWS = 6000  # that are looked at; of sequences, a row is a token
ACTIVE = 0.01  # variance of a dimension's mean over rows, above which it is active (Burda et al. 2016)
PENALTIES = [1.0, 10.0, 100.0, 1e3, 1e4]
COMPONENTS = 10  # principal components of each modality for the Gaussian plug-in


def measure_kept(network: Bottlenecks, chain: Sequence[str], features: Features, seed: int) -> pd.DataFrame:
    """Informations, active dimensions and probes of every replica's bottlenecks: ithp/kept but model and modalities.

    `network`: a replica per split of the data and start, as `trials.run_network` leaves it. B0 and B1 are sampled.
    Probes and critics learn on a replica's training rows and tell on its held-out rows. X1 and X2 stand there for their
    first `COMPONENTS` principal components: what is told of these is told of the whole.
    """
    inputs, label, splits = _rows(features, chain, seed)
    starts = len(network.replicas) // len(splits)
    train = np.stack([~test for _, _, test in splits for _ in range(starts)])
    with torch.inference_mode():
        prime = network.standardised(0, torch.from_numpy(inputs[0]))
        levels = network.latents(prime, sample=True)
    prime = prime.double().numpy()
    levels = [tuple(part.double().numpy() for part in level) for level in levels]
    targets = [_components(x) for x in inputs[1:]]
    told = [
        lower_bound(b, np.broadcast_to(y, (len(b), *y.shape)), train, "InfoNCE", seed + k, LINEAR_CRITIC)
        for k, ((_, _, b), y) in enumerate(zip(levels, targets, strict=True))
    ]
    fewest = int((~train).sum(1).min())
    found = []
    for replica, (own, (protocol, fold, _)) in enumerate(
        zip(train, (split for split in splits for _ in range(starts)), strict=True)
    ):
        setting = {"protocol": protocol, "fold": fold, "seed": replica % starts}
        estimates = [_of_label("X0", prime[replica], label, own)]
        for k, level in enumerate(levels):
            mean, log_variance, b = (part[replica] for part in level)
            source = "X0" if k == 0 else f"B{k - 1}"
            estimates += _of_channel(f"I({source};B{k})", mean[~own], np.exp(log_variance[~own]), b[~own])
            active = (mean[~own].var(0) > ACTIVE).sum()
            estimates.append(Estimate(f"active dimensions of B{k}", "variance of the mean", active))
            estimates.append(information.by_contrast(f"I(B{k};X{k + 1})", "InfoNCE", told[k][replica], fewest))
            estimates.append(_of_detector(f"R2(X{k + 1}|B{k})", mean, targets[k], own))
            estimates.append(_of_label(f"B{k}", mean, label, own))
        estimates.append(_of_detector("R2(X1|X0)", prime[replica], targets[0], own))
        found += [setting | estimate.row for estimate in estimates]
    return pd.DataFrame(found)


def measure_shared(features: Features) -> pd.DataFrame:
    """Information that each pair of modalities shares, by the plug-in on `COMPONENTS` principal components of all rows.

    The columns of ithp/kept: modalities holds the pair.
    """
    parts = {name: _components(x) for name, x in features.pooled.items()}
    names = list(parts)
    pairs = [(a, b) for k, a in enumerate(names) for b in names[k + 1 :]]
    estimates = {f"{a}-{b}": information.by_correlations("I(X0;X1)", parts[a], parts[b]) for a, b in pairs}
    nowhere = {"model": "no model", "protocol": "all rows", "fold": 0, "seed": 0}
    return pd.DataFrame([nowhere | {"modalities": pair} | e.row for pair, e in estimates.items()])


def _rows(features: Features, chain: Sequence[str], seed: int):
    """Modalities, labels and splits of the rows to look at, of sequences the tokens: (name, fold, mask held out)."""
    inputs, lengths = [features.modalities[name] for name in chain], features.lengths
    owner = np.arange(len(features.label)) if lengths is None else np.repeat(np.arange(len(lengths)), lengths)
    few = np.arange(len(owner))
    if len(owner) > MOST_ROWS:
        few = np.sort(np.random.default_rng([seed, 6]).choice(len(owner), MOST_ROWS, replace=False))
    splits = [(name, fold, np.isin(owner[few], test)) for name, fold, test in features.splits]
    return [x[few] for x in inputs], features.label[owner[few]], splits


def _components(x: np.ndarray) -> np.ndarray:
    """The first principal components of standardised columns: (n, d) -> (n, at most COMPONENTS)."""
    reduced = PCA(min(COMPONENTS, *x.shape), random_state=0)
    return make_pipeline(StandardScaler(), reduced).fit_transform(x.astype(float))


def _of_channel(quantity: str, mean: np.ndarray, variance: np.ndarray, b: np.ndarray) -> list[Estimate]:
    divergence = 0.5 * (np.square(mean) + variance - 1 - np.log(variance)).sum(1).mean()
    few = slice(0, 2000)  # the cost grows with the square of the rows
    return [
        Estimate(quantity, "KL to the prior", divergence, "upper bound"),
        *information.by_channel(quantity, mean[few], variance[few], b[few]),
    ]


def _of_detector(quantity: str, b: np.ndarray, target: np.ndarray, own: np.ndarray) -> Estimate:
    """Share of the variance of held-out rows that a linear probe explains, all features together."""
    residual = target[~own] - RidgeCV(PENALTIES).fit(b[own], target[own]).predict(b[~own])
    total = np.square(target[~own] - target[own].mean(0)).sum()
    return Estimate(quantity, "linear probe", 1 - np.square(residual).sum() / total, "lower bound")


def _of_label(name: str, b: np.ndarray, label: np.ndarray, own: np.ndarray) -> Estimate:
    """I(B; Y) by a logistic probe."""
    scale = b[own].std(0) + 1e-6
    probe = LogisticRegression(C=0.01, max_iter=500).fit(b[own] / scale, label[own])
    probability = expit(probe.decision_function(b[~own] / scale))
    return information.by_probe(f"I({name};Y)", probability, label[~own], label[own].mean())
