"""The section `neuromfa` of the configuration, and the claims of the chain."""

from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from threefold.config import Config, load_config
from threefold.config.neuromfa import PythiaModel
from threefold.neuromfa.balls import PUBLISHED, Choices
from threefold.neuromfa.evaluations import STEPS
from threefold.neuromfa.neox import PYTHIA, Shape
from threefold.neuromfa.published import LATE, published_emergence
from threefold.record.claims import load_claims, measure, verdict
from threefold.record.errors import InputError
from threefold.record.tables import table_schema, write_table

ROOT = Path(__file__).parents[2]
CLAIMS = ROOT / "config" / "claims" / "neuromfa.yaml"


def test_the_configuration_knows_exactly_the_models_of_the_library():
    assert set(get_args(PythiaModel)) == set(PYTHIA)
    assert [m.model for m in Config().neuromfa.initial] == list(PYTHIA)


def test_the_default_choices_are_the_published_preset():
    default = Config().neuromfa
    assert Choices(window=default.window, **default.spectrum.model_dump()) == PUBLISHED


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
        ({"initial": [{"model": "pythia-1b"}, {"model": "pythia-1b", "sample_sizes": [32]}]}, "names each model once"),
        ({"windw": 100}, "closest known key is window"),
    ],
)
def test_a_wrong_value_is_explained_in_one_line(section, message):
    with pytest.raises(InputError, match=message) as caught:
        load_config({"neuromfa": section})
    assert "\n" not in str(caught.value) and str(caught.value).startswith("config: ")


def test_the_paper_scale_is_the_pythia_suite():
    fetched = load_config(yaml.safe_load((ROOT / "config" / "paper.yaml").read_text())).neuromfa.fetched
    sizes = [name.removeprefix("pythia-") for name in PYTHIA]
    assert list(fetched) == [f"pythia-{size}-{kind}" for size in sizes for kind in ("deduped", "standard")]
    spectra = {1, 8, 64, 512, 1000, 5000, 10_000, 35_000, 71_000, 107_000, 143_000}
    for name, model in fetched.items():
        last = {143_000: 140_000} if "-31m-" in name else {}
        assert model.steps == sorted({last.get(step, step) for step in {*STEPS, *spectra}}) and len(model.steps) == 32
        assert model.repository == f"EleutherAI/{name.removesuffix('-standard')}"


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


def test_the_published_curve_would_fulfil_its_own_claims(tmp_path):
    claims = {claim.id.removeprefix("neuromfa."): claim for _, claim in load_claims([CLAIMS])}
    curve = published_emergence("pythia-1.4b-deduped").assign(model="pythia-1.4b-deduped")
    late = [{"model": m, "step": 53_000, "emergence": e} for m, e in LATE[53_000].items() if m != "pythia-1.4b-deduped"]
    standard = published_emergence("pythia-1.4b-standard").assign(model="pythia-1.4b-standard")
    table = pd.concat([curve, pd.DataFrame(late), standard], ignore_index=True)
    ends = {f"emergence_{end}": table["emergence"] for end in ("low", "high")}
    pq.write_table(pa.Table.from_pandas(table.assign(**ends)), tmp_path / "all.parquet")
    pq.write_table(pa.Table.from_pandas(curve), tmp_path / "one.parquet")
    found = {}
    for name, file in {
        "C1": "all",
        "C2": "one",
        "C5": "one",
        "C6": "one",
        "C7": "all",
        "C8": "all",
        "C12": "all",
    }.items():
        _, low, high = measure(claims[name], tmp_path / f"{file}.parquet")
        found[name] = verdict(claims[name].expect, low, high)
    assert found.pop("C7") == "contradicted"  # in the paper's own figure 1.4B lies below 1B
    assert set(found.values()) == {"reproduced"}, found
