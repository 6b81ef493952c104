"""Copies of the project in which the DAG really runs, at a small scale (tests/workflow/small.yaml)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from threefold.record.files import digest

ROOT = Path(__file__).parents[2]
NOT_ARTIFACTS = {"index.html", "report.html", "runs.parquet", ".gitkeep"}
SMALL = "tests/workflow/small.yaml"
NOT_THE_PROJECT = shutil.ignore_patterns(".git", ".venv", ".snakemake", "results", "logs", "*cache*", "*.egg-info")


@dataclass
class Project:
    """A copy of the project, with results of its own."""

    folder: Path

    @classmethod
    def new(cls, folder: Path) -> Project:
        """A copy without any results."""
        return cls(shutil.copytree(ROOT, folder, ignore=NOT_THE_PROJECT))

    def copy(self, folder: Path) -> Project:
        """This project with its results and Snakemake's records, times of files included."""
        return Project(shutil.copytree(self.folder, folder))

    @property
    def environment(self) -> dict[str, str]:
        """That of `make`, with this folder's library and the commands of the tests' own Python."""
        own = {"PYTHONPATH": str(self.folder / "workflow"), "SNAKEMAKE_PROFILE": "profiles/local"}
        return os.environ | own | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def _words(self, words: tuple[str, ...]) -> list[str]:
        return [str(Path(sys.executable).parent / words[0]), *words[1:]]

    def command(self, *words: str, **options) -> subprocess.CompletedProcess:
        """Run a command of the environment in this folder, with this folder's library."""
        options = {"env": self.environment, "capture_output": True, "text": True} | options
        return subprocess.run(self._words(words), cwd=self.folder, **options)

    def start(self, *words: str, **options) -> subprocess.Popen:
        """Start such a command in a process group of its own, and do not wait for it."""
        options = {"env": self.environment, "start_new_session": True, "text": True} | options
        return subprocess.Popen(self._words(words), cwd=self.folder, **options)

    def snakemake(self, *arguments: str, cores: int = 2) -> subprocess.CompletedProcess:
        return self.command("snakemake", "--cores", str(cores), *arguments, "--configfile", SMALL)

    def planned(self, *configfiles: str) -> list[dict]:
        """The jobs that would run now, by a dry run through Snakemake's API."""
        done = self.command("python", "-m", "threefold.cli.plan", *configfiles)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def plan(self, *configfiles: str) -> dict[str, int]:
        """How many jobs of each script would run now at the small scale."""
        return Counter(job["stage"].split("/")[-1] for job in self.planned(SMALL, *configfiles))

    def artifacts(self) -> set[str]:
        """The files under results/; the report and the index page carry costs and are left out."""
        results = self.folder / "results"
        files = [path for path in results.rglob("*") if path.is_file() and path.name not in NOT_ARTIFACTS]
        return {str(path.relative_to(results)) for path in files}

    def digests(self) -> dict[str, str]:
        """The digest of every artifact."""
        return {path: digest(self.folder / "results" / path) for path in self.artifacts()}
