"""Projects in which the DAG really runs; one finished run serves all tests."""

from __future__ import annotations

import pytest
from filelock import FileLock

from tests.support.project import Project


@pytest.fixture(scope="session")
def new_project(tmp_path_factory):
    """Make a copy of the project without any results."""
    return lambda: Project.new(tmp_path_factory.mktemp("project") / "threefold")


@pytest.fixture(scope="session")
def finished(tmp_path_factory, request) -> Project:
    """A finished run on two cores. To be looked at, not changed: a test that runs Snakemake takes a copy.

    Made once, by the first of pytest's workers that asks for it; the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if hasattr(request.config, "workerinput") else base) / "finished"
    with FileLock(folder.with_suffix(".lock")):
        if folder.exists():
            return Project(folder)
        project = Project.new(folder.with_suffix(".unfinished"))
        done = project.snakemake(cores=2)
        assert done.returncode == 0, done.stderr + done.stdout
        return Project(project.folder.rename(folder))


@pytest.fixture
def rerun(finished, tmp_path) -> Project:
    """A copy of the finished run."""
    return finished.copy(tmp_path / "threefold")
