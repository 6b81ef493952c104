"""The informations of trained linear bottlenecks on Gaussian modalities, beside the closed form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from sklearn.decomposition import PCA

from threefold.ithp import gaussian as closed_form
from threefold.ithp import information
from threefold.ithp.features import Features
from threefold.ithp.network import Architecture, Batch, Bottlenecks, Replica

SUBSAMPLE = 1000  # rows for the estimators whose cost grows with the square of the rows


def rows_apart(features: Features, seed: int, shuffled: bool) -> tuple[list[np.ndarray], np.ndarray]:
    """X0, X1, ... and the mask of the held-out rows."""
    (_, _, test), *_ = features.splits
    first, *others = features.modalities.values()
    if shuffled:
        rng = np.random.default_rng([seed, 1])
        others = [rng.permutation(x) for x in others]
    return [first, *others], ~features.training(test)


def linear_architecture(modalities: Sequence[np.ndarray], learning_rate: float = 0.0) -> Architecture:
    sizes = [x.shape[1] for x in modalities]
    return Architecture(sizes, sizes[:1] * (len(sizes) - 1), 0, 0.0, full_noise=True, learning_rate=learning_rate)


def measure(
    state: dict[str, torch.Tensor],
    features: Features,
    coordinates: np.ndarray,
    members: Sequence[dict],
    correlations: Sequence[Sequence[float]],
    rng: np.random.Generator,
    shuffled: bool = False,
) -> pd.DataFrame:
    """Every information of every replica by every estimator on held-out rows, beside the closed form.

    `state`: the trained tensors; `coordinates`: (n, p), the u behind X0; `members`: beta, gamma, lam, seed and final
    training loss of each replica; `correlations`: of X1 (and X2) with X0. Returns the columns of ithp/information.
    """
    if shuffled:
        correlations = [np.zeros(len(r)) for r in correlations]
    modalities, held_out = rows_apart(features, int(rng.integers(2**32)), shuffled)
    modalities, coordinates = [x[held_out] for x in modalities], coordinates[held_out]
    nuisance = np.flatnonzero(np.all(np.asarray(correlations) == 0, axis=0))
    levels = len(modalities) - 1
    replicas = [Replica([int(rng.integers(2**32))], [1.0] * levels, [1.0] * levels) for _ in members]
    model = Bottlenecks(linear_architecture(modalities), replicas)
    model.load_state_dict(state)
    lowest = pd.DataFrame(members).groupby(["beta", "gamma", "lam"], dropna=False)["loss"].transform("min")
    tensors = [torch.from_numpy(x) for x in modalities]
    model.requires_grad_(False)
    with torch.inference_mode():
        latents = model.latents(model.standardised(0, tensors[0]), sample=True)
        terms = model.terms(Batch(tensors, torch.zeros(len(tensors[0])), torch.ones(len(members), len(tensors[0]))))
    optimum = {(m["beta"], m["gamma"], m["lam"]): _exact(m, correlations) for m in members}
    rows = []
    for replica, member in enumerate(members):
        latent = [tuple(part[replica].double().numpy() for part in level) for level in latents]
        exact = optimum[member["beta"], member["gamma"], member["lam"]]
        found = _informations(model, replica, modalities, latent, {name: t[replica] for name, t in terms.items()})
        found += [
            information.Estimate(f"R2(nuisance {column}|B0)", "linear probe", r2)
            for column, r2 in zip(nuisance, information.explained(coordinates[:, nuisance], latent[0][2]), strict=True)
        ]
        exact |= {f"R2(nuisance {column}|B0)": 0.0 for column in nuisance}
        setting = {key: member[key] for key in ("seed", "beta", "gamma", "lam")}
        best = bool(member["loss"] == lowest[replica])
        rows += [
            {"replica": replica, **setting, "best": best, **estimate.row, "exact": exact.get(estimate.quantity, np.nan)}
            for estimate in found
        ]
    return pd.DataFrame(rows)


def _exact(member: dict[str, float], correlations: Sequence[Sequence[float]]) -> dict[str, float]:
    r, *further = (np.asarray(c, float) for c in correlations)
    if not further:
        a = closed_form.one_level(r, member["beta"])
        exact = {"I(X0;B0)": closed_form.rate(a), "I(B0;X1)": closed_form.relevance(a, r)}
    else:
        a, c, _ = closed_form.two_level(r, further[0], member["beta"], member["gamma"], member["lam"])
        exact = closed_form.two_level_information(r, further[0], a, c)
        exact["active dimensions of B1"] = float((c > 0).sum())
    return exact | {"active dimensions of B0": float((a > 0).sum())}


def _informations(model, replica, modalities, latent, terms) -> list[information.Estimate]:
    """Every estimate for one replica."""
    standard = [model.standardised(k, torch.from_numpy(x))[replica].double().numpy() for k, x in enumerate(modalities)]
    few, found = slice(0, SUBSAMPLE), []
    for k, (mean, log_variance, b) in enumerate(latent):
        source, before = ("X0", standard[0]) if k == 0 else (f"B{k - 1}", latent[k - 1][2])
        target, after = f"X{k + 1}", standard[k + 1]
        weight = model.encoders[k].net.weight[replica].detach().double().numpy()
        variance = np.exp(log_variance[0])
        snr = information.signal_to_noise(weight, variance, np.cov(before, rowvar=False))
        incoming, outgoing, active = f"I({source};B{k})", f"I(B{k};{target})", f"active dimensions of B{k}"
        entropy = 0.5 * np.linalg.slogdet(2 * np.pi * np.e * np.cov(after, rowvar=False))[1]
        found += [
            information.Estimate(incoming, "KL to the prior", terms[f"kl_{k}"], "upper bound"),
            information.Estimate(incoming, "learned encoder", 0.5 * np.log1p(snr).sum()),
            information.by_correlations(incoming, before, b),
            *information.by_channel(incoming, mean[few], variance, b[few]),
            information.Estimate(outgoing, "detector", entropy - terms[f"detector_{k}"], "lower bound"),
            information.by_correlations(outgoing, b, after),
            information.by_neighbours(outgoing, b[few], after[few]),
            information.Estimate(active, "learned encoder", (snr > information.SNR_FLOOR).sum()),
        ]
    if len(latent) == 2:
        b0, b1, x0, x2 = latent[0][2], latent[1][2], standard[0], standard[2]
        for name, pair in (("I(B0;X2)", (b0, x2)), ("I(X0;B1)", (x0, b1)), ("I(X0;X2)", (x0, x2))):
            found.append(information.by_correlations(name, *pair))
    active = next(estimate.value for estimate in found if estimate.quantity == "active dimensions of B0")
    components = PCA(max(int(active), 1), svd_solver="full").fit_transform(modalities[0].astype(float))
    found.append(
        information.by_correlations("I(PCA of X0;X1)", components, standard[1])
    )  # what no bottleneck would tell
    return [*found, information.by_correlations("I(X0;X1)", standard[0], standard[1])]
