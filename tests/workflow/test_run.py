"""The run as a whole: the same bytes on one core and on two, after a kill, and a report that opens."""

import os
import signal
import time

import pandas as pd
import pytest

from tests.support.project import SMALL


def test_the_run_ends_with_figures_and_claims(finished):
    results = finished.folder / "results"
    claims = pd.read_csv(results / "claims.csv")
    assert len(claims) >= 10
    assert set(claims["verdict"]) <= {"reproduced", "contradicted", "inconclusive", "not run here"}
    decided = claims[claims["verdict"] != "not run here"]
    assert decided["value"].notna().any()
    pictures = {path.stem for path in (results / "figures").glob("*.png")}
    assert len(pictures) >= 6
    assert pictures == {path.stem for path in (results / "figures").glob("*.csv")}


def test_one_core_and_two_give_the_same_bytes(finished, new_project):
    """A run from start to end on one core: nothing less shows that no job depends on what runs beside it."""
    alone = new_project()
    assert alone.snakemake(cores=1).returncode == 0
    assert alone.digests() == finished.digests()


def test_a_killed_run_is_completed_with_the_same_bytes(finished, new_project):
    """A third of a run, a kill, and the rest: what one stage leaves half-made shows only where all stages run."""
    project = new_project()
    run = project.start("snakemake", "--cores", "2", "--configfile", SMALL)
    enough = len(finished.artifacts()) // 3
    while len(project.artifacts()) < enough and run.poll() is None:
        time.sleep(0.1)
    os.killpg(run.pid, signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL
    assert len(project.artifacts()) < len(finished.artifacts())

    assert project.command("threefold", "unlock").returncode == 0
    assert project.snakemake().returncode == 0
    assert project.digests() == finished.digests()


def test_a_live_run_keeps_its_lock(new_project):
    project = new_project()
    run = project.start("snakemake", "--cores", "2", "--configfile", SMALL)
    try:
        while not any((project.folder / ".snakemake/locks").glob("*")):
            assert run.poll() is None
            time.sleep(0.05)
        refused = project.command("threefold", "unlock")
        assert refused.returncode == 1
        assert "another Snakemake works in this folder" in refused.stderr
        assert any((project.folder / ".snakemake/locks").glob("*"))
    finally:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()


def test_a_mistake_in_the_configuration_is_one_line(new_project):
    refused = new_project().command("snakemake", "-n", "--config", "tracking={'mod': 'offline'}")
    assert refused.returncode == 1
    (line,) = [line for line in refused.stderr.splitlines() if "config:" in line]
    assert "tracking.mod" in line and "mode" in line
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("target", ["neuromfa", "ithp", "tori", "figures", "claims"])
def test_every_target_has_a_plan(new_project, target):
    assert new_project().snakemake("-n", target).returncode == 0
