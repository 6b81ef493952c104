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
    steepest: the cost per size of the largest jobs, start-up included; a rate that start-ups hide may be as great.
    """

    start: float
    rate: float
    error: float
    sizes: int
    largest: float
    steepest: float

    def cost(self, size: np.ndarray) -> np.ndarray:
        """Of jobs of these sizes."""
        return self.start + self.rate * np.asarray(size, float)

    def proportional(self, size: np.ndarray) -> np.ndarray:
        """The cost of jobs of these sizes in proportion to the largest jobs, where that is more."""
        return np.maximum(self.cost(size), self.steepest * np.asarray(size, float))


def fit_scaling(size: np.ndarray, cost: np.ndarray) -> Scaling:
    """The non-negative start and rate of least relative error; sizes and costs positive, one of each per job."""
    size, cost = np.asarray(size, float), np.asarray(cost, float)
    sizes = np.unique(size)
    steepest = cost[size == size.max()].mean() / size.max()
    start, rate = _fit(size, cost) if sizes.size > 1 else (0.0, steepest)
    if sizes.size < FEWEST:
        return Scaling(start, rate, float("nan"), sizes.size, size.max(), steepest)
    others = (_fit(size[size != left_out], cost[size != left_out]) for left_out in sizes)
    errors = np.concatenate(
        [(a + b * left_out) / cost[size == left_out] - 1 for left_out, (a, b) in zip(sizes, others, strict=True)]
    )
    return Scaling(start, rate, float(np.sqrt(np.mean(errors**2))), sizes.size, size.max(), steepest)


def _fit(size: np.ndarray, cost: np.ndarray) -> tuple[float, float]:
    (start, rate), _ = nnls(np.column_stack([1 / cost, size / cost]), np.ones(len(cost)))
    return float(start), float(rate)


def estimate(measured: pd.DataFrame, planned: pd.DataFrame) -> pd.DataFrame:
    """A row per stage of `planned` (columns stage, size), with what `measured` (also seconds, memory) says of its jobs.

    A size is nan where a stage does not scale, or is not known; such a job counts as the mean one of its stage.
    Columns: stage, jobs, seconds in all, the same in proportion to the largest measured jobs, seconds of the longest
    job, memory of the largest measured (MB), error of the fit of seconds, sizes that it rests on, beyond: the largest
    planned size over the largest measured, unsized: jobs whose size is not known. All but jobs are nan for a stage that
    was not measured; error, sizes, beyond and unsized where it does not scale.
    """
    rows = []
    for stage, jobs in planned.groupby("stage", sort=False):
        ours = measured[measured["stage"] == stage]
        row = {"stage": stage, "jobs": len(jobs)}
        sized, wanted = ours.dropna(subset="size"), jobs["size"].dropna()
        if len(sized) and len(wanted):
            time = fit_scaling(sized["size"], sized["seconds"].clip(lower=0.01))
            size = jobs["size"].fillna(wanted.mean())
            seconds, steep = time.cost(size), time.proportional(size)
            beyond = wanted.max() / time.largest
            row |= {"error": time.error, "sizes": time.sizes, "beyond": beyond, "memory": ours["memory"].max()}
            row["unsized"] = jobs["size"].isna().sum()
        elif len(ours):
            seconds = steep = np.full(len(jobs), ours["seconds"].mean())
            row["memory"] = ours["memory"].max()
        else:
            seconds = steep = np.array([np.nan])
        rows.append(row | {"seconds": seconds.sum(), "proportional": steep.sum(), "longest": seconds.max()})
    columns = ["stage", "jobs", "seconds", "proportional", "longest", "memory", "error", "sizes", "beyond", "unsized"]
    return pd.DataFrame(rows).reindex(columns=columns).sort_values("seconds", ascending=False, ignore_index=True)
