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
