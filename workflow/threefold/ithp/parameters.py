"""How many parameters the networks have, counted from their files: in training, and where they predict."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors import safe_open

from threefold.ithp.network import Architecture, Bottlenecks, Replica

# docs/science/ithp.md#mosi-setup
OFFICIAL = {"sizes": [768, 74, 47], "latent": [128, 64], "hidden": 256, "task_weight": 1.0}


def count_saved(paths: Iterable[str | Path]) -> pd.DataFrame:
    """A row of ithp/parameters per part of every network: those of one replica, which is one model."""
    found = []
    for path in map(Path, paths):
        with safe_open(path, "pt") as file:
            facts = json.loads(file.metadata()["threefold"])
            shapes = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118 (no mapping)
        about = {"dataset": path.parts[-4], "model": facts["model"], "modalities": facts["modalities"]}
        found += [about | row for row in count(shapes)]
    return pd.DataFrame(found)


def count(shapes: dict[str, list[int]]) -> list[dict]:
    """Parameters by part from the shapes of the tensors, whose leading axis is that of the replicas.

    Where a network predicts, it needs encoders and head alone: detectors are for training.
    """
    parts: dict[str, int] = {}
    for name, (_, *shape) in shapes.items():
        if not name.startswith(("location_", "scale_", "backbone")):  # measured, or another's
            part = ".".join(name.split(".")[: 1 + (name.split(".")[1]).isdigit()])
            part = "head" if part.startswith("head") else part
            parts[part] = parts.get(part, 0) + int(np.prod(shape))
    return [{"part": part, "parameters": n, "predicts": not part.startswith("detector")} for part, n in parts.items()]


def count_official() -> pd.DataFrame:
    """The same for the network of the official code on CMU-MOSI, without DeBERTa."""
    network = Bottlenecks(
        Architecture(**OFFICIAL, preset="published", head="residual"), [Replica([0], [8, 32], [1, 0.3])]
    )
    shapes = {name: list(tensor.shape) for name, tensor in network.state_dict().items()}
    about = {"dataset": "CMU-MOSI, sizes of the official code", "model": "published", "modalities": "T-A-V"}
    return pd.DataFrame([about | row for row in count(shapes)])
