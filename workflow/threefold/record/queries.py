"""SQL over one artifact: DuckDB on an Arrow table, in a connection that reaches neither files nor the network."""

from __future__ import annotations

import duckdb
import pyarrow as pa


def connect() -> duckdb.DuckDBPyConnection:
    """A connection for `query`; use it for many queries, because opening one takes longer than most of them."""
    return duckdb.connect(config={"threads": 1, "enable_external_access": False})


def query(database: duckdb.DuckDBPyConnection, sql: str, artifact: pa.Table) -> duckdb.DuckDBPyRelation:
    """The rows that `sql`, a SELECT over the table `artifact`, gives; fetch them before the next query.

    It is a subquery, so that it reads and leaves nothing behind that the next one would find. Raises duckdb.Error.
    """
    database.register("artifact", artifact)
    return database.sql(f"FROM ({sql}\n)")
