"""Controls of E: surrogate weights, fixed centres, other windows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from threefold.neuromfa.balls import PUBLISHED, count_lengths
from threefold.neuromfa.checkpoint import InitialCheckpoint
from threefold.neuromfa.controls import SURROGATES, measure_controls, surrogate
from threefold.neuromfa.emergence import measure_emergence
from threefold.neuromfa.neox import PYTHIA
from threefold.neuromfa.sampling import sample_graphs
from threefold.neuromfa.spectrum import fit_networks
from threefold.record.tables import write_table


@pytest.fixture(scope="module")
def steps():
    """A network and the same with its matrices scaled, as training might leave it."""
    first = sample_graphs(InitialCheckpoint("pythia-410m", PYTHIA["pythia-410m"], 0), 16, range(3))
    second = replace(first, weights={edge: w * np.float16(3) for edge, w in first.weights.items()})
    return {0: lambda: first, 8: lambda: second}


def test_surrogates_keep_what_they_say_they_keep(steps):
    graphs = steps[8]()
    for name in SURROGATES:
        made = surrogate(name, graphs, seed=0)
        for edge, weights in graphs.weights.items():
            found = made.weights[edge]
            assert found.dtype == weights.dtype and not np.array_equal(found, weights)
            sd = weights.std(axis=(0, 2, 3), dtype=float)
            assert found.std(axis=(0, 2, 3), dtype=float) == pytest.approx(sd, rel=0.1)
            if name != "gaussian":
                assert np.array_equal(np.sort(found.reshape(3, 24, -1)), np.sort(weights.reshape(3, 24, -1)))
            if name == "shuffled in rows":
                assert np.array_equal(np.sort(found), np.sort(weights))


def test_without_a_control_the_table_is_that_of_emergence(steps, tmp_path):
    table = measure_controls(steps, PUBLISHED, [100, 150], resamples=100, seed=0)
    write_table(tmp_path / "t.parquet", table.assign(model="m"), "neuromfa/controls")
    kinds = table.groupby("control", sort=False)["window"].agg(list).to_dict()
    assert kinds == {**{k: [150] * 2 for k in ("none", *SURROGATES, "fixed centres")}, "window": [100] * 2}
    metrics = [fit_networks(load())[1].assign(model="m", step=step) for step, load in steps.items()]
    plain = measure_emergence(pd.concat(metrics), resamples=100, seed=0)
    found = table[table["control"] == "none"]
    assert np.allclose(found["emergence"], plain["emergence"], atol=1e-12)


def test_scale_alone_is_mimicked_by_a_gaussian_of_the_same_variance(steps):
    table = measure_controls(steps, PUBLISHED, [], resamples=100, seed=0)
    last = table[table["step"] == 8].set_index("control")["emergence"]
    assert abs(last["none"]) > 0.2 and last["gaussian"] == pytest.approx(last["none"], abs=0.1)


def test_fixed_centres_are_those_that_last(steps):
    table = measure_controls(steps, PUBLISHED, [], resamples=100, seed=0)
    fixed = table[table["control"] == "fixed centres"].set_index("step")
    names = ["centres_X", "centres_A", "centres_D", "centres_M"]
    assert fixed.loc[0, names].tolist() == fixed.loc[8, names].tolist()
    graphs = steps[0]()
    first = count_lengths(graphs.network(0), PUBLISHED)
    assert fixed.loc[0, "centres_A"] <= (first["A"].sum(axis=0) >= 11).sum() + 1
