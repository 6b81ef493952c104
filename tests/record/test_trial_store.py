import json
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from threefold.record.errors import InputError
from threefold.record.trials import Trial, run_trials


@pytest.fixture
def store(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def runs(tmp_path):
    """A file to which a trial that runs adds a line, wherever it runs."""
    path = tmp_path / "runs"
    path.touch()
    return path


def trial(x, files=(), **more):
    return Trial(**{"target": "t", "settings": {"x": x}, "files": files, "seed": 0, "code": "c"} | more)


def square(runs, pause=0.0):
    def run(settings, files, seed):
        with runs.open("a") as file:
            file.write(f"{settings['x']}\n")
        time.sleep(pause)
        return {"value": settings["x"] ** 2, "undefined": float("nan")}

    return run


def test_a_name_says_what_the_value_depends_on(tmp_path):
    paths = [tmp_path / name for name in "abc"]
    for path, text in zip(paths, ("same", "same", "other"), strict=True):
        path.write_text(text)
    assert trial(2).name == trial(2.0).name
    assert trial(2, [paths[0]]).name == trial(2, [paths[1]]).name != trial(2, [paths[2]]).name
    others = [
        trial(3),
        trial("2"),
        trial(True),
        trial(None),
        trial(2, seed=1),
        trial(2, code="d"),
        trial(2, target="u"),
    ]
    assert len({other.name for other in [trial(2), *others]}) == len(others) + 1


def test_a_trial_runs_once_and_the_same_bytes_are_kept(store, runs):
    first = run_trials([trial(2), trial(3), trial(2)], lambda: square(runs), store, store.parent / "locks")
    assert [outcome["metrics"] for outcome in first] == [{"value": x, "undefined": None} for x in (4, 9, 4)]
    assert runs.read_text() == "2\n3\n"
    assert sorted(path.name for path in store.iterdir()) == sorted(f"{trial(x).name}.json" for x in (2, 3))
    kept = json.loads((store / f"{trial(2).name}.json").read_text())
    assert kept["settings"] == {"x": 2} and kept["metrics"]["value"] == 4

    def not_needed():
        raise AssertionError("nothing to run, so nothing to prepare")

    assert run_trials([trial(3), trial(2)], not_needed, store, store.parent / "locks") == [first[1], first[0]]


def test_a_failed_trial_is_an_outcome_with_its_reason(store):
    def run(settings, files, seed):
        if settings["x"] == "refused":
            raise InputError("no\nsuch data")
        if settings["x"] == "broken":
            raise ZeroDivisionError("division by zero")
        if settings["x"] == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        return {"value": 1.0}

    outcomes = run_trials(
        [trial(x) for x in ("refused", "broken", "killed", "fine")], lambda: run, store, store.parent / "locks"
    )
    assert [outcome["status"] for outcome in outcomes] == ["failed", "failed", "failed", "ok"]
    assert [outcome["reason"] for outcome in outcomes] == [
        "no such data",
        "ZeroDivisionError: division by zero",
        "lost: its process ended with code -9",
        "",
    ]
    kept = {path.stem for path in store.glob("*.json")}
    assert kept == {trial("refused").name, trial("fine").name}  # the others are tried again


def test_two_jobs_that_want_the_same_trials_at_once_run_each_once(store, runs):
    trials = [trial(x) for x in range(4)]
    fork = multiprocessing.get_context("fork")
    jobs = [
        fork.Process(target=run_trials, args=(order, lambda: square(runs, 0.1), store, store.parent / "locks"))
        for order in (trials, trials[::-1])
    ]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()
    assert [job.exitcode for job in jobs] == [0, 0]
    assert sorted(runs.read_text().split()) == ["0", "1", "2", "3"]
    assert not list(store.glob("*.lock")) and not list((store.parent / "locks").iterdir())


def test_a_job_killed_at_a_trials_end_leaves_nothing_but_the_trial_in_the_store(store, runs, monkeypatch):
    """The lock is still there when the trial is kept: whoever is killed in between leaves it, outside of the store."""
    fork = multiprocessing.get_context("fork")
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    process = fork.Process(target=run_trials, args=([trial(2)], lambda: square(runs), store, store.parent / "locks"))
    process.start()
    process.join()
    monkeypatch.undo()
    assert process.exitcode == -signal.SIGKILL
    again = run_trials([trial(2)], lambda: square(runs), store, store.parent / "locks")
    assert [outcome["status"] for outcome in again] == ["ok"]
    assert [path.suffix for path in store.iterdir()] == [".json"]
