import json

import numpy as np
import pandas as pd
import pytest

from threefold.record.sweep_figures import draw_coordinates, draw_map
from threefold.record.sweeps import best_trial, importance


@pytest.fixture
def trials() -> pd.DataFrame:
    """A grid on which `value` follows x, with a little of y; z changes nothing; one trial failed."""
    grid = pd.MultiIndex.from_product([[2, 8, 32, 64], [1, 2, 3], ["a", "b"]], names=["x", "y", "z"]).to_frame(
        index=False
    )
    value = np.log2(grid["x"]) + 0.1 * grid["y"]
    settings = [json.dumps({"x": int(x), "hidden": 8}) for x in grid["x"]]
    table = grid.assign(value=value, value_sd=0.05, number=range(len(grid)), trial="t", settings=settings)
    table = table.assign(status="ok", reason="", round=0, constant=1)
    table.loc[3, ["status", "reason", "value"]] = ["failed", "lost", np.nan]
    return table


PARAMETERS = ["constant", "x", "y", "z"]


@pytest.mark.parametrize(("goal", "x", "y"), [("maximize", 64, 3), ("minimize", 2, 1)])
def test_the_best_trial_is_the_best_of_those_that_ended_well(trials, goal, x, y):
    best = best_trial(trials, PARAMETERS, "value", goal)
    assert (best["parameters"]["x"], best["parameters"]["y"]) == (x, y)
    assert best["settings"] == {"x": x, "hidden": 8}
    assert (best["trials"], best["failed"]) == (24, 1)
    json.dumps(best)


def test_without_any_trial_that_ended_well_there_is_no_best_and_no_importance(trials):
    failed = trials.assign(status="failed", value=np.nan)
    assert best_trial(failed, PARAMETERS, "value", "maximize")["trial"] is None
    table = importance(failed, PARAMETERS, "value", 0)
    assert table.empty
    draw_map(failed, table, "value", "maximize")
    draw_coordinates(failed, table, "value", "maximize")


def test_importance_names_what_decides_and_is_the_same_each_time(trials):
    table = importance(trials, PARAMETERS, "value", 0)
    assert table["parameter"].tolist()[0] == "x"
    assert "constant" not in set(table["parameter"])
    shares = table.set_index("parameter")["importance"]
    assert shares["x"] > 0.8 and 0.95 < shares.sum() <= 1  # the rest is their interaction
    correlation = table.set_index("parameter")["correlation"]
    assert correlation["x"] > 0.9 and np.isnan(correlation["z"])
    pd.testing.assert_frame_equal(table, importance(trials, PARAMETERS, "value", 0))


def test_the_map_holds_what_was_measured_and_what_is_published(trials):
    published = pd.DataFrame({"panel": "printed", "x": [2, 8], "y": [1, 1], "value": [1.0, 2.0]})
    _, table = draw_map(trials, importance(trials, PARAMETERS, "value", 0), "value", "maximize", published)
    assert table["panel"].unique().tolist() == ["measured: value, ±0.05 over seeds", "printed"]
    assert len(table) == 23 + 2


def test_a_published_map_over_other_parameters_is_not_drawn(trials):
    published = pd.DataFrame({"panel": "printed", "x": [2], "gamma": [1], "value": [1.0]})
    _, table = draw_map(trials, importance(trials, PARAMETERS, "value", 0), "value", "maximize", published)
    assert set(table["panel"]) == {"measured: value, ±0.05 over seeds"}


def test_every_trial_that_ended_well_is_a_line(trials):
    _, table = draw_coordinates(trials, importance(trials, PARAMETERS, "value", 0), "value", "maximize")
    assert len(table) == 23
    assert table.columns.tolist()[-1] == "value" and table["value"].is_monotonic_increasing
