"""Whether results are what a run wrote, and in what two runs differ."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from threefold.record.errors import InputError

app = typer.Typer()

# Stages whose outputs are data that others have the rights to, or are made from those row by row.
DATA_OF_OTHERS = {"ithp/fetch_dataset", "ithp/preprocess", "ithp/read_own"}
DATA_OF_OTHERS |= {"neuromfa/fetch_checkpoint", "neuromfa/fetch_evaluations"}


@app.command()
def verify(
    results: Annotated[Path, typer.Argument(help="A lock file, or a folder of results that holds one.")] = Path(
        "results"
    ),
) -> None:
    """Recompute every digest; name each artifact that is missing, edited, stale or foreign; exit with 1 if any is."""
    entries, findings = _verified(results)
    for artifact, problem in findings:
        print(f"{artifact}: {problem}")
    print(f"{len(entries)} artifacts, {len({artifact for artifact, _ in findings})} not as the lock file says")
    raise typer.Exit(1 if findings else 0)


@app.command()
def diff(
    a: Annotated[Path, typer.Argument(help="A lock file, or a folder of results that holds one.")],
    b: Annotated[Path, typer.Argument(help="Another.")],
) -> None:
    """Which artifacts and claims differ between two runs, and what explains it; exit with 1 if any artifact does."""
    from threefold.record import lock
    from threefold.record.claims import changed_claims
    from threefold.record.tables import read_table

    findings = lock.differences(lock.read_lock(a), lock.read_lock(b))
    for artifact, cause in findings:
        print(f"{artifact}: {cause}")
    print(f"{len(findings)} artifacts differ")
    ledgers = [(path if path.is_dir() else path.parent) / "claims.parquet" for path in (a, b)]
    if all(path.exists() for path in ledgers):
        for row in changed_claims(*map(read_table, ledgers)).itertuples():
            before, after = _found(row.verdict_a, row.value_a), _found(row.verdict_b, row.value_b)
            print(f"claim {row.Index}: {before} -> {after}")
    raise typer.Exit(1 if findings else 0)


def _found(verdict: str, value: float) -> str:
    return verdict if value != value else f"{verdict}, {value:.6g}"


@app.command()
def crate(
    path: Annotated[Path, typer.Argument(help="A folder to write, or a file that ends in .zip.")] = Path(
        "threefold-crate.zip"
    ),
    results: Annotated[Path, typer.Option(help="A lock file, or a folder of results that holds one.")] = Path(
        "results"
    ),
) -> None:
    """Pack the run as an RO-Crate for an archive: workflow, inputs, parameters, results, digests, licence."""
    from threefold.record.crate import write_crate

    if path.is_dir() and any(path.iterdir()):
        raise InputError(f"{path} is not empty; name a folder that is not there yet, or a file that ends in .zip")
    entries, findings = _verified(results)
    if wrong := [finding for finding in findings if finding.artifact in entries]:
        what = f"{wrong[0].artifact}: {wrong[0].problem}"
        raise InputError(f"{what}; `threefold verify` names all {len(wrong)}. Run again, then pack")
    write_crate(path, entries, held_back=DATA_OF_OTHERS)
    print(path)


def _verified(results: Path):
    """The lock of `results` and all in which the files differ from it."""
    from threefold.record import lock
    from threefold.record.provenance import code_digest

    entries = lock.read_lock(results)
    scripts = {str(path.relative_to("scripts").with_suffix("")): path for path in Path("scripts").rglob("*.py")}
    code = {script: code_digest(path) for script, path in scripts.items()}
    return entries, lock.verify(entries, Path.cwd(), code)


@app.command()
def unlock() -> None:
    """Release the lock that a killed run left on this folder; refuse while a run is alive."""
    import psutil

    here, me = Path.cwd(), {psutil.Process().pid, *(p.pid for p in psutil.Process().parents())}
    locks = [path for path in Path(".snakemake/locks").glob("*") if path.is_file()]
    for process in psutil.process_iter(["pid", "cmdline", "cwd"]):
        facts = process.info
        running = any(Path(word).name == "snakemake" for word in (facts["cmdline"] or [])[:2])
        if locks and running and facts["pid"] not in me and facts["cwd"] == str(here):
            raise InputError(f"another Snakemake works in this folder (process {facts['pid']}); wait for it or stop it")
    for lock in locks:
        lock.unlink()
