"""What the tests share: the mirror of real data."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder with copies of the real data sets."""
    folder = Path(os.environ.get("THREEFOLD_MIRROR", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no mirror of the data sets at {folder}; set THREEFOLD_MIRROR")
    return folder.resolve()


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Tests that run the DAG come first, for they take longest; a module's tests share a worker and so its fixtures."""
    workflow = [item for item in items if item.path.parent.name == "workflow"]
    for item in workflow:
        item.add_marker(pytest.mark.workflow)
    for item in items:
        if not item.get_closest_marker("apart"):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
    items.sort(key=lambda item: not item.get_closest_marker("workflow"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where nothing may be missing (THREEFOLD_NO_SKIPS, set in CI), a skipped test fails with its reason."""
    report = yield
    if report.skipped and os.environ.get("THREEFOLD_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be missing: {report.longrepr[2]}"
    return report
