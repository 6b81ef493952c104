"""The lock files, what is installed, pyproject.toml and the conda environments agree with each other."""

import ast
import re
import sys
import tomllib
from importlib.metadata import distributions, requires, version
from pathlib import Path

import grimp
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ENVS = sorted((ROOT / "envs").glob("*.yaml"))
LOCKS = sorted(ROOT.glob("requirements*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
# Packages by the module they bring, where the names differ.
PACKAGES = {"flint": "python-flint", "sklearn": "scikit-learn", "spherogram": "snappy", "yaml": "pyyaml"}
ON_CONDA = {"matplotlib-base": "matplotlib", "pytorch": "torch"}  # and by their name there
UNUSED = {name: {"pytorch-lightning"} for name in ("neuromfa", "sweep")}  # named by the tracking for ITHP alone


def pins(env: Path) -> dict[str, str]:
    """package -> version, from conda and from pip, of a conda environment."""
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


def locked(lock: Path) -> list[Requirement]:
    """The entries of a lock file that are for this machine, and of the lock files that it includes."""
    lines = [line.rstrip(" \\") for line in lock.read_text().splitlines()]
    entries = [Requirement(line) for line in lines if re.match(r"[a-z0-9]", line)]
    included = [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    here = [entry for entry in entries if entry.marker is None or entry.marker.evaluate()]
    return here + [entry for name in included for entry in locked(lock.with_name(name))]


def versions(torch: str) -> dict[str, str]:
    """package -> version, of everything that is locked for this machine with torch for "cpu" or "gpu"."""
    entries = locked(ROOT / "requirements.lock") + locked(ROOT / f"requirements-torch-{torch}.lock")
    return {entry.name: str(entry.specifier).removeprefix("==") for entry in entries}


@pytest.fixture(scope="module")
def installed() -> dict[str, str]:
    """package -> version, of everything that is installed besides threefold and pip."""
    return {canonicalize_name(x.name): x.version for x in distributions() if x.name not in ("threefold", "pip")}


@pytest.fixture(scope="module")
def expected(installed) -> dict[str, str]:
    """package -> version, of everything that is locked for this machine and the installed build of torch."""
    return versions("gpu" if "triton" in installed else "cpu")


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def test_what_is_installed_is_what_is_locked(installed, expected):
    assert installed.items() - expected.items() == set(), "installed, not locked; uninstall it or remove .venv"
    assert expected.items() - installed.items() == set(), "locked, not installed; run `make setup`"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pin_has_digests(lock):
    entries = re.split(r"\n(?=[a-z0-9])", lock.read_text().split("\n", 1)[1])
    pins = [entry for entry in entries if re.match(r"[a-z0-9]", entry)]
    assert pins and all(re.match(r"[a-z0-9._-]+==\S+.* \\\n    --hash=sha256:[0-9a-f]{64}\b", pin) for pin in pins)


def test_the_lock_holds_what_pyproject_leads_to_and_nothing_else(expected):
    """From pyproject.toml along the requirements of what is installed, in versions that satisfy every one of them."""
    direct = [PROJECT["project"]["dependencies"], *EXTRAS.values(), PROJECT["build-system"]["requires"]]
    to_see, seen = [(Requirement(line), "") for lines in direct for line in lines], set()
    while to_see:
        requirement, extra = to_see.pop()
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
            continue
        assert requirement.specifier.contains(version(requirement.name), prereleases=True), str(requirement)
        for wanted in {(canonicalize_name(requirement.name), extra) for extra in ("", *requirement.extras)} - seen:
            seen.add(wanted)
            to_see += [(Requirement(line), wanted[1]) for line in requires(wanted[0]) or []]
    assert {name for name, _ in seen} == set(expected)


def test_the_build_back_end_is_the_locked_one():
    (build,) = PROJECT["build-system"]["requires"]
    assert build in [str(entry) for entry in locked(ROOT / "requirements-build.lock")]


def test_both_builds_of_torch_have_one_version():
    assert versions("cpu")["torch"].split("+")[0] == versions("gpu")["torch"]


@pytest.mark.parametrize("env", ENVS, ids=lambda env: env.stem)
def test_versions_are_those_of_the_lock_file(env):
    builds = {name: version.split("+")[0] for name, version in versions("cpu").items()}
    assert {name: builds.get(name) for name in pins(env)} == pins(env)


@pytest.mark.parametrize("env", ENVS, ids=lambda env: env.stem)
def test_everything_that_a_script_imports_is_there(env):
    assert third_party_imports(env.stem) - set(pins(env)) == UNUSED.get(env.stem, set())


@pytest.mark.parametrize("chain", ["neuromfa", "ithp", "tori"])
def test_the_extra_of_a_chain_names_what_its_scripts_import(chain):
    named = names(PROJECT["project"]["dependencies"] + EXTRAS[chain])
    assert third_party_imports(chain) - named == UNUSED.get(chain, set())
