"""What a run of the workflow leaves of its tracking: a run per training job, and nothing that must stay private."""

from pathlib import Path

import pytest

from tests.support.project import Project

TARGETS = ["results/ithp/gaussian/scores.parquet", "results/neuromfa/pydoc-0.3m/training.parquet"]
SECRETS = {"WANDB_API_KEY": "wandbkey" * 5, "HF_TOKEN": "hf_telltaletoken", "USER": "telltaleuser"}


@pytest.fixture(scope="module")
def planted(new_project, tmp_path_factory) -> Project:
    """A part of the workflow, run from within a home folder of a telltale name, by a user with keys."""
    home = tmp_path_factory.mktemp("telltalehome")
    project = new_project()
    project = Project(project.folder.rename(home / "threefold"))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (SECRETS | {"HOME": str(home)}).items():
            patch.setenv(name, value)
        patch.delenv("WANDB_MODE", raising=False)
        done = project.snakemake(*TARGETS)
        assert done.returncode == 0, done.stderr
        assert project.snakemake(*TARGETS, "--report", "results/report.html").returncode == 0
        assert project.command("threefold", "runs").returncode == 0
    return project


def test_each_training_job_is_one_run_in_the_group_of_the_workflow(planted):
    runs = planted.command("threefold", "runs", "--columns", "rule,run,group,summary.held_out_loss").stdout
    kept = {path.name.rpartition("-")[2] for path in (planted.folder / "logs/wandb").glob("offline-run-*")}
    trained = [line for line in runs.splitlines() if line.startswith(("train_gaussian_ithp", "pretrain"))]
    assert len(kept) == len(trained) == 2
    assert all(any(id in line for id in kept) and "run of " in line for line in trained)


def test_no_key_no_token_and_no_home_path_is_in_a_result_or_a_log(planted):
    home = planted.folder.parent.name
    files = [path for part in ("results", "logs") for path in (planted.folder / part).rglob("*") if path.is_file()]
    assert any("wandb" in path.parts for path in files) and planted.folder / "results/report.html" in files
    for secret in [*SECRETS.values(), home]:
        assert [str(path) for path in files if secret.encode() in path.read_bytes()] == []


def test_nothing_private_is_left_beside_the_folder_of_logs(planted):
    assert not Path(planted.folder / "wandb").exists()
