"""What the artifacts cost: time and memory of every job, of every stage, and of all that a figure rests on.

From Snakemake's benchmark files, which lie beside the logs. Nothing of it enters an artifact.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from threefold.record.lock import Lock


def job_costs(lock: Lock, root: Path = Path()) -> pd.DataFrame:
    """A row for each job behind the artifacts of `lock`, by its log: stage, seconds (wall time), memory (MB, resident).

    A job whose benchmark file is gone has no row.
    """
    rows = {}
    for log, stage in {entry["log"]: entry["code"].split(":")[0] for entry in lock.values()}.items():
        benchmark = (root / log).with_suffix(".tsv")
        if benchmark.exists():
            with benchmark.open() as file:
                runs = list(csv.DictReader(file, delimiter="\t"))
            seconds = sum(float(run["s"]) for run in runs)
            rows[log] = (stage, seconds, max(float(run["max_rss"].replace("-", "0")) for run in runs))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["stage", "seconds", "memory"])


def upstream_cost(artifact: str, lock: Lock, jobs: pd.DataFrame) -> dict[str, float]:
    """Number, summed seconds and largest memory (MB) of the jobs that made `artifact` and everything upstream of it."""
    logs, waiting = set(), [artifact]
    while waiting:
        entry = lock.get(waiting.pop())
        if entry and entry["log"] not in logs:  # what one job made has the same inputs
            logs.add(entry["log"])
            waiting += entry["inputs"]
    made = jobs.loc[jobs.index.intersection(logs)]
    return {"jobs": len(made), "seconds": made["seconds"].sum(), "memory": made["memory"].max() if len(made) else 0.0}


def stage_costs(jobs: pd.DataFrame) -> pd.DataFrame:
    """Per stage, the dearest first: jobs, seconds in all, seconds of the longest job, memory (MB) of the largest."""
    stages = jobs.groupby("stage").agg(
        jobs=("seconds", "size"), seconds=("seconds", "sum"), longest=("seconds", "max"), memory=("memory", "max")
    )
    return stages.sort_values("seconds", ascending=False).reset_index()


def figure_costs(figures: list[str], lock: Lock, jobs: pd.DataFrame) -> pd.DataFrame:
    """Per figure, the dearest first: the cost of everything upstream, shared stages counted for each."""
    rows = [{"figure": figure_name(figure)} | upstream_cost(figure, lock, jobs) for figure in figures]
    return pd.DataFrame(rows).sort_values("seconds", ascending=False, ignore_index=True)


def figure_name(figure: str) -> str:
    """`results/figures/x.png` is x, `results/sweeps/x/y.png` is sweeps/x/y."""
    return figure.removeprefix("results/").removeprefix("figures/").removesuffix(".png")
