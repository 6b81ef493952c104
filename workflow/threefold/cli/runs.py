"""The runs of this folder in the terminal: list, compare, upload."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from threefold.record.errors import InputError

app = typer.Typer()
group = typer.Typer(invoke_without_command=True, help="The jobs of this folder: state, cost, settings, results.")
app.add_typer(group, name="runs")

LOGS, TABLE = Path("logs"), Path("results/runs.parquet")
COLUMNS = "job,state,attempts,started,seconds,max_rss_mb"
FIXED = COLUMNS.split(",")[1:]  # columns that a narrow terminal does not fold
STYLES = {"finished": "green", "failed": "red", "preempted": "yellow", "stopped": "yellow", "unfinished": "yellow"}


@group.callback()
def runs(
    context: typer.Context,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", "-w", help="Only these: state=failed, seconds>10, job~gaussian, config.epochs>=3."),
    ] = None,
    sort: Annotated[str, typer.Option(help="By this column; with a minus before it, descending.")] = "started",
    columns: Annotated[str, typer.Option(help="Which, with commas between; also config.… and summary.…")] = COLUMNS,
    listed: Annotated[bool, typer.Option("--list-columns", help="Only print the names of all columns.")] = False,
) -> None:
    """List the jobs of this folder, and write the table of them, results/runs.parquet."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from threefold.record.runs import check_columns, select

    if context.invoked_subcommand:
        return
    every = _rows()
    if listed:
        print("\n".join(sorted({name for row in every for name in row})))
        return
    names = columns.split(",")
    check_columns(names, every)
    rows = select(every, where or [], sort)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        number = name in ("attempts", "seconds", "cpu_seconds", "max_rss_mb")
        table.add_column(name, overflow="fold", no_wrap=name in FIXED, justify="right" if number else "left")
    for row in rows:
        state = STYLES.get(row["state"], "")
        texts = [escape(_text(row.get(name))) for name in names]
        table.add_row(*(f"[{state}]{t}[/]" if name == "state" else t for name, t in zip(names, texts, strict=True)))
    Console().print(table)
    print(f"{len(rows)} of {len(every)} runs")


@group.command()
def diff(
    a: Annotated[str, typer.Argument(help="A run: its job, as `threefold runs` prints it, or its id.")],
    b: Annotated[str, typer.Argument(help="Another.")],
) -> None:
    """The settings in which two runs differ, and what came of them."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from threefold.record.runs import config_differences

    rows = _rows()
    first, second = _find(rows, a), _find(rows, b)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("", first["job"], second["job"]):
        table.add_column(escape(name), overflow="fold")
    results = sorted({name for name in (*first, *second) if name.startswith("summary.")})
    shown = config_differences(first, second)
    for name, x, y in [*shown, *((name, first.get(name), second.get(name)) for name in ("state", "seconds", *results))]:
        table.add_row(name, escape(_text(x)), escape(_text(y)))
    Console().print(table)
    print(f"{len(shown)} settings differ")


@app.command()
def sync(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be uploaded.")] = False,
) -> None:
    """Upload to W&B what was tracked offline: every attempt once, those at one run in the order of their start."""
    import shlex

    from threefold.record.sync import find_attempts, sync, sync_command

    folder = Path(os.environ.get("WANDB_DIR", LOGS)) / "wandb"
    found = find_attempts(folder)
    for attempt in found.waiting:
        print(attempt)
    for attempt in found.running:
        print(f"{attempt}: still running; left for later")
    print(f"{len(found.waiting)} attempts to upload, {len(found.synced)} uploaded before")
    if dry_run:
        if found.waiting:
            print(shlex.join(sync_command(found.waiting)))
    elif found.waiting:
        sync(folder)
        print("uploaded")


def _rows() -> list[dict[str, Any]]:
    """Every run, and on the way the table of them."""
    from threefold.record.runs import flat, gather_runs
    from threefold.record.tables import write_table

    if not (frame := gather_runs(LOGS)).empty:
        write_table(TABLE, frame, "record/runs")
        return [flat(row) for row in frame.to_dict("records")]
    raise InputError(f"no job has run in this folder yet: {LOGS}/ has no journal")


def _find(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    found = [row for row in rows if name == row["job"] or (len(name) >= 4 and row["run"].startswith(name))]
    if len(found) != 1:
        from rapidfuzz import process

        known = [row["job"] for row in rows]
        close = [row["job"] for row in found] or [match[0] for match in process.extract(name, known, limit=3)]
        raise InputError(f"{name} is {len(found)} runs; did you mean {' or '.join(close)}?")
    return found[0]


def _text(value: Any) -> str:
    import pandas as pd

    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return f"{value:.6g}" if isinstance(value, float) else str(value)
