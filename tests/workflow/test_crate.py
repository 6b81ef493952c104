"""The run as an RO-Crate, held against an independent validator in an environment of its own."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from threefold.record.files import digest

# The validator, and a library that brings the context of RO-Crate 1.1 as a file.
PACKAGES = ["roc-validator==0.13.0", "rocrate==0.13.0"]


@pytest.fixture(scope="session")
def validator(pytestconfig):
    """Python of an environment with the validator; it cannot share ours, for it wants another `rich`."""
    folder = Path(pytestconfig.cache.mkdir("roc-validator-0.13.0"))
    python, ready = folder / "bin" / "python", folder / "ready"
    if not ready.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        installed = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", *PACKAGES], capture_output=True, text=True
        )
        if installed.returncode:
            pytest.skip(f"the validator could not be installed: {installed.stderr.splitlines()[-1]}")
        ready.touch()
    return python


@pytest.fixture(scope="module")
def crate(finished, tmp_path_factory):
    """The finished run, packed."""
    path = tmp_path_factory.mktemp("crate") / "run.zip"
    done = finished.command("threefold", "crate", str(path))
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture(scope="module")
def unpacked(crate, tmp_path_factory):
    folder = tmp_path_factory.mktemp("unpacked")
    zipfile.ZipFile(crate).extractall(folder)
    return folder


def validate(python, *crates) -> str:
    (context,) = python.parents[1].glob("lib/python*/site-packages/rocrate/data/ro-crate.jsonld")
    program = Path(__file__).parents[1] / "support" / "validate_crate.py"
    done = subprocess.run([python, program, context, *crates], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_validator_finds_nothing_wrong(validator, unpacked):
    assert validate(validator, unpacked) == ""


def test_the_validator_sees_what_is_wrong(validator, unpacked, tmp_path):
    metadata = json.loads((unpacked / "ro-crate-metadata.json").read_text())
    metadata["@graph"] = [x for x in metadata["@graph"] if x["@type"] != "OrganizeAction"]
    for entity in metadata["@graph"]:
        if entity["@type"] == "ControlAction":
            del entity["instrument"]
    (tmp_path / "ro-crate-metadata.json").write_text(json.dumps(metadata))
    assert "ControlAction" in validate(validator, tmp_path)


def test_the_crate_holds_the_run_and_what_it_needs_to_run_again(unpacked, finished):
    entities = {x["@id"]: x for x in json.loads((unpacked / "ro-crate-metadata.json").read_text())["@graph"]}
    lock = json.loads((unpacked / "results/threefold.lock.json").read_text())["artifacts"]
    for path, entry in lock.items():
        assert entities[path]["sha256"] == entry["sha256"] == digest(unpacked / path)
    actions = [x for x in entities.values() if x["@type"] == "CreateAction"]
    assert len(actions) == len({entry["log"] for entry in lock.values()}) + 1
    training = entities["#action/logs/pretrain/pydoc-0.3m.log"]
    assert {"@id": "#logs/pretrain/pydoc-0.3m.log/shape"} in training["object"]
    assert {"@id": "results/neuromfa/pydoc-0.3m/training.parquet"} in training["result"]
    assert json.loads(entities["#logs/pretrain/pydoc-0.3m.log/shape"]["value"])["hidden_size"] == 32
    for name in ("Snakefile", "rules", "scripts", "workflow", "profiles", "requirements.lock"):
        assert (unpacked / name).exists()
    assert str(finished.folder) not in (unpacked / "ro-crate-metadata.json").read_text()


def test_results_that_were_edited_are_not_packed(rerun):
    (rerun.folder / "results/claims.csv").write_text("id,verdict\n")
    refused = rerun.command("threefold", "crate", "run.zip")
    assert refused.returncode == 1
    assert "results/claims.csv: edited" in refused.stderr and "Traceback" not in refused.stderr
    assert not (rerun.folder / "run.zip").exists()
