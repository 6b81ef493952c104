"""Spectra of balls that reach over more than one edge: our reading of the paper's layer ablation.

Source: docs/science/neuromfa.md#figure-layer-ablation, docs/science/neuromfa.md#multi-hop-lengths.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.graph import NeuronGraphs
from threefold.neuromfa.spectrum import fit_network
from threefold.record.progress import progress

HOPS = (1, 2, 3)


def measure_hops(graphs: NeuronGraphs, choices: Choices) -> pd.DataFrame:
    """Spectra of all networks of a checkpoint in balls of one, two and three hops; a row per hops, seed and q.

    Columns `hops`, `seed`, `q`, `alpha`, `f`; and `alpha_0` and `width` of the network.
    """
    tables = []
    for hops in progress(HOPS, "hops"):
        for index, seed in enumerate(graphs.seeds.tolist()):
            spectrum, metrics = fit_network(graphs.network(index), replace(choices, hops=hops, directed=True))
            named = {"hops": hops, "seed": seed, "alpha_0": metrics["alpha_0"], "width": metrics["width"]}
            tables.append(spectrum[["q", "alpha", "f"]].dropna().assign(**named))
    return pd.concat(tables, ignore_index=True).astype({"alpha": np.float64, "f": np.float64})
