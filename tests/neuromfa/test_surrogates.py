"""Weights that differ by scale or distribution alone."""

import numpy as np
import pytest

from threefold.neuromfa.balls import PUBLISHED
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs
from threefold.neuromfa.surrogates import CHANGES, changed, measure_surrogates
from threefold.record.tables import write_table


@pytest.fixture(scope="module")
def graphs():
    return sample_graphs(InitialCheckpoint("pythia-1.4b", PYTHIA["pythia-1.4b"], 0), 64, range(4))


def test_scale_alone_gives_the_emergence_of_an_independent_simulation(graphs, tmp_path):
    table = measure_surrogates(graphs, PUBLISHED, [150], seed=0).set_index("surrogate")
    known = {"initial": 0, "scaled": 0.66, "scaled more": 0.55, "spread": 0.23, "spread and scaled": 0.71}
    for name, value in {**known, "heavy tails": 0.22}.items():
        assert table.loc[name, "emergence"] == pytest.approx(value, abs=0.025), name
    write_table(tmp_path / "t.parquet", table.reset_index(), "neuromfa/surrogates")


@pytest.mark.parametrize("name", CHANGES)
def test_each_change_does_to_the_variance_what_it_says(graphs, name):
    into, out, change = CHANGES[name]
    found = changed(graphs, name, seed=0)
    for edge, weights in graphs.weights.items():
        ratio = found.weights[edge].std(dtype=float) / weights.std(dtype=float)
        spread = np.exp(0.3**2) if change == "spread" else 1  # root mean square of a log-normal factor
        assert ratio == pytest.approx((into if edge in ("X_F", "D_M") else out) * spread, rel=0.03)
