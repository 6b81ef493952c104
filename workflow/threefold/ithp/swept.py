"""A trial of a sweep: ITHP or one of its controls, trained with one setting and scored on held-out rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from threefold.ithp.features import Features
from threefold.ithp.scores import METRICS, score
from threefold.ithp.trials import run_network
from threefold.record.errors import InputError


def train(features: Features, settings: dict[str, Any], seed: int) -> dict[str, float]:
    """Scores on the held-out rows of one protocol: the metrics of sweeps/ithp_train.

    settings: the fields of `ithp.real`, with beta, gamma, lam, latent_0 and latent_1 instead of lists, and model,
    modalities, protocol and device. Raises InputError for modalities or a protocol that the data set has not.
    """
    chain = (settings["modalities"] or "-".join(features.modalities)).split("-")
    protocol = settings["protocol"] or next(iter(features.folds))
    for name, known in ((protocol, features.folds), *((name, features.modalities) for name in chain)):
        if name not in known:
            raise InputError(f"{settings['dataset']} has no {name}; known there: {', '.join(known)}")
    of_protocol = features._replace(folds={protocol: features.folds[protocol]})
    trial = run_network(of_protocol, settings["model"], chain, as_lists(settings), seed)
    table = score(trial.predictions, features.group, resamples=2, seed=[seed]).set_index("metric")
    found = {name: table["value"].get(name, np.nan) for name in (*METRICS, *REAL)}
    history = trial.history
    last = history[history["epoch"] == history["epoch"].max()]
    found |= {f"{name}_sd": table["sd"][name] for name in METRICS}
    found["loss"] = last.loc[last["term"] == "loss", "value"].mean()
    validation = history[history["term"] == "validation"]
    found["validation_loss"] = validation.groupby("replica")["value"].min().mean()
    return found


REAL = ("acc2_has0", "f1_has0", "acc2_non0", "f1_non0", "acc7", "mae_all", "mae_non0", "corr_all", "corr_non0")


def as_lists(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as `run_network` takes them: beta and gamma as `detector`, and so on."""
    lists: dict[str, Sequence] = {
        "detector": [settings["beta"], settings["gamma"]],
        "level": [1.0, settings["lam"]],
        "latent": [settings["latent_0"], settings["latent_1"]],
    }
    return settings | {key: [x for x in values if x is not None] for key, values in lists.items()}
