"""Experiment tracking: the only module that knows Weights & Biases.

Offline unless WANDB_MODE says otherwise. A run's id is a hash of rule, wildcards and parameters, so a retry belongs to
the same run. A failure to track never fails the computation: it is logged once and the job goes on without.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


class Run:
    """One tracked run; every method does nothing once tracking has failed or is disabled."""

    def __init__(self, run: Any | None):
        self._run = run

    def _try(self, action: str, call) -> None:
        if self._run is None:
            return
        try:
            call(self._run)
        except Exception as error:
            log.warning("tracking stopped at %s: %s", action, error)
            self._run = None

    def log(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Record metrics at a step."""
        self._try("log", lambda run: run.log(dict(values), step=step))

    def summary(self, values: Mapping[str, Any]) -> None:
        """Record final values."""
        self._try("summary", lambda run: run.summary.update(dict(values)))

    def finish(self) -> None:
        self._try("finish", lambda run: run.finish())

    def lightning_logger(self):
        """A Lightning logger that writes to this run, or False where nothing is tracked."""
        if self._run is None:
            return False
        from pytorch_lightning.loggers import WandbLogger

        return WandbLogger(experiment=self._run)


def run_id(rule: str, wildcards: Mapping[str, str], config: Mapping[str, Any]) -> str:
    """The id of a run: 16 hexadecimal digits of SHA-256 over rule, wildcards and parameters."""
    facts = json.dumps([rule, dict(wildcards), dict(config)], sort_keys=True, default=str)
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


@contextmanager
def track(snakemake, config: Mapping[str, Any]) -> Iterator[Run]:
    """Track a script's body as one W&B run with `config` as its parameters, in logs/wandb."""
    run = Run(_start(snakemake, config))
    try:
        yield run
    finally:
        run.finish()


def _start(snakemake, config: Mapping[str, Any]) -> Any | None:
    mode = os.environ.get("WANDB_MODE", "offline")
    if mode == "disabled":
        return None
    wildcards = dict(snakemake.wildcards.items())
    folder = Path("logs").absolute()
    try:
        import wandb

        folder.mkdir(exist_ok=True)
        settings = wandb.Settings(
            console="off", quiet=True, disable_git=True, disable_code=True, x_disable_machine_info=True
        )
        return wandb.init(
            mode=mode,
            dir=folder,
            id=run_id(snakemake.rule, wildcards, config),
            name=" ".join([snakemake.rule, *wildcards.values()]),
            group=os.environ.get("WANDB_RUN_GROUP"),
            job_type=snakemake.rule,
            config=dict(config),
            resume="allow",
            settings=settings,
        )
    except Exception as error:
        log.warning("not tracked: %s", error)
        return None
