"""The lock file: of every artifact its digest, and the rule, parameters, inputs and code that made it.

Each job leaves a record beside its log. The lock gathers those of all artifacts that a run's results rest on. It holds
no time and no path of the machine, so equal runs have equal lock files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from threefold.record.errors import InputError
from threefold.record.files import digest, write_text

Lock = dict[str, dict[str, Any]]  # artifact -> its entry
STORE = "results/sweeps/trials/"  # trials, of this run's sweeps and of earlier ones, each named by what it depends on
# Under results/, but not in the lock:
UNLISTED = ("threefold.lock.json", "index.html", "report.html", "runs.parquet", ".gitkeep")
OUTSIDE = "outside:"  # before the name of a file that is not in this folder


class Finding(NamedTuple):
    """An artifact that is not what the lock says, and in which way."""

    artifact: str
    problem: str


def write_record(snakemake) -> None:
    """Leave, beside the log of a job that has ended well, what it made from what.

    A parameter called `transport` is left out: from where bytes come that a checksum fixes. Of a file outside of this
    folder only the name is kept, because the way to it tells of a machine and its user.
    """
    record = {
        "rule": snakemake.rule,
        "log": snakemake.log[0],
        "params": named({name: value for name, value in snakemake.params.items() if name not in ("code", "transport")}),
        "code": snakemake.params["code"],
        "inputs": {named(path): digest(path) for path in sorted(set(snakemake.input))},
        "outputs": {path: digest(path) for path in sorted(set(snakemake.output))},
    }
    write_text(_record_path(snakemake.log[0]), json.dumps(record, indent=1, default=str))


def _record_path(log: str | Path) -> Path:
    return Path(log).with_suffix(".json")


def named(value: Any) -> Any:
    """`value`, a parameter or path, with the mere name in place of each path out of this folder."""
    if isinstance(value, dict):
        return {key: named(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [named(item) for item in value]
    if isinstance(value, str) and (value.startswith("../") or Path(value).is_absolute()):
        inside = os.path.relpath(value)
        return OUTSIDE + Path(value).name if inside.startswith("../") else inside
    return value


def read_records(logs: Path) -> dict[str, dict[str, Any]]:
    """Each artifact with the record of the job that last wrote it; a record lies beside its log."""
    paths = [path for path in logs.rglob("*.json") if path.with_suffix(".log").exists()]
    made_by = {}
    for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns):
        record = json.loads(path.read_text())
        made_by |= dict.fromkeys(record["outputs"], record)
    return made_by


def make_lock(artifacts: Iterable[str], made_by: Mapping[str, dict[str, Any]]) -> Lock:
    """The entries of `artifacts` and of all that the jobs behind them made, by path; `made_by` as of read_records.

    Raises InputError for an artifact of a rule whose record is gone.
    """
    lock: Lock = {}
    jobs: set[str] = set()
    waiting = list(artifacts)
    while waiting:
        artifact = waiting.pop()
        if artifact in lock:
            continue
        if artifact not in made_by:
            raise InputError(f"{artifact}: the record of its job is gone from logs/; delete the file and run again")
        record = made_by[artifact]
        made_from = {key: record[key] for key in ("rule", "log", "code", "params", "inputs")}
        lock[artifact] = {"sha256": record["outputs"][artifact], **made_from}
        if record["log"] not in jobs:  # once for a job, not for each of its outputs, of which it may have thousands
            jobs.add(record["log"])
            waiting += [*record["outputs"], *(path for path in record["inputs"] if path in made_by)]
    return dict(sorted(lock.items()))


def read_lock(path: str | Path) -> Lock:
    """The lock at `path`, a lock file or a folder of results that holds one."""
    path = Path(path)
    path = path / "threefold.lock.json" if path.is_dir() else path
    if not path.exists():
        raise InputError(f"{path} does not exist; `make reproduce` or `snakemake lock` writes it")
    return json.loads(path.read_text())["artifacts"]


def verify(lock: Lock, root: Path, code: Mapping[str, str]) -> list[Finding]:
    """Compare the files under `root` with the lock; `code` maps scripts, as `<chain>/<rule>`, to their digests now.

    missing: the file is not there. edited: it is not what its job wrote. stale: its inputs or its code are others now.
    foreign: it lies under results/ but no job of the run made it.
    """
    now: dict[str, str | None] = {}

    def digest_now(path: str) -> str | None:
        if path not in now:
            now[path] = digest(root / path) if (root / path).is_file() else None
        return now[path]

    findings = []
    for artifact, entry in lock.items():
        if digest_now(artifact) is None:
            findings.append(Finding(artifact, "missing"))
            continue
        if digest_now(artifact) != entry["sha256"]:
            findings.append(Finding(artifact, f"edited: not what the rule {entry['rule']} wrote"))
        script, _, was = entry["code"].partition(":")
        if code.get(script) != was:
            findings.append(Finding(artifact, f"stale: scripts/{script}.py, or what it imports, has changed since"))
        inputs = {path: sha256 for path, sha256 in entry["inputs"].items() if not path.startswith(OUTSIDE)}
        changed = [path for path, sha256 in inputs.items() if digest_now(path) != sha256]
        findings += [Finding(artifact, f"stale: its input {path} has changed since") for path in changed]
    files = {str(path.relative_to(root)) for path in (root / "results").rglob("*") if path.is_file()}
    foreign = [path for path in sorted(files - set(lock)) if Path(path).name not in UNLISTED and STORE not in path]
    return findings + [Finding(path, "foreign: no job of this run made it") for path in foreign]


def differences(a: Lock, b: Lock) -> list[Finding]:
    """The artifacts in which two locks differ, each with what explains it: parameters, code, inputs, or nothing."""
    findings = [Finding(path, "only in A") for path in a if path not in b]
    findings += [Finding(path, "only in B") for path in b if path not in a]
    for path in a.keys() & b.keys():
        x, y = a[path], b[path]
        if x["sha256"] == y["sha256"]:
            continue
        causes = [
            f"{name}: {x['params'].get(name)!r} -> {y['params'].get(name)!r}"
            for name in sorted(x["params"].keys() | y["params"].keys())
            if x["params"].get(name) != y["params"].get(name)
        ]
        causes += ["code"] if x["code"] != y["code"] else []
        inputs = sorted(x["inputs"].keys() | y["inputs"].keys())
        causes += [f"input {name}" for name in inputs if x["inputs"].get(name) != y["inputs"].get(name)]
        findings.append(Finding(path, "; ".join(causes) or "nothing recorded explains it: another machine or library"))
    return sorted(findings)
