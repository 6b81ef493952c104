"""Degree of emergence over training steps, with bootstrap intervals over the sampled networks.

Source: docs/science/neuromfa.md#degree-of-emergence.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

CENTRES = ["centres_X", "centres_A", "centres_D", "centres_M"]


def degree_of_emergence(alpha_0, width, alpha_0_initial, width_initial):
    """E = w(t)/w(0) ln(alpha_0(0)/alpha_0(t)), of means over the sampled networks; any shapes that broadcast."""
    return width / width_initial * np.log(alpha_0_initial / alpha_0)


def measure_emergence(metrics: pd.DataFrame, resamples: int, seed: int) -> pd.DataFrame:
    """A row per model and step: alpha_0, width and E, each with its 95 % bootstrap interval.

    metrics: rows of the table neuromfa/metrics; step 0 of each model is its own reference. The seeds that have a
    spectrum at every step of a model are used, and resampled together over its steps: a seed is the same neurons
    throughout. A model without such a seed gets empty values.
    """
    return pd.concat([_of_model(rows, resamples, seed) for _, rows in metrics.groupby("model")], ignore_index=True)


def _of_model(metrics: pd.DataFrame, resamples: int, seed: int) -> pd.DataFrame:
    by_seed = metrics.set_index(["step", "seed"]).sort_index()
    alpha_0, width = by_seed["alpha_0"].unstack(), by_seed["width"].unstack()  # noqa: PD010
    whole = alpha_0.columns[alpha_0.notna().all() & width.notna().all()]
    found = metrics.groupby(["model", "step", "sample_size", "window"], as_index=False)[[*CENTRES, "r2_median"]].mean()
    found["seeds"] = len(whole)
    if not len(whole):
        return found.assign(**dict.fromkeys(_VALUES, np.nan))
    alpha_0, width = alpha_0[whole], width[whole]
    found["alpha_0_sd"], found["width_sd"] = alpha_0.std(axis=1).to_numpy(), width.std(axis=1).to_numpy()
    draws = np.random.default_rng(seed).integers(0, len(whole), (resamples, len(whole)))
    values = _measures(alpha_0.mean(axis=1).to_numpy(), width.mean(axis=1).to_numpy())
    resampled = _measures(alpha_0.to_numpy()[:, draws].mean(axis=2), width.to_numpy()[:, draws].mean(axis=2))
    for name in values:
        found[name] = values[name]
        found[f"{name}_low"], found[f"{name}_high"] = np.quantile(resampled[name], [0.025, 0.975], axis=1)
    return found


def _measures(alpha_0: np.ndarray, width: np.ndarray) -> dict[str, np.ndarray]:
    """What is reported of the means [steps, ...]; the first step is step 0."""
    emergence = degree_of_emergence(alpha_0, width, alpha_0[0], width[0])
    return {"alpha_0": alpha_0, "width": width, "emergence": emergence}


_VALUES = [f"{name}{end}" for name in ("alpha_0", "width", "emergence") for end in ("", "_low", "_high")]
_VALUES += ["alpha_0_sd", "width_sd"]
