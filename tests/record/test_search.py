import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threefold.record.search import Search, at, choices, random_point

SQUARE = {
    "x": {"distribution": "uniform", "min": -1.0, "max": 1.0},
    "y": {"distribution": "uniform", "min": -1.0, "max": 1.0},
}


def search(parameters, rounds, method="random", **more):
    return Search(method=method, parameters=parameters, rounds=rounds, seed=0, goal="minimize", **more)


def test_a_grid_is_every_combination_the_last_parameter_fastest():
    parameters = {
        "a": {"distribution": "categorical", "values": [1, 2]},
        "b": {"distribution": "constant", "value": "x"},
        "c": {"distribution": "int_uniform", "min": 3, "max": 5},
    }
    trials = [trial["parameters"] for trial in search(parameters, [6], "grid").propose([])]
    assert trials[:4] == [{"a": 1, "b": "x", "c": c} for c in (3, 4, 5)] + [{"a": 2, "b": "x", "c": 3}]
    assert len(trials) == 6


def test_q_uniform_has_an_end_of_values_and_uniform_has_not():
    assert choices({"distribution": "q_uniform", "min": 0.1, "max": 0.4, "q": 0.1}) == [0.1, 0.2, 0.3, 0.4]
    assert choices(SQUARE["x"]) is None


def test_more_trials_or_another_parameter_change_no_random_trial():
    few = search(SQUARE, [3]).propose([])
    more = search(SQUARE | {"z": {"distribution": "normal", "mu": 0.0, "sigma": 1.0}}, [5]).propose([])
    assert [trial["parameters"] for trial in few] == [
        {name: trial["parameters"][name] for name in "xy"} for trial in more[:3]
    ]


LIMITED = st.sampled_from(["uniform", "q_uniform", "int_uniform", "log_uniform_values", "q_log_uniform_values"])


@given(LIMITED, st.integers(1, 50), st.integers(1, 50), st.integers(0, 10**6))
def test_values_stay_within_their_limits(distribution, least, width, number):
    parameter = {"distribution": distribution, "min": least, "max": least + width, "q": 1}
    value = at({"p": parameter}, random_point({"p": parameter}, 0, number))["p"]
    assert least <= value <= least + width
    assert isinstance(value, int) or distribution in ("uniform", "log_uniform_values")


def test_probabilities_decide_how_often_a_value_is_drawn():
    parameter = {"distribution": "categorical", "values": ["a", "b"], "probabilities": [0.9, 0.1]}
    trials = search({"p": parameter}, [400]).propose([])
    assert 340 < sum(trial["parameters"]["p"] == "a" for trial in trials) < 380


def run_rounds(one: Search, value) -> list[list[dict]]:
    earlier = []
    for _ in one.rounds:
        trials = one.propose(earlier)
        earlier.append((trials, [value(**trial["parameters"]) for trial in trials]))
    return earlier


def bowl(x: float, y: float) -> float:
    return (x - 0.3) ** 2 + (y + 0.2) ** 2


def test_bayes_finds_a_minimum_sooner_than_chance_and_the_same_way_each_time():
    asked = search(SQUARE, [6] * 6, "bayes")
    rounds = run_rounds(asked, bowl)
    assert rounds == run_rounds(asked, bowl)
    chance = run_rounds(search(SQUARE, [36]), bowl)
    assert rounds[0][0] == chance[0][0][:6]  # its first round is random
    assert min(rounds[-1][1]) < np.median(chance[0][1]) / 10


def test_bayes_goes_on_after_failed_trials():
    rounds = run_rounds(search(SQUARE, [4, 4, 4], "bayes"), lambda x, y: math.nan if x < 0 else bowl(x, y))
    assert [len(trials) for trials, _ in rounds] == [4, 4, 4]


@pytest.mark.parametrize("goal", ["minimize", "maximize"])
def test_the_best_of_a_round_go_on_for_longer(goal):
    asked = Search("random", SQUARE, [9, 3, 1], 0, goal, resource="epochs", rungs=[2, 6, 10])
    rounds = run_rounds(asked, lambda x, y, epochs: math.nan if x > 0.9 else x)
    assert [{trial["parameters"]["epochs"] for trial in trials} for trials, _ in rounds] == [{2}, {6}, {10}]
    best = sorted((x for x in rounds[0][1] if not math.isnan(x)), reverse=goal == "maximize")
    assert sorted(rounds[1][1], reverse=goal == "maximize") == best[:3]
    assert rounds[2][1] == best[:1]
