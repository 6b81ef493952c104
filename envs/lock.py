"""Write the lock files anew from pyproject.toml, keeping every pin that still fits: `make lock`, which needs uv.

requirements-build.lock       what builds threefold and the packages that are published as source alone
requirements.lock             everything but torch, for Linux and macOS, with the digests of every file of a version
requirements-torch-cpu.lock   torch in its build for CPUs
requirements-torch-gpu.lock   torch in its build for NVIDIA GPUs, and what that needs besides

uv's own options go along: `make lock ARGS="--upgrade-package numpy"`.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD, MAIN, CPU, GPU = (ROOT / f"requirements{part}.lock" for part in ("-build", "", "-torch-cpu", "-torch-gpu"))
HEADERS = {
    BUILD: "# Written by `make lock`. What builds threefold and the packages that are published as source alone.\n",
    MAIN: "# Written by `make lock`. Everything but torch, which requirements-torch-{cpu,gpu}.lock hold.\n"
    "-r requirements-build.lock\n",
    CPU: "# Written by `make lock`. torch in its build for CPUs, which for Linux is on PyTorch's own index.\n",
    GPU: "# Written by `make lock`. torch in its build for NVIDIA GPUs, and what that needs besides.\n",
}
# The wheels for CPUs that PyTorch publishes for Linux on an index of its own, where uv does not look.
TORCH = "2.13.0"
CPU_WHEELS = {
    "cp311 x86_64": "6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b",
    "cp312 x86_64": "4ca4a9394b0c771238a4f73590fdbbc4debad85ed0fa63d026ae1b085da7d6e2",
    "cp313 x86_64": "3fbf9c9d1f3c10c2d59d04aca426dee9ccc6ceb32d255c61e93acc3b4f75fae6",
    "cp311 aarch64": "84453b69508ec79902f899c5ed9495acb9e2bbe9fda5f1d5d6f19e3c3842e1a7",
    "cp312 aarch64": "6f307c2c32d764ffc6ff6893b801fad6d4752f3e67966cb8abf1843427c02604",
    "cp313 aarch64": "0b8f7d0423027ae8b90c7977c627f3379f325363a08224dffad9b4b2d684a83d",
}


def resolve(options: list[str]) -> list[str]:
    """The entries of one lock of everything: a pinned package, its digests and what needs it."""
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder, "all.lock")
        pinned = "".join(path.read_text() for path in HEADERS if path.exists())
        lock.write_text("\n".join(re.findall(r"^[a-z0-9][\w.-]*==[^\s+]+", pinned, re.MULTILINE)))
        command = ["uv", "pip", "compile", "pyproject.toml", "--all-extras", "--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-header", "--quiet", "--output-file", str(lock), *options]
        subprocess.run(command, cwd=ROOT, check=True)
        return re.split(r"\n(?=[a-z0-9])", lock.read_text().rstrip("\n"))


def split(entries: list[str]) -> dict[Path, list[str]]:
    """The entries of each lock file."""
    locks: dict[Path, list[str]] = {path: [] for path in HEADERS}
    for entry in entries:
        if entry.startswith("torch=="):
            locks[CPU] = cpu_builds(entry)
            locks[GPU].append(entry)
        elif re.match(r"nvidia-|cuda-|triton==", entry):
            locks[GPU].append(entry)
        elif not re.search(r"; .*sys_platform == '(win32|emscripten)'", entry):  # where Snakemake does not run
            locks[BUILD if entry.startswith("setuptools==") else MAIN].append(entry)
    return locks


def cpu_builds(entry: str) -> list[str]:
    """torch's entry for macOS, where its only build is for CPUs, and for Linux, where that is a build of its own."""
    if not entry.startswith(f"torch=={TORCH} "):
        sys.exit(f"envs/lock.py has the digests of torch {TORCH} for CPUs; uv chose {entry.split()[0]}: replace them")
    digests = " \\\n".join(f"    --hash=sha256:{digest}" for digest in CPU_WHEELS.values())
    needed_by = entry[entry.index("    # via") :]
    return [
        entry.replace(" \\\n", " ; sys_platform == 'darwin' \\\n", 1),
        f"torch=={TORCH}+cpu ; sys_platform == 'linux' \\\n{digests}\n{needed_by}",
    ]


def main() -> None:
    for path, entries in split(resolve(sys.argv[1:])).items():
        path.write_text(HEADERS[path] + "\n".join(entries) + "\n")


if __name__ == "__main__":
    main()
