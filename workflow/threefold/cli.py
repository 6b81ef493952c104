"""The command `threefold`: what people ask of a finished run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from threefold.record.errors import InputError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

STYLES = {"reproduced": "green", "contradicted": "red", "inconclusive": "yellow", "not run here": "dim"}


@app.callback()
def main() -> None:
    """Keeps `threefold` a group of commands."""


@app.command()
def claims(
    ledger: Annotated[Path, typer.Argument(help="The ledger that a run wrote.")] = Path("results/claims.parquet"),
    every: Annotated[bool, typer.Option("--all", help="Also the claims that were not run here.")] = False,
) -> None:
    """Print the claims with their verdicts."""
    from rich.console import Console
    from rich.table import Table

    from threefold.record.claims import tally
    from threefold.record.tables import read_table

    if not ledger.exists():
        raise InputError(f"{ledger} does not exist; `make reproduce` or `snakemake claims` writes it")
    frame = read_table(ledger)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("claim", "verdict", "published", "measured", "statement"):
        table.add_column(column, overflow="fold")
    for row in frame.itertuples():
        if every or row.verdict != "not run here":
            shown = "" if row.value != row.value else f"{row.value:.6g}"
            name = f"{row.id} (ours)" if row.ours else row.id
            verdict = f"[{STYLES[row.verdict]}]{row.verdict}[/]"
            table.add_row(name, verdict, row.published, shown, row.statement)
    console = Console()
    console.print(table)
    counts = tally(frame)
    console.print()
    for (paper, kind), verdicts in counts.iterrows():
        words = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.items() if n)
        console.print(f"{paper}, {'its own claims' if kind == 'paper' else 'checks of ours'}: {words}")


@app.command()
def unlock() -> None:
    """Release the lock that a killed run left on this folder; refuse while a run is alive."""
    import psutil

    here, me = Path.cwd(), {psutil.Process().pid, *(p.pid for p in psutil.Process().parents())}
    locks = [path for path in Path(".snakemake/locks").glob("*") if path.is_file()]
    for process in psutil.process_iter(["pid", "cmdline", "cwd"]):
        facts = process.info
        running = any(Path(word).name == "snakemake" for word in (facts["cmdline"] or [])[:2])
        if locks and running and facts["pid"] not in me and facts["cwd"] == str(here):
            raise InputError(f"another Snakemake works in this folder (process {facts['pid']}); wait for it or stop it")
    for lock in locks:
        lock.unlink()


def run() -> None:
    """The entry point: an InputError is a message, not a traceback."""
    try:
        app()
    except InputError as error:
        sys.exit(f"threefold: {error}")
