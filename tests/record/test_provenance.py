import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def package(tmp_path):
    """A library `threefold` with a chain of two modules, of which a script imports one."""
    import shutil

    library = tmp_path / "workflow" / "threefold"
    shutil.copytree(ROOT / "workflow" / "threefold" / "record", library / "record")
    (library / "__init__.py").touch()
    (library / "used.py").write_text("from threefold import below\n")
    (library / "below.py").write_text("x = 1\n")
    (library / "other.py").write_text("y = 1\n")
    (tmp_path / "script.py").write_text("from threefold.used import something\n")
    return tmp_path


def digest_in(folder: Path) -> str:
    """The digest as a process sees it that imports the library of `folder`."""
    program = "import sys; sys.path.insert(0, 'workflow'); from threefold.record.provenance import code_digest; "
    command = [sys.executable, "-c", program + "print(code_digest('script.py'))"]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_the_digest_covers_what_the_script_imports_also_indirectly(package):
    before = digest_in(package)
    (package / "workflow/threefold/below.py").write_text("x = 2\n")
    assert digest_in(package) != before


def test_the_digest_covers_the_script(package):
    before = digest_in(package)
    with (package / "script.py").open("a") as script:
        script.write("# more\n")
    assert digest_in(package) != before


def test_the_digest_leaves_out_what_the_script_does_not_import(package):
    before = digest_in(package)
    (package / "workflow/threefold/other.py").write_text("y = 2\n")
    assert digest_in(package) == before


def test_touching_and_rewriting_the_same_text_change_nothing(package):
    before = digest_in(package)
    for path in package.rglob("*.py"):
        path.write_text(path.read_text())
    assert digest_in(package) == before
