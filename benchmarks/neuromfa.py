"""Speed of the chain neuromfa beside plain references, in one run on the same cores: `make bench`."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import sys
import tempfile
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # as in the jobs of the workflow, and on both sides here

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "benchmarks"), str(ROOT / "tests" / "neuromfa")]

from threefold.neuromfa.balls import PUBLISHED, count_lengths  # noqa: E402
from threefold.neuromfa.checkpoint import InitialCheckpoint, open_folder  # noqa: E402
from threefold.neuromfa.neox import PYTHIA  # noqa: E402
from threefold.neuromfa.sampling import sample_graphs, wanted_entries  # noqa: E402
from threefold.neuromfa.spectrum import ball_masses, fit_network, log_partition_function  # noqa: E402

MODEL, SIZE, SEEDS = "pythia-1.4b", 64, 10
SHAPE = PYTHIA[MODEL]


def seconds(work, repeats: int = 1) -> float:
    """Least time of some calls."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def peak_memory() -> float:
    """Of this process, in MB. (The peak that getrusage gives includes that of the process it was made by.)"""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def row(work: str, plain: str, ours: str, ratio: str, wanted: str) -> None:
    print(f"{work:<52} {plain:>12} {ours:>12} {ratio:>9}  {wanted}", flush=True)


def write_model(path: Path) -> None:
    """A file of Pythia-1.4B's shape in float16, matrix by matrix (2.8 GB)."""
    from threefold.neuromfa.tensors import write_safetensors

    rng = np.random.default_rng(0)
    matrices = (
        (name, (rng.standard_normal((r, c), np.float32) * std).astype(np.float16))
        for name, (r, c, std) in SHAPE.matrices().items()
    )
    write_safetensors(path, matrices, {})
    (path.parent / "config.json").write_text(json.dumps(SHAPE.config()))


def compare_spectrum() -> None:
    import neuromfa_reference as reference

    edges = sample_graphs(InitialCheckpoint(MODEL, SHAPE, 0), SIZE, [0]).network(0)
    start = time.perf_counter()
    plain = reference.spectrum(edges)
    slow = time.perf_counter() - start
    fast = seconds(lambda: fit_network(edges), repeats=5)
    apart = np.abs(plain - fit_network(edges)[0]["tau"]).max()
    row("spectrum, 1.4B, s = 64", f"{slow:.2f} s", f"{1000 * fast:.1f} ms", f"{slow / fast:.0f} x", ">= 100 x")
    row("  largest difference of tau", "", f"{apart:.0e}", "", "<= 1e-12")
    _, masses = ball_masses(np.hstack(list(count_lengths(edges, PUBLISHED).values())))
    slow, fast = (seconds(lambda f=f: f(masses), 5) for f in (reference.log_partition_function, log_partition_function))
    apart = np.abs(reference.log_partition_function(masses) - log_partition_function(masses)).max()
    row("  ln Z of it", f"{1000 * slow:.0f} ms", f"{1000 * fast:.1f} ms", f"{slow / fast:.0f} x", ">= 10 x")
    row("  largest difference of ln Z", "", f"{apart:.0e}", "", "<= 1e-14")


def _extract_plainly(folder: str, seeds: int, queue) -> None:
    import neuromfa_reference as reference

    layout = open_folder(folder).layout
    start = time.perf_counter()
    for seed in range(seeds):  # the model is loaded anew for each, as by the published code
        reference.extract(Path(folder) / "model.safetensors", wanted_entries(layout, SIZE, [seed]))
    queue.put((time.perf_counter() - start, peak_memory()))


def _extract(folder: str, seeds: int, queue) -> None:
    start = time.perf_counter()
    sample_graphs(open_folder(folder), SIZE, range(seeds))
    queue.put((time.perf_counter() - start, peak_memory()))


def apart(work, folder: Path, seeds: int):
    """What `work` puts into a queue, in a process of its own, so that its memory is its own."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    process = context.Process(target=work, args=(str(folder), seeds, queue))
    process.start()
    found = queue.get()
    process.join()
    return found


def compare_extraction(folder: Path) -> None:
    for seeds, wanted in ((1, ">= 20 x"), (SEEDS, ">= 100 x")):
        slow, slow_peak = apart(_extract_plainly, folder, seeds)
        fast, fast_peak = min(apart(_extract, folder, seeds) for _ in range(3))
        name = f"extraction of {seeds} seed{'s' * (seeds > 1)}, 1.4B in float16"
        row(name, f"{slow:.1f} s", f"{fast:.2f} s", f"{slow / fast:.0f} x", wanted)
        row("  peak memory", f"{slow_peak:.0f} MB", f"{fast_peak:.0f} MB", "", "< 300 MB")


def compare_download(folder: Path, cache: Path) -> None:
    from hub_server import serve

    size = (folder / "model.safetensors").stat().st_size
    with serve(folder.parent) as hub:
        os.environ |= {"HF_ENDPOINT": hub.endpoint, "HF_HOME": str(cache)}
        from threefold.neuromfa.hub import open_hub

        hub.sums[folder / "model.safetensors"] = "0" * 64
        start = time.perf_counter()
        checkpoint = open_hub(hub.repository, folder.name)
        for wanted in wanted_entries(checkpoint.layout, SIZE, [0]):
            checkpoint.block(*wanted)
        took = time.perf_counter() - start
        checkpoint.forget()
        requests = sum(path.startswith("/storage") for _, path, _ in hub.seen)
        share = f"{hub.sent / size:.1%}"
        row(
            "sliced download of one seed, loopback", f"{size / 1e6:.0f} MB", f"{hub.sent / 1e6:.0f} MB", share, "<= 5 %"
        )
        row(f"  {requests} requests", "", f"{took:.1f} s", "", "")


def report_growth() -> None:
    print("\ngrowth with the size of the model: one network of s = 64, drawn and fitted")
    for name, shape in PYTHIA.items():
        checkpoint = InitialCheckpoint(name, shape, 0)
        drawn = seconds(lambda c=checkpoint: sample_graphs(c, SIZE, [0]))
        edges = sample_graphs(checkpoint, SIZE, [0]).network(0)
        fitted = seconds(lambda e=edges: fit_network(e), repeats=3)
        entries = sum(r.size * c.size for _, r, c in wanted_entries(checkpoint.layout, SIZE, [0]))
        rows = sum(r.size * t.columns for t, r, _ in wanted_entries(checkpoint.layout, SIZE, [0])) * 2
        times = f"draw {1000 * drawn:>6.0f} ms   fit {1000 * fitted:>5.1f} ms"
        sizes = f"{entries / 1e6:>5.2f} M weights   {rows / 1e6:>6.1f} MB of rows in float16"
        print(f"  {name:<12} {shape.parameters / 1e6:>8.0f} M   {times}   {sizes}")


if __name__ == "__main__":
    print(f"neuromfa, {len(os.sched_getaffinity(0))} cores\n")
    row("work", "plain", "ours", "ratio", "wanted")
    compare_spectrum()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "models" / "main"
        folder.mkdir(parents=True)
        write_model(folder / "model.safetensors")
        compare_extraction(folder)
        compare_download(folder, Path(scratch) / "cache")
    report_growth()
