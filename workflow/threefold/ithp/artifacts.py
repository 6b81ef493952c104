"""What a training leaves in its folder, and how its network comes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from threefold.ithp.network import Architecture, Bottlenecks, Replica
from threefold.record.errors import InputError
from threefold.record.files import atomic, write_text
from threefold.record.tables import write_table


def save_training(
    folder: Path, network: Bottlenecks, history: pd.DataFrame, metrics: dict | list, about: Mapping[str, object]
) -> None:
    """Write the network, the history (ithp/history) and the metrics of one training, the last ones last."""
    save_network(folder / "model.safetensors", network, about)
    write_table(folder / "history.parquet", history, "ithp/history")
    write_text(folder / "metrics.json", json.dumps(metrics, indent=1))


def save_network(path: str | Path, network: Bottlenecks, about: Mapping[str, object]) -> None:
    """Write a network whole: weights, standardisation, architecture, and the configuration of its text encoder.

    `about`: what else its user must know: the model's name, its modalities, prime first, and the text encoder's name.
    """
    facts = {"architecture": asdict(network.architecture), "replicas": [asdict(r) for r in network.replicas], **about}
    if network.backbone:
        facts["encoder_config"] = network.backbone.copies[0].config.to_dict()
    tensors = {key: value.contiguous() for key, value in network.state_dict().items()}
    with atomic(path) as part:
        save_file(tensors, part, {"threefold": json.dumps(facts, sort_keys=True, default=str)})


def load_network(path: str | Path) -> tuple[Bottlenecks, dict]:
    """The network in a file that `save_network` has written, and what it says about itself. Raises InputError."""
    try:
        with safe_open(path, "pt") as file:
            facts = json.loads((file.metadata() or {})["threefold"])
    except KeyError:
        raise InputError(f"{path}: weights of something else; expected a model.safetensors of ITHP") from None
    except (OSError, SafetensorError) as error:
        raise InputError(f"{path}: {error}; expected a model.safetensors that a run of ITHP has left") from None
    encoder = None
    if "encoder_config" in facts:
        from threefold.ithp.text import build_encoder  # transformers, where it is needed

        encoder = build_encoder(facts["encoder_config"])
    network = Bottlenecks(Architecture(**facts["architecture"]), [Replica(**r) for r in facts["replicas"]], encoder)
    network.load_state_dict(load_file(path))
    return network.eval(), facts
