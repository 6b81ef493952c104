import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from threefold.record.errors import InputError
from threefold.record.lock import Finding, differences, make_lock, read_records, verify, write_record


class Named(list):
    """A list with names, as Snakemake passes inputs and parameters."""

    def __init__(self, **named):
        super().__init__(named.values())
        self.named = named

    def items(self):
        return self.named.items()

    def __getitem__(self, key):
        return self.named[key] if isinstance(key, str) else super().__getitem__(key)


def run_rule(name, inputs, output, text, further=(), **params):
    """What a job of the rule `name` does: write its output and leave its record."""
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    Path("logs").mkdir(exist_ok=True)
    Path(output).write_text(text)
    Path(f"logs/{name}.log").touch()
    params = Named(code=f"test/{name}:c0de", **params)
    write_record(
        SimpleNamespace(rule=name, input=inputs, output=[output, *further], params=params, log=[f"logs/{name}.log"])
    )


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A run of two rules, the second on the output of the first."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.txt").write_text("given")
    run_rule("first", ["config.txt"], "results/a", "1", size=3, transport="a path of this machine")
    run_rule("second", ["results/a"], "results/b", "2")
    return tmp_path


def lock_of(folder):
    return make_lock(["results/b"], read_records(folder / "logs"))


def test_the_lock_reaches_back_to_all_that_an_artifact_rests_on(folder):
    lock = lock_of(folder)
    assert list(lock) == ["results/a", "results/b"]
    assert lock["results/a"]["params"] == {"size": 3}
    assert lock["results/b"]["inputs"]["results/a"] == lock["results/a"]["sha256"]
    assert json.dumps(lock)


def test_the_lock_lists_every_output_of_a_job(folder):
    Path("results/beside").write_text("x")
    run_rule("second", ["results/a"], "results/b", "2", further=["results/beside"])
    assert list(lock_of(folder)) == ["results/a", "results/b", "results/beside"]


def test_a_job_of_many_outputs_is_looked_through_once():
    class Counted(dict):
        looks = 0

        def __iter__(self):
            self.looks += 1
            return super().__iter__()

    facts = {"rule": "r", "code": "test/r:c0de", "params": {}}
    first = {**facts, "log": "logs/first.log", "inputs": Counted(), "outputs": Counted()}
    second = {**facts, "log": "logs/second.log", "inputs": first["outputs"], "outputs": Counted()}
    first["inputs"].update({f"raw/{k}": str(k) for k in range(20_000)})
    first["outputs"].update({f"results/a{k}": str(k) for k in range(20_000)})
    second["outputs"].update({f"results/b{k}": str(k) for k in range(20_000)})
    made_by = dict.fromkeys(first["outputs"], first) | dict.fromkeys(second["outputs"], second)
    for counted in (first["inputs"], first["outputs"], second["outputs"]):
        counted.looks = 0
    lock = make_lock(["results/b0"], made_by)
    assert list(lock) == sorted(made_by)
    assert lock["results/a7"] == {"sha256": "7", **{key: first[key] for key in (*facts, "log", "inputs")}}
    assert first["inputs"].looks == 1  # by the job that has them
    assert first["outputs"].looks == 2  # as outputs, and as inputs
    assert second["outputs"].looks == 1


def test_an_untouched_run_is_as_its_lock_says(folder):
    assert verify(lock_of(folder), folder, {"test/first": "c0de", "test/second": "c0de"}) == []


def test_one_flipped_byte_is_named_and_what_was_made_from_it_is_stale(folder):
    lock = lock_of(folder)
    (folder / "results/a").write_text("0")
    problems = dict(verify(lock, folder, {"test/first": "c0de", "test/second": "c0de"}))
    assert problems["results/a"].startswith("edited")
    assert problems["results/b"] == "stale: its input results/a has changed since"


def test_missing_foreign_and_outdated_files_are_named(folder):
    lock = lock_of(folder)
    (folder / "results/b").unlink()
    (folder / "results/c").write_text("from elsewhere")
    (folder / "results/sweeps/trials").mkdir(parents=True)
    (folder / "results/sweeps/trials/1f.json").write_text("a trial, of this run's sweeps or of another's")
    (folder / "config.txt").write_text("changed")
    findings = verify(lock, folder, {"test/first": "other", "test/second": "c0de"})
    assert Finding("results/b", "missing") in findings
    foreign = [finding.artifact for finding in findings if finding.problem.startswith("foreign")]
    assert foreign == ["results/c"]
    assert Finding("results/a", "stale: scripts/test/first.py, or what it imports, has changed since") in findings
    assert Finding("results/a", "stale: its input config.txt has changed since") in findings


def test_files_outside_of_the_folder_are_recorded_by_name_alone(folder, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "model.safetensors").write_text("weights")
    source = {"folder": f"{home}/step{{step}}", "inside": str(folder / "config.txt")}
    run_rule("first", [str(home / "model.safetensors")], "results/a", "1", source=source)
    text = json.dumps(lock_of(folder))
    assert str(home) not in text and str(folder) not in text
    entry = lock_of(folder)["results/a"]
    assert entry["params"] == {"source": {"folder": "outside:step{step}", "inside": "config.txt"}}
    assert list(entry["inputs"]) == ["outside:model.safetensors"]
    assert verify(lock_of(folder), folder, {"test/first": "c0de", "test/second": "c0de"}) == []


def test_json_files_that_are_no_records_are_left_alone(folder):
    (folder / "logs/wandb/files").mkdir(parents=True)
    (folder / "logs/wandb/files/wandb-summary.json").write_text('{"loss": 1}')
    assert list(lock_of(folder)) == ["results/a", "results/b"]


def test_the_record_of_the_last_job_counts(folder):
    run_rule("other", ["config.txt"], "results/a", "1", size=5)
    os.utime("logs/first.json", (1, 1))
    assert lock_of(folder)["results/a"]["params"] == {"size": 5}


def test_a_lost_record_is_one_clear_error(folder):
    (folder / "logs/first.json").unlink()
    (folder / "logs/second.json").unlink()
    with pytest.raises(InputError, match="results/b"):
        lock_of(folder)


def test_the_difference_of_two_runs_is_explained(folder):
    before = lock_of(folder)
    run_rule("first", ["config.txt"], "results/a", "10", size=4)
    run_rule("second", ["results/a"], "results/b", "20")
    causes = dict(differences(before, lock_of(folder)))
    assert causes == {"results/a": "size: 3 -> 4", "results/b": "input results/a"}


def test_a_difference_without_a_recorded_cause_is_said_to_have_none(folder):
    before = lock_of(folder)
    run_rule("second", ["results/a"], "results/b", "3")
    assert "nothing recorded explains it" in dict(differences(before, lock_of(folder)))["results/b"]
