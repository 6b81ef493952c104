"""The same artifacts from a cluster as from this machine, on a real Slurm."""

import shutil
import sys
from pathlib import Path

import pytest
from slurm import slurm

pytestmark = [
    pytest.mark.slurm,
    pytest.mark.skipif(shutil.which("slurmctld") is None, reason="no Slurm on this machine"),
]


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    with slurm(tmp_path / "slurm") as variables:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{variables['PATH']}")
        yield


def test_a_stage_on_slurm_gives_the_bytes_of_a_local_run(cluster, finished, new_project):
    project = new_project()
    alone = ["--slurm-status-command", "squeue", "--slurm-no-account", "--slurm-init-seconds-before-status-checks", "1"]
    target = "results/tori/S_1_1/words.parquet"
    done = project.snakemake(target, "--profile", "profiles/slurm", *alone)
    assert done.returncode == 0, done.stderr
    assert "SLURM jobid" in done.stderr
    artifact = target.removeprefix("results/")
    assert project.digests()[artifact] == finished.digests()[artifact]
