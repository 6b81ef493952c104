"""The table of runs, from the journals of jobs."""

import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from tests.record.test_sync import threefold
from threefold.record.errors import InputError
from threefold.record.redact import redact
from threefold.record.runs import config_differences, flat, gather_runs, select
from threefold.record.tables import read_table

PROGRAM = """
import json, os, signal, sys, time
from types import SimpleNamespace
from threefold.record import journal
from threefold.record.errors import InputError
from threefold.record.job import job
log, params, summary = json.loads(sys.argv[1])
rule = SimpleNamespace(
    log=[log], rule=log.split("/")[1], wildcards={"n": "1"}, params={"code": "x/y:0"} | params, input=[], output=[],
    threads=1,
)
with job(rule):
    journal.note(rule, "summary", values=summary)
"""


def run_job(folder, log: str, params: dict, summary: dict | None = None, body: str = "pass") -> int:
    program = PROGRAM + textwrap.indent(body, "    ")
    arguments = json.dumps([log, params, summary or {}])
    return subprocess.run([sys.executable, "-c", program, arguments], cwd=folder).returncode


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    assert run_job(folder, "logs/train/a.log", {"epochs": 3, "deep": {"rate": 0.1}}, {"loss": 0.5}) == 0
    assert run_job(folder, "logs/train/b.log", {"epochs": 10, "deep": {"rate": 0.2}}, {"loss": 0.25}) == 0
    assert run_job(folder, "logs/score/c.log", {}, body="raise InputError('scores.csv row 3: no number')") == 1
    assert run_job(folder, "logs/score/d.log", {}, body="os.kill(os.getpid(), signal.SIGKILL)") == -signal.SIGKILL
    assert run_job(folder, "logs/score/d.log", {}, body="1 / 0") == 1
    (folder / "logs/train/a.tsv").write_text(
        "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
        "61.5\t0:01:01\t512.25\t1\t1\t1\t0.5\t-\t97.5\t60.0\n"
    )
    return folder


@pytest.fixture
def rows(folder):
    return [flat(row) for row in gather_runs(folder / "logs").to_dict("records")]


def test_every_job_is_a_row_also_one_that_failed_or_was_killed(rows):
    assert {row["job"]: row["state"] for row in rows} == {
        "train/a": "finished",
        "train/b": "finished",
        "score/c": "failed",
        "score/d": "failed",
    }
    reasons = {row["job"]: row["reason"] for row in rows}
    assert reasons["score/c"] == "scores.csv row 3: no number"
    assert reasons["score/d"].startswith("ZeroDivisionError")
    assert {row["job"]: row["attempts"] for row in rows}["score/d"] == 2


def test_a_killed_attempt_is_unfinished(tmp_path):
    run_job(tmp_path, "logs/x/k.log", {}, body="os.kill(os.getpid(), signal.SIGKILL)")
    (row,) = gather_runs(tmp_path / "logs").to_dict("records")
    assert row["state"] == "unfinished"


def test_the_benchmark_row_of_snakemake_is_joined(rows):
    a, b = rows[0], rows[1]
    assert (a["seconds"], a["max_rss_mb"], a["cpu_seconds"], a["mean_load"]) == (61.5, 512.25, 60.0, 97.5)
    assert 0 < b["seconds"] < 60 and b["max_rss_mb"] > 1


def test_rows_are_chosen_by_any_column_and_sorted(rows):
    def jobs(*conditions, sort="started"):
        return [row["job"] for row in select(rows, conditions, sort)]

    assert jobs("state=finished") == ["train/a", "train/b"]
    assert jobs("config.epochs>=3", "config.deep.rate<0.15") == ["train/a"]
    assert jobs("summary.loss!=0.5", "job~^train") == ["train/b"]
    assert jobs("job~train", sort="-config.epochs") == ["train/b", "train/a"]
    assert jobs(sort="summary.loss")[:2] == ["train/b", "train/a"]


def test_a_condition_that_says_nothing_is_an_error(rows):
    with pytest.raises(InputError, match="no column config\\.epoch; the closest is config\\.epochs"):
        select(rows, ["config.epoch=3"], "started")
    with pytest.raises(InputError, match="expected a column"):
        select(rows, ["epochs"], "started")


def test_the_settings_in_which_two_runs_differ(rows):
    assert config_differences(rows[0], rows[1]) == [("deep.rate", 0.1, 0.2), ("epochs", 3, 10)]


def test_the_command_prints_the_table_and_writes_it(folder):
    shown = threefold(folder, "runs", "-w", "state=failed", "--columns", "job,reason")
    assert shown.returncode == 0, shown.stderr
    assert "score/c" in shown.stdout and "train/a" not in shown.stdout and "2 of 4 runs" in shown.stdout
    assert len(read_table(folder / "results/runs.parquet")) == 4
    differing = threefold(folder, "runs", "diff", "train/a", "train/b")
    assert "deep.rate" in differing.stdout and "2 settings differ" in differing.stdout
    unknown = threefold(folder, "runs", "diff", "train/a", "train/x")
    assert unknown.returncode == 1 and "did you mean" in unknown.stderr
    nothing = threefold(folder / "results", "runs")
    assert nothing.returncode == 1 and "no job has run" in nothing.stderr


def test_it_works_without_wandb(folder):
    hidden = "import sys; sys.modules['wandb'] = None; from threefold.cli import run; sys.argv[1:] = ['runs']; run()"
    assert subprocess.run([sys.executable, "-c", hidden], cwd=folder).returncode == 0


def test_keys_and_the_way_home_are_taken_out_of_text(monkeypatch, tmp_path):
    home = tmp_path / "telltale"
    monkeypatch.setenv("SOME_API_KEY", "0123456789abcdef")
    monkeypatch.setenv("HOME", str(home))
    assert redact(f"at {home}/x with 0123456789abcdef") == "at ~/x with [secret]"
    assert redact(f"{home}s") == f"{home}s"


def test_a_log_keeps_no_key_and_no_way_home_however_it_came_there(tmp_path):
    body = "os.system('echo $HOME $HF_TOKEN'); print(os.environ['HOME']); raise OSError(os.environ['HF_TOKEN'])"
    environment = os.environ | {"HF_TOKEN": "hf_abcdefghijkl", "HOME": str(tmp_path)}
    program = PROGRAM + f"    {body}"
    arguments = json.dumps(["logs/x/y.log", {"near": str(tmp_path / "data"), "token": "hf_abcdefghijkl"}, {}])
    done = subprocess.run([sys.executable, "-c", program, arguments], cwd=tmp_path, env=environment)
    assert done.returncode == 1
    written = b"".join(path.read_bytes() for path in (tmp_path / "logs").rglob("*") if path.is_file())
    assert b"OSError" in written and b"[secret]" in written
    assert b"hf_abcdefghijkl" not in written and str(tmp_path).encode() not in written
