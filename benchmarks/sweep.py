"""Sweeps of a thousand trials: `python benchmarks/sweep.py [--quick]`.

The reference is a job per trial, which is what a sweep is with `batch: 1`: the same workflow plans it and, for a few
trials, runs it. Ours plans and runs batches. Seconds of wall time, one after the other, on this machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[1]
SNAKEMAKE = Path(sys.executable).parent / "snakemake"


def write_sweep(folder: Path, trials: int, batch: int) -> str:
    """A grid of spectra of small sampled networks."""
    parameters = {
        "model": {"value": "pythia-14m"},
        "step": {"value": 0},
        "seeds": {"value": 2},
        "sample_size": {"values": [4, 8, 12, 16]},
        "window": {"min": 20, "max": 19 + trials // 4},
    }
    sweep = {"target": "neuromfa/spectrum", "method": "grid", "metric": {"name": "width"}, "parameters": parameters}
    path = folder / f"grid_{trials}_{batch}.yaml"
    path.write_text(yaml.safe_dump({**sweep, "batch": batch}))
    return str(path)


def seconds(sweep: str, folder: Path, *options: str) -> float:
    """Wall time of a call that makes the table of a sweep, with its results in `folder`."""
    target = f"results/sweeps/{Path(sweep).stem}/trials.parquet"
    words = [SNAKEMAKE, "--cores", "1", *options, "--directory", folder, "--snakefile", ROOT / "Snakefile"]
    start = time.perf_counter()
    done = subprocess.run(
        [*words, "--configfile", ROOT / "config/config.yaml", "--config", f"sweep={sweep}", "sweeps=[]", "--", target],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the trials")
    planned, run = (100, 8) if parser.parse_args().quick else (1000, 20)
    table = Table("work", "a job per trial / s", "batches / s", "ratio", "target")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for place in ("one", "batches"):
            (folder / place).mkdir()
            for data in ("config", "workflow"):
                (folder / place / data).symlink_to(ROOT / data)
        for work, trials, batch, options, target in (
            (f"dry run of {planned} trials, {planned // 20} to a batch", planned, planned // 20, ["--dry-run"], "10 s"),
            (f"run {run} trials of some ms, in one batch", run, run, [], ""),
        ):
            one = seconds(write_sweep(folder, trials, 1), folder / "one", *options)
            ours = seconds(write_sweep(folder, trials, batch), folder / "batches", *options)
            table.add_row(work, f"{one:.1f}", f"{ours:.1f}", f"{one / ours:.1f}", target)
    Console().print(table)


if __name__ == "__main__":
    main()
