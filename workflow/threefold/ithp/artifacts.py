"""What a training leaves in its folder, and how its network comes back."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from threefold.ithp.network import Architecture, Bottlenecks, Replica
from threefold.record.errors import InputError
from threefold.record.files import atomic, digest, write_text
from threefold.record.tables import write_table

FILES = ("predictions.parquet", "history.parquet", "model.safetensors", "metrics.json")  # of one trial


def recall(kept: Path, folder: Path) -> bool:
    """Put the files of a trial that has ended before into `folder`, if `kept` has them as they were written."""
    if not kept.is_dir():
        return False
    if json.loads((kept / "digests.json").read_text()) != [digest(kept / name) for name in FILES]:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
        shutil.copyfile(kept / name, folder / name)  # not a link: Snakemake wants outputs newer than inputs
    return True


def keep(folder: Path, kept: Path) -> None:
    """Keep the files of a trial that has ended, whole or not at all, as links, which take no space."""
    part = kept.with_suffix(".part")
    for old in (part, kept):
        shutil.rmtree(old, ignore_errors=True)
    part.mkdir(parents=True)
    for name in FILES:
        os.link(folder / name, part / name)
    write_text(part / "digests.json", json.dumps([digest(part / name) for name in FILES]))  # who edits one edits both
    part.rename(kept)


def forget(kept: Path, but: set[str]) -> None:
    """Remove the trials in the folder `kept` that nobody asks for any more, and what resumed others."""
    for path in kept.iterdir():
        if path.is_file():
            path.unlink()
        elif path.name not in but:
            shutil.rmtree(path)


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
