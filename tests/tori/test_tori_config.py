"""The section `tori` of the configuration."""

from typing import get_args

import pytest

from threefold.config import load_config
from threefold.config.tori import SurfaceName
from threefold.record.errors import InputError
from threefold.tori.surfaces import SURFACES


def test_the_configuration_knows_every_surface():
    assert set(get_args(SurfaceName)) == set(SURFACES)


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_length": {"S_9_9": 3}},
        {"max_length": {"S_1_1": 0}},
        {"families": {"diagonal_level": 5.0}},
        {"famillies": {}},
    ],
)
def test_a_wrong_value_is_refused_with_its_key(wrong):
    key = next(iter(wrong))
    with pytest.raises(InputError, match=f"tori.{key}"):
        load_config({"tori": wrong})
