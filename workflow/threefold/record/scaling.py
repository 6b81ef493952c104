"""How the cost of a stage grows with the size of its jobs: a start-up and a rate, fitted to jobs that were measured."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import nnls

FEWEST = 3  # sizes that a fit needs to have an error


class Scaling(NamedTuple):
    """cost = start + rate * size.

    error: the root mean square of the relative error with which jobs of the other sizes predict those of each; nan
    where fewer than three sizes were measured. Of a single size, the cost is taken to be proportional to it.
    """

    start: float
    rate: float
    error: float
    sizes: int
    largest: float

    def cost(self, size: np.ndarray) -> np.ndarray:
        return self.start + self.rate * np.asarray(size, float)


def fit_scaling(size: np.ndarray, cost: np.ndarray) -> Scaling:
    """The non-negative start and rate of least relative error; sizes and costs positive, one of each per job."""
    size, cost = np.asarray(size, float), np.asarray(cost, float)
    sizes = np.unique(size)
    start, rate = _fit(size, cost) if sizes.size > 1 else (0.0, cost.mean() / size[0])
    if sizes.size < FEWEST:
        return Scaling(start, rate, float("nan"), sizes.size, size.max())
    others = (_fit(size[size != left_out], cost[size != left_out]) for left_out in sizes)
    errors = np.concatenate(
        [(a + b * left_out) / cost[size == left_out] - 1 for left_out, (a, b) in zip(sizes, others, strict=True)]
    )
    return Scaling(start, rate, float(np.sqrt(np.mean(errors**2))), sizes.size, size.max())


def _fit(size: np.ndarray, cost: np.ndarray) -> tuple[float, float]:
    (start, rate), _ = nnls(np.column_stack([1 / cost, size / cost]), np.ones(len(cost)))
    return float(start), float(rate)


def estimate(measured: pd.DataFrame, planned: pd.DataFrame) -> pd.DataFrame:
    """A row per stage of `planned` (columns stage, size), with what `measured` (also seconds, memory) says of its jobs.

    A size is nan where a stage does not scale, or is not known; such a job counts as the mean one of its stage.
    Columns: stage, jobs, seconds in all and of the longest job, memory of the largest measured (MB), error of the
    fit of seconds, sizes that it rests on, beyond: the largest planned size over the largest measured. All but jobs
    are nan for a stage that was not measured; error, sizes and beyond where it does not scale.
    """
    rows = []
    for stage, jobs in planned.groupby("stage", sort=False):
        ours = measured[measured["stage"] == stage]
        row = {"stage": stage, "jobs": len(jobs)}
        sized, wanted = ours.dropna(subset="size"), jobs["size"].dropna()
        if len(sized) and len(wanted):
            time = fit_scaling(sized["size"], sized["seconds"].clip(lower=0.01))
            seconds = time.cost(jobs["size"].fillna(wanted.mean()))
            beyond = wanted.max() / time.largest
            row |= {"error": time.error, "sizes": time.sizes, "beyond": beyond, "memory": ours["memory"].max()}
        elif len(ours):
            seconds = np.full(len(jobs), ours["seconds"].mean())
            row["memory"] = ours["memory"].max()
        else:
            seconds = np.array([np.nan])
        rows.append(row | {"seconds": seconds.sum(), "longest": seconds.max()})
    columns = ["stage", "jobs", "seconds", "longest", "memory", "error", "sizes", "beyond"]
    return pd.DataFrame(rows).reindex(columns=columns).sort_values("seconds", ascending=False, ignore_index=True)
