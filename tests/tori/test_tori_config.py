"""The section `tori` of the configuration."""

from pathlib import Path

import pytest
import yaml

from threefold.config import load_config
from threefold.record.errors import InputError

ROOT = Path(__file__).parents[2]


def test_any_surface_may_be_listed():
    config = load_config({"tori": {"max_length": {"S_2_4": 2, "D_5": 3, "S_0_6": 2, "S_2_0": 2}}})
    assert list(config.tori.max_length) == ["S_2_4", "D_5", "S_0_6", "S_2_0"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_length": {"S_9_9": 3}},
        {"max_length": {"S_0_3": 3}},
        {"max_length": {"genus two": 3}},
        {"max_length": {"S_1_1": 0}},
        {"families": {"diagonal_level": 5.0}},
        {"families": {"stronger_twists": [[4, 2]]}},
        {"families": {"lifted_diverging": [[7, 1]]}},
        {"families": {"lifted_conveyors": [[2]]}},
        {"famillies": {}},
    ],
)
def test_a_wrong_value_is_refused_with_its_key(wrong):
    key = next(iter(wrong))
    with pytest.raises(InputError, match=f"tori.{key}"):
        load_config({"tori": wrong})


def test_the_scale_of_the_paper_is_a_valid_configuration():
    config = load_config({"tori": yaml.safe_load((ROOT / "config" / "paper.yaml").read_text())["tori"]})
    assert config.tori.max_length["S_2_1"] == 7
