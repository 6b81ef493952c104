"""How large a job is, in the unit in which its stage's cost grows; from what its record or its plan says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

Job = Mapping[str, Any]  # stage, inputs, outputs, params
Makers = Mapping[str, Job]  # a path -> the job that makes it


def job_size(job: Job, makers: Makers) -> float | None:
    """The size of a job; None where its stage does not scale, or where what the size rests on is not known yet."""
    size = SIZES.get(job["stage"])
    return size(job, makers) if size else None


def _graph_entries(job: Job, makers: Makers) -> float | None:
    """Millions of weights that are kept of a checkpoint: of every block and seed, a sample of each matrix."""
    from threefold.neuromfa.neox import PYTHIA

    model = Path(job["outputs"][0]).parts[2]
    name = "-".join(model.split("-")[:2])
    trained = makers.get(f"results/neuromfa/{model}/training.parquet")
    blocks = PYTHIA[name].blocks if name in PYTHIA else trained and trained["params"]["shape"]["blocks"]
    return blocks and blocks * job["params"]["sample_size"] ** 2 * job["params"]["seeds"] / 1e6


def _of_graphs(job: Job, makers: Makers) -> float | None:
    """The entries of all graphs that a job reads."""
    made = [makers.get(path) for path in job["inputs"] if path.endswith("graph.npz")]
    sizes = [_graph_entries(maker, makers) for maker in made if maker]
    return sum(sizes) if made and len(sizes) == len(made) and all(sizes) else None


def _words(job: Job, makers: Makers) -> float | None:
    """About how many words there are, on the surfaces of a job, up to rotation and inversion."""
    from threefold.tori.surfaces import find_surface

    surfaces = {Path(path).parts[2] for path in job["inputs"] or job["outputs"]}
    total = 0.0
    for surface in surfaces:
        enumerated = makers.get(f"results/tori/{surface}/words.parquet")
        if enumerated is None:
            return None
        letters = len(find_surface(surface).letters)
        total += sum((2 * letters - 1) ** n / (2 * n) for n in range(1, enumerated["params"]["max_length"] + 1))
    return total


def _trained_rows(job: Job, makers: Makers) -> float | None:
    """Millions of rows that pass through networks: rows, times epochs, seeds and networks."""
    features = makers.get(next(path for path in job["inputs"] if path.endswith("features.npz")))
    rows = features and features["params"].get("law", {}).get("samples")
    settings = job["params"].get("settings", {})
    networks = sum(path.endswith("model.safetensors") for path in job["outputs"])
    return rows and rows * settings["epochs"] * settings["seeds"] * networks / 1e6


SIZES = {
    "neuromfa/extract_graph": _graph_entries,
    "neuromfa/fit_spectrum": _of_graphs,
    "neuromfa/measure_controls": _of_graphs,
    "neuromfa/measure_hops": _of_graphs,
    "neuromfa/measure_surrogates": _of_graphs,
    "neuromfa/measure_emergence": lambda job, makers: len(job["inputs"]),
    "tori/enumerate_classes": _words,
    "tori/classify": _words,
    "tori/compute_volumes": _words,
    "tori/census": _words,
    "ithp/train": _trained_rows,
}
