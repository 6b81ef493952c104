"""Trials: each computed once, whoever asks for it, and kept in a store under a name that says what it is.

A trial's name is a digest of its target, all its settings, its seed, the code and the input files: whatever its value
depends on. A job runs a batch of trials, and computes those that the store has not; two jobs that want the same trial
at once compute it once; trials that have ended are kept when a job is killed.
"""

from __future__ import annotations

import json
import logging
import math
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

from threefold.record.errors import InputError
from threefold.record.files import digest, name_of, write_text
from threefold.record.progress import progress
from threefold.record.redact import redact

log = logging.getLogger(__name__)
Run = Callable[[dict[str, Any], Sequence[str], int], Mapping[str, float]]  # settings, input files, seed -> metrics

# A process for each trial: one that ends its process harms no other. Other ways to start one run the script again.
FORK = multiprocessing.get_context("fork")


class Trial(NamedTuple):
    """What a trial's metrics depend on; `code` is the digest of the code that computes them."""

    target: str
    settings: dict[str, Any]
    files: Sequence[str]
    seed: int
    code: str

    def facts(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "settings": dict(sorted(self.settings.items())),
            "files": {path: _digest(path) for path in self.files},
            "seed": self.seed,
            "code": self.code,
        }

    @property
    def name(self) -> str:
        """32 hexadecimal digits of SHA-256 over the facts, in which 2 and 2.0 are equal and paths do not count."""
        facts = self.facts()
        settings = {key: float(x) if type(x) is int else x for key, x in facts["settings"].items()}
        plain = [self.target, settings, list(facts["files"].values()), self.seed, self.code]
        return name_of(plain, digits=32)


_digest = cache(digest)  # of inputs that many trials share


def run_trials(trials: Sequence[Trial], prepare: Callable[[], Run], store: Path, locks: Path) -> list[dict[str, Any]]:
    """The outcome of every trial, in order: name, status (ok or failed), reason, metrics.

    `prepare` gives the function that runs a trial; it is called only if there is one to run, for what it imports may
    take longer than all the rest. A trial that fails in any way is an outcome too. One that has ended well, or was
    refused with an InputError, is kept; after any other failure it is tried again when it is next asked for. A trial
    that runs has a lock in the folder `locks`, where a killed one may leave it; it is no result.
    """
    prepare, outcomes = cache(prepare), []
    for trial in progress(trials, "trials"):
        path = store / f"{trial.name}.json"
        outcome = _read(path) or _run_once(trial, prepare, path, locks)
        if outcome["status"] != "ok":
            log.warning("trial %s failed: %s", trial.name, outcome["reason"])
        outcomes.append({"trial": trial.name, **outcome})
    return outcomes


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists():
        return None
    stored = json.loads(path.read_text())
    return {key: stored[key] for key in ("status", "reason", "metrics")}


def _run_once(trial: Trial, prepare: Callable[[], Run], path: Path, locks: Path) -> dict[str, Any]:
    """Run a trial unless another job, which is waited for, has run it meanwhile."""
    locks.mkdir(parents=True, exist_ok=True)
    with FileLock(locks / f"{trial.name}.lock") as lock:
        outcome = _read(path) or _run_apart(trial, prepare(), path)
        Path(lock.lock_file).unlink(missing_ok=True)  # while it is held: who waits for it takes a new file
    return outcome


def _run_apart(trial: Trial, run: Run, path: Path) -> dict[str, Any]:
    """Run a trial in a process of its own, which keeps the outcome."""
    log.info("run trial %s", trial.name)
    receiver, sender = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_run_and_keep, args=(trial, run, path, sender))
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        process.join()
        return _failed(f"lost: its process ended with code {process.exitcode}")
    finally:
        process.kill()  # nothing where it has ended; where this process is told to end, so does that one
        process.join()


def _run_and_keep(trial: Trial, run: Run, path: Path, sender) -> None:
    kept = True
    try:
        found = run(trial.settings, trial.files, trial.seed)
        metrics = {name: float(value) if math.isfinite(value) else None for name, value in found.items()}
        outcome = {"status": "ok", "reason": "", "metrics": metrics}
    except InputError as error:
        outcome = _failed(str(error))
    except Exception as error:
        log.exception("trial %s", trial.name)
        outcome, kept = _failed(f"{type(error).__name__}: {error}"), False
    if kept:
        write_text(path, json.dumps({**trial.facts(), **outcome}, indent=1, allow_nan=False) + "\n")
    sender.send(outcome)


def _failed(reason: str) -> dict[str, Any]:
    return {"status": "failed", "reason": " ".join(redact(reason).split()), "metrics": {}}
