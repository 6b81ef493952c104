"""Long tables in parts: what a killed job has done is not done again, and one part at a time is in memory."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from threefold.record.files import atomic
from threefold.record.tables import table_schema, write_table

ROWS = 4096  # of a part that holds a slice of another table


def write_in_parts(
    path: str | Path, table: str, folder: Path, parts: Iterable[Callable[[], pd.DataFrame]], expected: int | None = None
) -> None:
    """Write `table` from the frames that `parts` return, each kept in `folder` until all are there.

    expected: the number of rows; another one is a defect.
    """
    kept = []
    for number, part in enumerate(parts):
        kept.append(folder / f"{number:06}.parquet")
        if not kept[-1].exists():
            write_table(kept[-1], part(), table)
    with atomic(path) as whole, pq.ParquetWriter(whole, table_schema(table), compression="zstd") as writer:
        rows = sum(writer.write_table(rows) or rows.num_rows for rows in map(pq.read_table, kept))
        if expected is not None and rows != expected:
            raise AssertionError(f"{path}: {rows} rows from {expected}")
    shutil.rmtree(folder.parent)


def slices(path: str | Path, rows: int = ROWS) -> Iterator[pd.DataFrame]:
    """The table at `path`, `rows` at a time."""
    for batch in pq.ParquetFile(path).iter_batches(rows):
        yield batch.to_pandas()


def count_rows(path: str | Path) -> int:
    """The number of rows of the table at `path`."""
    return pq.ParquetFile(path).metadata.num_rows
