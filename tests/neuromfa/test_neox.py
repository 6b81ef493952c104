"""Shapes of the Pythia family."""

import pytest

from threefold.neuromfa.neox import ATTENTION_OUT, MLP_IN, PYTHIA

PUBLISHED_PARAMETERS = {
    "pythia-70m": 70_426_624,
    "pythia-160m": 162_322_944,
    "pythia-410m": 405_334_016,
    "pythia-1b": 1_011_781_632,
    "pythia-1.4b": 1_414_647_808,
    "pythia-2.8b": 2_775_208_960,
    "pythia-6.9b": 6_857_302_016,
    "pythia-12b": 11_846_072_320,
}


@pytest.mark.parametrize("model", PUBLISHED_PARAMETERS)
def test_parameters_are_those_of_the_pythia_paper(model):
    assert PYTHIA[model].parameters == PUBLISHED_PARAMETERS[model]


def test_small_models_start_from_neox_small_and_wang_init():
    rows, columns, std = PYTHIA["pythia-1.4b"].matrices()[MLP_IN.format(3)]
    assert (rows, columns) == (8192, 2048)
    assert std == pytest.approx((2 / (5 * 2048)) ** 0.5)
    assert PYTHIA["pythia-1.4b"].matrices()[ATTENTION_OUT.format(23)][2] == pytest.approx(2 / (24 * 2048**0.5))


def test_the_two_largest_start_from_neox_defaults():
    matrices = PYTHIA["pythia-12b"].matrices()
    assert matrices[MLP_IN.format(0)][2] == 0.02
    assert matrices[ATTENTION_OUT.format(0)][2] == pytest.approx(0.02 / 72**0.5)
