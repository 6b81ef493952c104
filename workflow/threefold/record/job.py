"""What every script runs inside: its log file, its progress bar, its journal and its errors."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from threefold.record import journal, preemption, progress
from threefold.record.errors import InputError
from threefold.record.lock import write_record
from threefold.record.redact import redact, redact_file


@contextmanager
def job(snakemake) -> Iterator[None]:
    """Run a script's body: all it prints goes to the rule's log file, a progress bar to the terminal if there is one.

    A job that ends well leaves a record of what it made from what, for the lock file. An InputError ends the job with
    its message and no traceback, a Preempted with a status that asks for another attempt; any other exception is a
    defect and leaves its traceback in the log. No log keeps a key, a token or the way to the home folder.
    """
    path = Path(snakemake.log[0])
    _redirect_output(path)
    started, state, reason, status = time.monotonic(), "stopped", "", 1
    journal.note_start(snakemake)
    try:
        yield
        write_record(snakemake)
        state, status = "finished", 0
    except InputError as error:
        logging.error("%s", error)
        state, reason = "failed", str(error)
    except preemption.Preempted as error:
        logging.warning("%s", error)
        state, reason, status = "preempted", str(error), preemption.EXIT_STATUS
    except Exception as error:
        logging.exception("a defect, or something that this project does not foresee:")
        state, reason = "failed", f"{type(error).__name__}: {error}"
    finally:
        seconds = round(time.monotonic() - started, 3)
        journal.note(snakemake, "end", state=state, reason=reason, seconds=seconds, **journal.cost())
        redact_file(path)
    if status:
        sys.exit(status)


def _redirect_output(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if sys.stderr.isatty():
        progress.terminal = os.fdopen(os.dup(sys.stderr.fileno()), "w")
    with path.open("w") as file:  # the descriptors themselves: C code and worker processes print too
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Redacted("%(asctime)s %(levelname)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.captureWarnings(True)


class _Redacted(logging.Formatter):
    """Redacts at once, for jobs that are killed; what is printed past the log is redacted when the job ends."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))
