"""What every script runs inside: its log file, its progress bar and its errors."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from threefold.record import progress
from threefold.record.errors import InputError
from threefold.record.lock import write_record


@contextmanager
def job(snakemake) -> Iterator[None]:
    """Run a script's body: all it prints goes to the rule's log file, a progress bar to the terminal if there is one.

    A job that ends well leaves a record of what it made from what, for the lock file. An InputError ends the job with
    its message and no traceback; any other exception is a defect and keeps its own.
    """
    path = Path(snakemake.log[0])
    path.parent.mkdir(parents=True, exist_ok=True)
    if sys.stderr.isatty():
        progress.terminal = os.fdopen(os.dup(sys.stderr.fileno()), "w")
    with path.open("w") as file:  # the descriptors themselves: C code and worker processes print too
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(message)s", force=True
    )
    logging.captureWarnings(True)
    try:
        yield
        write_record(snakemake)
    except InputError as error:
        logging.error("%s", error)
        sys.exit(1)
