import os
import pty
import subprocess
import sys
import textwrap

import pytest

PROGRAM = """
import os, subprocess
from types import SimpleNamespace
from threefold.record.errors import InputError
from threefold.record.job import job
from threefold.record.progress import progress

files = {"log": ["logs/x.log"], "input": [], "output": []}
with job(SimpleNamespace(rule="x", wildcards={}, params={"code": "x:0"}, threads=1, **files)):
"""


def run_job(body: str, folder, **options) -> subprocess.CompletedProcess:
    program = PROGRAM + textwrap.indent(textwrap.dedent(body), "    ")
    return subprocess.run([sys.executable, "-c", program], cwd=folder, text=True, **options)


def test_all_that_a_job_prints_goes_to_its_log(tmp_path):
    done = run_job("print('from python'); os.system('echo from a child')", tmp_path, capture_output=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    log = (tmp_path / "logs/x.log").read_text()
    assert "from python" in log and "from a child" in log


def test_an_input_error_is_its_message_without_a_traceback(tmp_path):
    done = run_job("raise InputError('a.csv row 3: found x, expected a number')", tmp_path)
    log = (tmp_path / "logs/x.log").read_text()
    assert done.returncode == 1
    assert "a.csv row 3" in log and "Traceback" not in log


def test_a_defect_keeps_its_traceback(tmp_path):
    assert run_job("1 / 0", tmp_path).returncode == 1
    assert "ZeroDivisionError" in (tmp_path / "logs/x.log").read_text()


def test_progress_is_lines_in_the_log_where_there_is_no_terminal(tmp_path):
    run_job("list(progress(range(5), 'counting'))", tmp_path, stderr=subprocess.PIPE)
    assert "counting: 100%" in (tmp_path / "logs/x.log").read_text()


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="this system has no pseudo-terminals")
def test_progress_is_a_bar_on_a_terminal(tmp_path):
    leader, follower = pty.openpty()
    run_job("list(progress(range(5), 'counting'))", tmp_path, stderr=follower)
    os.close(follower)
    assert b"counting" in os.read(leader, 100_000)
    os.close(leader)
    assert "counting" not in (tmp_path / "logs/x.log").read_text()
