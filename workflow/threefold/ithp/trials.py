"""One trial: a model trained on every split of a data set with every seed, and its predictions of held-out rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from sklearn.model_selection import GroupShuffleSplit
from torch import nn

from threefold.ithp.features import Features, held_out_predictions
from threefold.ithp.network import Architecture, Bottlenecks, Replica
from threefold.ithp.training import HierarchicalBottleneck, Rows, fit
from threefold.record.errors import InputError

OFFICIAL = {"preset": "published", "head": "residual", "information_weight": None, "task_weight": 1.0}
VALIDATION_SHARE = 0.15  # of a training fold's groups, where an epoch is chosen


class Trial(NamedTuple):
    """What a trial leaves: predictions, the trained network, its history, and the detectors' effect.

    `detector_effect`: the largest change of a prediction when the detectors' modalities are shuffled among the rows
    (zero by construction, measured here); `sampling_effect`: when the prediction is made a second time.
    """

    predictions: pd.DataFrame
    network: Bottlenecks
    history: pd.DataFrame
    detector_effect: float
    sampling_effect: float


def views(model: str, features: Features, chain: Sequence[str], rng: np.random.Generator) -> list[np.ndarray]:
    """The modalities that `model` trains on, prime first."""
    first, *others = [features.modalities[name] for name in chain]
    if model == "concatenation":
        return [np.concatenate([first, *others], axis=1)]
    if model == "flat":
        return [first, np.concatenate(others, axis=1)]
    if model == "shuffled":
        return [first, *(rng.permutation(x) for x in others)]
    return [first, *others]


def design(
    model: str, sizes: Sequence[int], settings: dict, regression: bool, pooled: bool
) -> tuple[Architecture, dict]:
    """The architecture of `model` for modalities of these sizes, and the multipliers of its replicas."""
    levels = len(sizes) - 1
    multipliers = {key: [float(x) for x in settings[key][:levels]] for key in ("detector", "level")}
    weight = settings["information_weight"]
    if weight is None:
        weight = 2 / sum(multipliers["detector"]) if levels else 1.0
    latent = settings["latent"][-1:] if model == "flat" else settings["latent"][:levels]
    architecture = Architecture(
        sizes=sizes,
        latent=latent,
        information_weight=0.0 if model == "no_bottleneck" else weight,
        regression=regression,
        pooled=pooled,
        **{key: settings[key] for key in ("hidden", "task_weight", "preset", "head", "clip")},
        **{key: settings[key] for key in ("learning_rate", "weight_decay", "warmup", "backbone_rate")},
    )
    return architecture, multipliers


def run_network(
    features: Features,
    model: str,
    chain: Sequence[str],
    settings: dict,
    seed: int,
    logger=False,
    resume: Path | None = None,
) -> Trial:
    """Train every split and seed of one chain in lockstep; `settings` has the fields of `ithp.real` and device.

    With settings fine_tune and text_encoder, chains from T train the text encoder as well.

    `resume`: a file from which a training that was killed goes on, see `training.fit`.
    """
    if model == "published":
        settings = settings | OFFICIAL
    rng = np.random.default_rng([seed, 1])
    modalities = views(model, features, chain, rng)
    real = features.target is not None
    label = features.target if real else features.label
    of_text = chain[0] == "T"  # only there the first token, its encoder's own sign, stands for the whole
    sizes = [x.shape[1] for x in modalities]
    architecture, multipliers = design(model, sizes, settings, regression=real, pooled=not of_text)
    members = [(s, *split) for split in features.splits for s in range(settings["seeds"])]
    replicas = [Replica([seed, s, fold], **multipliers) for s, _, fold, _ in members]
    weight = np.stack([features.training(test) for *_, test in members])
    validation = None
    if settings["patience"]:
        validation = np.stack([inner_rows(w, features, [seed, s]) for w, (s, *_) in zip(weight, members, strict=True)])
        weight &= ~validation
    fine_tune = settings.get("fine_tune") and of_text
    encoder = _encoder(settings["text_encoder"], modalities[0]) if fine_tune else None
    training = HierarchicalBottleneck(architecture, replicas, encoder)

    def rows_of(kept: np.ndarray, views: Sequence[np.ndarray]) -> Rows:
        tokens = features.tokens(kept)
        return Rows(
            [x[tokens] for x in views],
            label[kept],
            weight[:, kept],
            settings["batch_size"],
            seed,
            lengths=None if features.lengths is None else features.lengths[kept],
            validation=None if validation is None else validation[:, kept],
            patience=settings["patience"],
            pieces=features.pieces[tokens] if fine_tune else None,
        )

    seen = weight.any(0) | (validation is not None and validation.any(0))  # other rows would only cost time
    rows = rows_of(seen, modalities)
    run = {key: settings[key] for key in ("epochs", "device", "precision")}
    trainer = fit(training, rows, **run, logger=logger, resume=resume)

    tested = np.zeros(len(label), bool)
    tested[np.concatenate([test for *_, test in members])] = True

    def predict(others: Sequence[np.ndarray]) -> np.ndarray:
        said = np.full((len(members), len(label)), np.nan, np.float32)
        parts = trainer.predict(training, rows_of(tested, [modalities[0], *others]))
        said[:, tested] = torch.cat(parts, dim=1).float().cpu().numpy()
        return said

    probability, again = predict(modalities[1:]), predict(modalities[1:])
    shuffled = predict([rng.permutation(x) for x in modalities[1:]])
    deterministic = not training.network.preset.sampled_evaluation
    predictions = pd.concat(
        [
            held_out_predictions(features, model, chain, protocol, fold, s, test, p[test], 0.0 if real else 0.5, real)
            for p, (s, protocol, fold, test) in zip(probability, members, strict=True)
        ]
    )
    return Trial(
        predictions,
        training.network,
        training.history_table(),
        float(np.nanmax(np.abs(shuffled - probability))) if deterministic else float("nan"),
        float(np.nanmax(np.abs(again - probability))),
    )


def _encoder(name: str, prime: np.ndarray) -> nn.Module:
    """The text encoder that is fine-tuned, whose states X0 was made of."""
    from threefold.ithp.text import load_encoder  # transformers, where it is needed

    encoder = load_encoder(name)
    if encoder.config.hidden_size > prime.shape[1]:
        raise InputError(
            f"text encoder {name!r} has states of {encoder.config.hidden_size}, X0 {prime.shape[1]} columns"
        )
    return encoder


def inner_rows(training: np.ndarray, features: Features, seed: Sequence[int]) -> np.ndarray:
    """Mask of the rows of a training fold, mask (n,), that choose the epoch.

    Those that a published split sets aside, else whole groups, about a seventh of them.
    """
    if features.validation is not None:
        return features.validation & training
    rows = np.flatnonzero(training)
    state = int(np.random.default_rng(seed).integers(2**31))
    split = GroupShuffleSplit(1, test_size=VALIDATION_SHARE, random_state=state)
    _, chosen = next(split.split(rows, groups=features.group[rows]))
    mask = np.zeros(len(training), bool)
    mask[rows[chosen]] = True
    return mask
