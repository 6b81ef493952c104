"""What the tests share: the mirror of real data."""

import os
from pathlib import Path

import pytest

# As in the workflow's jobs, and before anything is imported: threads of several workers would wait for each other.
os.environ |= {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
ROOT = Path(__file__).parents[1]
APART = {f"tests/workflow/test_{module}.py" for module in ("fetch", "rerun", "run", "slurm", "sweep")}


@pytest.fixture(scope="session")
def mirror() -> Path:
    """The folder with copies of the real data sets."""
    folder = Path(os.environ.get("THREEFOLD_MIRROR", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no mirror of the data sets at {folder}; set THREEFOLD_MIRROR")
    return folder.resolve()


def pytest_collection_modifyitems(items):
    """Tests that run the DAG come first, for they take longest."""
    for item in items:
        if item.path.parent.name == "workflow":
            item.add_marker(pytest.mark.workflow)
    items.sort(key=lambda item: not item.get_closest_marker("workflow"))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A module's tests share a worker, and so its fixtures; those of the modules APART go to any worker."""
    from xdist.scheduler import LoadScopeScheduling

    class ByModule(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = nodeid.split("::")[0]
            return nodeid if module in APART else module

    return ByModule(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where nothing may be missing (THREEFOLD_NO_SKIPS, set in CI), a skipped test fails with its reason."""
    report = yield
    if report.skipped and os.environ.get("THREEFOLD_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be missing: {report.longrepr[2]}"
    return report
