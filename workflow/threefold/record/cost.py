"""What an artifact cost: the time and memory of every job that it rests on, from Snakemake's benchmark files."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from threefold.record.lock import Lock


class Cost(NamedTuple):
    """Jobs, their summed wall time in seconds, and the largest resident memory of one of them in MB."""

    jobs: int
    seconds: float
    memory: float


def upstream_cost(artifact: str, lock: Lock, root: Path) -> Cost:
    """The cost of `artifact` and of everything upstream of it; a job whose benchmark file is gone counts as nothing."""
    logs, seen, waiting = set(), set(), [artifact]
    while waiting:
        path = waiting.pop()
        if path in lock and path not in seen:
            seen.add(path)
            logs.add(lock[path]["log"])
            waiting += lock[path]["inputs"]
    benchmarks = [path for log in sorted(logs) if (path := (root / log).with_suffix(".tsv")).exists()]
    if not benchmarks:
        return Cost(0, 0.0, 0.0)
    jobs = pd.concat([pd.read_csv(path, sep="\t", na_values="-") for path in benchmarks])
    return Cost(len(jobs), float(jobs["s"].sum()), float(jobs["max_rss"].max()))
