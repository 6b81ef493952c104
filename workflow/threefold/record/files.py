"""Files that are either whole or absent, their digests, and names that follow from facts."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def atomic(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; move it to `path` once the block has ended without an error.

    The temporary name keeps the suffix, because several writers choose the format by it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_text(path: str | Path, text: str) -> None:
    """Write a file that is whole or absent."""
    with atomic(path) as part:
        part.write_text(text)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, so that a kill on the way leaves none with a part of it."""
    gone = folder.with_name(f".{folder.name}.removed")
    shutil.rmtree(gone, ignore_errors=True)
    folder.rename(gone)
    shutil.rmtree(gone)


def digest(path: str | Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def name_of(facts: Any, digits: int = 16) -> str:
    """Hexadecimal digits of SHA-256 that name whatever follows from `facts`, which are plain data."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()[:digits]


def unfinished(log: str | Path, facts: Any, inputs: Iterable[str] = ()) -> Path:
    """The folder, beside the `log` of a job, for what it has done so far, from `facts` and the bytes of `inputs`.

    A later attempt goes on from it if it starts from the same; remove its parent when the job ends.
    """
    return Path(log).with_suffix("") / name_of([facts, [digest(path) for path in inputs]])
