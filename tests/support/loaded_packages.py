"""What the imports at the head of scripts load: reads {script: packages that it needs}, prints {script: further ones}.

Each script's imports run in a fork of a process in which only those packages are, so one interpreter does for all.
"""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pandas as pd  # noqa: F401 (nearly every script needs it, so that it is here before all forks)

# Packages that take from a tenth of a second to seven seconds to import.
HEAVY = {
    *("torch", "pytorch_lightning", "transformers", "sklearn", "scipy.special", "scipy.stats", "scipy.optimize"),
    *("matplotlib", "optuna", "snappy", "flipper", "numba", "networkx", "sympy"),
    *("duckdb", "wandb", "huggingface_hub", "rocrate"),
}


def heavy() -> set[str]:
    """The heavy packages that are in this process."""
    return HEAVY & sys.modules.keys()


def in_fork(work: Callable[[], dict]) -> dict:
    """What `work` returns, from a process that ends with it."""
    reader, writer = os.pipe()
    if not (child := os.fork()):
        os.close(reader)
        with os.fdopen(writer, "w") as file:
            json.dump(work(), file)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        found = json.load(file)
    os.waitpid(child, 0)
    return found


def run_imports(source: Path) -> dict[str, list[str]]:
    """Run the import statements at the head of a script."""
    before = heavy()
    body = [node for node in ast.parse(source.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
    exec(compile(ast.Module(body, []), source, "exec"), {})
    return {str(source): sorted(heavy() - before)}


def run_group(needs: list[str], sources: list[str]) -> dict[str, list[str]]:
    """Import `needs` with all that they bring, then run the imports of each script, one apart from the other."""
    for name in needs:
        import_module(name)
    return {
        script: found
        for source in sources
        for script, found in in_fork(lambda source=source: run_imports(Path(source))).items()
    }


if __name__ == "__main__":
    groups: dict[tuple[str, ...], list[str]] = {}
    for script, needs in json.load(sys.stdin).items():
        groups.setdefault(tuple(needs), []).append(script)
    loaded: dict[str, list[str]] = {}
    for group, scripts in groups.items():
        loaded |= in_fork(lambda group=group, scripts=scripts: run_group(list(group), scripts))
    print(json.dumps(loaded))
