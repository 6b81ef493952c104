"""Slurm: the bytes of a local run, resources that grow with the attempt, cancel and resume, GPUs, on a real one."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
import yaml
from slurm import slurm

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
    "batch": 4,
}


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    with slurm(tmp_path / "slurm") as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{variables['PATH']}")
        yield


def write_sweep(project, **parameters) -> list[str]:
    path = project.folder / "config" / "sweeps" / "mine.yaml"
    path.write_text(yaml.safe_dump(SWEEP | {"parameters": SWEEP["parameters"] | parameters}))
    return ["--config", "sweep=config/sweeps/mine.yaml"]


def submitted(*fields: str, states: str = "all", rule: str = "run_trials") -> list[list[str]]:
    """What squeue says of the jobs of a rule, in order of submission."""
    command = ["squeue", "--noheader", "--sort=i", f"--states={states}", "--format=%k|" + "|".join(fields)]
    lines = subprocess.check_output(command, text=True).splitlines()
    return [line.split("|")[1:] for line in lines if rule in line.split("|")[0]]


def test_a_stage_on_slurm_gives_the_bytes_of_a_local_run(cluster, finished, new_project):
    project = new_project()
    target = "results/tori/S_1_1/words.parquet"
    done = project.snakemake(target, *SLURM)
    assert done.returncode == 0, done.stderr
    assert "SLURM jobid" in done.stderr
    artifact = target.removeprefix("results/")
    assert project.digests()[artifact] == finished.digests()[artifact]


def test_a_sweep_on_slurm_is_a_job_per_batch_with_the_gpu_asked_for_and_the_bytes_of_a_local_run(cluster, new_project):
    local, project = new_project(), new_project()
    assert local.snakemake("sweep", *write_sweep(local)).returncode == 0
    done = project.snakemake("sweep", *write_sweep(project), *SLURM, "--set-resources", "run_trials_neuromfa:gpu=1")
    assert done.returncode == 0, done.stderr
    jobs = submitted("%b", "%C", "%m", "%T")
    assert len(jobs) == 3  # twelve trials, four to a batch
    assert len(submitted("%i", rule="")) == 6  # the proposal before, the table after, both figures together
    assert {tuple(job) for job in jobs} == {("gres:gpu:1", "1", "4000M", "COMPLETED")}
    assert len(list((project.folder / "results/sweeps/trials").iterdir())) == 12
    assert project.digests() == local.digests()


def test_a_cancelled_run_leaves_no_job_and_a_killed_job_is_submitted_again_with_more_memory(cluster, new_project):
    project = new_project()
    slow = write_sweep(project, seeds={"value": 30}, sample_size={"value": 64})
    command = [str(Path(sys.executable).parent / "snakemake"), "results/sweeps/mine/trials.parquet", *slow, *SLURM]

    def start(trials: int) -> subprocess.Popen:
        """Start a run and wait until so many trials have ended."""
        run = subprocess.Popen(
            command, cwd=project.folder, env=project.environment, start_new_session=True, stderr=subprocess.PIPE
        )
        while len(kept(project)) < trials:
            assert run.poll() is None, run.stderr.read().decode()
            time.sleep(0.05)
        return run

    run = start(1)
    os.kill(run.pid, signal.SIGINT)
    assert run.wait(60) != 0
    assert submitted("%T", states="RUNNING,PENDING,COMPLETING") == []
    before = kept(project)
    assert 1 <= len(before) < 6

    run = start(len(before) + 1)
    (job, *_) = [p for p in psutil.process_iter(["cmdline"]) if is_trial_job(p, project)]
    job.send_signal(signal.SIGKILL)
    assert run.wait(180) == 0, run.stderr.read().decode()
    assert before.items() <= kept(project).items()  # none of them ran again
    assert len(kept(project)) == 6
    states = Counter(tuple(job) for job in submitted("%m", "%T"))
    assert states["8000M", "COMPLETED"] == 1
    assert any(memory == "4000M" and state == "FAILED" for memory, state in states)
    logs = list((project.folder / "logs" / "slurm").rglob("*.log"))
    assert any("run_trials" in log.read_text() for log in logs)  # the failed job's own log stays


def kept(project) -> dict[str, int]:
    """Trials in the store, with the time at which each was written."""
    store = project.folder / "results" / "sweeps" / "trials"
    return {path.stem: path.stat().st_mtime_ns for path in store.glob("*.json")}


def is_trial_job(process: psutil.Process, project) -> bool:
    """Whether a process is the script of a batch of trials, and not the child that runs one trial."""
    words = process.info["cmdline"] or []
    mine = any("run_trials.py" in word and str(project.folder) in word for word in words)
    return mine and "run_trials.py" not in " ".join(process.parent().cmdline())
