import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from threefold.record import claims
from threefold.record.queries import connect, query

ARTIFACT = pa.table({"length": [1.5, 2.5, None]})
elsewhere = pd.DataFrame({"length": [0.0]})  # DuckDB finds variables of Python by their name, where it may


def test_a_query_reads_its_artifact_with_nulls_as_nulls():
    rows = query(connect(), "SELECT count(length) AS n, avg(length) AS value FROM artifact -- and a remark", ARTIFACT)
    assert (rows.columns, rows.fetchall()) == (["n", "value"], [(2, 2.0)])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM elsewhere",
        "CREATE TABLE kept AS SELECT * FROM artifact",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ],
)
def test_a_query_reaches_nothing_but_its_artifact(sql):
    with pytest.raises(duckdb.Error):
        query(connect(), sql, ARTIFACT).fetchall()


def test_each_query_of_a_connection_has_its_own_artifact():
    database = connect()
    tables = [pa.table({"length": [float(k)]}) for k in range(3)]
    assert [query(database, "SELECT length FROM artifact", table).fetchall() for table in tables] == [
        [(0.0,)],
        [(1.0,)],
        [(2.0,)],
    ]


def test_all_claims_share_one_connection(tmp_path, monkeypatch):
    elsewhere.to_parquet(tmp_path / "words.parquet")
    facts = {"where": "Table 1", "statement": "It is zero.", "artifact": "tori/x/words.parquet"}
    facts |= {"measure": "SELECT max(length) AS value FROM artifact"}
    facts |= {"expect": {"equal": 0, "within": 0, "because": "it is a test"}}
    listed = [("A", claims.Claim(id=f"x.{k}", **facts)) for k in range(20)]
    opened = []
    monkeypatch.setattr(claims, "connect", lambda: opened.append(connect()) or opened[-1])
    ledger = claims.check_claims(listed, {facts["artifact"]: tmp_path / "words.parquet"})
    assert ledger["verdict"].tolist() == 20 * ["reproduced"]
    assert len(opened) == 1
