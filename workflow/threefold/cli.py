"""The command `threefold`: what people ask of a finished run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from threefold.record.errors import InputError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

REFERENCE = Path("config/claims/reference.csv")
STYLES = {"reproduced": "green", "contradicted": "red", "inconclusive": "yellow", "not run here": "dim"}


@app.callback()
def main() -> None:
    """Keeps `threefold` a group of commands."""


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


@app.command()
def verify(
    results: Annotated[Path, typer.Argument(help="A lock file, or a folder of results that holds one.")] = Path(
        "results"
    ),
) -> None:
    """Recompute every digest; name each artifact that is missing, edited, stale or foreign; exit with 1 if any is."""
    from threefold.record import lock
    from threefold.record.provenance import code_digest

    entries = lock.read_lock(results)
    scripts = {str(path.relative_to("scripts").with_suffix("")): path for path in Path("scripts").rglob("*.py")}
    code = {script: code_digest(path) for script, path in scripts.items()}
    findings = lock.verify(entries, Path.cwd(), code)
    for artifact, problem in findings:
        print(f"{artifact}: {problem}")
    print(f"{len(entries)} artifacts, {len({artifact for artifact, _ in findings})} not as the lock file says")
    raise typer.Exit(1 if findings else 0)


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(help="A lock file, or a folder of results that holds one.")],
    b: Annotated[Path, typer.Argument(help="Another.")],
) -> None:
    """Which artifacts and claims differ between two runs, and what explains it; exit with 1 if any artifact does."""
    from threefold.record import lock
    from threefold.record.claims import changed_claims
    from threefold.record.tables import read_table

    findings = lock.differences(lock.read_lock(a), lock.read_lock(b))
    for artifact, cause in findings:
        print(f"{artifact}: {cause}")
    print(f"{len(findings)} artifacts differ")
    ledgers = [(path if path.is_dir() else path.parent) / "claims.parquet" for path in (a, b)]
    if all(path.exists() for path in ledgers):
        for row in changed_claims(*map(read_table, ledgers)).itertuples():
            print(f"claim {row.Index}: {row.verdict_a} {row.value_a:.6g} -> {row.verdict_b} {row.value_b:.6g}")
    raise typer.Exit(1 if findings else 0)


@app.command()
def census(
    surface: Annotated[str | None, typer.Option(help="Only classes with a word on it, such as S_2_1.")] = None,
    max_volume: Annotated[float | None, typer.Option(help="Only classes of at most this volume.")] = None,
    sort: Annotated[str, typer.Option(help="volume, entropy or length.")] = "volume",
    limit: Annotated[int, typer.Option(help="Rows to print, at most.")] = 30,
    table: Annotated[Path, typer.Option(help="The census that a run wrote.")] = Path("results/tori/census.parquet"),
) -> None:
    """Mapping tori of pseudo-Anosovs up to isometry: shortest word, least entropy, certified volume, name."""
    from rich.console import Console
    from rich.table import Table

    from threefold.record.tables import read_table
    from threefold.tori.census import query_census

    if not table.exists():
        raise InputError(f"{table} does not exist; `snakemake {table}` writes it")
    rows = query_census(read_table(table), surface, max_volume, sort)
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("volume", "certified", "surface", "word", "least entropy", "of", "cusps", "homology", "name"):
        shown.add_column(column, overflow="fold")
    for row in rows.head(limit).itertuples():
        fibre = f"{row.least_surface} {row.least_word}"
        digits = row.volume_digits[:16] if row.certified else f"{row.volume:.8g}"
        facts = (digits, "yes" if row.certified else "no", row.surface, row.word, f"{row.least_entropy:.10f}", fibre)
        shown.add_row(*facts, str(row.cusps), row.homology, row.names)
    Console().print(shown)
    print(f"{min(limit, len(rows))} of {len(rows)} classes")


@app.command()
def show(
    word: Annotated[str, typer.Argument(help="Such as abcD: a capital is an inverse, the first letter acts first.")],
    surface: Annotated[str, typer.Option(help="S_g_n: genus g, n punctures; D_n: the disc, for braids.")] = "S_2_1",
    picture: Annotated[Path | None, typer.Option(help="Also draw it, as SVG, PNG or PDF.")] = None,
    seed: Annotated[int, typer.Option(help="Of the retriangulations.")] = 0,
) -> None:
    """Classify one mapping class and measure its mapping torus."""
    from threefold.tori.census import identify
    from threefold.tori.classify import classify_words
    from threefold.tori.mapping_tori import measure_classes
    from threefold.tori.pictures import draw_word
    from threefold.tori.surfaces import find_surface
    from threefold.tori.words import check_cyclically_reduced

    on = find_surface(surface)
    classes = classify_words([check_cyclically_reduced(word, on)], on)
    row = next(measure_classes(classes, on, randomisations=40, seed=seed))
    facts = {"type": row["type"] or "open", "reason": row["reason"], "dilatation": f"{row['dilatation']:.14g}"}
    facts |= {"entropy": f"{row['entropy']:.14g}"}
    if row["volume"] is not None:
        facts |= {"volume": f"{row['volume_digits']} (certified)" if row["certified"] else f"{row['volume']:.10g}"}
        facts |= {"cusps": row["cusps"], "homology": row["homology"], "vol / 3π|χ|h": f"{row['km_ratio']:.6f}"}
        facts |= {"SnapPy's names": identify(word, surface) or "none"}
    print(f"{word} on {surface}")
    for name, value in facts.items():
        print(f"  {name:15}{value}")
    if picture:
        draw_word(word, on).savefig(picture)


def run() -> None:
    """The entry point: an InputError is a message, not a traceback."""
    try:
        app()
    except InputError as error:
        sys.exit(f"threefold: {error}")
