"""A Snakemake executor for one machine: a job's script runs in a fork of a process that has imported its libraries.

Python, pandas and torch take seconds to start and import, which is most of what a short job costs. Here a server
(multiprocessing's forkserver) imports once what the scripts of the planned jobs import at their top, and each job is a
fork of it: a process of its own, with its own log, benchmark and exit status, as with Snakemake's local executor, of
which this is a subclass. Whatever is not a plain Python script on one thread, and any job where the server does not
answer, runs as the local executor runs it. `--executor local` switches it off.
"""

from __future__ import annotations

import ast
import atexit
import multiprocessing
import os
import pickle
import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import wait
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from threading import Lock

from setproctitle import setproctitle
from snakemake.benchmark import BenchmarkRecord, benchmarked, write_benchmark_records
from snakemake.exceptions import SpawnedJobError
from snakemake.executors.local import Executor as LocalExecutor
from snakemake.executors.local import common_settings, run_wrapper
from snakemake.iocontainers import Snakemake
from snakemake.logging import logger
from snakemake.script import get_source
from snakemake.sourcecache import SourceCache

__all__ = ["Executor", "common_settings"]

SAMPLED_EVERY = 5  # seconds, once a job has run as long; to read a large process's memory map takes hundredths of one
LIBRARIES = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "NUMEXPR_NUM", "GOTO_NUM", "VECLIB_MAXIMUM")


class Executor(LocalExecutor):
    """The local executor, with forks of one server in place of new interpreters."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.starting = Lock()  # multiprocessing's list of children is not safe in threads
        if "forkserver" not in multiprocessing.get_all_start_methods():
            self.context = None
            return
        scripts = {str(self.script(job)): None for job in self.workflow.dag.needrun_jobs() if self.is_forked(job)}
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(list(dict.fromkeys(m for path in scripts for m in imports(path))))
        # A library reads its number of threads when it is imported; snakemake.shell sets the same for such a job.
        os.environ.update({f"{library}_THREADS": "1" for library in LIBRARIES})
        if scripts:
            ensure_running()  # it imports while Snakemake prepares the first jobs

    def is_forked(self, job) -> bool:
        """Whether a job is a Python script that needs nothing but this environment and one thread."""
        plain = not (job.is_group() or job.is_shadow or self.workflow.deployment_settings.deployment_method)
        return plain and job.threads <= 1 and str(job.rule.script).endswith(".py") and (job.benchmark_repeats or 1) == 1

    def script(self, job) -> Path:
        cache = SourceCache(self.workflow.sourcecache.cache_path, self.workflow.sourcecache.runtime_cache_path)
        source = get_source(str(job.rule.script), cache, job.rule.basedir, job.wildcards, job.params)[0]
        return Path(source.get_path_or_uri(secret_free=True)).resolve()

    def run_single_job(self, job):
        if self.context is None or not self.is_forked(job):
            return super().run_single_job(job)
        return self.pool.submit(self.cached_or_run, job, self.run_forked, job, self.job_args_and_prepare(job))

    def run_forked(self, job, arguments: tuple) -> None:
        """Run a job's script in a fork of the server; `arguments` are those of the local executor's own way."""
        script = self.script(job)
        given = Snakemake(
            *(job.input, job.output, job.params, job.wildcards, job.threads, job.resources, job.log),
            *(self.workflow.config, job.rule.name, 0, str(script.parent)),
        )
        process = self.context.Process(target=run_script, args=(str(script), pickle.dumps(given)), name=job.rule.name)
        try:
            with self.starting, no_main_program():
                process.start()
        except (OSError, EOFError) as error:
            logger.warning(f"no fork server ({error}): the job {job.rule.name} starts a Python of its own")
            run_wrapper(*arguments)
            return
        record = BenchmarkRecord()
        with benchmarked(process.pid, record, interval=SAMPLED_EVERY):
            wait([process.sentinel])
        with self.starting:
            status = process.exitcode
        if status:
            logger.error(f"{script} ended with status {status}")  # Snakemake says which job that was
            raise SpawnedJobError
        if job.benchmark is not None:
            write_benchmark_records([record], str(job.benchmark), self.workflow.output_settings.benchmark_extended)


@contextmanager
def no_main_program() -> Iterator[None]:
    """multiprocessing lets each child import the file of the main program; here that is Snakemake's, in vain."""
    main = sys.modules["__main__"]
    file, spec = main.__dict__.pop("__file__", None), main.__spec__
    main.__spec__ = None
    try:
        yield
    finally:
        main.__spec__ = spec
        if file is not None:
            main.__file__ = file


def imports(script: str | Path) -> list[str]:
    """The modules that a script imports at its top, in order."""
    names = []
    for node in ast.parse(Path(script).read_text()).body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module)
    return names


def run_script(path: str, given: bytes) -> None:
    """Run a script as Snakemake does, with its object `snakemake`; then what a process does at its end."""
    setproctitle(f"python {path}")
    try:
        runpy.run_path(path, {"snakemake": pickle.loads(given)}, "__main__")
    finally:
        atexit._run_exitfuncs()  # multiprocessing leaves them out
