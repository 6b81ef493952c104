from pathlib import Path

import pytest
import yaml

from threefold.config import default_yaml, load_config
from threefold.config.__main__ import GENERATED
from threefold.record.errors import InputError


@pytest.mark.parametrize("path", GENERATED, ids=lambda path: path.name)
def test_generated_files_are_in_sync_with_the_model(path: Path):
    assert path.read_text() == GENERATED[path](), f"{path.name} is stale; run `make config`"


def test_the_default_file_says_what_an_empty_one_means():
    assert load_config(yaml.safe_load(default_yaml())) == load_config({})


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ({"trakcing": {}}, ["unknown key trakcing", "closest known key is tracking"]),
        ({"tracking": {"mod": "offline"}}, ["unknown key tracking.mod", "mode"]),
        ({"tracking": {"mode": "on"}}, ["tracking.mode is 'on'", "'offline', 'online' or 'disabled'"]),
        ({"seed": "many"}, ["seed is 'many'", "integer"]),
        ({"data": 3}, ["data is 3", "dictionary"]),
    ],
)
def test_a_mistake_is_one_line_that_names_the_key_and_what_is_allowed(raw, parts):
    with pytest.raises(InputError) as error:
        load_config(raw)
    message = str(error.value)
    assert "\n" not in message
    assert all(part in message for part in parts), message


def test_every_mistake_has_its_own_line():
    with pytest.raises(InputError) as error:
        load_config({"seed": "x", "sed": 1})
    assert len(str(error.value).splitlines()) == 2
