"""Runs tracked offline, uploaded by W&B's own client to a server on loopback."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.record.test_tracking import run_job
from tests.support.wandb_server import KEY, wandb_server
from threefold.record.sync import find_attempts


def threefold(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from threefold.cli import run; run()", *words]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")} | variables
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def tracked(tmp_path_factory):
    """A job with two attempts: the first lost its machine, the second went on from the third step."""
    folder = tmp_path_factory.mktemp("tracked")
    assert run_job(folder, "raise Preempted('told to go')", WANDB_MODE="offline")[0] == 75
    assert run_job(folder, "run.summary({'final': 0.5})", first=3, WANDB_MODE="offline")[0] == 0
    return folder


@pytest.fixture
def folder(tracked, tmp_path):
    return shutil.copytree(tracked, tmp_path / "project")


def test_attempts_are_uploaded_to_one_run_in_the_order_of_their_start_and_once(folder):
    with wandb_server() as server:
        account = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY}
        first = threefold(folder, "sync", **account)
        assert first.returncode == 0, first.stderr
        assert "2 attempts to upload, 0 uploaded before" in first.stdout
        (run,) = server.runs.values()
        assert [line["step"] for line in run.history] == [0, 1, 2, 3, 4, 5]
        assert run.summary["final"] == 0.5
        assert run.exit_codes == [1, 0]
        again = threefold(folder, "sync", **account)
        assert "0 attempts to upload, 2 uploaded before" in again.stdout
        assert len(run.history) == 6


def test_a_dry_run_says_what_would_be_uploaded_and_sends_nothing(folder):
    with wandb_server() as server:
        done = threefold(folder, "sync", "--dry-run", WANDB_BASE_URL=server.url, WANDB_API_KEY=KEY)
        assert done.returncode == 0
        assert "-m wandb sync --yes" in done.stdout and done.stdout.count("offline-run-") == 4
        assert not server.received
    assert len(find_attempts(folder / "logs/wandb").waiting) == 2


def test_what_could_not_be_uploaded_is_an_error_and_waits_for_the_next_time(folder):
    with wandb_server() as server:
        refused = threefold(folder, "sync", WANDB_BASE_URL=server.url, WANDB_API_KEY="x" * 40)
        assert refused.returncode == 1
        assert refused.stderr.startswith("threefold: 2 of 2 attempts were not uploaded") and "401" in refused.stderr
        assert threefold(folder, "sync", WANDB_BASE_URL=server.url, WANDB_API_KEY=KEY).returncode == 0


def test_an_attempt_that_may_still_run_is_left_alone(folder):
    newest = max((folder / "logs/wandb").glob("offline-run-*"))
    (newest / "ended").unlink()
    assert find_attempts(folder / "logs/wandb").running == [newest]
    (records,) = newest.glob("*.wandb")
    os.utime(records, times=(0, time.time() - 3600))  # killed an hour ago
    assert newest in find_attempts(folder / "logs/wandb").waiting


def test_leet_reads_an_attempt(folder):
    newest = max((folder / "logs/wandb").glob("offline-run-*"))
    command = [sys.executable, "-m", "wandb", "leet", "inspect", "--summary", str(newest)]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert shown.returncode == 0, shown.stderr
    assert "final" in shown.stdout
