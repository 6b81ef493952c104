"""Experiment tracking: the only module that knows Weights & Biases.

A job is one run, whose id is that of its journal: a retry, a requeue and a rerun belong to it. Offline each attempt has
a folder of its own under logs/wandb, which `threefold sync` uploads; online the server resumes the run. A failure to
track never fails the computation: it is logged once and the job goes on without.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

from threefold.record import journal
from threefold.record.files import digest
from threefold.record.preemption import Preempted
from threefold.record.redact import redact, redact_file

log = logging.getLogger(__name__)

PATIENCE = 15  # seconds that a job waits for a server at its start and at an artifact
LAST_PATIENCE = 60  # at its end, for what is still to be uploaded
ENDED = "ended"  # the file that says, in an attempt's folder, in which mode it has ended


class Run:
    """One tracked run. What fails once is logged and not tried again; where nothing is tracked, nothing happens."""

    def __init__(self, run: Any | None, snakemake: Any = None):
        self._run, self._snakemake = run, snakemake
        self._stepped, self._failed = False, set()

    def attempt(self, action: str, call: Callable[[Any], Any], patience: float | None = None) -> None:
        """Do something with W&B's run, within `patience` seconds where it may block."""
        if self._run is None or action in self._failed:
            return
        try:
            _within(patience, lambda: call(self._run)) if patience else call(self._run)
        except Exception as error:
            log.warning("tracking: no more %s: %s", action, redact(f"{type(error).__name__}: {error}"))
            self._failed.add(action)

    def log(self, values: Mapping[str, float], step: int | None = None) -> None:
        """Record metrics at a step. The step is a metric too, so that two attempts at it lie at the same place."""
        if step is not None and not self._stepped:
            self.attempt("log", lambda run: run.define_metric("*", step_metric="step"))
            self._stepped = True
        place = {} if step is None else {"step": step}
        self.attempt("log", lambda run: run.log({**values, **place}))

    def summary(self, values: Mapping[str, Any]) -> None:
        """Record final values, in the job's journal too."""
        if self._snakemake is not None:
            journal.note(self._snakemake, "summary", values=dict(values))
        self.attempt("summary", lambda run: run.summary.update(dict(values)))

    def log_artifact(self, path: str | Path, kind: str) -> None:
        """Online: upload a file that this run made, such as a model."""

        def add(artifact) -> None:
            artifact.add_file(str(path), name=Path(path).name, policy="immutable", skip_cache=True)

        self._artifact("log_artifact", path, kind, add)

    def use_artifact(self, path: str | Path, kind: str) -> None:
        """Online: name a file that this run used, by its digest. Its bytes stay here."""

        def add(artifact) -> None:
            from wandb.sdk.artifacts.artifact_manifest_entry import ArtifactManifestEntry

            facts = {"path": Path(path).name, "digest": digest(path), "size": Path(path).stat().st_size}
            entry = ArtifactManifestEntry(**facts, ref=f"threefold:{path}")
            artifact.manifest.add_entry(entry)

        self._artifact("use_artifact", path, kind, add)

    def _artifact(self, action: str, path: str | Path, kind: str, add: Callable[[Any], None]) -> None:
        def send(run) -> None:
            if run.settings.mode != "online":
                return
            import wandb

            artifact = wandb.Artifact(str(path).removeprefix("results/").replace("/", "-"), kind)
            add(artifact)
            getattr(run, action)(artifact)

        self.attempt(action, send, PATIENCE)

    def lightning_logger(self, prefix: str = ""):
        """A Lightning logger that writes to this run under `prefix`, or False where nothing is tracked."""
        if self._run is None:
            return False
        from pytorch_lightning.loggers import WandbLogger

        tracked = self

        class Logger(WandbLogger):
            def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
                tracked.attempt("log", lambda _: super(Logger, self).log_metrics(metrics, step))

        return Logger(experiment=self._run, prefix=prefix)

    def finish(self, failure: BaseException | None = None, **cost: float) -> None:
        """End the run, with what it cost; `failure` is what ended it early."""

        def end(run) -> None:
            run.summary.update(cost)
            if isinstance(failure, Preempted):
                run.mark_preempting()
            run.finish(exit_code=0 if failure is None else 1)
            (Path(run.settings.sync_dir) / ENDED).write_text(run.settings.mode)

        logs = self._run and Path(self._run.settings.sync_dir).glob("logs/*.log")
        self.attempt("finish", end, LAST_PATIENCE + PATIENCE)
        if "finish" in self._failed:
            _give_up_online()
        for path in logs or ():
            redact_file(path)


@contextmanager
def track(snakemake) -> Iterator[Run]:
    """Track a script's body as one run, with the job's wildcards and parameters as its configuration."""
    config = dict(snakemake.wildcards.items()) | journal.run_params(snakemake)
    name = " ".join([snakemake.rule, *dict(snakemake.wildcards.items()).values()])
    run = Run(_start(journal.job_id(snakemake), name, snakemake.rule, config), snakemake)
    started, failure = time.monotonic(), None
    try:
        yield run
    except BaseException as error:
        failure = error
        raise
    finally:
        run.finish(failure, seconds=round(time.monotonic() - started, 3), **journal.cost())


def track_trial(id: str, sweep: str, config: Mapping[str, Any], summary: Mapping[str, Any]) -> None:
    """Track a trial that has ended as a run of its own in the group of its sweep, unless that was done before."""
    if not any(_folder().glob(f"wandb/*-{id}/{ENDED}")):
        run = Run(_start(id, id[:8], "trial", config, group=f"sweep {sweep}"))
        run.summary(summary)
        run.finish()


def _folder() -> Path:
    return Path(os.environ.get("WANDB_DIR", "logs")).absolute()


def _start(id: str, name: str, kind: str, config: Mapping[str, Any], group: str | None = None) -> Any | None:
    """W&B's run in the mode that is asked for; where that fails, offline; where that fails too, None."""
    asked = os.environ.get("WANDB_MODE", "offline")
    for mode in () if asked == "disabled" else dict.fromkeys([asked, "offline"]):
        try:
            return _init(mode, id, name, kind, config, group)
        except Exception as error:
            log.warning("not tracked %s: %s", mode, redact(f"{type(error).__name__}: {error}"))
            _give_up_online()
    return None


def _give_up_online() -> None:
    """Wait for no server again in this process, and end W&B's service.

    The service would keep the id of a run that did not start, and fail once more at exit.
    """
    os.environ["WANDB_MODE"] = "offline"
    with suppress(Exception):
        import wandb

        _within(PATIENCE, wandb.teardown)


def _init(mode: str, id: str, name: str, kind: str, config: Mapping[str, Any], group: str | None) -> Any:
    import wandb

    logging.getLogger("wandb").addFilter(_redact_record)  # it writes the ways to its files into logs of its own
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    chain = config.get("code", "").split("/")[0]
    tags = [tag for tag in [chain, *os.environ.get("WANDB_TAGS", "").split(",")] if tag]
    return wandb.init(
        mode=mode,
        dir=folder,
        id=id,
        name=name,
        group=group or os.environ.get("WANDB_RUN_GROUP"),
        job_type=kind,
        tags=tags,
        config=dict(config),
        resume="allow",
        settings=wandb.Settings(
            silent=True,
            console="off",
            disable_git=True,
            disable_code=True,
            symlink=False,
            program="",  # else the way to it
            x_disable_meta=True,
            x_disable_machine_info=True,
            x_save_requirements=False,
            init_timeout=PATIENCE,
            finish_timeout=LAST_PATIENCE,
            finish_timeout_raises=True,
            x_transaction_log_flush_interval=1,  # second: what a kill may lose
        ),
    )


def _redact_record(record: logging.LogRecord) -> bool:
    record.msg, record.args = redact(record.getMessage()), ()
    return True


def _within(seconds: float, call: Callable[[], Any]) -> Any:
    """Call from a thread that is left behind where it takes longer; raises TimeoutError."""
    outcome: Future = Future()

    def answer() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    Thread(target=answer, daemon=True).start()
    try:
        return outcome.result(seconds)
    except TimeoutError:
        raise TimeoutError(f"no answer within {seconds} seconds") from None
