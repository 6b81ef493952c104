"""The table of runs: a row per job, from the journals and benchmark files beside the logs. No account, no server.

It holds times, so it is no artifact of the workflow: the lock file leaves it out, and no run compares it.
"""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from threefold.record.errors import InputError
from threefold.record.journal import journals, read_journal

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    "=": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    "~": lambda value, pattern: re.search(str(pattern), str(value)) is not None,
}


def gather_runs(logs: Path) -> pd.DataFrame:
    """The last attempt at every job, oldest first; its columns are those of the table record/runs.

    job: the path of its log under `logs`, without suffix. state: finished, failed, preempted, stopped, or unfinished
    where an attempt has no end: it runs still, or was killed. Times and memory are Snakemake's, where it measured the
    job, else the job's own.
    """
    rows = [row for path in journals(logs) if (row := _row(path, logs))]
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["started"])
    return frame.sort_values("started", ignore_index=True)


def _row(path: Path, logs: Path) -> dict[str, Any] | None:
    lines = read_journal(path)
    starts = [number for number, line in enumerate(lines) if line["event"] == "start"]
    if not starts:
        return None
    start, last = lines[starts[-1]], lines[starts[-1] + 1 :]
    end = next((line for line in last if line["event"] == "end"), {})
    summary: dict[str, Any] = {}
    for line in last:
        summary |= line["values"] if line["event"] == "summary" else {}
    measured = benchmark(path.with_suffix(".tsv"), since=start["time"])
    return {
        "job": str(path.relative_to(logs).with_suffix("")),
        "rule": start["rule"],
        "run": start["run"],
        "state": end.get("state", "unfinished"),
        "reason": end.get("reason", ""),
        "attempts": sum(lines[number]["run"] == start["run"] for number in starts),
        "started": pd.Timestamp(start["time"], unit="s").floor("ms"),
        "seconds": measured.get("s", end.get("seconds", math.nan)),
        "cpu_seconds": measured.get("cpu_time", end.get("cpu_seconds", math.nan)),
        "max_rss_mb": measured.get("max_rss", end.get("max_rss_mb", math.nan)),
        "mean_load": measured.get("mean_load", math.nan),
        "read_mb": measured.get("io_in", math.nan),
        "written_mb": measured.get("io_out", math.nan),
        "group": start["group"],
        "slurm_job": start["slurm"],
        "config": json.dumps(start["wildcards"] | start["params"], sort_keys=True),
        "summary": json.dumps(summary, sort_keys=True),
    }


def benchmark(path: Path, since: float) -> dict[str, float]:
    """Snakemake's row for a job, unless it is older than the attempt."""
    if not path.exists() or path.stat().st_mtime < since:
        return {}
    row = pd.read_csv(path, sep="\t", na_values="-").iloc[-1]
    return {name: float(value) for name, value in row.items() if name != "h:m:s" and not pd.isna(value)}


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the settings and results inside it as columns: `config.epochs`, `summary.loss`."""
    plain = {name: value for name, value in row.items() if name not in ("config", "summary")}
    for name in ("config", "summary"):
        plain |= _leaves(json.loads(row[name]), name)
    return plain


def _leaves(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {name: value}
    return {path: leaf for key, item in value.items() for path, leaf in _leaves(item, f"{name}.{key}").items()}


def select(rows: Iterable[dict[str, Any]], conditions: Iterable[str], sort: str) -> list[dict[str, Any]]:
    """The rows that meet every condition, such as `state=failed`, `seconds>10`, `job~gaussian`; sorted by a column.

    `sort` begins with a minus for descending; rows without the column come last. Raises InputError for a condition
    that cannot be read, and for a column that no row has.
    """
    rows = list(rows)
    for condition in conditions:
        match = re.fullmatch(r"([^=<>!~]+?)\s*(>=|<=|!=|=|>|<|~)\s*(.*)", condition)
        if not match:
            raise InputError(f"{condition}: expected a column, one of {' '.join(COMPARISONS)}, and a value")
        column, sign, value = match.groups()
        check_columns([column], rows)
        rows = [row for row in rows if column in row and _meets(row[column], sign, value)]
    name = sort.removeprefix("-")
    check_columns([name], rows)
    having = [row for row in rows if not _absent(row.get(name))]
    having.sort(key=lambda row: _key(row[name]), reverse=sort.startswith("-"))
    return having + [row for row in rows if _absent(row.get(name))]


def check_columns(columns: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Raise InputError for a column that none of the rows has, with the closest that there is."""
    from rapidfuzz import process

    known = {name for row in rows for name in row}
    for column in columns:
        if known and column not in known:
            raise InputError(f"no column {column}; the closest is {process.extractOne(column, sorted(known))[0]}")


def _meets(value: Any, sign: str, text: str) -> bool:
    if sign != "~" and isinstance(value, (int, float)) and not isinstance(value, bool):
        try:
            return COMPARISONS[sign](value, float(text))
        except ValueError:
            return sign == "!="
    if isinstance(value, pd.Timestamp):
        value = value.isoformat()
    value = json.dumps(value) if isinstance(value, (bool, list)) else str(value)
    return COMPARISONS[sign](value, text)


def _key(value: Any) -> tuple[bool, Any]:
    number = isinstance(value, (int, float))
    return not number, value if number else str(value)


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT


def config_differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """The settings in which two flat rows differ: name, value of A, value of B; None where one has it not."""
    names = sorted({name for name in (*a, *b) if name.startswith("config.")})
    return [(name.removeprefix("config."), a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)]
