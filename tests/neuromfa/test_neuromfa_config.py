"""The section `neuromfa` of the configuration, and the claims of the chain."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from threefold.config import Config, load_config
from threefold.config.neuromfa import PythiaModel
from threefold.neuromfa.neox import PYTHIA, Shape
from threefold.record.claims import load_claims, measure
from threefold.record.errors import InputError
from threefold.record.tables import table_schema, write_table

CLAIMS = Path(__file__).parents[2] / "config" / "claims" / "neuromfa.yaml"


def test_the_configuration_knows_exactly_the_models_of_the_library():
    assert set(get_args(PythiaModel)) == set(PYTHIA)
    assert [m.model for m in Config().neuromfa.initial] == list(PYTHIA)


def test_trained_models_are_named_by_their_size():
    for name, model in Config().neuromfa.trained.items():
        shape = Shape(model.hidden_size, model.blocks, model.heads, 256)
        assert name == f"pydoc-{shape.parameters / 1e6:.1f}m"


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"trained": {"a": {"hidden_size": 64, "blocks": 2, "heads": 4, "sample_size": 65}}}, "at most hidden_size"),
        ({"trained": {"a": {"hidden_size": 66, "blocks": 2, "heads": 4}}}, r"multiple of heads \(4\)"),
        ({"trained": {"pythia-14m": {"hidden_size": 64, "blocks": 2, "heads": 4}}}, "pythia-14m is there twice"),
        ({"trained": {"a/b": {"hidden_size": 64, "blocks": 2, "heads": 4}}}, "named in a-z"),
        ({"fetched": {"a": {}}}, "either a repository or a folder"),
        ({"fetched": {"a": {"repository": "b/c", "folder": "d"}}}, "either a repository or a folder"),
        ({"fetched": {"a": {"repository": "b/c", "steps": [8, 1]}}}, "ascending steps"),
        ({"fetched": {"a": {"folder": "d", "steps": [0, 1]}}}, r"with \{step\} in it"),
        ({"fetched": {"pydoc-0.3m": {"repository": "b/c"}}}, "pydoc-0.3m is there twice"),
        ({"training": {"checkpoints": [1, 2]}}, "begin with 0"),
        ({"training": {"checkpoints": [0, 4, 4]}}, "ascending"),
        ({"initial": [{"model": "pythia-13b"}]}, "pythia-12b"),
        ({"initial": [{"model": "pythia-1b"}, {"model": "pythia-1b", "sample_size": 32}]}, "names each model once"),
        ({"windw": 100}, "closest known key is window"),
    ],
)
def test_a_wrong_value_is_explained_in_one_line(section, message):
    with pytest.raises(InputError, match=message) as caught:
        load_config({"neuromfa": section})
    assert "\n" not in str(caught.value) and str(caught.value).startswith("config: ")


def test_every_claim_of_the_paper_and_every_control_is_listed():
    claims = {claim.id.removeprefix("neuromfa."): claim for _, claim in load_claims([CLAIMS])}
    wanted = [f"C{n}" for n in range(1, 18)] + [f"K{n}" for n in range(1, 6)]
    assert set(wanted) <= set(claims)
    assert not any(claims[f"C{n}"].ours for n in range(1, 18))
    assert all(claim.ours for name, claim in claims.items() if not name.startswith("C"))


def test_claims_of_models_that_a_run_leaves_out_are_measured_as_unknown(tmp_path):
    for _, claim in load_claims([CLAIMS]):
        if claim.artifact:
            table = "/".join(claim.artifact.removesuffix(".parquet").split("/")[:2])
            file = tmp_path / "empty.parquet"
            write_table(file, table_schema(table).empty_table().to_pandas(), table)
            assert np.isnan(measure(claim, file)).all(), claim.id
