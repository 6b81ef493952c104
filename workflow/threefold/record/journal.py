"""What became of every attempt at a job: a line when it starts, when it sums up and when it ends, beside its log.

The lines need no server and survive a kill. `record.runs` makes a table of them.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from threefold.record.files import name_of
from threefold.record.lock import named
from threefold.record.redact import redact

log = logging.getLogger(__name__)


def run_id(rule: str, wildcards: Mapping[str, str], params: Mapping[str, Any]) -> str:
    """The id of a run: 16 hexadecimal digits of SHA-256 over rule, wildcards and parameters."""
    return name_of([rule, dict(wildcards), dict(params)])


def run_params(snakemake) -> dict[str, Any]:
    """A job's parameters as JSON's own types.

    Without `transport`, from where bytes come that a checksum fixes; paths out of this folder by their names alone.
    """
    return _plain(named({name: value for name, value in snakemake.params.items() if name != "transport"}))


def job_id(snakemake) -> str:
    """The id of a job's run: the same for each attempt at it, on every machine."""
    return run_id(snakemake.rule, dict(snakemake.wildcards.items()), run_params(snakemake))


def note(snakemake, event: str, **facts: Any) -> None:
    """Add a line to a job's journal. A journal that cannot be written is a warning, never an error."""
    path = journal_path(snakemake.log[0])
    try:
        line = {"event": event, "time": round(time.time(), 3), **_plain(facts)}
        with path.open("a") as file:
            file.write(json.dumps(line) + "\n")
    except OSError as error:
        log.warning("no journal: %s", error)


def note_start(snakemake) -> None:
    """The first line of an attempt: whose run it is, with which parameters, on how many of how many cores."""
    what = {"run": job_id(snakemake), "rule": snakemake.rule, "wildcards": dict(snakemake.wildcards.items())}
    where = {"group": os.environ.get("WANDB_RUN_GROUP"), "slurm": os.environ.get("SLURM_JOB_ID")}
    where |= {"cores": os.environ.get("THREEFOLD_CORES"), "threads": snakemake.threads}
    note(snakemake, "start", **what, params=run_params(snakemake), **where)


def cost() -> dict[str, float]:
    """What this process and those that it waited for have taken: CPU seconds, and the most memory of one, in MB."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(part.ru_utime + part.ru_stime for part in usage)
    return {"cpu_seconds": round(seconds, 3), "max_rss_mb": round(max(part.ru_maxrss for part in usage) / 1024, 1)}


def read_journal(path: Path) -> list[dict[str, Any]]:
    """The lines of a journal; the last one may be cut short by a kill, and then does not count."""
    return [line for text in path.read_text().splitlines() if (line := _parsed(text))]


def journals(logs: Path) -> Iterable[Path]:
    """Every journal under a folder of logs."""
    return sorted(path for path in logs.rglob("*.jsonl") if "wandb" not in path.relative_to(logs).parts)


def journal_path(log_file: str | Path) -> Path:
    return Path(log_file).with_suffix(".jsonl")


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _plain(value: Any) -> Any:
    return json.loads(redact(json.dumps(value, default=str)), parse_constant=lambda _: None)
