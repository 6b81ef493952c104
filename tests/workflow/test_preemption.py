"""A training that is told to go: it saves where it stands, and the job's next attempt ends with the same bytes."""

import json
import re
import signal
import subprocess
import time

import psutil
import pytest

from tests.support.project import SMALL, Project

TRAINING = "ithp: {gaussian_task: {epochs: 40, batch_size: 100}}"  # 400 steps
RESULT = "results/ithp/gaussian/ithp/X0-X1-X2/metrics.json"
JOURNAL = "logs/train/gaussian/ithp.jsonl"


def start(project: Project) -> subprocess.Popen:
    """Snakemake at work on the training, with one more attempt if the first fails."""
    (project.folder / "longer.yaml").write_text(TRAINING)
    command = ["snakemake", "--cores", "1", "--retries", "1", RESULT, "--configfile", SMALL, "longer.yaml"]
    return project.start(*command, stderr=subprocess.PIPE)


def wait_for(condition, run: subprocess.Popen) -> None:
    while not condition():
        assert run.poll() is None, run.stderr.read()
        time.sleep(0.02)


def processes_of_the_job(run: subprocess.Popen) -> list[psutil.Process]:
    """Those that Snakemake has started: shell, script, and what that has started."""
    return psutil.Process(run.pid).children(recursive=True)


def is_script(process: psutil.Process) -> bool:
    return any(word.endswith("scripts/ithp/train.py") for word in process.cmdline())


@pytest.fixture(scope="module")
def undisturbed(new_project) -> Project:
    project = new_project()
    run = start(project)
    _, printed = run.communicate(timeout=300)
    assert run.returncode == 0, printed
    return project


@pytest.mark.parametrize(
    ("number", "chosen"),
    [(signal.SIGUSR1, is_script), (signal.SIGTERM, lambda process: True)],
    ids=["SIGUSR1", "SIGTERM to every process of the job, as Slurm does"],
)
def test_a_training_told_to_go_is_continued_to_the_same_bytes(undisturbed, new_project, number, chosen):
    """Two attempts at a training of 400 steps, each of which loads Lightning, and one undisturbed to compare with."""
    project = new_project()
    run = start(project)
    wait_for(lambda: list((project.folder / "logs/train").rglob("*.ckpt")), run)
    for process in filter(chosen, processes_of_the_job(run)):
        process.send_signal(number)
    _, printed = run.communicate(timeout=300)
    assert run.returncode == 0, printed

    lines = [json.loads(line) for line in (project.folder / JOURNAL).read_text().splitlines()]
    first, second = [line for line in lines if line["event"] == "start"]
    ends = [line for line in lines if line["event"] == "end"]
    assert [end["state"] for end in ends] == ["preempted", "finished"]
    step = int(re.search(rf"{number.name}: training saved at step (\d+)", ends[0]["reason"])[1])
    assert 201 < step < 400  # the state that is saved anyway is that of step 201
    assert first["run"] == second["run"]
    attempts = [path.name.rpartition("-")[2] for path in (project.folder / "logs/wandb").glob("offline-run-*")]
    assert attempts == [first["run"]] * 2
    assert project.digests() == undisturbed.digests()
