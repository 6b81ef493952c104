import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from threefold.record import tables
from threefold.record.tables import SCHEMAS, read_table, table_schema, write_table


@pytest.fixture
def schema(tmp_path, monkeypatch):
    """A chain `test` with one table `lengths`."""
    columns = {
        "name": {"type": "string", "unit": "", "meaning": "which one"},
        "length": {"type": "float64", "unit": "m", "meaning": "how long", "nullable": True},
    }
    (tmp_path / "test.yaml").write_text(
        yaml.safe_dump({"lengths": {"about": "some lengths", "columns": columns}}, sort_keys=False)
    )
    monkeypatch.setattr(tables, "SCHEMAS", tmp_path)
    table_schema.cache_clear()
    yield
    table_schema.cache_clear()


def test_a_table_comes_back_as_it_was_written(schema, tmp_path):
    frame = pd.DataFrame({"length": [1.5, None], "name": ["a", "b"]})
    write_table(tmp_path / "t.parquet", frame, "test/lengths")
    back = read_table(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(back, frame[["name", "length"]], check_dtype=False)


def test_unit_and_meaning_travel_with_the_file(schema, tmp_path):
    write_table(tmp_path / "t.parquet", pd.DataFrame({"name": ["a"], "length": [1.0]}), "test/lengths")
    assert pq.read_schema(tmp_path / "t.parquet").field("length").metadata == {b"unit": b"m", b"meaning": b"how long"}


def test_equal_tables_have_equal_bytes(schema, tmp_path):
    for name in ("x", "y"):
        write_table(tmp_path / name, pd.DataFrame({"name": ["a"], "length": [0.1]}), "test/lengths")
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"name": ["a"]}, "missing columns ['length']"),
        ({"name": ["a"], "length": [1.0], "width": [1.0]}, "unknown columns ['width']"),
        ({"name": [None], "length": [1.0]}, "empty values in ['name']"),
    ],
)
def test_a_table_that_breaks_its_schema_is_not_written(schema, tmp_path, frame, message):
    with pytest.raises(ValueError) as error:
        write_table(tmp_path / "t.parquet", pd.DataFrame(frame), "test/lengths")
    assert message in str(error.value)
    assert not (tmp_path / "t.parquet").exists()


def test_a_value_of_another_type_is_refused(schema, tmp_path):
    with pytest.raises(pa.ArrowInvalid):
        write_table(tmp_path / "t.parquet", pd.DataFrame({"name": ["a"], "length": ["long"]}), "test/lengths")


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_schema_states_type_unit_and_meaning_of_each_column(path):
    for table, spec in yaml.safe_load(path.read_text()).items():
        assert spec["about"]
        assert table_schema(f"{path.stem}/{table}").names == list(spec["columns"])
        for column in spec["columns"].values():
            assert {"type", "unit", "meaning"} <= set(column) <= {"type", "unit", "meaning", "nullable"}
