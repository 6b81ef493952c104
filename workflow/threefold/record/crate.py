"""The run as a research object: an RO-Crate of the profile Provenance Run Crate 0.5, for an archive.

The workflow is the Snakefile, a tool is a script, a step is a stage, an action is a job: with its parameters, inputs
and outputs, what it took, and when it ended. Files are packed with their digests; data of others are named by their
digests alone.
"""

from __future__ import annotations

import json
import mimetypes
from collections import defaultdict
from collections.abc import Container
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rocrate.model.contextentity import ContextEntity
from rocrate.model.softwareapplication import SoftwareApplication
from rocrate.rocrate import ROCrate

from threefold.record.cost import job_costs
from threefold.record.files import atomic, digest
from threefold.record.lock import OUTSIDE, Lock

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/ro/wfrun/provenance/0.5": "Provenance Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
SOURCES = ["Makefile", "README.md", "LICENSE", "pyproject.toml", "requirements.lock", "requirements-build.lock"]
SOURCES += ["requirements-torch-cpu.lock", "requirements-torch-gpu.lock"]
SOURCES += ["config", "envs", "profiles", "rules", "scripts", "workflow"]
PAGES = ["results/threefold.lock.json", "results/index.html", "results/report.html"]
MIT = "https://spdx.org/licenses/MIT"
COMPLETED = "http://schema.org/CompletedActionStatus"
TERMS = {name: f"https://w3id.org/ro/terms/workflow-run#{name}" for name in ("sha256", "resourceUsage")}
UNITS = {"seconds": "https://qudt.org/vocab/unit/SEC", "memory": "https://qudt.org/vocab/unit/MegaBYTE"}


def write_crate(path: Path, lock: Lock, held_back: Container[str], root: Path = Path()) -> None:
    """Write the run whose lock is `lock` to `path`: a folder, or an archive if it ends in .zip.

    held_back: stages, as `<chain>/<script>`, whose outputs are data of others, which are named but not packed.
    """
    crate = ROCrate(gen_preview=False, version="1.1")
    _describe(crate, root)
    workflow = _add_workflow(crate, root, {entry["code"].split(":")[0] for entry in lock.values()})
    files = _add_files(crate, root, lock, held_back)
    actions = _add_actions(crate, root, lock, files)
    _add_run(crate, root, workflow, files, actions)
    if path.suffix == ".zip":
        with atomic(path) as part:
            crate.write_zip(part)
    else:
        crate.write(path)


def _describe(crate: ROCrate, root: Path) -> None:
    crate.metadata.extra_terms |= TERMS
    crate.name = "A run of threefold"
    crate.description = (
        "Three papers reproduced on one workflow, and of each published number and statement whether it holds: "
        "results/claims.csv is the ledger, results/index.html and results/report.html show it with the figures."
    )
    crate.datePublished = _time(root / PAGES[0])
    crate.license = _thing(crate, MIT, "CreativeWork", name="MIT License", identifier=MIT)
    conforms = [_thing(crate, uri, "CreativeWork", name=name, version=uri[-3:]) for uri, name in PROFILES.items()]
    crate.root_dataset["conformsTo"] = conforms


def _add_workflow(crate: ROCrate, root: Path, scripts: set[str]) -> Any:
    """The Snakefile with its tools and steps, and the text that both need."""
    facts = {"name": "threefold", "version": version("threefold"), "license": {"@id": MIT}}
    facts["@type"] = ["File", "SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]
    language = {"lang": "snakemake", "lang_version": version("snakemake")}
    workflow = crate.add_workflow(root / "Snakefile", "Snakefile", main=True, properties=facts, **language)
    paths = [path for name in SOURCES for path in [root / name, *(root / name).rglob("*")] if path.is_file()]
    for file in sorted(path for path in paths if "__pycache__" not in path.parts):
        name = str(file.relative_to(root))
        if name.removeprefix("scripts/").removesuffix(".py") not in scripts:
            _add_file(crate, root, name, sha256=digest(file))
    crate.dereference("README.md")["about"] = crate.root_dataset
    steps = []
    for position, script in enumerate(sorted(scripts), 1):
        text = (root / f"scripts/{script}.py").read_text()
        facts = {"name": script, "description": text.split('"""')[1], "version": version("threefold")}
        facts["@type"] = ["File", "SoftwareSourceCode", "SoftwareApplication"]
        tool = _add_file(crate, root, f"scripts/{script}.py", **facts)
        facts = {"name": script, "position": str(position), "workExample": tool}
        steps.append(_thing(crate, f"#step/{script}", "HowToStep", **facts))
    return _set(workflow, hasPart=[step["workExample"] for step in steps], step=steps)


def _add_files(crate: ROCrate, root: Path, lock: Lock, held_back: Container[str]) -> dict[str, Any]:
    """The artifacts, by path; those that are held back are named without their bytes."""
    files = {}
    for path, entry in lock.items():
        if entry["code"].split(":")[0] in held_back:
            why = "Data of others, or made from them: not packed. The digest tells whether a copy is the same."
            files[path] = _thing(crate, f"#{path}", "CreativeWork", name=path, sha256=entry["sha256"], description=why)
        else:
            files[path] = _add_file(crate, root, path, sha256=entry["sha256"])
    for path in PAGES:
        if (root / path).exists():
            files[path] = _add_file(crate, root, path, sha256=digest(root / path))
    return files


def _add_actions(crate: ROCrate, root: Path, lock: Lock, files: dict[str, Any]) -> dict[str, Any]:
    """A job each, by its log, with what controlled it."""
    costs = job_costs(lock, root).drop(columns="stage").to_dict("index")
    outputs = defaultdict(list)
    for path, entry in lock.items():
        outputs[entry["log"]].append(path)
    actions = {}
    for log, made in outputs.items():
        entry = lock[made[0]]
        script, _, code = entry["code"].partition(":")
        inputs = [_input(crate, files, path, sha256) for path, sha256 in entry["inputs"].items()]
        params = [
            _value(crate, f"#{log}/{name}", name, value if isinstance(value, (str, int, float)) else json.dumps(value))
            for name, value in entry["params"].items()
        ]
        end = _time(root / Path(log).with_suffix(".json"))
        facts = {"name": f"{entry['rule']}: {made[0]}", "endTime": end, "actionStatus": COMPLETED}
        facts["description"] = f"Code digest {code}: of the script and of every module of the library that it imports"
        if log in costs:
            start = datetime.fromisoformat(end) - timedelta(seconds=costs[log]["seconds"])
            facts["startTime"] = start.isoformat(timespec="seconds")
            facts["resourceUsage"] = [
                _value(crate, f"#{log}#{name}", name, amount, propertyID=f"#{name}", unitCode=UNITS[name])
                for name, amount in costs[log].items()
            ]
        action = _thing(
            crate,
            f"#action/{log}",
            "CreateAction",
            instrument=crate.dereference(f"scripts/{script}.py"),
            object=inputs + params,
            result=[files[path] for path in made],
            **facts,
        )
        control = {"instrument": crate.dereference(f"#step/{script}"), "object": action, "actionStatus": COMPLETED}
        _thing(crate, f"#control/{log}", "ControlAction", name=f"orchestrate {action['name']}", **control)
        actions[log] = action
    return actions


def _add_run(crate: ROCrate, root: Path, workflow: Any, files: dict[str, Any], actions: dict[str, Any]) -> None:
    """The run as a whole: Snakemake, which organised it, and the workflow's execution: what went in and came out."""
    config = crate.dereference("config/config.yaml")
    results = [file for path, file in files.items() if "/figures/" in path or path.count("/") == 1]
    for direction, name, examples in (("input", "configuration", config), ("output", "results", results)):
        facts = {"name": name, "additionalType": "File", "workExample": examples}
        workflow[direction] = _thing(crate, f"#{name}", "FormalParameter", **facts)
    times = {
        "startTime": min(a["startTime"] for a in actions.values() if a.get("startTime")),
        "actionStatus": COMPLETED,
    }
    times["endTime"] = max(a["endTime"] for a in actions.values())
    run = _thing(crate, "#run", "CreateAction", name="run of threefold", instrument=workflow, object=config, **times)
    _set(run, result=results, description="All jobs that the results rest on")
    engine = SoftwareApplication(
        crate,
        "https://snakemake.readthedocs.io",
        {"name": "Snakemake", "softwareVersion": version("snakemake"), "url": "https://snakemake.readthedocs.io"},
    )
    controls = [crate.dereference(f"#control/{log}") for log in actions]
    facts = {"instrument": crate.add(engine), "object": controls, "result": run, **times}
    _thing(crate, "#organize", "OrganizeAction", name="Snakemake's orchestration", **facts)
    crate.root_dataset["mentions"] = [run, *actions.values()]


def _input(crate: ROCrate, files: dict[str, Any], path: str, sha256: str) -> Any:
    """The file at `path`: an artifact, a packed source, or one that is not here."""
    if known := files.get(path) or crate.dereference(path) or crate.dereference(f"#{path}"):
        return known
    where = "A file of the user, outside of the workflow" if path.startswith(OUTSIDE) else "An input that is not packed"
    return _thing(crate, f"#{path}", "CreativeWork", name=path, sha256=sha256, description=where)


def _add_file(crate: ROCrate, root: Path, path: str, **properties: Any) -> Any:
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    size = {"contentSize": str((root / path).stat().st_size), "encodingFormat": kind}
    return crate.add_file(root / path, path, properties={"name": path} | size | properties)


def _value(crate: ROCrate, identifier: str, name: str, value: Any, /, **properties: Any) -> Any:
    return _thing(crate, identifier, "PropertyValue", name=name, value=value, **properties)


def _thing(crate: ROCrate, identifier: str, kind: str, /, **properties: Any) -> Any:
    return _set(crate.add(ContextEntity(crate, identifier, {"@type": kind})), **properties)


def _set(entity: Any, **properties: Any) -> Any:
    for name, value in properties.items():
        entity[name] = value[0] if isinstance(value, list) and len(value) == 1 else value
    return entity


def _time(path: Path) -> str:
    """When a file was written, in UTC."""
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC).isoformat(timespec="seconds")
