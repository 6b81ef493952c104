"""What of a run is Snakemake: the small run of the tests beside the same DAG with empty scripts.

`python benchmarks/overhead.py [CORES]`, some minutes. Both run here, one after the other, each in a copy of the project
for itself: in one, every script is replaced by three lines that make its outputs and import nothing of ours. What that
takes is the engine's, and no script can save it: planning, bookkeeping, a Python interpreter for each job.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
SMALL = "tests/workflow/small.yaml"
NOT_THE_PROJECT = shutil.ignore_patterns(".git", ".venv", ".snakemake", "results", "logs", "*cache*", "*.egg-info")
EMPTY = """for output in snakemake.output:
    with open(output, "w"):
        pass
"""


def copy(folder: Path, empty: bool) -> Path:
    """A copy of the project without results, its scripts empty or as they are."""
    shutil.copytree(ROOT, folder, ignore=NOT_THE_PROJECT)
    if empty:
        for script in (folder / "scripts").rglob("*.py"):
            script.write_text(EMPTY)
    return folder


def run(folder: Path, cores: str) -> tuple[int, float]:
    """Jobs and seconds of the small run in this copy."""
    programs = Path(sys.executable).parent
    environment = os.environ | {"PYTHONPATH": str(folder / "workflow"), "SNAKEMAKE_PROFILE": "profiles/local"}
    environment["PATH"] = f"{programs}:{os.environ['PATH']}"
    words = [programs / "snakemake", "--cores", cores, "--configfile", SMALL]
    start = time.perf_counter()
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(done.stderr[-5000:])
    return int(re.findall(r"(\d+) of \1 steps \(100%\) done", done.stderr)[-1]), seconds


def main() -> None:
    cores = sys.argv[1] if len(sys.argv) > 1 else str(len(os.sched_getaffinity(0)))
    with tempfile.TemporaryDirectory() as name:
        folders = copy(Path(name) / "empty", True), copy(Path(name) / "ours", False)
        (jobs, empty), (same, ours) = (run(folder, cores) for folder in folders)
    if jobs != same:
        sys.exit(f"{jobs} jobs with empty scripts, {same} with ours: not the same DAG")
    table = Table("small run", "jobs", "wall time", "of a job", title=f"{cores} cores")
    table.add_row("Snakemake, empty scripts", str(jobs), f"{empty:.1f} s", f"{empty / jobs:.2f} s")
    table.add_row("ours", str(jobs), f"{ours:.1f} s", f"{ours / jobs:.2f} s")
    table.add_row("ratio", "", f"{ours / empty:.1f}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
