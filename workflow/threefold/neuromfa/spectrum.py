"""Multifractal spectrum of a sampled network: ball masses, partition function, mass exponent, Legendre transform, and
the fractal dimensions of single neurons.

Source: docs/science/neuromfa.md#spectrum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
import pandas as pd

from threefold.neuromfa.balls import PUBLISHED, Choices, count_lengths
from threefold.neuromfa.graph import NeuronGraphs
from threefold.record.progress import progress

Q = np.arange(-30, 31) / 10
LAYERS = ("X", "F", "A", "D", "G", "M")
METRICS = ("alpha_0", "alpha_0_left", "alpha_0_right", "alpha_0_argmax", "width")
METRICS += ("alpha_min", "alpha_max", "asymmetry", "r2_median")
NEAR_ZERO = slice(len(Q) // 2 - 1, len(Q) // 2 + 2)
RADII_AT_ONCE = 8  # of which ln Z is summed by one product of matrices
DIMENSION_WINDOW = 200  # the window of the published code for the fractal dimensions of neurons


@dataclass(frozen=True)
class Fit:
    """Mass exponent of one network: tau and R² of the log-log fit at each Q (R² is NaN where undefined)."""

    tau: np.ndarray
    r2: np.ndarray


def ball_masses(counts: np.ndarray, choices: Choices = PUBLISHED) -> tuple[np.ndarray, np.ndarray]:
    """Radii R and masses N of the balls around the centres that keep enough edges.

    counts [window, centres]. The radii are all lengths that occur, from the first at which every ball holds something
    where centres are not counted; N [radii, centres used].
    """
    counts = counts.compress(counts.sum(axis=0) >= choices.least_degree, axis=1)
    masses = _running_sums(counts) + int(choices.centre_counted)
    radii = np.flatnonzero(counts.any(axis=1) & masses.all(axis=1))
    return radii + 1, masses[radii]


def _running_sums(counts: np.ndarray) -> np.ndarray:
    """counts.cumsum(axis=0), row by row, which is ten times as fast as NumPy's way down each column."""
    return np.stack(list(accumulate(counts)))


def log_partition_function(masses: np.ndarray) -> np.ndarray:
    """ln Z_q(r) = ln sum_i (N_i(r) / N_i(D))^q, shape [q, radii], for masses N [radii, centres] (paper's Eq. 6)."""
    return _log_sums(masses)[0]


def _log_sums(masses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """ln Z at all Q, and the same at NEAR_ZERO summed centre by centre.

    Masses are small whole numbers, so few shares N_i(r) / N_i(D) differ: each is raised once, and centres are counted
    by their share. Shares grow with the radius, so a few neighbouring radii take a narrow part of all shares.
    """
    totals, of_centre = np.unique(masses[-1], return_inverse=True)
    mass = np.arange(1, totals[-1] + 1)
    shares, first, places = np.unique(mass / totals[:, None], return_index=True, return_inverse=True)
    of_total, numerators = np.divmod(first, len(mass))
    denominators, powers = totals[of_total] - 1, mass[:, None] ** Q
    of_shares, done = np.empty((len(shares), len(Q))), 0
    below, above = (shares**q for q in Q[NEAR_ZERO][::2])
    places, shift = places.ravel(), of_centre * len(mass) - 1
    z, by_centre = [], []
    for start in range(0, len(masses), RADII_AT_ONCE):
        # The place of each centre's share among all, [radii, centres].
        place = places.take(masses[start : start + RADII_AT_ONCE] + shift)
        rows, low, high = len(place), place[0].min(), place[-1].max() + 1
        by_centre.append([below.take(place).sum(axis=1), np.full(rows, len(of_centre)), above.take(place).sum(axis=1)])
        of_shares[done:high] = powers[numerators[done:high]] / powers[denominators[done:high]]
        done = max(done, high)
        place += np.arange(rows)[:, None] * (high - low) - low
        counted = np.bincount(place.ravel(), minlength=rows * (high - low)).reshape(rows, -1)
        z.append(counted.astype(float) @ of_shares[low:high])
    return np.log(np.vstack(z)).T, np.log(np.hstack(by_centre))


def mass_exponent(log_z: np.ndarray, log_r: np.ndarray) -> Fit:
    """Least-squares slope tau(q) of ln Z_q on ln r, with intercept; log_z [q, radii], log_r [radii], at least two."""
    x = log_r - log_r.mean()
    y = log_z - log_z.mean(axis=1, keepdims=True)
    sxx, sxy, syy = x @ x, y @ x, (y * y).sum(axis=1)
    varies = np.ptp(log_z, axis=1) > 1e-12  # Z_0 of a network, its number of centres, does not
    return Fit(tau=sxy / sxx, r2=np.divide(sxy**2, sxx * syy, out=np.full(len(log_z), np.nan), where=varies))


def legendre(tau: np.ndarray, difference: str = PUBLISHED.difference) -> tuple[np.ndarray, np.ndarray]:
    """alpha_j = difference of tau at q_j, forward or centred, and f_j = q_j alpha_j - tau_j (paper's Eq. 9).

    Both are NaN at the q where the difference is not defined: the last, for a centred one also the first.
    """
    alpha = np.full(len(Q), np.nan)
    if difference == "forward":
        alpha[:-1] = np.diff(tau) / np.diff(Q)
    else:
        alpha[1:-1] = (tau[2:] - tau[:-2]) / (Q[2:] - Q[:-2])
    return alpha, Q * alpha - tau


def neuron_dimensions(counts: np.ndarray, choices: Choices = PUBLISHED) -> np.ndarray:
    """Fractal dimension of each centre: slope of ln N_i(r) on ln r over its own lengths; 0 where it keeps too few.

    counts [window, centres]; the centre is counted. Source: docs/science/neuromfa.md#neuron-dimension.
    """
    masses = 1 + _running_sums(counts)
    own = (counts > 0).astype(float)
    points = own.sum(axis=0)
    x = np.log(np.arange(1, len(counts) + 1))
    y = np.log(np.arange(1, masses[-1].max() + 1))[masses - 1] * own
    sx, sxx = x @ own, (x * x) @ own
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = (points * (x @ y) - sx * y.sum(axis=0)) / (points * sxx - sx**2)
    return np.where((counts.sum(axis=0) >= choices.least_degree) & (points > 1), slope, 0)


def fit_network(edges: Mapping[str, np.ndarray], choices: Choices = PUBLISHED) -> tuple[pd.DataFrame, dict]:
    """Spectrum and metrics of one sampled network; edges: edge -> weights [blocks, out, in]. As `fit_counts`."""
    return fit_counts(count_lengths(edges, choices), choices)


def fit_counts(counts: Mapping[str, np.ndarray], choices: Choices = PUBLISHED) -> tuple[pd.DataFrame, dict]:
    """Spectrum and metrics of the balls around the centres of one network.

    counts: layer -> neurons of each centre by length [window, centres]. Returns the table (q, tau, alpha, f, r2), empty
    where no fit is possible, and the metrics with the centres used per layer; `status` is "ok" or what is lacking.
    Source: docs/science/neuromfa.md#legendre-transform.
    """
    used = dict.fromkeys((f"centres_{layer}" for layer in LAYERS), 0)
    used |= {f"centres_{layer}": int((c.sum(axis=0) >= choices.least_degree).sum()) for layer, c in counts.items()}
    radii, masses = ball_masses(np.hstack(list(counts.values())), choices)
    metrics = {**used, "centres": sum(used.values()), "nodes": sum(c.shape[1] for c in counts.values())}
    metrics |= {"radii": len(radii), "status": "ok"}
    if len(radii) < 2:
        lacking = f"no centre keeps {choices.least_degree} edges" if not masses.shape[1] else "fewer than two radii"
        empty = pd.DataFrame(columns=["q", "tau", "alpha", "f", "r2"], dtype=float)
        return empty, metrics | dict.fromkeys(METRICS, np.nan) | {"status": lacking}
    (log_z, by_centre), log_r = _log_sums(masses), np.log(radii / radii[-1])
    fit = mass_exponent(log_z, log_r)
    alpha, f = legendre(fit.tau, choices.difference)
    middle = len(Q) // 2
    # The forward difference makes f zero at q = -0.1 and at q = 0 alike: the centred difference is the value meant.
    left, right = np.diff(fit.tau[NEAR_ZERO]) / np.diff(Q[NEAR_ZERO])
    alpha_0, largest = (left + right) / 2, np.argmax(f > np.nanmax(f) - 1e-12)
    tied = largest == middle - 1
    low, high = np.nanmin(alpha), np.nanmax(alpha)
    metrics |= {
        "alpha_0": alpha_0,
        "alpha_0_left": left,
        "alpha_0_right": right,
        "alpha_0_argmax": (left, right)[_break_tie(by_centre, log_r)] if tied else alpha[largest],
        "width": high - low,
        "alpha_min": low,
        "alpha_max": high,
        "asymmetry": np.log((alpha_0 - low) / (high - alpha_0)) if low < alpha_0 < high else np.nan,
        "r2_median": np.nanmedian(fit.r2) if np.isfinite(fit.r2).any() else np.nan,
    }
    return pd.DataFrame({"q": Q, "tau": fit.tau, "alpha": alpha, "f": f, "r2": fit.r2}), metrics


def _break_tie(log_z: np.ndarray, log_r: np.ndarray) -> int:
    """Whether f is larger at q = -0.1 (0) or at q = 0 (1) after rounding, as in the published code.

    Source: docs/science/neuromfa.md#alpha-0-tie.

    log_z [q near zero, radii]. Where f is zero but for 1e-17, the arithmetic decides: Z summed centre by centre, and
    for the slope SciPy's linregress, a quotient of covariances. Other sums and other formulas fall to the other side in
    one network of seven. Another processor may round otherwise.
    """
    covariances = [np.cov(log_r, y, bias=True) for y in log_z]
    tau = np.array([c[0, 1] / c[0, 0] for c in covariances])
    alpha = np.diff(tau) / np.diff(Q[NEAR_ZERO])
    return int(np.argmax(Q[NEAR_ZERO][:-1] * alpha - tau[:-1]))


def measure_dimensions(edges: Mapping[str, np.ndarray], choices: Choices = PUBLISHED) -> dict[str, float]:
    """The fractal dimensions of the neurons of one network, in the published window of 200, summarised."""
    counts = count_lengths(edges, replace(choices, window=DIMENSION_WINDOW))
    found = neuron_dimensions(np.hstack(list(counts.values())), choices)
    named = {"mean": found.mean(), "sd": found.std(), "median": np.median(found), "min": found.min()}
    return {f"dimension_{name}": float(value) for name, value in {**named, "max": found.max()}.items()}


def measure_networks(graphs: NeuronGraphs, choices: Choices = PUBLISHED) -> pd.DataFrame:
    """The metrics alone, without dimensions, of all networks sampled from a checkpoint; a row per seed."""
    networks = map(graphs.network, range(len(graphs.seeds)))
    metrics = pd.DataFrame([fit_network(network, choices)[1] for network in networks])
    return metrics.assign(seed=graphs.seeds, sample_size=graphs.sample_size, window=choices.window)


def fit_networks(graphs: NeuronGraphs, choices: Choices = PUBLISHED) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Spectra (a row per seed and q) and metrics (a row per seed) of all networks sampled from a checkpoint."""
    spectra, rows = [], []
    for index, seed in progress(enumerate(graphs.seeds.tolist()), "networks fitted", total=len(graphs.seeds)):
        edges = graphs.network(index)
        spectrum, metrics = fit_network(edges, choices)
        spectra.append(spectrum.assign(seed=seed))
        rows.append({"seed": seed, **metrics, **measure_dimensions(edges, choices)})
    metrics = pd.DataFrame(rows).assign(sample_size=graphs.sample_size, window=choices.window)
    return pd.concat(spectra, ignore_index=True), metrics
