"""Step 0 of the Pythia family beside known values."""

import numpy as np
import pandas as pd
import pytest

from threefold.neuromfa.initial import PUBLISHED, SIMULATED, tabulate_initial
from threefold.neuromfa.neox import PYTHIA
from threefold.record.tables import write_table


def metrics_of(model, sample_size, window=150):
    """Two networks at step 0, as rows of neuromfa/metrics."""
    values = {"alpha_0": [1.0, 3.0], "alpha_0_argmax": [1.1, 3.1], "width": [0.4, 0.6], "r2_median": [0.9, 0.9]}
    names = {"model": model, "step": 0, "seed": [0, 1], "sample_size": sample_size, "window": window}
    return pd.DataFrame(names | values | {"centres": 40, "nodes": 50})


def test_initial_values_stand_beside_known_ones_in_order_of_size(tmp_path):
    draws = [("pythia-12b", 48), ("pythia-14m", 64), ("pythia-70m", 32)]
    metrics = pd.concat(metrics_of(model, size) for model, size in draws)
    table = tabulate_initial(metrics)
    write_table(tmp_path / "initial.parquet", table, "neuromfa/initial")
    assert table["model"].tolist() == ["pythia-14m", "pythia-70m", "pythia-12b"]
    assert table["alpha_0"].tolist() == [2, 2, 2] and table["width_sd"].iloc[0] == pytest.approx(0.2 / 2**0.5)
    small, other, large = table.to_dict("records")
    assert (small["alpha_0_simulated"], small["alpha_0_published"]) == (1.107, pytest.approx(np.nan, nan_ok=True))
    assert np.isnan(other["alpha_0_simulated"])  # no known value at this sample size
    assert (large["alpha_0_published"], large["width_published"]) == PUBLISHED["pythia-12b", 48]
    assert large["parameters"] == PYTHIA["pythia-12b"].parameters


def test_known_values_hold_for_their_window_only():
    model, size = next(iter(SIMULATED))
    table = tabulate_initial(metrics_of(model, size, window=100))
    assert table["alpha_0_simulated"].isna().all()
