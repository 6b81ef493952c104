import numpy as np
import pytest

from threefold.config import load_config
from threefold.config.targets import TARGETS
from threefold.ithp.gaussian import generate
from threefold.ithp.swept import train
from threefold.record.errors import InputError
from threefold.record.tables import table_schema

SMALL = {"hidden": 8, "seeds": 2, "epochs": 2, "latent_0": 4, "latent_1": 2, "batch_size": 100, "dataset": "gaussian"}
SETTINGS = TARGETS["ithp/train"].defaults(load_config({}), {"dataset": "gaussian"}) | SMALL


@pytest.fixture(scope="module")
def features():
    weights = {"label_weights": [1.0, 0.5], "label_noise": 0.5, "samples": 600}
    return generate(correlations=[[0.9, 0.5], [0.8, 0.0]], seed=0, **weights)[0]


def test_a_trial_has_all_metrics_and_depends_on_its_settings(features):
    found = train(features, SETTINGS, 0)
    assert set(found) == set(table_schema("sweeps/ithp_train").names)
    assert 0 < found["accuracy"] <= 1 and found["accuracy_sd"] >= 0
    assert np.isnan(found["acc7"]) and np.isnan(found["validation_loss"])  # no real label, no rows set aside
    assert train(features, SETTINGS, 0) == pytest.approx(found, nan_ok=True, rel=0, abs=0)
    assert train(features, SETTINGS | {"beta": 64.0}, 0)["loss"] > found["loss"]


def test_patience_gives_a_validation_loss(features):
    assert 0 < train(features, SETTINGS | {"patience": 2}, 0)["validation_loss"] < 2


@pytest.mark.parametrize(
    ("setting", "message"),
    [({"protocol": "mine"}, "gaussian has no mine"), ({"modalities": "X0-X9"}, "gaussian has no X9; known there: X0")],
)
def test_what_the_data_set_has_not_is_refused(features, setting, message):
    with pytest.raises(InputError, match=message):
        train(features, SETTINGS | setting, 0)
