"""Trials on a small data set: what is predicted, for which rows, and that the controls are what they are called."""

import numpy as np
import pytest

from threefold.ithp.controls import classify, decide
from threefold.ithp.features import Features
from threefold.ithp.plan import batches, subsets
from threefold.ithp.trials import inner_rows, run_network

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
    "preset": "corrected",
    "head": "b1",
    "clip": 1.0,
    "patience": 0,
    "precision": "32-true",
    "device": "cpu",
    "warmup": 0.0,
    "backbone_rate": 1e-4,
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
    predictions, network, _, detector_effect, sampling_effect = run_network(features, "ithp", "TAV", SETTINGS, 0)
    assert detector_effect == sampling_effect == 0
    assert len(network.noise) == 4 * SETTINGS["seeds"]
    assert sorted(predictions["row"]) == sorted(list(range(200)) * 2)
    assert accuracy(predictions) > 0.8


def test_a_prime_without_the_label_cannot_be_repaired_by_its_detectors(features):
    predictions = run_network(features, "ithp", "VT", SETTINGS, 0).predictions
    assert accuracy(predictions) < 0.65


def test_concatenation_uses_every_modality(features):
    trial = run_network(features, "concatenation", "VT", SETTINGS, 0)
    assert trial.network.architecture.sizes == [10]
    assert accuracy(trial.predictions) > 0.85
    assert trial.detector_effect == 0


def test_flat_has_one_bottleneck_for_all_detectors(features):
    trial = run_network(features, "flat", "TAV", {**SETTINGS, "epochs": 2}, 0)
    assert trial.network.architecture.sizes == [6, 7]
    assert trial.network.architecture.latent == [3]


def test_the_published_preset_draws_its_predictions_anew(features):
    published = {**SETTINGS, "preset": "published", "head": "residual", "information_weight": None, "epochs": 2}
    trial = run_network(features, "ithp", "TAV", published, 0)
    assert trial.sampling_effect > 0
    assert np.isnan(trial.detector_effect)
    assert trial.network.architecture.information_weight == 2 / (1 + 1)


def test_inner_rows_choose_an_epoch_and_the_test_rows_choose_nothing(features):
    settings = {**SETTINGS, "patience": 3, "learning_rate": 0.1, "epochs": 40}
    trial = run_network(features, "ithp", "TA", settings, 0)
    epochs = trial.history["epoch"].nunique()
    assert 4 <= epochs < 40
    training = features.training(features.splits[0][2])
    chosen = inner_rows(training, features, [0])
    assert 0 < chosen.sum() < training.sum() / 3
    assert not (chosen & ~training).any()
    assert not set(features.group[chosen]) & set(features.group[training & ~chosen])


def test_without_the_bottleneck_loss_the_detectors_learn_nothing(features):
    network = run_network(features, "no_bottleneck", "TA", SETTINGS, 0).network
    assert float(network.detectors[0].log_scale.detach().abs().max()) == 0


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


def test_linear_controls_predict_a_real_label_where_there_is_one(features):
    target = features.modalities["T"].sum(1)
    table = classify(features._replace(target=target), ["majority", "logistic", "svm"])
    by_model = dict(list(table.groupby(["model", "modalities"])))
    svm = by_model["svm", "T"]
    assert np.abs(svm["score"] - svm["target"]).mean() < 0.05
    assert by_model["majority", "T"].groupby("fold")["score"].nunique().tolist() == [1] * 4
    assert by_model["logistic", "T"]["target"].isna().all()
    assert accuracy(svm) > 0.97


def test_the_plan_names_every_trial_once():
    assert ["-".join(c) for c in subsets("TAV")] == ["T", "A", "V", "T-A", "T-V", "A-V", "T-A-V"]
    assert len(batches("gaussian", ["X0", "X1", "X2"])["ithp"]) == 6 + 1
    mosi = batches("mosi", "TAV")
    assert len(set(mosi["ithp"])) == len(mosi["ithp"]) == 7 + 5
    assert len(set(mosi["controls"])) == 4 + 4
    assert batches("mustard", "T") == {"ithp": ["ithp/T"]}
