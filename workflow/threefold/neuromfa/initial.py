"""Step 0 of the Pythia family beside the values that are known of it (spec §3.5)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from threefold.neuromfa.neox import PYTHIA

WINDOW = 150  # the known values hold for this window only
# (model, sample size) -> alpha_0 (argmax), its sd, width, its sd: an independent simulation of ten networks.
SIMULATED = {
    ("pythia-14m", 64): (1.107, 0.006, 0.624, 0.002),
    ("pythia-31m", 64): (1.331, 0.013, 0.731, 0.017),
    ("pythia-70m", 64): (1.592, 0.013, 0.827, 0.019),
    ("pythia-160m", 64): (1.497, 0.009, 0.654, 0.008),
    ("pythia-410m", 64): (1.765, 0.011, 0.342, 0.010),
    ("pythia-1b", 64): (2.179, 0.004, 0.448, 0.012),
    ("pythia-1.4b", 64): (2.179, 0.004, 0.449, 0.014),
    ("pythia-2.8b", 64): (2.319, 0.005, 0.480, 0.020),
    ("pythia-6.9b", 48): (1.687, 0.009, 0.365, 0.010),
    ("pythia-12b", 48): (1.691, 0.007, 0.362, 0.014),
}
# alpha_0 and width read off the paper's spectra of the real checkpoints, where steps 0 to 1000 coincide.
PUBLISHED = {("pythia-6.9b", 48): (1.687, 0.367), ("pythia-12b", 48): (1.691, 0.363)}
NAMES = ["alpha_0", "alpha_0_argmax", "width"]


def tabulate_initial(metrics: pd.DataFrame) -> pd.DataFrame:
    """A row per model, in order of size: mean and sd over the sampled networks, and known values if any.

    metrics: rows of the table neuromfa/metrics at step 0, of models of the Pythia family.
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
    return found.sort_values("parameters", ignore_index=True)
