"""The claims in the terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from threefold.record.errors import InputError

app = typer.Typer()

REFERENCE = Path("config/claims/reference.csv")
STYLES = {"reproduced": "green", "contradicted": "red", "inconclusive": "yellow", "not run here": "dim"}


@app.command()
def claims(
    ledger: Annotated[Path, typer.Argument(help="The ledger that a run wrote.")] = Path("results/claims.parquet"),
    every: Annotated[bool, typer.Option("--all", help="Also the claims that were not run here.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Make these verdicts the reference from now on.")] = False,
    reference: Annotated[Path, typer.Option(help="Verdicts to hold the ledger against.")] = REFERENCE,
) -> None:
    """Print the claims with their verdicts; exit with 1 if one that the reference holds is no longer reproduced."""
    import pandas as pd
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from threefold.record.claims import lost_claims, tally
    from threefold.record.tables import read_table

    if not ledger.exists():
        raise InputError(f"{ledger} does not exist; `make reproduce` or `snakemake claims` writes it")
    frame = read_table(ledger)
    table = Table(box=None, pad_edge=False, expand=True, header_style="bold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("measured", no_wrap=True, justify="right")
    table.add_column("published", overflow="fold", max_width=18)
    table.add_column("claim", ratio=1)
    for row in frame.itertuples():
        if every or row.verdict != "not run here":
            shown = "" if row.value != row.value else f"{row.value:.6g}"
            name = f"{row.id}, ours" if row.ours else row.id
            verdict = f"[{STYLES[row.verdict]}]{row.verdict}[/]"
            table.add_row(verdict, shown, row.published, f"{escape(row.statement)} [dim]{name}[/]")
    console = Console()
    console.print(table)
    counts = tally(frame)
    console.print()
    for (kind, paper), verdicts in counts.iterrows():
        words = ", ".join(f"{n} {verdict}" for verdict, n in verdicts.items() if n)
        console.print(f"{paper}, {kind}: {words}", soft_wrap=True)
    if accept:
        frame[["id", "verdict"]].to_csv(reference, index=False)
    elif lost := lost_claims(frame, pd.read_csv(reference)):
        raise InputError(f"no longer reproduced: {', '.join(lost)} (held by {reference}; --accept if that is right)")
