from pathlib import Path

import pytest
import yaml

from threefold.config import load_config
from threefold.config.sweeps import load_sweep, load_sweeps
from threefold.config.targets import TARGETS
from threefold.record.errors import InputError
from threefold.record.tables import table_schema

SHIPPED = sorted((Path(__file__).parents[1] / "config" / "sweeps").glob("*.yaml"))
CONFIG = load_config({})
GRID = {
    "target": "ithp/train",
    "method": "grid",
    "metric": {"name": "f1", "goal": "maximize"},
    "parameters": {"dataset": {"value": "gaussian"}, "beta": {"values": [2, 8]}},
}


def load(tmp_path, changes: dict):
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(GRID | changes))
    return load_sweep(path, CONFIG)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_sweeps_load(path):
    sweep = load_sweep(path, CONFIG)
    assert sum(sweep.search.rounds) > 1
    table = f"sweeps/{sweep.file.target.replace('/', '_')}"
    assert sweep.file.metric.name in table_schema(table).names
    assert not set(sweep.fields) & set(table_schema(table).names)


def test_a_trial_has_a_value_for_all_that_its_target_takes(tmp_path):
    sweep = load(tmp_path, {})
    assert set(TARGETS["ithp/train"].settings.model_fields) <= set(sweep.fields) | set(sweep.defaults["gaussian"])


def with_parameter(**parameter):
    name, spec = parameter.popitem()
    return {"parameters": GRID["parameters"] | {name: spec}}


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"metod": "grid"}, ["unknown key metod", "closest known key is method"]),
        ({"program": "train.py"}, ["unknown key program", "known here: description, target"]),
        ({"method": "grids"}, ["method is 'grids'", "'grid', 'random' or 'bayes'"]),
        ({"target": "ithp/trian"}, ["target is 'ithp/trian'", "closest known name is ithp/train"]),
        ({"metric": {"name": "f2"}}, ["metric.name is 'f2'", "closest known name is f1"]),
        ({"metric": {}}, ["metric.name is missing"]),
        (with_parameter(bta={"values": [1]}), ["unknown parameter bta", "closest known one is beta"]),
        (with_parameter(beta={"values": [2, -1]}), ["parameters.beta has the value -1", "greater than 0"]),
        (with_parameter(seeds={"values": [1.5]}), ["parameters.seeds has the value 1.5", "integer"]),
        (with_parameter(seeds={"min": 1, "max": 4, "distribution": "uniform"}), ["parameters.seeds has the value"]),
        (with_parameter(head={"values": ["b2"]}), ["parameters.head has the value 'b2'", "'b1' or 'residual'"]),
        (with_parameter(beta={"min": 3, "max": 2}), ["parameters.beta", "a min below its max, not 3 and 2"]),
        (with_parameter(beta={"min": 3}), ["parameters.beta", "given max and min for"]),
        (with_parameter(beta={"distribution": "log_uniform_values", "min": 0, "max": 2}), ["a min above 0"]),
        (with_parameter(beta={"values": [1, 2], "probabilities": [1]}), ["2 probabilities that sum to 1"]),
        (with_parameter(epochs={"min": 1, "max": 10**9}), ["method is grid", "takes 2000000000 trials"]),
        (with_parameter(beta={"min": 1.0, "max": 2.0}), ["method is grid", "parameters.beta has no end of values"]),
        ({"parameters": {"beta": {"values": [1]}}}, ["parameters.dataset: missing"]),
        (
            {"target": "tori/classes", "metric": {"name": "words"}, "parameters": {"surface": {"value": "S_1_1"}}},
            ["parameters.max_length is missing"],
        ),
        ({"method": "random"}, ["run_cap is missing"]),
        (
            {"early_terminate": {"type": "hyperband", "min_iter": 2}, "method": "bayes", "run_cap": 9},
            ["not with bayes"],
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_key(tmp_path, changes, parts):
    with pytest.raises(InputError) as error:
        load(tmp_path, changes)
    message = str(error.value)
    assert message.startswith(f"{tmp_path}/mine.yaml: ") and "\n" not in message
    assert all(part in message for part in parts), message


def test_a_target_without_iterations_cannot_end_early(tmp_path):
    parameters = {"surface": {"value": "S_1_1"}, "max_length": {"values": [2, 3]}, "generators": {"value": "ab"}}
    early = {"type": "hyperband", "min_iter": 1}
    with pytest.raises(InputError, match="tori/classes has no iterations"):
        load(
            tmp_path,
            {"target": "tori/classes", "metric": {"name": "words"}, "parameters": parameters, "early_terminate": early},
        )


def test_rounds_follow_from_the_file_alone(tmp_path):
    halving = {"method": "random", "run_cap": 9, "early_terminate": {"type": "hyperband", "min_iter": 1}}
    search = load(tmp_path, halving).search
    assert (search.rounds, search.rungs, search.resource) == ([9, 3, 1], [1, 3, 8], "epochs")
    assert load(tmp_path, {"method": "bayes", "run_cap": 10, "round": 4}).search.rounds == [4, 4, 2]
    assert load(tmp_path, {"run_cap": 1}).search.rounds == [1]


def test_two_sweeps_of_one_name_are_refused(tmp_path):
    (tmp_path / "other").mkdir()
    paths = [tmp_path / "mine.yaml", tmp_path / "other" / "mine.yaml"]
    for path in paths:
        path.write_text(yaml.safe_dump(GRID))
    listed, asked = load_sweeps(load_config({"sweeps": [str(paths[0])], "sweep": str(paths[0])}))
    assert listed == [asked]
    with pytest.raises(InputError, match="have the same name"):
        load_sweeps(load_config({"sweeps": [str(paths[0])], "sweep": str(paths[1])}))


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="no file"):
        load_sweep(tmp_path / "none.yaml", CONFIG)
