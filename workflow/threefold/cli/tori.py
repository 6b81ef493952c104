"""Mapping classes: look one up, ask the census."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from threefold.record.errors import InputError

app = typer.Typer()


@app.command()
def census(
    surface: Annotated[str | None, typer.Option(help="Only classes with a word on it, such as S_2_1.")] = None,
    max_volume: Annotated[float | None, typer.Option(help="Only classes of at most this volume.")] = None,
    sort: Annotated[str, typer.Option(help="volume, entropy or length.")] = "volume",
    wide: Annotated[bool, typer.Option("--wide", help="All columns, for a terminal of 150 characters.")] = False,
    limit: Annotated[int, typer.Option(help="Rows to print, at most.")] = 30,
    table: Annotated[Path, typer.Option(help="The census that a run wrote.")] = Path("results/tori/census.parquet"),
) -> None:
    """Mapping tori of pseudo-Anosovs up to isometry: volume, shortest word, least entropy, name."""
    from rich.console import Console
    from rich.table import Table

    from threefold.record.tables import read_table
    from threefold.tori.census import query_census

    if not table.exists():
        raise InputError(f"{table} does not exist; `snakemake {table}` writes it")
    rows = query_census(read_table(table), surface, max_volume, sort)
    shown = Table(box=None, pad_edge=False, header_style="bold")
    columns = ["volume", "word", "on", "least entropy", "name"]
    if wide:
        columns[-1:] = ["of", "on", "proved", "cusps", "homology", "names"]
    for column in columns:
        shown.add_column(column, no_wrap=column != "names", overflow="fold" if wide else "ellipsis")
    for row in rows.head(limit).itertuples():
        volume = row.volume_digits[:13] if row.certified else f"{row.volume:.6f} ?"
        facts = [volume, row.word, row.surface, f"{row.least_entropy:.10f}"]
        if wide:
            proved = "yes" if row.certified else "no"
            facts += [row.least_word, row.least_surface, proved, str(row.cusps), row.homology, row.names]
        else:
            facts.append(row.names.split(" ")[0])
        shown.add_row(*facts)
    Console().print(shown)
    print(f"{min(limit, len(rows))} of {len(rows)} classes" + ("" if rows["certified"].all() else "; ?: not proved"))


@app.command()
def show(
    word: Annotated[str, typer.Argument(help="Such as abcD: a capital is an inverse, the first letter acts first.")],
    surface: Annotated[str, typer.Option(help="S_g_n: genus g, n punctures; D_n: the disc, for braids.")] = "S_2_1",
    picture: Annotated[Path | None, typer.Option(help="Also draw it, as SVG, PNG or PDF.")] = None,
    seed: Annotated[int, typer.Option(help="Of the retriangulations.")] = 0,
    exact: Annotated[
        bool, typer.Option("--exact", help="Also by flipper, in exact arithmetic; may take minutes.")
    ] = False,
) -> None:
    """Classify one mapping class and measure its mapping torus."""
    from threefold.tori.census import identify
    from threefold.tori.classify import classify_words
    from threefold.tori.exact import check_exactly
    from threefold.tori.mapping_tori import measure_classes
    from threefold.tori.pictures import save_word
    from threefold.tori.processes import Limits
    from threefold.tori.surfaces import find_surface
    from threefold.tori.words import check_cyclically_reduced

    on = find_surface(surface)
    classes = classify_words([check_cyclically_reduced(word, on)], on)
    if exact:
        classes = check_exactly(classes, on, limits=Limits(seconds=3600))
    drilled_length = len(word) if exact else 0
    row = measure_classes(classes, on, randomisations=40, seed=seed, drilled_length=drilled_length)[0]
    facts = {"type": row["type"] or "open", "reason": row["reason"], "dilatation": f"{row['dilatation']:.14g}"}
    facts |= {"entropy": f"{row['entropy']:.14g}"}
    if row["punctures"] is not None:
        facts |= {"prongs": f"at punctures: {row['punctures'] or 'none'}; elsewhere: {row['singularities'] or 'none'}"}
    if exact:
        facts |= {"flipper": "disagrees" if row["status"] == "error" else "agrees"}
        facts |= {"exact": row["minimal_polynomial"] or "no minimal polynomial: not pseudo-Anosov, or out of time"}
    if row["volume"] is not None:
        facts |= {"volume": f"{row['volume_digits']} (certified)" if row["certified"] else f"{row['volume']:.10g}"}
        if row["drilled_volume"] is not None:
            facts |= {"drilled": f"{row['drilled_volume']:.13g}, without the orbits of the singularities"}
        facts |= {"cusps": row["cusps"], "homology": row["homology"], "vol / 3π|χ|h": f"{row['km_ratio']:.6f}"}
        facts |= {"SnapPy's names": identify(word, surface) or "none"}
    print(f"{word} on {surface}")
    for name, value in facts.items():
        print(f"  {name:15}{value}")
    if picture:
        save_word(word, on, picture)
