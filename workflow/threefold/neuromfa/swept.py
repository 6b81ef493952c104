"""A trial of a sweep: the spectrum of one checkpoint's sampled networks with one setting."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.checkpoint import Checkpoint, InitialCheckpoint, SampledCheckpoint, open_folder
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs
from threefold.neuromfa.spectrum import fit_network

MEANS = ["alpha_0", "width", "asymmetry", "r2_median", "centres"]


def spectrum(settings: dict[str, Any], files: Sequence[str], seed: int) -> dict[str, float]:
    """Means over the sampled networks: the metrics of sweeps/neuromfa_spectrum.

    settings: model, step, sample_size, seeds, sampling and the fields of `Choices`; files: the file of weights, none
    where they are drawn from the model's initialisation law.
    """
    networks = sample_graphs(
        _checkpoint(settings, files, seed), settings["sample_size"], range(settings["seeds"]), settings["sampling"]
    )
    choices = Choices(**{name: settings[name] for name in Choices.__dataclass_fields__})
    metrics = pd.DataFrame([fit_network(networks.network(k), choices)[1] for k in range(settings["seeds"])])
    found = metrics[MEANS].mean().to_dict() | {f"{name}_sd": metrics[name].std() for name in ("alpha_0", "width")}
    return found | {"unfitted": float((metrics["status"] != "ok").sum())}


def _checkpoint(settings: dict[str, Any], files: Sequence[str], seed: int) -> Checkpoint:
    if not files:
        return InitialCheckpoint(settings["model"], PYTHIA[settings["model"]], seed)
    path = Path(files[0])
    return SampledCheckpoint(path) if path.name == "sampled.safetensors" else open_folder(path.parent)
