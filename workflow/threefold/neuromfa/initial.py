"""Step 0 of the Pythia family beside the values that are known of it.

Source: docs/science/neuromfa.md#known-answer-initial.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from threefold.neuromfa.balls import Choices
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import Sampling, sample_graphs
from threefold.neuromfa.spectrum import measure_networks
from threefold.record.progress import progress

WINDOW = 150  # the known values hold for this window only

# (model, sample size) -> alpha_0 (argmax), its sd, width, width's sd: means of ten networks, independently simulated.
SIMULATED = {
    ("pythia-14m", 64): (1.107, 0.006, 0.624, 0.002),
    ("pythia-31m", 64): (1.331, 0.013, 0.731, 0.017),
    ("pythia-70m", 64): (1.592, 0.013, 0.827, 0.019),
    ("pythia-160m", 64): (1.497, 0.009, 0.654, 0.008),
    ("pythia-410m", 64): (1.765, 0.011, 0.342, 0.010),
    ("pythia-1b", 64): (2.179, 0.004, 0.448, 0.012),
    ("pythia-1.4b", 64): (2.179, 0.004, 0.449, 0.014),
    ("pythia-2.8b", 64): (2.319, 0.005, 0.480, 0.020),
    ("pythia-14m", 32): (0.976, np.nan, 0.578, np.nan),
    ("pythia-31m", 32): (1.180, np.nan, 0.674, np.nan),
    ("pythia-70m", 32): (1.374, np.nan, 0.733, np.nan),
    ("pythia-160m", 32): (1.418, 0.038, 0.522, np.nan),
    ("pythia-410m", 32): (1.597, np.nan, 0.403, np.nan),
    ("pythia-1b", 32): (1.956, np.nan, 0.521, np.nan),
    ("pythia-1.4b", 32): (1.949, np.nan, 0.507, np.nan),
    ("pythia-2.8b", 32): (2.074, np.nan, 0.538, np.nan),
    ("pythia-6.9b", 48): (1.687, 0.009, 0.365, 0.010),
    ("pythia-12b", 48): (1.691, 0.007, 0.362, 0.014),
}
# alpha_0 and width read off the paper's spectra of the real checkpoints, where steps 0 to 1000 coincide.
PUBLISHED = {("pythia-6.9b", 48): (1.687, 0.367), ("pythia-12b", 48): (1.691, 0.363)}
NAMES = ["alpha_0", "alpha_0_left", "alpha_0_right", "alpha_0_argmax", "width"]


def draw_initial_models(
    models: Iterable[tuple[str, int]], seeds: Sequence[int], sampling: Sampling, choices: Choices, seed: int
) -> pd.DataFrame:
    """Metrics at step 0 of (member of the Pythia family, sample size), a row per model, sample size and seed."""
    tables = []
    for model, sample_size in progress(list(models), "models drawn"):
        graphs = sample_graphs(InitialCheckpoint(model, PYTHIA[model], seed), sample_size, seeds, sampling)
        tables.append(measure_networks(graphs, choices).assign(model=model))
    return pd.concat(tables, ignore_index=True)


def tabulate_initial(metrics: pd.DataFrame) -> pd.DataFrame:
    """A row per model and sample size, in order of size: mean and sd over the networks, and known values if any.

    metrics: as from `draw_initial_models`. Deviations from the simulated values are in standard deviations: the root of
    the sum of both variances, or ours alone where the other is not known.
    """
    groups = metrics.groupby(["model", "sample_size", "window"])
    found = groups[[*NAMES, "centres", "nodes", "r2_median"]].mean()
    found[[f"{name}_sd" for name in NAMES]] = groups[NAMES].std()
    found["seeds"] = groups["alpha_0"].count()
    found = found.reset_index()
    shapes = found["model"].map(PYTHIA)
    found["parameters"] = [shape.parameters for shape in shapes]
    found["hidden_size"] = [shape.hidden_size for shape in shapes]
    found["blocks"] = [shape.blocks for shape in shapes]
    keys = list(zip(found["model"], found["sample_size"], strict=True))
    at_window = (found["window"] == WINDOW).to_numpy()[:, None]
    for table, columns in (
        (SIMULATED, ["alpha_0_simulated", "alpha_0_simulated_sd", "width_simulated", "width_simulated_sd"]),
        (PUBLISHED, ["alpha_0_published", "width_published"]),
    ):
        known = np.array([table.get(key, (np.nan,) * len(columns)) for key in keys])
        found[columns] = np.where(at_window, known, np.nan)
    for name, ours in (("alpha_0", "alpha_0_argmax"), ("width", "width")):
        sd = np.hypot(found[f"{ours}_sd"], found[f"{name}_simulated_sd"].fillna(0))
        found[f"{name}_deviation"] = (found[ours] - found[f"{name}_simulated"]) / sd
    return found.sort_values(["parameters", "sample_size"], ignore_index=True)
