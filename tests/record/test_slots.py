"""Where the time of a run went."""

import json
import os

import pytest

from threefold.record.errors import InputError
from threefold.record.slots import kind_slots, last_run, stage_slots

RUN = {"group": "a run", "slurm": None, "cores": "2"}


def attempt(folder, log, code, began, ended=None, seconds=None, threads=1, **run):
    """Add an attempt to a journal: when its script began and ended, and the seconds that it took."""
    path = folder / "logs" / f"{log}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    start = {"event": "start", "time": began, "params": {"code": f"{code}:c0de"}, "threads": threads} | RUN | run
    lines = [start] if ended is None else [start, {"event": "end", "time": ended, "seconds": seconds}]
    with path.open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)


def benchmark(folder, log, seconds, at):
    """The benchmark file that Snakemake writes when a job has ended."""
    path = folder / "logs" / f"{log}.tsv"
    path.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t-\t-\n")
    os.utime(path, (at, at))


@pytest.fixture
def folder(tmp_path):
    """Two cores for 20 seconds, from 100 to 120."""
    attempt(tmp_path, "train/a", "ithp/train", 104, 109, 5)
    benchmark(tmp_path, "train/a", 9, 110)  # the process began at 100
    attempt(tmp_path, "train/b", "ithp/train", 103, 107, 4)
    benchmark(tmp_path, "train/b", 6, 107)
    attempt(tmp_path, "volumes", "tori/compute_volumes", 112, 114, 2, threads=2)
    benchmark(tmp_path, "volumes", 3, 114)
    attempt(tmp_path, "figure_x", "ithp/figure_x", 116, 117, 1)
    benchmark(tmp_path, "figure_x", 1.5, 117)
    attempt(tmp_path, "lock", "report/lock", 119.5, 120, 0.5)
    benchmark(tmp_path, "lock", 0.75, 120)
    return tmp_path


def slots(folder):
    return kind_slots(last_run(folder / "logs")).set_index("kind")["seconds"].to_dict()


def test_every_slot_of_a_run_is_accounted_for(folder):
    run = last_run(folder / "logs")
    assert (run.name, run.cores, run.seconds, run.lost) == ("a run", 2, 20, 0)
    assert slots(folder) == {
        "science": 5 + 4 + 2 * 2,  # a job of two threads takes two slots
        "figures": 1,
        "report": 0.5,
        "start and imports": 4 + 2 + 2 * 1 + 0.5 + 0.25,
        "idle slots": 40 - 14.5 - 8.75,
    }
    assert kind_slots(run)["share"].sum() == pytest.approx(1)


def test_a_stage_tells_its_work_from_its_start(folder):
    stages = stage_slots(last_run(folder / "logs")).set_index("stage")
    assert list(stages.index[:2]) == ["ithp/train", "tori/compute_volumes"]
    assert stages.loc["ithp/train"].to_dict() == {"kind": "science", "jobs": 2, "work": 9, "start": 6, "together": 15}
    assert stages["kind"].to_dict()["ithp/figure_x"] == "figures"


def test_only_the_last_run_counts(folder):
    attempt(folder, "early", "ithp/score", 10, 20, 10, group="the run before")
    attempt(folder, "train/a", "ithp/train", 1, 2, 1, group="the run before")
    assert slots(folder)["science"] == 13


def test_what_came_before_an_attempt_that_was_made_again_is_unknown(folder):
    attempt(folder, "score", "ithp/score", 108, 110, 2)
    attempt(folder, "score", "ithp/score", 111, 112, 1)
    benchmark(folder, "score", 3, 112)
    stage = stage_slots(last_run(folder / "logs")).set_index("stage").loc["ithp/score"]
    assert (stage["jobs"], stage["work"], stage["start"]) == (2, 3, 2)


def test_a_benchmark_that_is_older_than_the_attempt_is_not_its_own(folder):
    benchmark(folder, "lock", 60, 119)
    assert slots(folder)["start and imports"] == 8.5


def test_an_attempt_without_an_end_is_counted_as_lost(folder):
    attempt(folder, "score", "ithp/score", 118)
    run = last_run(folder / "logs")
    assert (run.lost, len(run.jobs)) == (1, 5)


def test_a_cluster_has_no_idle_slots(folder):
    attempt(folder, "score", "ithp/score", 118, 119, 1, slurm="4711")
    assert last_run(folder / "logs").cores is None
    kinds = kind_slots(last_run(folder / "logs"))
    assert "idle slots" not in set(kinds["kind"]) and kinds["share"].sum() == pytest.approx(1)


def test_a_folder_without_a_run_is_a_clear_error(tmp_path):
    (tmp_path / "logs").mkdir()
    with pytest.raises(InputError, match="no job has run in this folder yet"):
        last_run(tmp_path / "logs")
    attempt(tmp_path, "score", "ithp/score", 118)
    with pytest.raises(InputError, match="none of its jobs has ended"):
        last_run(tmp_path / "logs")
