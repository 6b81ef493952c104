import logging
from types import SimpleNamespace

import pytest

from threefold.record import tracking
from threefold.record.tracking import Run, run_id, track


@pytest.fixture
def job(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WANDB_MODE", "offline")
    return SimpleNamespace(rule="pretrain", wildcards={"model": "small"})


def test_a_run_is_kept_offline_under_the_id_of_its_parameters(job, tmp_path):
    with track(job, {"lr": 0.1}) as run:
        run.log({"loss": 1.0}, step=0)
        run.summary({"final": 0.5})
    (folder,) = (tmp_path / "logs/wandb").glob("offline-run-*")
    assert folder.name.endswith(run_id("pretrain", {"model": "small"}, {"lr": 0.1}))
    assert list(folder.glob("*.wandb"))


def test_the_id_depends_on_rule_wildcards_and_parameters_alone():
    assert run_id("a", {"x": "1"}, {"p": 1, "q": 2}) == run_id("a", {"x": "1"}, {"q": 2, "p": 1})
    ids = {run_id("a", {"x": "1"}, {"p": 1}), run_id("b", {"x": "1"}, {"p": 1}), run_id("a", {"x": "2"}, {"p": 1})}
    assert len(ids | {run_id("a", {"x": "1"}, {"p": 2})}) == 4


def test_a_failure_to_start_is_logged_and_the_job_goes_on(job, monkeypatch, caplog):
    monkeypatch.setitem(__import__("sys").modules, "wandb", None)
    with track(job, {}) as run:
        run.log({"loss": 1.0})
        assert run.lightning_logger() is False
    assert "not tracked" in caplog.text


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
    with track(job, {}) as run:
        run.log({"loss": 1.0})
    assert not (tmp_path / "logs").exists()
