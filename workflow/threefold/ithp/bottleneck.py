"""Linear bottlenecks on Gaussian modalities: trained in lockstep over the Lagrange multipliers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from threefold.ithp.features import Features
from threefold.ithp.measure import linear_architecture, rows_apart
from threefold.ithp.network import Replica
from threefold.ithp.training import HierarchicalBottleneck, Rows, fit


def train(
    features: Features, multipliers: Sequence[dict], settings: dict, seed: int, shuffled: bool = False, logger=False
) -> tuple[HierarchicalBottleneck, list[dict]]:
    """Train a linear chain for every entry of `multipliers` (beta, gamma, lam) and every seed, all in lockstep.

    Each bottleneck is as wide as X0, so that the losses alone decide how many of its dimensions carry anything.
    The learning rate is divided by the number of bottlenecks: faster, a second one stays in a local minimum.
    `shuffled` permutes the rows of all modalities but X0. `settings` has seeds, epochs, batch_size, learning_rate and
    device. Also returns beta, gamma, lam and seed of each replica.
    """
    modalities, held_out = rows_apart(features, seed, shuffled)
    modalities = [x[~held_out] for x in modalities]
    levels, n = len(modalities) - 1, int((~held_out).sum())
    members = [{**m, "seed": s} for m in multipliers for s in range(settings["seeds"])]
    replicas = [Replica([seed, m["seed"]], [m["beta"], m["gamma"]][:levels], [1.0, m["lam"]][:levels]) for m in members]
    model = HierarchicalBottleneck(linear_architecture(modalities, settings["learning_rate"] / levels), replicas)
    rows = Rows(modalities, np.zeros(n), np.ones((len(replicas), n)), settings["batch_size"], seed)
    fit(model, rows, settings["epochs"], settings["device"], logger)
    return model, members
