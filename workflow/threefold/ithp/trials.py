"""One trial: a model trained on every split of a data set with every seed, and its predictions of held-out rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from threefold.ithp.features import Features, held_out_predictions
from threefold.ithp.model import Architecture, HierarchicalBottleneck, Replica, Rows, fit, predict
from threefold.ithp.plan import model_name


def run_network(
    features: Features, trial: str, chain: Sequence[str], settings: dict, seed: int, logger=False
) -> tuple[pd.DataFrame, HierarchicalBottleneck, float]:
    """Train every split and seed of one chain in lockstep.

    `settings` has seeds, hidden, latent, detector, level, task_weight, information_weight, learning_rate,
    weight_decay, epochs, batch_size and device. Returns the predictions, the model, and the largest change of a
    prediction when the detectors' modalities are shuffled among the rows (zero by construction, measured here).
    """
    rng = np.random.default_rng([seed, 1])
    modalities = [features.modalities[name] for name in chain]
    if trial == "concatenation":
        modalities = [np.concatenate(modalities, axis=1)]
    if trial == "shuffled":
        modalities = [modalities[0], *(rng.permutation(x) for x in modalities[1:])]
    levels = len(modalities) - 1
    architecture = Architecture(
        sizes=[x.shape[1] for x in modalities],
        latent=settings["latent"][:levels],
        hidden=settings["hidden"],
        task_weight=settings["task_weight"],
        information_weight=0.0 if trial == "no_bottleneck" else settings["information_weight"],
        learning_rate=settings["learning_rate"],
        weight_decay=settings["weight_decay"],
    )
    members = [(s, *split) for split in features.splits for s in range(settings["seeds"])]
    multipliers = [float(x) for x in settings["detector"][:levels]], [float(x) for x in settings["level"][:levels]]
    replicas = [Replica([seed, s, fold], *multipliers) for s, _, fold, _ in members]
    weight = np.stack([features.training(test) for *_, test in members])
    model = HierarchicalBottleneck(architecture, replicas)
    seen = weight.any(0)  # rows that no replica trains on would only cost time
    batch_size = settings["batch_size"]
    rows = Rows([x[seen] for x in modalities], features.label[seen], weight[:, seen], batch_size, seed)
    trainer = fit(model, rows, settings["epochs"], settings["device"], logger)
    probability = predict(model, modalities[0])
    shuffled = [modalities[0], *(rng.permutation(x) for x in modalities[1:])]
    again = trainer.predict(model, Rows(shuffled, features.label, weight, batch_size, seed))
    effect = float(np.abs(torch.cat(again, dim=1).cpu().numpy() - probability).max())
    predictions = pd.concat(
        [
            held_out_predictions(
                features, model_name(trial), chain, protocol, fold, s, test, scores=p[test], threshold=0.5
            )
            for p, (s, protocol, fold, test) in zip(probability, members, strict=True)
        ]
    )
    return predictions, model, effect
