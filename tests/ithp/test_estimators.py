"""Learned lower bounds, and every estimator side by side, against informations that are known."""

import numpy as np
import pytest
import torch

from threefold.ithp.critics import Critics, contrast, lower_bound
from threefold.ithp.estimators import compare, draw_pairs

HALF = np.arange(2000) < 1000


@pytest.mark.parametrize("bound", ["InfoNCE", "Donsker-Varadhan"])
def test_a_critic_finds_what_two_variables_share(bound):
    x, _, _, b = draw_pairs([0.0, 0.5, 1.0], 2, 2000, [0])
    found = lower_bound(x, b, np.tile(HALF, (3, 1)), bound, seed=0)
    assert found == pytest.approx([0.0, 0.5, 1.0], abs=0.12)


def test_each_critic_sees_its_own_pair_alone():
    x, _, _, b = draw_pairs([1.0, 1.0], 2, 2000, [1])
    other = b.copy()
    other[1] = np.random.default_rng(0).standard_normal(b[1].shape)
    few = Critics(steps=20)
    both = [lower_bound(x, y, np.tile(HALF, (2, 1)), "InfoNCE", 3, few)[0] for y in (b, other)]
    assert both[0] == both[1]


def test_contrasts_of_known_scores():
    perfect = torch.full((1, 50, 50), -1e4) + 2e4 * torch.eye(50)
    assert contrast(perfect, "InfoNCE").item() == pytest.approx(np.log(50), abs=1e-5)
    assert contrast(torch.zeros(1, 50, 50), "InfoNCE").item() == pytest.approx(0, abs=1e-5)
    assert contrast(torch.zeros(1, 50, 50), "Donsker-Varadhan").item() == pytest.approx(0, abs=1e-5)
    assert contrast(perfect + 7, "Donsker-Varadhan") == pytest.approx(contrast(perfect, "Donsker-Varadhan"))


@pytest.fixture(scope="module")
def table():
    return compare([0.0, 1.0, 10.0], [1, 4], rows=1000, draws=1, seed=0)


def test_every_estimate_said_to_be_valid_keeps_its_promise(table):
    valid = table[table["valid"] & (table["quantity"] == "I(X;B)")]
    error = (valid["value"] - valid["exact"]) / np.maximum(1, valid["exact"])
    assert error[valid["kind"] == "lower bound"].max() < 0.1
    assert error[valid["kind"] == "upper bound"].min() > -0.1
    assert error[valid["kind"] == "estimate"].abs().max() < 0.1


def test_saturation_is_warned_of(table):
    lower = table[(table["estimator"] == "known channel, lower") & (table["nats"] == 10)]
    assert not lower["valid"].any()
    assert lower["warning"].str.contains("saturates").all()
    assert np.all(lower["value"] <= lower["ceiling"])
    crowded = table[(table["estimator"] == "KSG") & (table["dimensions"] == 4)]
    assert crowded["warning"].str.contains("8 dimensions").all()


def test_a_probe_tells_less_than_the_label_information(table):
    probe = table[table["estimator"] == "probe"]
    assert np.all(probe["value"] <= probe["exact"] + 0.05)
    assert probe["value"].max() > 0.2
