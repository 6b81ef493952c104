"""A job that starts its own Python waits for what its script imports: each script loads what it needs and no more."""

import json
import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SCRIPTS = sorted(str(path.relative_to(ROOT / "scripts").with_suffix("")) for path in ROOT.glob("scripts/*/*.py"))
# Heavy packages that the imports at the head of a script may load, each with what it brings; others may load none.
NEEDS = {
    "*/figure_*": ["matplotlib.pyplot"],
    "ithp/count_parameters": ["torch"],
    "ithp/compare_estimators": ["torch", "sklearn.model_selection"],
    "ithp/measure_information": ["torch", "sklearn.model_selection"],
    "ithp/measure_kept": ["torch", "sklearn.model_selection"],
    "ithp/measure_rescaling": ["torch"],
    "ithp/preprocess": ["sklearn.model_selection"],
    "ithp/read_own": ["sklearn.model_selection"],
    "ithp/tabulate_closed_forms": ["scipy.special"],
    "ithp/train_linear": ["sklearn.model_selection"],
    "neuromfa/fetch_checkpoint": ["huggingface_hub"],
    "neuromfa/figure_neuromfa_balls": ["matplotlib.pyplot", "networkx"],
    "neuromfa/tabulate_known": ["networkx"],
    "report/check_claims": ["duckdb"],
    "report/index": ["duckdb"],
    "sweep/figure_sweep_map": ["matplotlib.pyplot", "duckdb"],
    "tori/build_families": ["snappy"],
    "tori/classify": ["flipper", "numba"],
    "tori/compare_held_out": ["flipper", "numba"],
    "tori/compute_volumes": ["snappy"],
    "tori/drill": ["snappy"],
    "tori/lift": ["flipper", "numba"],
}
# These wait for Lightning, or for the models of transformers, which bring half of all that is heavy.
TRAINING = ["ithp/train", "ithp/train_bottleneck", "neuromfa/pretrain"]


def needs_of(script: str) -> list[str]:
    return next((NEEDS[name] for name in reversed(NEEDS) if fnmatchcase(script, name)), [])


def loaded_beyond(needs: dict[str, list[str]]) -> dict[str, list[str]]:
    """What each file of Python loads beyond the packages that it needs, where that is anything."""
    command = [sys.executable, str(ROOT / "tests/support/loaded_packages.py")]
    done = subprocess.run(command, input=json.dumps(needs), capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    assert loaded.keys() == needs.keys()
    return {source: packages for source, packages in loaded.items() if packages}


@pytest.mark.parametrize("chain", sorted({script.split("/")[0] for script in SCRIPTS}))
def test_scripts_load_no_package_that_they_do_not_need(chain):
    scripts = [script for script in SCRIPTS if script.startswith(f"{chain}/") and script not in TRAINING]
    assert loaded_beyond({f"scripts/{script}.py": needs_of(script) for script in scripts}) == {}


def test_the_library_the_command_line_and_the_rules_load_no_heavy_package(tmp_path):
    rules = [path.read_text() for path in [ROOT / "Snakefile", *ROOT.glob("rules/*.smk")]]
    heads = {
        "library": ["import threefold"],
        "command_line": ["import threefold.cli"],
        "rules": [line for text in rules for line in re.findall(r"^(?:from|import) threefold.*", text, re.MULTILINE)],
    }
    assert len(heads["rules"]) > 5
    for name, lines in heads.items():
        (tmp_path / f"{name}.py").write_text("\n".join(lines))
    assert loaded_beyond({str(tmp_path / f"{name}.py"): [] for name in heads}) == {}


def test_a_package_that_a_script_does_not_need_is_named(tmp_path):
    source = tmp_path / "script.py"
    source.write_text("import duckdb\nimport networkx\n\n\ndef later():\n    import matplotlib\n")
    assert loaded_beyond({str(source): ["networkx"]}) == {str(source): ["duckdb"]}


def test_every_listed_script_is_there():
    assert [name for name in [*NEEDS, *TRAINING] if not any(fnmatchcase(script, name) for script in SCRIPTS)] == []
