"""Uploading what was tracked offline: every attempt once, those at one run in the order in which they began."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from threefold.record.errors import InputError

QUIET = 600  # seconds without a line, after which an attempt that has no end is taken for killed


class Attempts(NamedTuple):
    """Folders of attempts, oldest first: still to be uploaded, uploaded, and perhaps still running."""

    waiting: list[Path]
    synced: list[Path]
    running: list[Path]


def find_attempts(folder: Path) -> Attempts:
    """The attempts under `folder`, W&B's own; those that ended online are uploaded, and so are those marked so."""
    found = Attempts([], [], [])
    for attempt in sorted(folder.glob("*run-*-*"), key=lambda path: path.name.partition("run-")[2]):
        records = next(attempt.glob("run-*.wandb"), None)
        if records is None:
            continue
        ended = attempt / "ended"
        if records.with_suffix(".wandb.synced").exists() or (ended.exists() and ended.read_text() == "online"):
            found.synced.append(attempt)
        elif ended.exists() or time.time() - records.stat().st_mtime > QUIET:
            found.waiting.append(attempt)
        else:
            found.running.append(attempt)
    return found


def sync_command(attempts: list[Path]) -> list[str]:
    """The call of W&B's client that uploads these attempts; it sorts those of one run by their start itself."""
    return [sys.executable, "-m", "wandb", "sync", "--yes", "--include-online", *map(str, attempts)]


def sync(folder: Path) -> Attempts:
    """Upload what waits under `folder`; returns what is there afterwards.

    Raises InputError with the client's last words where an attempt could not be uploaded; the next call tries it again.
    """
    waiting = find_attempts(folder).waiting
    if waiting:
        environment = {**os.environ, "WANDB_MODE": "online"}
        done = subprocess.run(sync_command(waiting), env=environment, capture_output=True, text=True)
        if left := [path for path in find_attempts(folder).waiting if path in waiting]:
            words = [line for line in done.stderr.splitlines() if "ERROR" in line or "Error" in line] or [done.stderr]
            raise InputError(f"{len(left)} of {len(waiting)} attempts were not uploaded: {words[-1].strip()}")
    return find_attempts(folder)
