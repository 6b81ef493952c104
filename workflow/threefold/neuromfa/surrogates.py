"""E between initial weights and weights that differ by scale or by their distribution alone.

Source: docs/science/neuromfa.md#control-scale, docs/science/neuromfa.md#control-distribution,
docs/science/neuromfa.md#control-window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.emergence import degree_of_emergence
from threefold.neuromfa.graph import NeuronGraphs
from threefold.neuromfa.spectrum import measure_networks
from threefold.record.progress import progress

SPREAD = 0.3  # standard deviation of the logarithm of the norm of the weights out of a neuron
# Name -> factor of the matrices into attention and MLP, factor of those out of them, what else is done to them.
CHANGES = {
    "scaled": (2, 5, None),
    "scaled more": (2, 10, None),
    "spread": (1, 1, "spread"),
    "spread and scaled": (1.5, 6, "spread"),
    "heavy tails": (1, 1, "heavy"),
}


def changed(graphs: NeuronGraphs, name: str, seed: int) -> NeuronGraphs:
    """The initial networks with weights scaled, with norms of centres spread log-normally, or of Student's t(4)."""
    into, out, change = CHANGES[name]
    found = {}
    for index, (edge, weights) in enumerate(graphs.weights.items()):
        rng = np.random.default_rng([seed, index])
        values = weights.astype(np.float32) * (into if edge in ("X_F", "D_M") else out)
        if change == "spread":
            values *= np.exp(SPREAD * rng.standard_normal((*weights.shape[:2], 1, weights.shape[3])))
        if change == "heavy":
            variance = 2  # of Student's t with four degrees of freedom
            values = rng.standard_t(4, weights.shape) * values.std(axis=(0, 2, 3), keepdims=True) / variance**0.5
        found[edge] = values.astype(np.float16)
    return replace(graphs, weights=found)


def measure_surrogates(graphs: NeuronGraphs, choices: Choices, windows: Sequence[int], seed: int) -> pd.DataFrame:
    """A row per change: E of the changed weights against the initial ones, of means over the networks.

    The first change is measured in each of `windows`, the others in the window of `choices` alone.
    """
    rows = []
    for name in progress([None, *CHANGES], "surrogates"):
        version = changed(graphs, name, seed) if name else graphs
        for window in sorted({choices.window, *windows}) if name in (None, next(iter(CHANGES))) else [choices.window]:
            metrics = measure_networks(version, replace(choices, window=window))
            means = metrics[["alpha_0", "width", "centres", "nodes"]].mean()
            rows.append({"surrogate": name or "initial", "window": window, **means})
    found = pd.DataFrame(rows)
    first = found[found["surrogate"] == "initial"].set_index("window").loc[found["window"]].reset_index()
    emergence = degree_of_emergence(found["alpha_0"], found["width"], first["alpha_0"], first["width"])
    return found.assign(emergence=emergence, sample_size=graphs.sample_size, seeds=len(graphs.seeds))
