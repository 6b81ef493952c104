"""Multifractal spectrum of a sampled network (spec §3): ball masses, partition function, mass exponent, Legendre
transform. The balls are one hop wide: the direct out-neighbours of a centre within a length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from threefold.neuromfa.graph import NeuronGraphs
from threefold.record.progress import progress

Q = np.arange(-30, 31) / 10
LEAST_DEGREE = 11  # a centre counts if it keeps more than ten edges
LAYERS = ("X", "A", "D", "M")


@dataclass(frozen=True)
class Fit:
    """Mass exponent of one network: tau and R² of the log-log fit at each Q (R² is NaN where undefined)."""

    tau: np.ndarray
    r2: np.ndarray


def length_histogram(weights: np.ndarray, window: int) -> np.ndarray:
    """Edges of each centre by rounded length.

    weights [..., out, in]: one centre per column of each matrix. An edge of length d = 1/|w| is kept if 1 < d <= window
    and counted at d rounded half to even. Returns counts [window, centres], int64; row r - 1 is length r.
    """
    with np.errstate(divide="ignore"):
        lengths = 1 / np.abs(weights.astype(np.float32))
    bins = np.where((lengths > 1) & (lengths <= window), np.rint(lengths), 0).astype(np.int64)
    columns = np.arange(bins[..., :1, :].size).reshape(bins[..., :1, :].shape)
    counts = np.bincount((bins * columns.size + columns).ravel(), minlength=(window + 1) * columns.size)
    return counts.reshape(window + 1, columns.size)[1:]


def ball_masses(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Radii R and masses N of the balls around the centres that keep enough edges.

    counts [window, centres]. The radii are all lengths that occur; N [radii, centres used] counts the centre itself.
    """
    counts = counts[:, counts.sum(axis=0) >= LEAST_DEGREE]
    present = counts.any(axis=1)
    return np.flatnonzero(present) + 1, 1 + counts.cumsum(axis=0)[present]


def log_partition_function(masses: np.ndarray) -> np.ndarray:
    """ln Z_q(r) = ln sum_i (N_i(r) / N_i(D))^q, shape [q, radii], for masses N [radii, centres] (paper's Eq. 6).

    The q are equally spaced, so each power is the one before times P^0.1: two passes out from q = 0.
    """
    step = (masses / masses[-1]) ** 0.1
    middle = len(Q) // 2
    z = np.empty((len(Q), len(masses)))
    z[middle] = masses.shape[1]
    for factor, order in ((step, range(middle + 1, len(Q))), (1 / step, range(middle - 1, -1, -1))):
        power = np.ones_like(step)
        for j in order:
            power *= factor
            z[j] = power.sum(axis=1)
    return np.log(z)


def mass_exponent(log_z: np.ndarray, log_r: np.ndarray) -> Fit:
    """Least-squares slope tau(q) of ln Z_q on ln r, with intercept; log_z [q, radii], log_r [radii], at least two."""
    x = log_r - log_r.mean()
    y = log_z - log_z.mean(axis=1, keepdims=True)
    sxx, sxy, syy = x @ x, y @ x, (y * y).sum(axis=1)
    varies = np.ptp(log_z, axis=1) > 0  # Z_0 of a network, its number of centres, does not
    return Fit(tau=sxy / sxx, r2=np.divide(sxy**2, sxx * syy, out=np.full(len(log_z), np.nan), where=varies))


def legendre(tau: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """alpha_j = forward difference of tau at q_j, f_j = q_j alpha_j - tau_j (paper's Eq. 9): one fewer than the q."""
    alpha = np.diff(tau) / np.diff(Q)
    return alpha, Q[:-1] * alpha - tau[:-1]


def fit_network(weights: Mapping[str, np.ndarray], window: int) -> tuple[pd.DataFrame, dict]:
    """Spectrum and metrics of one sampled network.

    weights: layer of the centres -> matrices [blocks, out, in]. Returns the table (q, tau, alpha, f, r2), empty where
    no fit is possible, and the metrics of spec §3.3 with the centres used per layer; `status` is "ok" or what is
    lacking.
    """
    counts = {layer: length_histogram(matrices, window) for layer, matrices in weights.items()}
    used = dict.fromkeys((f"centres_{layer}" for layer in LAYERS), 0)
    used |= {f"centres_{layer}": int((found.sum(axis=0) >= LEAST_DEGREE).sum()) for layer, found in counts.items()}
    radii, masses = ball_masses(np.hstack(list(counts.values())))
    metrics = {**used, "centres": sum(used.values()), "nodes": sum(c.shape[1] for c in counts.values())}
    metrics |= {"radii": len(radii), "status": "ok"}
    if len(radii) < 2:
        lacking = f"no centre keeps {LEAST_DEGREE} edges" if not len(radii) else "fewer than two radii"
        empty = dict.fromkeys(("alpha_0", "alpha_0_argmax", "width", "alpha_min", "alpha_max", "r2_median"), np.nan)
        return pd.DataFrame(columns=["q", "tau", "alpha", "f", "r2"], dtype=float), metrics | empty | {
            "status": lacking
        }
    fit = mass_exponent(log_partition_function(masses), np.log(radii / radii[-1]))
    alpha, f = legendre(fit.tau)
    middle = len(Q) // 2
    metrics |= {
        # f is zero at q = -0.1 and at q = 0 alike, and rounding decides which is the maximum: the centred
        # difference is the value meant, the argmax what the published code reports.
        "alpha_0": (fit.tau[middle + 1] - fit.tau[middle - 1]) / (Q[middle + 1] - Q[middle - 1]),
        "alpha_0_argmax": alpha[f.argmax()],
        "width": np.ptp(alpha),
        "alpha_min": alpha.min(),
        "alpha_max": alpha.max(),
        "r2_median": np.nanmedian(fit.r2),
    }
    spectrum = pd.DataFrame({"q": Q, "tau": fit.tau, "alpha": np.append(alpha, np.nan), "f": np.append(f, np.nan)})
    return spectrum.assign(r2=fit.r2), metrics


def fit_networks(graphs: NeuronGraphs, window: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Spectra (a row per seed and q) and metrics (a row per seed) of all networks sampled from a checkpoint."""
    fits = [
        fit_network(graphs.network(index), window) for index in progress(range(len(graphs.seeds)), "networks fitted")
    ]
    seeds = graphs.seeds.tolist()
    spectra = [spectrum.assign(seed=seed) for seed, (spectrum, _) in zip(seeds, fits, strict=True)]
    metrics = pd.DataFrame([metrics for _, metrics in fits])
    metrics = metrics.assign(seed=seeds, sample_size=graphs.sample_size, window=window)
    return pd.concat(spectra, ignore_index=True), metrics
