"""What a run took, by stage and by figure, and what another configuration would take."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from threefold.record.errors import InputError

app = typer.Typer()


@app.command()
def cost(
    results: Annotated[Path, typer.Argument(help="The results of a finished run.")] = Path("results"),
    scale: Annotated[Path | None, typer.Option(help="Estimate the jobs of this configuration file.")] = None,
    also: Annotated[list[Path], typer.Option(help="Folders with runs of other sizes, to fit over them as well.")] = [],  # noqa: B006
    where: Annotated[bool, typer.Option("--where", help="Only where the time of the last run went.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --where: as JSON.")] = False,
) -> None:
    """Time and memory of every stage and figure; with --scale, an estimate of what a configuration takes here.

    With --where: of the last run, what the scripts took, what their start, and in which slots nothing ran.
    """
    from threefold.record import cost, lock

    if where:
        _show_where(_root(results) / "logs", as_json)
        return
    if as_json:
        raise InputError("--json goes with --where")
    entries = lock.read_lock(results)
    jobs = cost.job_costs(entries, _root(results))
    figures = [path for path in entries if path.endswith(".png")]
    _show("stage", cost.stage_costs(jobs))
    _show("figure", cost.figure_costs(figures, entries, jobs))
    if scale:
        measured = [job for folder in (_root(results), *also) for job in _measured(folder)]
        _show_estimate(measured, _planned(scale), scale)


def _show_where(logs: Path, as_json: bool) -> None:
    from threefold.record.pages import duration
    from threefold.record.slots import kind_slots, last_run, stage_slots

    run = last_run(logs)
    kinds, stages = kind_slots(run), stage_slots(run)
    if as_json:
        facts = {"run": run.name, "cores": run.cores, "seconds": round(run.seconds, 3), "lost_attempts": run.lost}
        tables = {"kinds": kinds.round(3).to_dict("records"), "stages": stages.round(3).to_dict("records")}
        print(json.dumps(facts | tables, indent=1))
        return
    cores = f"on {run.cores} cores" if run.cores else "on cores that its journals do not count, so without idle slots"
    print(f"{run.name}: {len(run.jobs)} jobs in {duration(run.seconds)} {cores}")
    if run.lost:
        print(f"{run.lost} attempts have no end and are not counted: they were killed, or run still")
    print()
    _show("kind", kinds)
    _show("stage", stages)
    print("times: of one core. work: of the script itself. start: of Python and imports, before it.")


def _root(results: Path) -> Path:
    """The folder in which `results`, a folder or a lock file in it, were made."""
    return (results if results.is_dir() else results.parent).parent


def _measured(root: Path) -> list[dict[str, Any]]:
    """The jobs that left a record and a benchmark under `root`: stage, size, seconds, memory."""
    from threefold.cli.sizes import job_size
    from threefold.record import cost, lock

    records = lock.read_records(root / "logs")
    jobs = {
        record["log"]: record | {"stage": record["code"].split(":")[0], "outputs": list(record["outputs"])}
        for record in records.values()
    }
    costs = cost.job_costs(jobs, root)
    makers = {path: jobs[record["log"]] for path, record in records.items()}
    return [row | {"size": job_size(jobs[log], makers)} for log, row in costs.to_dict("index").items()]


def _planned(configuration: Path) -> list[dict[str, Any]]:
    """The jobs that Snakemake would run with a configuration: stage, size."""
    from threefold.cli.sizes import job_size

    if not configuration.exists():
        raise InputError(f"{configuration} does not exist")
    command = [sys.executable, "-m", "threefold.cli.plan", str(configuration)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise InputError(f"Snakemake has no plan for {configuration}: {done.stderr.strip().splitlines()[-1]}")
    jobs = [job for job in json.loads(done.stdout.splitlines()[-1]) if "/" in job["stage"]]
    makers = {path: job for job in jobs for path in job["outputs"]}
    return [{"stage": job["stage"], "size": job_size(job, makers)} for job in jobs]


def _show_estimate(measured: list[dict[str, Any]], planned: list[dict[str, Any]], scale: Path) -> None:
    import pandas as pd

    from threefold.record.pages import duration
    from threefold.record.scaling import estimate

    if not planned:
        raise InputError(f"nothing is left to run with {scale}")
    frames = (pd.DataFrame(jobs).astype({"size": float}) for jobs in (measured, planned))
    stages = estimate(*frames)
    scaled, rest = stages[stages["sizes"].notna()], stages[stages["sizes"].isna()]
    known, unknown = rest[rest["seconds"].notna()], rest[rest["seconds"].isna()]
    fitted, steep = duration(stages["seconds"].sum()), duration(stages["proportional"].sum())
    print(f"{scale}: {fitted} of one core here, from {len(measured)} measured jobs")
    _show("stage", scaled.drop(columns=["proportional", "unsized"]))
    print("error: relative, of sizes left out of the fit; none where fewer than three were measured.")
    print("beyond: the largest planned job over the largest measured one. memory: as measured.")
    print(f"In proportion to the largest measured jobs, whose start-up may hide a rate: {steep}.")
    if len(unsized := scaled[scaled["unsized"] > 0]):
        jobs = ", ".join(f"{row.unsized:.0f} of {row.stage}" for row in unsized.itertuples())
        print(f"No size before their data are here, and counted as the mean job of their stage: {jobs}.")
    if len(known):
        total = duration(known["seconds"].sum())
        print(f"{len(known)} more stages are taken to cost per job what they cost here: {total} in all.")
    if len(unknown):
        print(f"Not measured here, and not in the sum: {', '.join(unknown['stage'])}.")


def _show(name: str, table: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    from threefold.record.pages import duration

    formats = dict.fromkeys(["seconds", "longest", "work", "start", "together"], duration)
    formats |= {"memory": "{:.0f} MB".format, "beyond": "{:.3g}".format}
    formats |= {"sizes": "{:.0f}".format, "error": lambda x: "" if x != x else f"{x:.0%}", "share": "{:.0%}".format}
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in table.columns:
        heading = "time" if column == "seconds" else column
        shown.add_column(heading, no_wrap=True, justify="left" if column in (name, "kind") else "right")
    for row in table.to_dict("records"):
        shown.add_row(*(formats.get(column, str)(value) for column, value in row.items()))
    Console().print(shown)
    print()
