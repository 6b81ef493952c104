"""The tables behind the figures hold the numbers of their sources."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import threefold
from threefold.ithp.closed_forms import ceilings, optima, orders
from threefold.ithp.figures import draw_tables
from threefold.ithp.gaussian_figures import draw_exact, draw_orders
from threefold.ithp.kept_figures import draw_benchmarks
from threefold.ithp.scores import score

LAW = {
    "correlations": [[0.9, 0.0], [0.5, 0.7]],
    "label_weights": [1.0, 1.0],
    "label_noise": 0.5,
    "common": [0.0, 0.9],
    "common_weights": [0.0, 1.0],
}
CHAINS = [{"beta": 4.0, "gamma": 4.0, "lam": 1.0}, {"beta": 8.0, "gamma": 32.0, "lam": 0.3}]


@pytest.fixture(scope="module")
def published():
    return pd.read_csv(Path(threefold.__file__).parent / "ithp/published.csv")


def scores(names, real=False, models=("ithp",)):
    rng = np.random.default_rng(0)
    target = rng.standard_normal(200)
    said = target + rng.standard_normal(200)
    frame = pd.DataFrame({"label": (target > 0).astype(int), "predicted": (said > 0).astype(int), "score": said})
    frame = frame.assign(row=range(200), seed=0, fold=0, target=target if real else np.nan, protocol="p")
    every = [frame.assign(model=model, modalities=name) for model in models for name in names]
    return score(pd.concat(every), np.arange(200) // 4, 100, [0]).assign(ceiling=np.nan)


def test_tables_2_and_3_stand_beside_ones_own_data_in_both_conventions(published):
    own = scores(["T-A-V"], real=True)
    _, plotted = draw_benchmarks(published, {"mosi_mine": own, "mosi": scores(["T-A-V"])})
    printed = plotted[plotted["origin"] == "printed"]
    assert len(printed) == published["table"].isin(["Table 2", "Table 3"]).sum()
    measured = plotted[plotted["origin"] == "measured"].set_index(["metric", "method"])["value"]
    assert len(measured) == 4 * 2
    has0 = own.set_index("metric")["value"]
    assert measured["accuracy", "ITHP on mosi_mine, all rows"] == pytest.approx(100 * has0["acc2_has0"])
    assert measured["mae", "ITHP on mosi_mine, label 0 left out"] == pytest.approx(has0["mae_non0"])


def test_the_stand_in_is_labelled_and_the_papers_own_data_is_not(published):
    sets = ["T", "A", "V", "T-A", "T-V", "A-V", "T-A-V"]
    measured = scores(sets, models=("ithp", "svm"))
    _, plotted = draw_tables(published, {"mosi": measured, "mustard_mine": measured})
    panels = plotted.groupby("panel").size()
    assert panels["CMU-MOSI, measured (stand-in)"] == panels["mustard_mine, measured"] == 2 * 7
    printed = plotted[plotted["panel"].str.contains("as printed")]
    assert printed["value"].max() == pytest.approx(0.752)


def test_orders_are_drawn_with_their_optima_and_trained_scores():
    table = orders(LAW, CHAINS)
    trained = scores(sorted(set(table["modalities"])))
    _, plotted = draw_orders(table, {"gaussian": trained, "mosi": scores(["T-A-V", "V-T-A"])})
    assert plotted.groupby(["panel", "series"]).size().to_dict() == {
        ("gaussian", "ITHP"): 6,
        ("gaussian", "b1"): 12,
        ("gaussian", "fusion"): 12,
        ("gaussian", "prime"): 12,
        ("mosi", "ITHP"): 2,
    }


def test_ceilings_are_drawn_with_and_without_the_experiment():
    exact, bounds = optima([0.5], LAW, [2.0], CHAINS, 0), ceilings(LAW)
    _, plain = draw_exact(exact, bounds, None, 0.9)
    _, trained = draw_exact(exact, bounds, scores(["X0-X1-X2"], models=("ithp", "concatenation")), 0.9)
    assert len(trained) == len(plain) + 2
