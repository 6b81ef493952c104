"""Trials on a small data set: what is predicted, for which rows, and that the controls are what they are called."""

import numpy as np
import pytest

from threefold.ithp.controls import classify, decide
from threefold.ithp.features import Features
from threefold.ithp.plan import MODALITIES, chains, model_name, subsets, trials
from threefold.ithp.trials import run_network

SETTINGS = {
    "latent": [4, 3],
    "hidden": 8,
    "detector": [1.0, 1.0],
    "level": [1.0, 1.0],
    "information_weight": 0.05,
    "task_weight": 5.0,
    "seeds": 2,
    "epochs": 30,
    "batch_size": 64,
    "learning_rate": 0.01,
    "weight_decay": 0.0,
    "device": "cpu",
}


@pytest.fixture(scope="module")
def features():
    """The label is in T alone; A repeats half of T, V is noise."""
    rng = np.random.default_rng(0)
    text = rng.standard_normal((200, 6))
    modalities = {"T": text, "A": text[:, :3] + rng.standard_normal((200, 3)), "V": rng.standard_normal((200, 4))}
    group = np.repeat(np.arange(20), 10)
    folds = {"p": [np.flatnonzero(group % 4 == k) for k in range(4)]}
    label = (text.sum(1) > 0).astype(np.int8)
    return Features({k: x.astype(np.float32) for k, x in modalities.items()}, label, group, folds)


def accuracy(predictions):
    return (predictions["label"] == predictions["predicted"]).mean()


def test_every_row_is_predicted_once_per_start_by_replicas_that_did_not_see_it(features):
    predictions, model, effect = run_network(features, "T-A-V", ["T", "A", "V"], SETTINGS, 0)
    assert effect == 0
    assert len(model.noise) == 4 * SETTINGS["seeds"]
    assert sorted(predictions["row"]) == sorted(list(range(200)) * 2)
    assert accuracy(predictions) > 0.8


def test_a_prime_without_the_label_cannot_be_repaired_by_its_detectors(features):
    predictions, *_ = run_network(features, "V-T", ["V", "T"], SETTINGS, 0)
    assert accuracy(predictions) < 0.65


def test_concatenation_uses_every_modality(features):
    predictions, model, effect = run_network(features, "concatenation", ["V", "T"], SETTINGS, 0)
    assert model.architecture.sizes == [10]
    assert accuracy(predictions) > 0.85
    assert effect == 0


def test_without_the_bottleneck_loss_the_detectors_learn_nothing(features):
    _, model, _ = run_network(features, "no_bottleneck", ["T", "A"], SETTINGS, 0)
    assert float(model.detectors[0].log_scale.detach().abs().max()) == 0


def test_linear_controls_choose_c_inside_the_training_rows(features):
    table = classify(features, ["majority", "logistic"])
    by_model = {key: accuracy(part) for key, part in table.groupby(["model", "modalities"])}
    assert by_model["logistic", "T"] > 0.9
    assert by_model["logistic", "V"] < 0.65
    assert len(by_model) == 2 * 7
    test = features.splits[0][2]
    poisoned = features.label.copy()
    poisoned[test] = 1 - poisoned[test]
    first, second = (
        decide("svm", features.modalities["T"], y, features.group, test) for y in (features.label, poisoned)
    )
    np.testing.assert_array_equal(first, second)


def test_the_plan_names_every_set_once():
    assert [len(trials(dataset)) for dataset in MODALITIES] == [1, 10, 1]
    assert ["-".join(c) for c in subsets("TAV")] == ["T", "A", "V", "T-A", "T-V", "A-V", "T-A-V"]
    assert len(chains("orders", ["X0", "X1", "X2"])) == 6
    assert chains("T-V", "TAV") == [["T", "V"]]
    assert len(chains("concatenation", "TAV")) == 4
    assert (model_name("T-V"), model_name("shuffled")) == ("ithp", "shuffled")
