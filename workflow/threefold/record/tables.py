"""Tables: one Parquet file each, checked against its schema where it is written.

The schemas lie in `workflow/schemas/tables/<chain>.yaml`: table -> column -> type, unit, meaning. Unit and meaning
travel in the Parquet file as field metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from threefold.record.files import atomic

SCHEMAS = Path(__file__).parents[2] / "schemas" / "tables"


@cache
def table_schema(table: str) -> pa.Schema:
    """The Arrow schema of `table`, named `<chain>/<table>`; field metadata holds unit and meaning."""
    chain, name = table.split("/")
    tables = chain_tables(chain)
    return pa.schema(
        [arrow_field(column, spec) for column, spec in tables[name]["columns"].items()],
        metadata={"table": table, "about": tables[name]["about"]},
    )


@cache
def chain_tables(chain: str) -> dict[str, dict[str, Any]]:
    """The tables of a chain by name, as its schema file describes them."""
    return yaml.load((SCHEMAS / f"{chain}.yaml").read_text(), Loader=yaml.CSafeLoader)


def arrow_field(column: str, spec: Mapping[str, Any]) -> pa.Field:
    """A column by its entry in a schema file."""
    meaning = {"unit": spec["unit"], "meaning": spec["meaning"]}
    return pa.field(column, pa.type_for_alias(spec["type"]), nullable=spec.get("nullable", False), metadata=meaning)


def write_table(path: str | Path, frame: pd.DataFrame, table: str | pa.Schema) -> None:
    """Write `frame` as Parquet in the column order of its schema, which `table` names or is.

    Raises ValueError when a column is missing, unknown, of another type, or null where nulls are not allowed: that is
    an error of the writer, never of the user.
    """
    schema = table if isinstance(table, pa.Schema) else table_schema(table)
    table = schema.metadata[b"table"].decode()
    if set(frame.columns) != set(schema.names):
        missing, unknown = set(schema.names) - set(frame.columns), set(frame.columns) - set(schema.names)
        raise ValueError(f"table {table}: missing columns {sorted(missing)}, unknown columns {sorted(unknown)}")
    empty = [f.name for f in schema if not f.nullable and frame[f.name].isna().any()]
    if empty:
        raise ValueError(f"table {table}: empty values in {empty}, which its schema does not allow")
    arrow = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
    with atomic(path) as part:
        pq.write_table(arrow.replace_schema_metadata(schema.metadata), part, compression="zstd")


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a table written by `write_table`."""
    return pd.read_parquet(path)
