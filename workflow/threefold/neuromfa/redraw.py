"""The degree of emergence between networks that differ by their random weights alone: it ought to be zero."""

from __future__ import annotations

import pandas as pd

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.emergence import degree_of_emergence
from threefold.neuromfa.neox import Shape
from threefold.neuromfa.sampling import sample_graphs
from threefold.neuromfa.spectrum import measure_networks
from threefold.record.progress import progress

NAMES = ["alpha_0", "width", "alpha_min", "alpha_max"]


def redraw(name: str, shape: Shape, sample_size: int, seeds: int, window: int, draws: int, seed: int) -> pd.DataFrame:
    """A row per independent draw of a model's weights: means over its sampled networks, E against the first draw.

    Every draw is sampled with the same seeds, as the steps of a training are.
    """
    rows = []
    for draw in progress(range(draws), "models drawn"):
        graphs = sample_graphs(InitialCheckpoint(f"{name}/{draw}", shape, seed), sample_size, range(seeds))
        metrics = measure_networks(graphs, Choices(window=window))[NAMES]
        rows.append({"draw": draw, **metrics.mean(), **metrics[["alpha_0", "width"]].std().add_suffix("_sd")})
    found = pd.DataFrame(rows).assign(model=name, sample_size=sample_size, window=window)
    first = found.iloc[0]
    emergence = degree_of_emergence(found["alpha_0"], found["width"], first["alpha_0"], first["width"])
    return found.assign(emergence=emergence)
