import logging
import os
import subprocess
import sys
import textwrap
import time
from types import SimpleNamespace

import pytest

from tests.support.wandb_server import KEY, wandb_server
from threefold.record import tracking
from threefold.record.journal import job_id, run_id
from threefold.record.tracking import Run, track, track_trial

JOB = """
import psutil, signal, sys, time
from pathlib import Path
from types import SimpleNamespace
from threefold.record import tracking
from threefold.record.job import job
from threefold.record.preemption import Preempted
tracking.PATIENCE, tracking.LAST_PATIENCE = 2, 3
params = {"code": "ithp/train:0", "lr": 0.1}
files = {"log": ["logs/x.log"], "input": [], "output": []}
rule = SimpleNamespace(rule="train", wildcards={"model": "a"}, params=params, threads=1, **files)
first = int(sys.argv[1]) if len(sys.argv) > 1 else 0
with job(rule), tracking.track(rule) as run:
    for step in range(first, first + 3):
        run.log({"loss": 1 / (1 + step)}, step)
"""


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("WANDB_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WANDB_MODE", "offline")
    params = {"code": "neuromfa/pretrain:0", "lr": 0.1}
    return SimpleNamespace(rule="pretrain", wildcards={"model": "small"}, params=params, log=["logs/pretrain.log"])


@pytest.fixture(scope="module")
def server():
    with wandb_server() as server:
        yield server


def run_job(folder, body: str = "", first: int = 0, **variables: str) -> tuple[int, str, float]:
    """Run the job above in a process of its own: its exit status, its log and how long it took."""
    program = JOB + textwrap.indent(textwrap.dedent(body), "    ")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")} | variables
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", program, str(first)], cwd=folder, env=environment, timeout=120)
    return done.returncode, (folder / "logs/x.log").read_text(), time.monotonic() - began


def test_a_run_is_kept_offline_under_the_id_of_its_parameters(job, tmp_path):
    (tmp_path / "logs").mkdir()
    with track(job) as run:
        run.log({"loss": 1.0}, step=0)
        run.summary({"final": 0.5})
    (folder,) = (tmp_path / "logs/wandb").glob("offline-run-*")
    assert folder.name.endswith(run_id("pretrain", {"model": "small"}, job.params))
    assert list(folder.glob("*.wandb"))
    assert (folder / "ended").read_text() == "offline"


def test_a_trial_is_tracked_once_whichever_sweep_gathers_it(job, tmp_path):
    for sweep in ("first", "second"):
        track_trial("0123456789abcdef", sweep, {"beta": 8}, {"f1": 0.5, "loss": float("nan")})
    (folder,) = (tmp_path / "logs/wandb").glob("offline-run-*")
    assert folder.name.endswith("0123456789abcdef")


def test_after_one_server_that_does_not_answer_no_other_run_waits_for_it(job, tmp_path, monkeypatch, caplog):
    monkeypatch.setenv("WANDB_MODE", "online")
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("WANDB_API_KEY", KEY)
    monkeypatch.setattr(tracking, "PATIENCE", 1)
    for number in range(3):
        track_trial(f"trial{number}", "sweep", {}, {"f1": 0.5})
    assert caplog.text.count("not tracked online") == 1
    assert len(list((tmp_path / "logs/wandb").glob("offline-run-*/ended"))) == 3


def test_the_id_depends_on_rule_wildcards_and_parameters_alone():
    assert run_id("a", {"x": "1"}, {"p": 1, "q": 2}) == run_id("a", {"x": "1"}, {"q": 2, "p": 1})
    ids = {run_id("a", {"x": "1"}, {"p": 1}), run_id("b", {"x": "1"}, {"p": 1}), run_id("a", {"x": "2"}, {"p": 1})}
    assert len(ids | {run_id("a", {"x": "1"}, {"p": 2})}) == 4


def test_the_id_does_not_depend_on_the_machine(job, tmp_path):
    here = job_id(job)
    job.params |= {"transport": {"mirror": "/elsewhere"}}
    assert job_id(job) == here
    job.params |= {"data": "/one/place/set.csv"}
    one = job_id(job)
    job.params |= {"data": "/another/set.csv"}
    assert job_id(job) == one != here


def test_online_a_second_attempt_goes_on_with_the_run(tmp_path, server):
    online = {"WANDB_MODE": "online", "WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY, "WANDB_PROJECT": "project"}
    usual = {"WANDB_RUN_GROUP": "one workflow run", "WANDB_TAGS": "trial,gpu"}
    (tmp_path / "features.npz").write_bytes(b"features")
    artifacts = """
    Path("model.bin").write_bytes(b"the model")
    run.use_artifact("features.npz", "data")
    run.log_artifact("model.bin", "model")
    """
    (tmp_path / "logs").mkdir()
    assert run_job(tmp_path, artifacts, **online, **usual)[0] == 0
    status, log, _ = run_job(tmp_path, "raise Preempted('told to go')", first=3, **online)
    assert (status, "WARNING told to go" in log) == (75, True)
    ((id, run),) = [(id, run) for id, run in server.runs.items() if run.upserts]
    assert id == run_id("train", {"model": "a"}, {"code": "ithp/train:0", "lr": 0.1})
    assert [line["step"] for line in run.history] == [0, 1, 2, 3, 4, 5]
    assert run.config == {"code": "ithp/train:0", "lr": 0.1, "model": "a"}
    first = run.upserts[0]
    assert (first["project"], first["groupName"], first["jobType"]) == ("project", "one workflow run", "train")
    assert first["tags"] == ["ithp", "trial", "gpu"]
    assert {"seconds", "cpu_seconds", "max_rss_mb"} < set(run.summary)
    assert run.exit_codes == [0, 1] and run.preempted
    assert run.used == {"features.npz"} and run.made == {"model.bin"}
    uploaded = [file for owner in server.runs.values() for file in owner.files.values()]
    assert b"the model" in uploaded and b"features" not in uploaded
    (records,) = [path.parent for path in tmp_path.glob("logs/wandb/run-*/ended") if path.read_text() == "online"][:1]
    assert records.name.endswith(id)


@pytest.mark.parametrize("trouble", ["no key", "wrong key", "refused", "silent"])
def test_without_a_server_that_lets_one_in_the_run_is_kept_offline(tmp_path, server, trouble):
    with wandb_server() as silent:
        silent.silent = True
        url = {"refused": "http://127.0.0.1:9", "silent": silent.url}.get(trouble, server.url)
        key = {"no key": {}, "wrong key": {"WANDB_API_KEY": "x" * 40}}.get(trouble, {"WANDB_API_KEY": KEY})
        home = {"HOME": str(tmp_path), "NETRC": str(tmp_path / "none")}
        status, log, seconds = run_job(tmp_path, WANDB_MODE="online", WANDB_BASE_URL=url, **key, **home)
    assert status == 0
    assert log.count("not tracked online") == 1
    assert seconds < 30
    (kept,) = tmp_path.glob("logs/wandb/offline-run-*")
    assert (kept / "ended").exists()


def test_a_server_that_falls_silent_does_not_hold_the_job(tmp_path):
    with wandb_server() as server:
        online = {"WANDB_MODE": "online", "WANDB_BASE_URL": server.url, "WANDB_API_KEY": KEY, "WANDB_PROJECT": "p"}
        quiet = f"""
        import urllib.request
        urllib.request.urlopen("{server.url}/fall-silent")
        run.use_artifact("logs/x.log", "data")
        """
        status, log, seconds = run_job(tmp_path, quiet, **online)
    assert status == 0 and seconds < 40
    assert "no more use_artifact" in log and "no more finish" in log
    assert not list(tmp_path.glob("logs/wandb/*/ended"))  # so that a later sync uploads it


def test_a_service_that_dies_does_not_end_the_job(tmp_path):
    kill = """
    for child in psutil.Process().children(recursive=True):
        child.kill()
    time.sleep(0.5)
    for step in range(3, 6):
        run.log({"loss": 0.0}, step)
    Path("result").write_text("made")
    """
    status, log, _ = run_job(tmp_path, kill, WANDB_MODE="offline")
    assert status == 0 and (tmp_path / "result").exists()
    assert log.count("no more log") == 1
    assert "Traceback" not in log


def test_a_full_disk_does_not_end_the_job(tmp_path):
    """Files may not grow beyond 200 kB, neither the job's nor those of W&B's service; 5,000 steps do not fit."""
    full = """
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    resource.prlimit(psutil.Process().children()[0].pid, resource.RLIMIT_FSIZE, (200_000, 200_000))
    for step in range(3, 5000):
        run.log({f"loss {k}": step / 7 for k in range(20)}, step)
    """
    status, *_ = run_job(tmp_path, full, WANDB_MODE="offline")
    (records,) = tmp_path.glob("logs/wandb/*/*.wandb")
    assert records.stat().st_size == 200_000
    assert status == 0
    assert '"finished"' in (tmp_path / "logs/x.jsonl").read_text()


def test_a_folder_that_cannot_be_written_does_not_end_the_job(tmp_path):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/wandb").write_text("a file where the folder should be")
    status, log, _ = run_job(tmp_path, WANDB_MODE="offline")
    assert status == 0
    assert log.count("not tracked") == 1


def test_without_wandb_the_job_goes_on(job, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with track(job) as run:
        run.log({"loss": 1.0})
        assert run.lightning_logger() is False
    assert caplog.text.count("not tracked") == 1


def test_a_failure_on_the_way_is_logged_once(caplog):
    def broken(*_, **__):
        raise OSError("no space left on device")

    run = Run(SimpleNamespace(log=broken))
    with caplog.at_level(logging.WARNING, tracking.__name__):
        for _ in range(3):
            run.log({"loss": 1.0})
    assert caplog.text.count("no space left") == 1


def test_disabled_tracking_writes_nothing(job, monkeypatch, tmp_path):
    monkeypatch.setenv("WANDB_MODE", "disabled")
    with track(job) as run:
        run.log({"loss": 1.0})
    assert not (tmp_path / "logs").exists()
