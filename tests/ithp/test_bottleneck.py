"""Trained linear bottlenecks reach the closed form, by every estimator that can tell."""

import numpy as np
import pytest

from threefold.ithp.bottleneck import train
from threefold.ithp.gaussian import generate
from threefold.ithp.measure import measure

R = [[0.9, 0.6, 0.0]]
SETTINGS = {"seeds": 1, "epochs": 40, "batch_size": 500, "learning_rate": 0.1, "device": "cpu"}


@pytest.fixture(scope="module")
def data():
    return generate(R, [1.0] * 3, 1.0, 20_000, seed=0)


def measured(data, betas, shuffled=False):
    features, coordinates = data
    multipliers = [{"beta": beta, "gamma": None, "lam": None} for beta in betas]
    model, members = train(features, multipliers, SETTINGS, 0, shuffled)
    members = [{**member, "loss": 0.0} for member in members]
    return measure(model.network.state_dict(), features, coordinates, members, R, np.random.default_rng(0), shuffled)


def test_valid_estimates_of_a_trained_bottleneck_lie_at_the_closed_form(data):
    table = measured(data, [2.0, 10.0])
    close = table[table["estimator"].isin(["KL to the prior", "learned encoder", "detector", "canonical correlations"])]
    close = close[close["quantity"].isin(["I(X0;B0)", "I(B0;X1)"])]
    assert len(close) == 2 * 5
    assert np.all(np.abs(close["value"] - close["exact"]) < np.maximum(0.03 * close["exact"], 0.03))
    active = table[table["quantity"] == "active dimensions of B0"]
    assert active["value"].tolist() == active["exact"].tolist() == [1, 2]
    nuisance = table[table["quantity"] == "R2(nuisance 2|B0)"]
    assert nuisance["value"].max() < 0.02
    assert not table["exact"][table["quantity"].str.startswith("I(X0;B0)")].isna().any()


def test_a_shuffled_detector_teaches_nothing(data):
    table = measured(data, [10.0], shuffled=True)
    kept = table[(table["quantity"] == "I(X0;B0)") & (table["estimator"] == "KL to the prior")]
    assert kept["exact"].item() == 0
    assert kept["value"].item() < 0.02
