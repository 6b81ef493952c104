"""The conda environments hold what the scripts of their rules import, in the versions of the lock file."""

import ast
import sys
from pathlib import Path

import grimp
import pytest
import yaml

ROOT = Path(__file__).parents[1]
ENVS = sorted((ROOT / "envs").glob("*.yaml"))
# Packages by the module they bring, where the names differ.
PACKAGES = {"flint": "python-flint", "sklearn": "scikit-learn", "spherogram": "snappy", "yaml": "pyyaml"}
ON_CONDA = {"matplotlib-base": "matplotlib", "pytorch": "torch"}  # and by their name there
UNUSED = {name: {"pytorch-lightning"} for name in ("neuromfa", "sweep")}  # named by the tracking for ITHP alone


def pins(env: Path) -> dict[str, str]:
    """package -> version, from conda and from pip."""
    entries = yaml.safe_load(env.read_text())["dependencies"]
    by_pip = [line for entry in entries if isinstance(entry, dict) for line in entry["pip"]]
    by_conda = [entry for entry in entries if isinstance(entry, str) and "=" in entry]
    pairs = [line.replace("==", "=").split("=") for line in by_pip + by_conda]
    return {ON_CONDA.get(name, name).replace("_", "-"): version for name, version in pairs if name != "python"}


def third_party_imports(chain: str) -> set[str]:
    """Packages that the scripts of a chain import, directly or through the library."""
    graph = grimp.build_graph("threefold", include_external_packages=True, cache_dir=None)
    found = set()
    for script in (ROOT / "scripts" / chain).glob("*.py"):
        for node in ast.walk(ast.parse(script.read_text())):
            if isinstance(node, ast.ImportFrom | ast.Import):
                names = [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
                found |= set(names)
    found |= {upstream for name in found & graph.modules for upstream in graph.find_upstream_modules(name)}
    tops = {name.split(".")[0] for name in found} - {"threefold", *sys.stdlib_module_names}
    return {PACKAGES.get(top, top).replace("_", "-") for top in tops}


@pytest.mark.parametrize("env", ENVS, ids=lambda env: env.stem)
def test_versions_are_those_of_the_lock_file(env):
    locked = dict(line.lower().split("==") for line in (ROOT / "requirements.lock").read_text().split())
    locked = {name.replace("_", "-"): version for name, version in locked.items()}
    assert {name: locked.get(name) for name in pins(env)} == pins(env)


@pytest.mark.parametrize("env", ENVS, ids=lambda env: env.stem)
def test_everything_that_a_script_imports_is_there(env):
    assert third_party_imports(env.stem) - set(pins(env)) == UNUSED.get(env.stem, set())
