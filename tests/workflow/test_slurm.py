"""Slurm: the bytes of a local run, resources that grow with the attempt, cancel and resume, GPUs, on a real one."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml

from tests.support.slurm import slurm

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(shutil.which("slurmctld") is None, reason="no Slurm on this machine"),
]
ALONE = ["--slurm-status-command", "squeue", "--slurm-no-account", "--slurm-init-seconds-before-status-checks", "1"]
SLURM = ["--profile", "profiles/slurm", *ALONE]
SWEEP = {
    "target": "neuromfa/spectrum",
    "method": "grid",
    "metric": {"name": "width"},
    "parameters": {
        "model": {"value": "pythia-14m"},
        "step": {"value": 0},
        "seeds": {"value": 2},
        "sample_size": {"values": [8, 16]},
        "window": {"values": [50, 75, 100, 125, 150, 175]},
    },
}


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    with slurm(tmp_path / "slurm") as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{variables['PATH']}")
        yield


def write_sweep(project, batch: int = 4, **parameters) -> list[str]:
    path = project.folder / "config" / "sweeps" / "mine.yaml"
    path.write_text(yaml.safe_dump(SWEEP | {"parameters": SWEEP["parameters"] | parameters, "batch": batch}))
    return ["--config", "sweep=config/sweeps/mine.yaml"]


def submitted(rule: str = "") -> list[dict[str, str]]:
    """What Slurm knows of all jobs of a rule, finished or not, in order of submission."""
    lines = subprocess.check_output(["scontrol", "show", "job", "--oneliner"], text=True).splitlines()
    jobs = [dict(re.findall(r"(\S+?)=(\S*)", line)) for line in lines if line.startswith("JobId")]
    return [job for job in jobs if rule in job["Comment"]]


def test_a_stage_on_slurm_gives_the_bytes_of_a_local_run(cluster, finished, new_project):
    project = new_project()
    target = "results/tori/S_1_1/words.parquet"
    done = project.snakemake(target, *SLURM)
    assert done.returncode == 0, done.stderr
    assert "SLURM jobid" in done.stderr
    artifact = target.removeprefix("results/")
    assert project.digests()[artifact] == finished.digests()[artifact]


def test_a_sweep_on_slurm_is_a_job_per_batch_with_the_gpu_asked_for_and_the_bytes_of_a_local_run(cluster, new_project):
    """Mostly waits: the executor asks Slurm at growing intervals, and each job starts Snakemake twice."""
    local, project = new_project(), new_project()
    assert local.snakemake("sweep", *write_sweep(local)).returncode == 0
    profile = project.folder / "profiles" / "slurm" / "config.yaml"
    profile.write_text(profile.read_text().replace("run_trials_neuromfa:\n", "run_trials_neuromfa:\n    gpu: 1\n"))
    done = project.snakemake("sweep", *write_sweep(project), *SLURM)
    assert done.returncode == 0, done.stderr
    assert len(submitted()) == 6  # a proposal, three batches of four trials, a table, both figures together
    batches = submitted("run_trials_neuromfa")
    assert [job["JobState"] for job in batches] == ["COMPLETED"] * 3
    assert {(job["TresPerJob"], job["MinMemoryNode"], job["TimeLimit"]) for job in batches} == {
        ("gres:gpu:1", "4000M", "04:00:00")
    }
    assert {job.get("TresPerJob") for job in submitted() if job not in batches} == {None}
    assert len(list((project.folder / "results/sweeps/trials").iterdir())) == 12
    assert project.digests() == local.digests()


def test_a_cancelled_run_leaves_no_job_and_a_killed_job_is_submitted_again_with_more_memory(
    cluster, new_project, tmp_path
):
    """Mostly waits for Slurm: two runs, a cancellation and a second attempt."""
    project = new_project()
    slow = write_sweep(project, batch=6, seeds={"value": 30}, sample_size={"value": 64})
    command = ["snakemake", "results/sweeps/mine/trials.parquet", *slow, *SLURM]

    def start(trials: int) -> subprocess.Popen:
        """Start a run and wait until so many trials have ended."""
        with (tmp_path / "said").open("w") as said:
            run = project.start(*command, stderr=said)
        while len(kept(project)) < trials:
            assert run.poll() is None, (tmp_path / "said").read_text()
            time.sleep(0.05)
        return run

    run = start(1)
    os.kill(run.pid, signal.SIGINT)
    assert run.wait(60) != 0
    assert {job["JobState"] for job in submitted("run_trials")} == {"CANCELLED"}
    before = kept(project)
    assert 1 <= len(before) < 6

    run = start(len(before) + 1)
    script_of(project).kill()
    assert run.wait(180) == 0, (tmp_path / "said").read_text()
    assert before.items() <= kept(project).items()  # none of them ran again
    assert len(kept(project)) == 6
    jobs = [(job["MinMemoryNode"], job["TimeLimit"], job["JobState"]) for job in submitted("run_trials")]
    assert jobs[-2:] == [("4000M", "04:00:00", "FAILED"), ("8000M", "08:00:00", "COMPLETED")]
    logs = list((project.folder / "logs" / "slurm").rglob("*.log"))
    assert any("run_trials" in log.read_text() for log in logs)  # the failed job's own log stays


def kept(project) -> dict[str, int]:
    """Trials in the store, with the time at which each was written."""
    store = project.folder / "results" / "sweeps" / "trials"
    return {path.stem: path.stat().st_mtime_ns for path in store.glob("*.json")}


def script_of(project) -> psutil.Process:
    """The script that runs a batch of trials, each of which is a child of it."""
    processes = [p for p in psutil.process_iter(["cmdline", "create_time"]) if p.info["cmdline"]]
    scripts = [p for p in processes if "python" in p.info["cmdline"][0] and "run_trials.py" in p.info["cmdline"][-1]]
    mine = [p for p in scripts if str(project.folder) in p.info["cmdline"][-1]]
    return min(mine, key=lambda p: p.info["create_time"])
