"""Snakemake's jobs as forks of one server: what a job is given and leaves, and what happens where no fork can be."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SNAKEFILE = """
rule all:
    input: "told.json"

rule tell:
    input: "Snakefile"
    output: "told.json"
    log: "tell.log"
    benchmark: "tell.tsv"
    threads: {threads}
    params: number=7
    script: "tell.py"
"""
SCRIPT = """
import json
import os
import sys

import tabulate_mock

with open(snakemake.output[0], "w") as file:
    parent = open(f"/proc/{os.getppid()}/cmdline").read()
    json.dump({
        "number": snakemake.params.number, "input": list(snakemake.input), "rule": snakemake.rule,
        "name": __name__, "forked": "multiprocessing.forkserver" in parent, "imported_by": tabulate_mock.PROCESS,
        "process": os.getpid(), "threads": os.environ["OMP_NUM_THREADS"],
    }, file)
"""
MOCK = "import os\nPROCESS = os.getpid()\n"

pytestmark = pytest.mark.workflow


def run(folder: Path, *options: str, threads: int = 1, script: str = SCRIPT):
    (folder / "Snakefile").write_text(SNAKEFILE.format(threads=threads))
    (folder / "tell.py").write_text(script)
    (folder / "tabulate_mock.py").write_text(MOCK)
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'workflow'}:{folder}"}
    environment.pop("SNAKEMAKE_PROFILE", None)
    command = [Path(sys.executable).parent / "snakemake", "--cores", "2", "--executor", "forkserver", *options]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def told(folder: Path) -> dict:
    return json.loads((folder / "told.json").read_text())


def test_a_job_is_a_fork_of_the_server_that_has_imported_what_its_script_needs(tmp_path):
    done = run(tmp_path)
    assert done.returncode == 0, done.stderr
    job = told(tmp_path)
    assert job["forked"] and job["imported_by"] != job["process"]
    assert (job["number"], job["input"], job["rule"], job["name"]) == (7, ["Snakefile"], "tell", "__main__")
    assert job["threads"] == "1"
    header, values = (line.split("\t") for line in (tmp_path / "tell.tsv").read_text().splitlines())
    assert float(values[header.index("s")]) > 0


@pytest.mark.parametrize(("threads", "options"), [(2, []), (1, ["--executor", "local"])], ids=["two threads", "local"])
def test_other_jobs_start_a_python_of_their_own(tmp_path, threads, options):
    done = run(tmp_path, *options, threads=threads)
    assert done.returncode == 0, done.stderr
    job = told(tmp_path)
    assert not job["forked"] and job["imported_by"] == job["process"]
    assert job["threads"] == str(threads)
    assert (tmp_path / "tell.tsv").exists()


def test_where_the_server_dies_of_an_import_the_job_starts_a_python_of_its_own(tmp_path):
    done = run(tmp_path, script=SCRIPT.replace("import tabulate_mock", "import tabulate_mock, deadly"))
    assert done.returncode != 0  # the module is not there: an error of the script itself
    (tmp_path / "deadly.py").write_text(
        "import os, sys\nif 'forkserver' in ' '.join(sys.orig_argv):\n    os._exit(3)\n"
    )
    done = run(tmp_path, script=SCRIPT.replace("import tabulate_mock", "import tabulate_mock, deadly"))
    assert done.returncode == 0, done.stderr
    assert "no fork server" in done.stderr
    assert not told(tmp_path)["forked"]


@pytest.mark.parametrize(
    ("body", "status"), [("raise SystemExit(75)", 75), ("import os; os.kill(os.getpid(), 9)", -9), ("1 / 0", 1)]
)
def test_a_job_that_fails_is_a_job_that_failed(tmp_path, body, status):
    done = run(tmp_path, "--show-failed-logs", script="open(snakemake.log[0], 'w').write('why')\n" + body)
    assert done.returncode == 1
    assert "Error in rule tell" in done.stderr and "why" in done.stderr
    assert f"status {status}" in done.stderr
    assert not (tmp_path / "told.json").exists()


def test_a_failed_job_is_tried_again_and_may_succeed(tmp_path):
    once = (
        "from pathlib import Path\nif not Path('tried').exists():\n    Path('tried').touch()\n    raise SystemExit(75)"
    )
    done = run(tmp_path, "--retries", "1", script=f"{once}\n{SCRIPT}")
    assert done.returncode == 0, done.stderr
    assert told(tmp_path)["forked"]
