"""The readers on the published files: what the specification counts in them, and what damage is refused."""

import shutil

import numpy as np
import pytest

from threefold.ithp.features import Features, check, describe, load, save
from threefold.ithp.public import read_mosi, read_mustard
from threefold.record.errors import InputError


def copy(mirror, folder, name):
    return shutil.copytree(mirror / name, folder / name, copy_function=shutil.copyfile)


def test_mosi_is_the_clean_half_with_its_videos_apart(mirror):
    features = read_mosi(mirror / "mosi_utterance")
    facts = describe(features)
    assert (facts["rows"], facts["positive"], facts["groups"]) == (752, 467, 31)
    assert {k: v["columns"] for k, v in facts["modalities"].items()} == {"T": 100, "A": 73, "V": 100}
    assert (facts["modalities"]["A"]["constant_columns"], facts["modalities"]["V"]["constant_columns"]) == (4, 32)
    (folds,) = features.folds.values()
    assert sorted(np.concatenate(folds).tolist()) == list(range(752))
    for test in folds:
        train = features.training(test)
        assert train.sum() == 752 - len(test)
        assert not set(features.group[test]) & set(features.group[train])


def test_mustard_has_its_published_folds_and_the_speaker_independent_split(mirror):
    features = read_mustard(mirror / "mustard")
    facts = describe(features)
    assert (facts["rows"], facts["positive"], facts["groups"]) == (690, 345, 21)
    assert [fold["positive"] for fold in facts["folds"]["published folds"]] == [74, 71, 63, 76, 61]
    assert facts["folds"]["speaker-independent"] == [{"rows": 356, "positive": 152}]
    assert features.modalities["T"].shape == (690, 300)
    assert np.abs(features.modalities["T"]).sum(1).min() > 0  # every utterance has a known word


def test_saved_features_come_back_and_the_bytes_repeat(tmp_path, mirror):
    features = read_mustard(mirror / "mustard")
    for name in ("a", "b"):
        save(features, *(tmp_path / f"{name}.{kind}" for kind in ("npz", "folds.json", "card.json")))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = load(tmp_path / "a.npz", tmp_path / "a.folds.json")
    np.testing.assert_array_equal(again.modalities["T"], features.modalities["T"])
    assert [(p, k, rows.tolist()) for p, k, rows in again.splits] == [(p, k, r.tolist()) for p, k, r in features.splits]


def test_labels_that_do_not_belong_to_the_transcripts_are_refused(tmp_path, mirror):
    folder = copy(mirror, tmp_path, "mosi_utterance")
    lines = (folder / "audio_test.csv").read_text().splitlines()
    (folder / "audio_test.csv").write_text("\n".join(lines[::-1]))
    with pytest.raises(InputError, match=r"audio_test\.csv: its labels"):
        read_mosi(folder)


def test_damaged_rows_are_named(tmp_path, mirror):
    folder = copy(mirror, tmp_path, "mosi_utterance")
    text = (folder / "video_test.csv").read_text()
    (folder / "video_test.csv").write_text(text.replace('"1.38628"', '"n/a"', 1))
    with pytest.raises(InputError, match=r"video_test\.csv.*'n/a'"):
        read_mosi(folder)
    (folder / "video_test.csv").write_text(text.replace('"1.38628"', '"nan"', 1))
    with pytest.raises(InputError, match="V row 0, column 1 is nan"):
        read_mosi(folder)


def test_a_lost_line_of_text_is_noticed(tmp_path, mirror):
    folder = copy(mirror, tmp_path, "mustard")
    lines = (folder / "bert-input.txt").read_text().splitlines()
    (folder / "bert-input.txt").write_text("\n".join(lines[:-1]))
    with pytest.raises(InputError, match=r"689 lines, sarcasm_data\.json 690"):
        read_mustard(folder)


@pytest.mark.parametrize(
    ("x", "label", "message"),
    [
        (np.zeros((3, 2)), np.zeros(4), "3 rows, the label 4"),
        (np.array([[0.0], [np.inf]]), np.zeros(2), "row 1, column 0 is inf"),
        (np.zeros((2, 1)), np.array([0, 3]), "labels"),
    ],
)
def test_arrays_that_cannot_be_right_are_refused(x, label, message):
    with pytest.raises(InputError, match=message):
        check("data", Features({"X": x}, label, np.arange(len(label)), {}))


def test_training_rows_are_all_but_the_held_out():
    features = Features({"X": np.zeros((5, 1))}, np.zeros(5), np.arange(5), {"p": [np.array([1, 3])]})
    assert features.training(features.splits[0][2]).tolist() == [True, False, True, False, True]
