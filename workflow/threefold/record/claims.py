"""The claims ledger: every published number and statement, and whether it holds here.

A claim names an artifact and a measure, one DuckDB query over that artifact (the table `artifact`) whose single row
holds `value` and, where there is an interval, `low` and `high`. Its expectation is a range of values. The interval
inside the range: reproduced. Apart from it: contradicted. Astride its edge: inconclusive. An artifact that this run
does not make: not run here. A query that does not fit the table of its artifact, and an artifact that is no table of
the workflow, are errors where the claims are loaded. The claims are in config/claims.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from threefold.record.errors import InputError
from threefold.record.files import digest
from threefold.record.queries import connect, query
from threefold.record.tables import SCHEMAS, chain_tables, table_schema

VERDICTS = ("reproduced", "contradicted", "inconclusive", "not run here")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Expectation(_Strict):
    """The range that confirms a claim, and why it is so wide."""

    equal: float | bool | None = None
    within: Annotated[float, Field(ge=0)] | None = None
    at_least: float | None = None
    at_most: float | None = None
    because: str

    @model_validator(mode="after")
    def _one_range(self):
        if (self.equal is None) == (self.at_least is None and self.at_most is None):
            raise ValueError("state either `equal` (with `within`) or `at_least` and/or `at_most`")
        if (self.equal is None) != (self.within is None):
            raise ValueError("`equal` and `within` go together")
        return self

    @property
    def range(self) -> tuple[float, float]:
        if self.equal is not None:
            return self.equal - self.within, self.equal + self.within
        return (
            -math.inf if self.at_least is None else self.at_least,
            math.inf if self.at_most is None else self.at_most,
        )


class Claim(_Strict):
    """One published number or statement, or a check of our own (`ours`)."""

    id: str
    where: str
    statement: str
    published: str = ""
    unit: str = ""
    ours: bool = False
    artifact: str | None = None
    measure: str | None = None
    expect: Expectation | None = None
    needs: str = ""

    @model_validator(mode="after")
    def _checkable_or_wanting(self):
        given = [self.artifact, self.measure, self.expect]
        if any(given) and not all(given):
            raise ValueError("artifact, measure and expect go together")
        if not any(given) and not self.needs:
            raise ValueError("a claim without an artifact must say what it needs")
        return self


class PaperFigure(_Strict):
    """A figure of the paper that holds data: which of our figures show the same, or why none can."""

    figure: str
    shows: str
    here: list[str] = []
    reason: str = ""

    @model_validator(mode="after")
    def _here_or_why_not(self):
        if not self.here and not self.reason:
            raise ValueError("a figure that is not `here` must say the reason")
        return self


class ClaimsFile(_Strict):
    """One file of config/claims; `title` is what the paper is called for short."""

    title: str
    paper: str
    claims: list[Claim]
    figures: list[PaperFigure] = []

    @property
    def name(self) -> str:
        return f"{self.title} ({self.paper})"


def load_claims(paths: list[str | Path]) -> list[tuple[str, Claim]]:
    """All claims with the paper of each. Raises InputError that names the file and the claim."""
    found: dict[str, tuple[str, Claim]] = {}
    for path in paths:
        file = _load_file(path)
        for claim in file.claims:
            if claim.id in found:
                raise InputError(f"{path}: claim {claim.id} is listed twice; give each its own id")
            found[claim.id] = (file.name, claim)
    _check_queries([claim for _, claim in found.values() if claim.artifact])
    return list(found.values())


def load_figures(paths: list[str | Path]) -> list[tuple[str, PaperFigure]]:
    """The figures of the papers that hold data, with the paper of each."""
    files = [_load_file(path) for path in paths]
    return [(file.name, figure) for file in files for figure in file.figures]


def _load_file(path: str | Path) -> ClaimsFile:
    raw = yaml.load(Path(path).read_text(), Loader=yaml.CSafeLoader)
    try:
        return ClaimsFile.model_validate(raw)
    except ValidationError as error:
        place, message = list(error.errors()[0]["loc"]), error.errors()[0]["msg"]
        if len(place) > 1:
            kind, number = place[0], place[1]
            place[:2] = [kind.removesuffix("s"), raw[kind][number].get("id", f"number {number + 1}")]
        raise InputError(f"{path}: {' '.join(map(str, place))}: {message}") from None


def _check_queries(claims: list[Claim]) -> None:
    """Bind each measure to the schema of its artifact's table, without any data."""
    with connect() as database:
        for claim in claims:
            table = _table_of(claim.artifact)
            if table is None:
                raise InputError(
                    f"claim {claim.id}: no configuration makes the artifact {claim.artifact}; "
                    "its table would be named in workflow/schemas/tables"
                )
            try:
                columns = query(database, claim.measure, table_schema(table).empty_table()).columns
            except duckdb.Error as error:
                raise InputError(f"claim {claim.id}: {_first_line(error)} (table {table})") from None
            if "value" not in columns:
                raise InputError(f"claim {claim.id}: the measure has the columns {columns} and no `value`")


def _table_of(artifact: str) -> str | None:
    """The table, `<chain>/<table>`, that `artifact` holds: that of the name of its file, or else of its folder."""
    chain, *parts = Path(artifact).with_suffix("").parts
    tables = _tables().get(chain, {})
    name = next((tables[part] for part in reversed(parts[-2:]) if part in tables), None)
    return f"{chain}/{name}" if name and artifact.endswith(".parquet") else None


@cache
def _tables() -> dict[str, dict[str, str]]:
    """Chain -> name of a file or folder of artifacts -> the table that these hold."""
    schemas = {path.stem: chain_tables(path.stem) for path in SCHEMAS.glob("*.yaml")}
    return {
        chain: {table.get("folder", name): name for name, table in tables.items()} for chain, tables in schemas.items()
    }


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def measure(
    claim: Claim, artifact: str | Path, database: duckdb.DuckDBPyConnection | None = None
) -> tuple[float, float, float]:
    """(value, low, high) of a claim over its artifact, a Parquet file; many claims share a `database`.

    Raises InputError naming the claim when the query fails, for example for a column that the artifact has not.
    """
    try:
        relation = query(database or connect(), claim.measure, pq.read_table(artifact))
        names, rows = relation.columns, relation.fetchall()
    except duckdb.Error as error:
        raise InputError(f"claim {claim.id}: {_first_line(error)} (over {artifact})") from None
    if len(rows) != 1 or "value" not in names:
        raise InputError(f"claim {claim.id}: the measure gave {len(rows)} rows of {names}, not one row with `value`")
    row = {name: math.nan if x is None else float(x) for name, x in zip(names, rows[0], strict=True)}
    return row["value"], row.get("low", row["value"]), row.get("high", row["value"])


def verdict(expect: Expectation, low: float, high: float) -> str:
    """Where the measured interval [low, high] lies with respect to the expected range."""
    if math.isnan(low) or math.isnan(high):
        return "inconclusive"
    least, most = expect.range
    if least <= low and high <= most:
        return "reproduced"
    return "contradicted" if high < least or low > most else "inconclusive"


def check_claims(claims: list[tuple[str, Claim]], artifacts: Mapping[str, str | Path]) -> pd.DataFrame:
    """A row for each claim, in the order given, with its verdict; `artifacts` maps names to the files of this run."""
    with connect() as database:
        return pd.DataFrame([_row(paper, claim, artifacts.get(claim.artifact), database) for paper, claim in claims])


def _row(paper: str, claim: Claim, artifact: str | Path | None, database: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    row = {
        **claim.model_dump(include={"id", "where", "statement", "published", "unit", "ours", "needs"}),
        "paper": paper,
        "artifact": claim.artifact,
        "sha256": None,
        "measure": claim.measure,
        "because": None,
        **dict.fromkeys(["value", "low", "high", "least", "most"], math.nan),
        "verdict": "not run here",
    }
    if artifact is None:
        return row
    value, low, high = measure(claim, artifact, database)
    least, most = claim.expect.range
    row |= {"value": value, "low": low, "high": high, "least": least, "most": most}
    row |= {"because": claim.expect.because, "verdict": verdict(claim.expect, low, high)}
    return row | {"sha256": digest(artifact)}


def tally(ledger: pd.DataFrame) -> pd.DataFrame:
    """How many claims of each paper have each verdict: first all papers' own claims, then our checks."""
    kind = ledger["ours"].map({False: "its own claims", True: "checks of ours"}).rename("kind")
    counts = pd.crosstab([kind, ledger["paper"]], ledger["verdict"]).reindex(columns=list(VERDICTS), fill_value=0)
    return counts.sort_index(level=0, ascending=False, sort_remaining=False)


def lost_claims(ledger: pd.DataFrame, reference: pd.DataFrame) -> list[str]:
    """Ids of the claims that `reference` (columns id, verdict) holds to be reproduced and `ledger` decides otherwise.

    A claim that this run does not decide is not lost.
    """
    held = set(reference.loc[reference["verdict"] == "reproduced", "id"])
    now = ledger[ledger["verdict"].isin(["contradicted", "inconclusive"])]
    return [claim for claim in now["id"] if claim in held]


def changed_claims(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Claims whose value or verdict differs, by id: columns value_a, verdict_a, value_b, verdict_b.

    A claim that one of the ledgers has not is `not listed` there.
    """
    names = ["id", "value", "verdict"]
    both = a[names].merge(b[names], on="id", how="outer", suffixes=("_a", "_b")).set_index("id")
    both[["verdict_a", "verdict_b"]] = both[["verdict_a", "verdict_b"]].fillna("not listed")
    same_value = (both["value_a"] == both["value_b"]) | (both["value_a"].isna() & both["value_b"].isna())
    return both[~same_value | (both["verdict_a"] != both["verdict_b"])]
