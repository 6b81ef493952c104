"""Sweeps in the DAG: a trial runs once, whoever asks for it, whenever, and whatever ends the run."""

import json
import os
import signal
import time

import pandas as pd
import pytest
import yaml

SWEEP = {
    "target": "neuromfa/spectrum",
    "method": "grid",
    "metric": {"name": "width", "goal": "maximize"},
    "parameters": {
        "model": {"value": "pythia-14m"},
        "step": {"value": 0},
        "seeds": {"value": 2},
        "window": {"values": [50, 100]},
        "sample_size": {"values": [8, 16, 4096]},  # no layer has so many neurons
    },
    "batch": 4,
}


@pytest.fixture
def project(new_project):
    return new_project()


def write_sweep(project, name: str, parameters: dict, **changes) -> str:
    path = project.folder / "config" / "sweeps" / f"{name}.yaml"
    content = SWEEP | {"parameters": SWEEP["parameters"] | parameters} | changes
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return str(path.relative_to(project.folder))


def gather(project, name: str) -> pd.DataFrame:
    """Run a sweep as far as its table."""
    done = project.snakemake(f"results/sweeps/{name}/trials.parquet", "--config", f"sweep=config/sweeps/{name}.yaml")
    assert done.returncode == 0, done.stderr
    return pd.read_parquet(project.folder / f"results/sweeps/{name}/trials.parquet")


def kept(project) -> dict[str, int]:
    """Trials in the store, with the time at which each was written."""
    store = project.folder / "results" / "sweeps" / "trials"
    return {path.stem: path.stat().st_mtime_ns for path in store.glob("[!.]*.json")}


def windows(*values: int) -> dict:
    return {"window": {"values": list(values)}}


def test_a_value_more_runs_only_the_trials_that_are_new_and_failed_ones_are_rows(project):
    write_sweep(project, "mine", windows(50, 100))
    first = gather(project, "mine")
    before = kept(project)
    assert len(first) == len(before) == 6
    failed = first[first["status"] == "failed"]
    assert failed["sample_size"].tolist() == [4096, 4096]
    assert failed["reason"].str.contains("choose a smaller sample_size").all()
    assert first.loc[first["status"] == "ok", "width"].between(0.1, 1).all()

    write_sweep(project, "mine", windows(50, 100, 150))
    second = gather(project, "mine")
    assert len(second) == len(kept(project)) == 9
    assert before.items() <= kept(project).items()
    pd.testing.assert_frame_equal(second.head(6), first)


def test_two_sweeps_at_once_run_their_common_trials_once(project):
    paths = [
        write_sweep(project, "one", windows(50, 100, 150)),
        write_sweep(project, "other", windows(100, 150), batch=3),
    ]
    tables = [f"results/sweeps/{name}/trials.parquet" for name in ("one", "other")]
    done = project.snakemake(*tables, "--config", f"sweeps={paths}")
    assert done.returncode == 0, done.stderr
    one, other = (pd.read_parquet(project.folder / table) for table in tables)
    assert set(other["trial"]) < set(one["trial"])
    assert logged_runs(project) == sorted(one["trial"])


def logged_runs(project) -> list[str]:
    """The trial of every run that a log tells of."""
    logs = (project.folder / "logs" / "run_trials").rglob("*.log")
    lines = [line for log in logs for line in log.read_text().splitlines()]
    return sorted(line.split()[-1] for line in lines if " run trial " in line)


def test_a_killed_sweep_is_finished_without_repeating_what_it_had_finished(project):
    slow = {"seeds": {"value": 12}, "sample_size": {"value": 64}}
    path = write_sweep(project, "slow", windows(*range(50, 130, 10)) | slow, batch=8)
    target = "results/sweeps/slow/trials.parquet"
    command = ["snakemake", "--cores", "1", target, "--config", f"sweep={path}"]
    run = project.start(*command)
    while len(kept(project)) < 3 and run.poll() is None:
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    finished = kept(project)
    assert 3 <= len(finished) < 8

    assert project.command("threefold", "unlock").returncode == 0
    done = project.command(*command)
    assert done.returncode == 0, done.stderr
    assert finished.items() <= kept(project).items()
    assert len(kept(project)) == 8
    assert (pd.read_parquet(project.folder / target)["status"] == "ok").all()


def test_rounds_of_optuna_follow_each_other(project):
    parameters = {"window": {"min": 20, "max": 200}, "sample_size": {"value": 16}}
    write_sweep(project, "bayes", parameters, method="bayes", run_cap=6, round=3)
    table = gather(project, "bayes")
    assert table["round"].tolist() == [0, 0, 0, 1, 1, 1]
    assert len(logged_runs(project)) == table["trial"].nunique()
    best = json.loads((project.folder / "results/sweeps/bayes/best.json").read_text())
    assert best["value"] == table["width"].max()


def test_a_mistake_in_a_sweep_file_is_one_line(project):
    path = write_sweep(project, "wrong", {}, metric={"name": "widht"})
    refused = project.command("snakemake", "-n", "sweep", "--config", f"sweep={path}")
    assert refused.returncode == 1
    (line,) = [line for line in refused.stderr.splitlines() if line.startswith(path)]
    assert "metric.name is 'widht'; the closest known name is width" in line
    assert "Traceback" not in refused.stderr


def test_a_sweep_on_data_that_are_not_here_says_so(project):
    refused = project.command("snakemake", "-n", "sweep", "--config", "sweep=config/sweeps/ithp_beta_gamma_mosi.yaml")
    assert refused.returncode == 1
    assert "no mosi here; set data.mirror or data.download" in refused.stderr
