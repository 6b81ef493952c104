"""What is measured of bottlenecks trained on real features."""

import numpy as np
import pytest

from threefold.ithp.artifacts import save_network
from threefold.ithp.features import Features
from threefold.ithp.kept import measure_kept, measure_shared
from threefold.ithp.parameters import count_official, count_saved
from threefold.ithp.trials import run_network
from threefold.record.tables import table_schema

SETTINGS = {
    "latent": [4, 3],
    "hidden": 8,
    "detector": [8.0, 8.0],
    "level": [1.0, 1.0],
    "information_weight": 0.1,
    "task_weight": 5.0,
    "seeds": 2,
    "epochs": 20,
    "batch_size": 64,
    "learning_rate": 0.02,
    "weight_decay": 0.0,
    "preset": "corrected",
    "head": "b1",
    "clip": 0.0,
    "patience": 0,
    "precision": "32-true",
    "device": "cpu",
    "warmup": 0.0,
    "backbone_rate": None,
}


@pytest.fixture(scope="module")
def features():
    """A repeats T with little noise; V is nothing but noise; the label is the sign of T's first column."""
    rng = np.random.default_rng(0)
    text = rng.standard_normal((600, 3))
    modalities = {"T": text, "A": text + 0.3 * rng.standard_normal(text.shape), "V": rng.standard_normal((600, 3))}
    folds = {"p": [np.arange(k * 150, k * 150 + 150) for k in range(4)]}
    modalities = {name: x.astype(np.float32) for name, x in modalities.items()}
    return Features(modalities, (text[:, 0] > 0).astype(np.int8), np.arange(600) // 10, folds)


@pytest.fixture(scope="module")
def network(features):
    return run_network(features, "ithp", "TAV", SETTINGS, 0).network


@pytest.fixture(scope="module")
def kept(network, features):
    return measure_kept(network, "TAV", features, 0)


def mean(kept, quantity, estimator):
    rows = kept[(kept["quantity"] == quantity) & (kept["estimator"] == estimator)]
    assert len(rows) == 4 * SETTINGS["seeds"]
    return rows["value"].mean()


def test_what_is_shared_is_found_and_what_is_not_is_not(kept):
    assert mean(kept, "I(B0;X1)", "InfoNCE") > 0.5
    assert mean(kept, "R2(X1|B0)", "linear probe") > 0.4
    assert mean(kept, "I(B1;X2)", "InfoNCE") < 0.05
    assert mean(kept, "R2(X2|B1)", "linear probe") < 0.05


def test_bounds_of_what_b0_keeps_are_in_order_where_they_do_not_warn(kept):
    rows = kept[kept["quantity"] == "I(X0;B0)"].pivot(index=["fold", "seed"], columns="estimator")
    value, valid = rows["value"], rows["valid"]
    assert np.all(value["known channel, lower"] <= value["known channel, upper"])
    assert np.all(value["known channel, lower"] <= value["KL to the prior"])
    above = value["known channel, upper"] > value["KL to the prior"] + 0.2
    assert not valid["known channel, upper"][above].any()


def test_no_bottleneck_tells_more_of_the_label_than_there_is(kept):
    told = kept[kept["estimator"] == "probe"]
    assert told["value"].max() <= np.log(2)
    assert told["value"].mean() > 0.2


def test_the_same_network_is_measured_alike_and_fits_the_table(network, features, kept):
    twin = run_network(features, "ithp", "TAV", SETTINGS, 0).network
    again = measure_kept(twin, "TAV", features, 0)
    assert again.equals(kept)
    assert {*kept.columns, "model", "modalities"} == set(table_schema("ithp/kept").names)


def test_shared_information_of_each_pair(features):
    shared = measure_shared(features).set_index("modalities")["value"]
    assert shared["T-A"] == pytest.approx(1.5 * np.log1p(1 / 0.09), abs=0.2)
    assert shared[["T-V", "A-V"]].max() < 0.03


def test_modalities_of_the_utterance_features_share_what_was_measured_before(mirror):
    from threefold.ithp.public import read_mosi

    shared = measure_shared(read_mosi(mirror / "mosi_utterance")).set_index("modalities")["value"]
    assert shared[["T-A", "T-V", "A-V"]].tolist() == pytest.approx([0.18, 0.24, 0.34], abs=0.015)


def test_parameters_are_counted_from_the_file_for_one_replica(network, tmp_path):
    path = tmp_path / "mine/ithp/T-A-V/model.safetensors"
    path.parent.mkdir(parents=True)
    save_network(path, network, {"model": "ithp", "modalities": "T-A-V"})
    table = count_saved([path]).set_index("part")
    assert table["dataset"].tolist() == ["mine"] * len(table)
    assert table.loc["encoders.0", "parameters"] == 3 * 8 + 8 + 8 * 8 + 8
    assert table.loc["head", "parameters"] == 3 * 8 + 8 + 8 + 1
    assert not table.loc["detectors.1", "predicts"]
    assert table["parameters"].sum() * 8 == sum(p.numel() for p in network.parameters())


def test_the_official_network_has_as_many_parameters_as_its_own_code():
    table = count_official()
    assert table["parameters"].sum() == 1_052_154
    assert table.loc[table["part"] != "head", "parameters"].sum() == 409_337


def test_of_sequences_every_token_counts_and_rows_stay_apart(features):
    lengths = np.tile([1, 2, 3], 200)
    owner = np.repeat(np.arange(600), lengths)
    tokens = features._replace(modalities={name: x[owner] for name, x in features.modalities.items()}, lengths=lengths)
    settings = SETTINGS | {"seeds": 1, "epochs": 2}
    table = measure_kept(run_network(tokens, "ithp", "TA", settings, 0).network, "TA", tokens, 0)
    assert sorted(table["fold"].unique()) == [0, 1, 2, 3]
    lower = table[table["estimator"] == "known channel, lower"]
    assert np.allclose(lower["ceiling"], np.log(300))  # 150 rows of two tokens on average
