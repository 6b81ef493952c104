"""Tables of what is known exactly."""

import numpy as np
import pytest

from threefold.ithp.closed_forms import ceilings, optima, orders
from threefold.ithp.gaussian import accuracy_ceiling, label_correlation

LAW = {
    "correlations": [[0.9, 0.7, 0.5, 0.0, 0.0], [0.8, 0.0, 0.6, 0.7, 0.0]],
    "label_weights": [1.0, 0.5, 0.5, 1.0, 0.0],
    "label_noise": 0.5,
    "common": [0.0, 0.0, 0.9, 0.0, 0.9],
    "common_weights": [0.0, 0.0, 1.0, 0.0, 1.0],
}
CHAINS = [{"beta": 8.0, "gamma": 32.0, "lam": 0.3}, {"beta": 32.0, "gamma": 8.0, "lam": 1.0}]


@pytest.fixture(scope="module")
def table():
    return optima([0.9, 0.5, 0.0], LAW, [1.2, 8.0], CHAINS, seed=0)


def test_every_closed_form_is_that_of_the_joint_covariance(table):
    assert set(table["optimum"]) == {"one level", "two levels", "official loss"}
    assert (table["value"] - table["by_matrices"]).abs().max() < 1e-6


def test_more_weight_on_the_second_bottleneck_lets_it_tell_more(table):
    for _, part in table[table["quantity"] == "I(B1;X2)"].groupby(["beta", "gamma"]):
        assert part.sort_values("lam")["value"].is_monotonic_increasing
        assert part["value"].max() < 1.0707  # I(X0;X2)


def test_no_order_beats_its_prime_modality():
    table = orders(LAW, CHAINS)
    assert table["modalities"].nunique() == 6
    assert np.all(table["b1"] <= table["b0"] + 1e-12)
    assert np.all(table["b0"] <= table["prime"] + 1e-12)
    assert np.all(table["prime"] <= table["fusion"] + 1e-12)
    by_prime = table.groupby(table["modalities"].str[:2])["prime"].nunique()
    assert by_prime.tolist() == [1, 1, 1]


def test_fusion_gains_with_what_x0_lacks_and_x0_does_not():
    table = ceilings(LAW).pivot(index="modalities", columns="common", values="accuracy")
    assert np.all(np.diff(table.loc["X0-X1-X2"]) > 0)
    assert np.ptp(table.loc["X0"]) == pytest.approx(0, abs=1e-12)
    assert table.loc["X0-X1-X2", 0.0] == pytest.approx(table.loc["X0", 0.0])
    assert table.loc["X0-X1-X2", 0.9] == pytest.approx(accuracy_ceiling(label_correlation(LAW, [0, 1, 2])))
