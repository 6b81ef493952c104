"""Does E track what a model can do? Correlations with benchmark scores, and with time alone.

Source: docs/science/neuromfa.md#claim-tracks-accuracy, docs/science/neuromfa.md#claim-weak-benchmarks,
docs/science/neuromfa.md#control-time.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd


def pearson(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson's correlation along the last axis; NaN where one does not vary."""
    x, y = x - x.mean(axis=-1, keepdims=True), y - y.mean(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (x * y).sum(axis=-1) / np.sqrt((x * x).sum(axis=-1) * (y * y).sum(axis=-1))


def spearman(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Spearman's rank correlation along the last axis, ties at their mean rank."""
    return pearson(_ranks(x), _ranks(y))


def _ranks(x: np.ndarray) -> np.ndarray:
    """Ranks along the last axis by pandas, because scipy.stats takes longer to import than this stage to run."""
    return np.ascontiguousarray(pd.DataFrame(np.atleast_2d(x)).rank(axis=1)).reshape(np.shape(x))


def partial(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Pearson's correlation of x and y once both are freed of what is linear in z."""
    xy, xz, yz = pearson(x, y), pearson(x, z), pearson(y, z)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))


def correlate(emergence: pd.DataFrame, scores: pd.DataFrame, resamples: int, seed: int) -> pd.DataFrame:
    """A row per task and measure: `value` with its 95 % interval over resampled steps.

    emergence: `step`, `emergence`; scores: `step`, `task`, `accuracy`. Measures: "pearson", "spearman"; "partial", on
    ln(1 + step); "differences", Pearson between successive steps; "time", accuracy with ln(1 + step) alone. Steps of
    one training depend on each other, so the intervals are narrow ones.
    """
    joined = scores.merge(emergence[["step", "emergence"]], on="step").sort_values(["task", "step"])
    measures: dict[str, Callable] = {
        "pearson": lambda e, a, _: pearson(e, a),
        "spearman": lambda e, a, _: spearman(e, a),
        "partial": partial,
        "differences": lambda e, a, _: pearson(e, a),
        "time": lambda _, a, t: pearson(t, a),
    }
    rows = []
    for task, of_task in joined.groupby("task", sort=False):
        points = of_task[["emergence", "accuracy"]].to_numpy().T
        points = np.vstack([points, np.log1p(of_task["step"].to_numpy(float))])
        for name, measure in measures.items():
            used = np.diff(points) if name == "differences" else points
            draws = np.random.default_rng(seed).integers(0, used.shape[1], (resamples, used.shape[1]))
            resampled = measure(*used[:, draws])
            defined = resampled[np.isfinite(resampled)]  # not where a resample holds one step alone
            low, high = np.quantile(defined, [0.025, 0.975]) if len(defined) else (np.nan, np.nan)
            rows.append({"task": task, "measure": name, "value": measure(*used), "low": low, "high": high})
            rows[-1]["points"] = used.shape[1]
    return pd.DataFrame(rows)
