"""Where the time of a run went: its jobs' own work, their start and imports, and slots in which no job ran.

From the journals and Snakemake's benchmark files beside the logs. A slot is one core for the whole run; a job takes as
many as it has threads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from threefold.record.errors import InputError
from threefold.record.journal import journals, read_journal
from threefold.record.runs import benchmark


class RunTimes(NamedTuple):
    """One run: its name, its seconds from the begin of the first job to the end of the last, the cores that it had.

    `jobs` has a row per attempt that ended: stage, kind, and in slot-seconds `work` and `start`. `cores` is None where
    a cluster gave each job its own. `lost`: attempts without an end, killed or still running, whose time is unknown.
    """

    name: str
    seconds: float
    cores: int | None
    jobs: pd.DataFrame
    lost: int


def last_run(logs: Path) -> RunTimes:
    """The run that began a job last; raises InputError where none has ended."""
    attempts = pd.DataFrame([row for path in journals(logs) for row in _attempts(path)])
    if attempts.empty:
        raise InputError(f"no job has run in this folder yet: {logs}/ has no journal")
    last = attempts.loc[attempts["began"].idxmax()]
    mine = attempts[attempts["run"] == last["run"]]
    jobs = mine[mine["ended"].notna()]
    if jobs.empty:
        raise InputError(f"{last['run']}: none of its jobs has ended yet")
    seconds = jobs["ended"].max() - jobs["began"].min()
    cores = int(last["cores"]) if last["cores"] and not mine["slurm"].any() else None
    return RunTimes(last["run"], seconds, cores, jobs, len(mine) - len(jobs))


def _attempts(path: Path) -> Iterator[dict[str, Any]]:
    """Every attempt in a journal. What came before the work of all but the last one was measured by nobody."""
    lines = read_journal(path)
    starts = [number for number, line in enumerate(lines) if line["event"] == "start"]
    for number, following in zip(starts, [*starts[1:], len(lines)], strict=True):
        start = lines[number]
        end = next((line for line in lines[number + 1 : following] if line["event"] == "end"), {})
        work = end.get("seconds", math.nan)
        process = benchmark(path.with_suffix(".tsv"), since=start["time"]) if following == len(lines) else {}
        before = max(process.get("s", work) - work, 0.0)  # Snakemake's time is rounded
        stage = start["params"]["code"].split(":")[0]
        yield {
            "run": start["group"] or "",
            "cores": start.get("cores") or "",
            "slurm": bool(start["slurm"]),
            "stage": stage,
            "kind": _kind(stage),
            "began": start["time"] - (before if end else 0.0),
            "ended": end.get("time", math.nan),
            "work": start.get("threads", 1) * work,
            "start": start.get("threads", 1) * before,
        }


def _kind(stage: str) -> str:
    if stage.startswith("report/"):
        return "report"
    return "figures" if "/figure_" in stage else "science"


def stage_slots(run: RunTimes) -> pd.DataFrame:
    """Per stage, the dearest first: kind, jobs and, in slot-seconds, work, start and both together."""
    stages = run.jobs.groupby(["stage", "kind"]).agg(
        jobs=("work", "size"), work=("work", "sum"), start=("start", "sum")
    )
    stages["together"] = stages["work"] + stages["start"]
    return stages.sort_values("together", ascending=False).reset_index()


def kind_slots(run: RunTimes) -> pd.DataFrame:
    """Slot-seconds of each kind and its share of all: with the idle slots all of the run, where its cores are known."""
    work = run.jobs.groupby("kind")["work"].sum().reindex(["science", "figures", "report"], fill_value=0.0).to_dict()
    spent = work | {"start and imports": run.jobs["start"].sum()}
    whole = sum(spent.values()) if run.cores is None else run.cores * run.seconds
    if run.cores is not None:
        spent["idle slots"] = whole - sum(spent.values())
    kinds = pd.DataFrame({"kind": spent.keys(), "seconds": spent.values()})
    return kinds.assign(share=kinds["seconds"] / whole)
