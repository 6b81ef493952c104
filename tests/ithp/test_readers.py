"""Small files in the formats that multimodal data come in: what is read, and what is refused in one line."""

import json
import os
import pickle
import shutil
import tempfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from threefold.ithp.features import describe, load, save
from threefold.ithp.readers import read
from threefold.ithp.scores import score
from threefold.ithp.trials import run_network
from threefold.ithp.words import Tokens
from threefold.record.errors import InputError

RNG = np.random.default_rng(0)


MARK = Path(tempfile.gettempdir(), f"threefold-ran-{os.getpid()}")


class Run:
    """Pickles as a call of the shell."""

    def __reduce__(self):
        return os.system, (f"touch {MARK}",)


def dump(path, content):
    path.write_bytes(pickle.dumps(content, protocol=4))
    return path


def spell(texts):
    """An encoder: a sign before each text, then two pieces of every word."""
    words = [[-1, *np.repeat(np.arange(len(text)), 2)] for text in texts]
    word = np.concatenate(words)
    vectors = np.stack([word, np.arange(len(word))], axis=1).astype(np.float32)
    return Tokens(vectors, word, np.array([len(row) for row in words]), np.arange(len(word)))


def mag_row(k, tokens=3):
    acoustic = RNG.normal(size=(tokens, 4))
    return (
        (["so", "what", "now"][:tokens], RNG.normal(size=(tokens, 5)), acoustic),
        np.array([[k / 2 - 1.5]]),
        f"v{k}[0]",
    )


def mag(path, change=None):
    data = {"train": [mag_row(k) for k in range(4)], "dev": [mag_row(4)], "test": [mag_row(5), mag_row(6)]}
    if change:
        change(data)
    return dump(path, data)


def mmsa(path, change=None):
    def part(n, first):
        return {
            "raw_text": ["x"] * n,
            "text": RNG.normal(size=(n, 6, 8)).astype(np.float32),
            "audio": np.where(np.arange(6)[:, None] < 2, np.arange(n)[:, None, None], 9.0) * np.ones((n, 6, 3)),
            "vision": RNG.normal(size=(n, 6, 5)),
            "audio_lengths": [2] * n,
            "vision_lengths": [6] * n,
            "id": [f"vid{first + k}$_$0" for k in range(n)],
            "regression_labels": np.linspace(-1, 1, n),
        }

    data = {"train": part(5, 0), "valid": part(2, 5), "test": part(3, 7)}
    if change:
        change(data)
    return dump(path, data)


def neutral(path, card=None, **change):
    arrays = {
        "X_T": RNG.normal(size=(20, 3)),
        "X_A": RNG.normal(size=(20, 2)),
        "label": np.arange(20) % 2,
        "group": np.repeat(np.arange(10), 2),
    }
    arrays |= change
    np.savez(path, **{key: x for key, x in arrays.items() if x is not None})
    if card:
        path.with_suffix(".json").write_text(json.dumps(card))
    return path


def test_mag_is_pooled_with_its_standard_split_and_minus_infinity_counted(tmp_path):
    def wild(data):
        data["train"][0][0][2][1, 0] = -np.inf
        data["train"][1][0][2][:, 1] = -np.inf

    path = mag(tmp_path / "mosi.pkl", wild)
    features = read("mag", path, ["T", "A", "V"], encode=spell)
    assert {name: x.shape for name, x in features.modalities.items()} == {"T": (7, 2), "A": (7, 4), "V": (7, 5)}
    assert features.target.tolist() == [k / 2 - 1.5 for k in range(7)]
    assert features.label.tolist() == [0, 0, 0, 1, 1, 1, 1]
    assert features.folds["standard split"][0].tolist() == [5, 6]
    assert features.validation.nonzero()[0].tolist() == [4]
    assert features.replaced == {"T": 0, "A": 1 + 3, "V": 0}
    raw = pickle.loads(path.read_bytes())["train"]
    np.testing.assert_allclose(features.modalities["A"][0, 0], raw[0][0][2][[0, 2], 0].mean(), rtol=1e-6)
    assert features.modalities["A"][1, 1] == 0
    with pytest.raises(InputError, match="not finite"):
        read("mag", path, ["A", "V"], missing="refuse")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(facet=d.pop("train")), "the wrong file that MAG's old Dropbox link serves"),
        (lambda d: d["dev"].append((1, 2)), "dev row 1 is not"),
        (lambda d: d["test"].append((((*mag_row(0)[0][:2], np.ones((2, 4)))), 0.0, "v")), "3 words, 3 visual and 2"),
        (
            lambda d: d["dev"].append(((["a"], [[1.0], [1.0, 2.0]][:1], [[1, [2]]]), 0.0, "v")),
            "dev row 1, acoustic: not a",
        ),
        (lambda d: d["dev"].append((mag_row(0)[0], 4.0, "v")), "label 4.0 of row 5 is not between -3 and 3"),
        (lambda d: d["dev"].append((mag_row(0)[0], np.nan, "v")), "label nan of row 5"),
        (lambda d: d["dev"].append(((["a"], np.ones((1, 5)), np.ones((1, 9))), 0.0, "v")), "A have 4 and 9 columns"),
        (lambda d: d["dev"].append((([], np.ones((0, 5)), np.ones((0, 4))), 0.0, "v")), "row 5 has no step of A"),
        (lambda d: d.update(dev=Run()), "refused the global .*system"),
    ],
)
def test_a_mag_file_that_is_another_is_named(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        read("mag", mag(tmp_path / "mosi.pkl", change), ["A"])
    assert not MARK.exists()


def test_mmsa_keeps_to_the_real_lengths(tmp_path):
    features = read("mmsa", mmsa(tmp_path / "aligned_50.pkl"))
    expected = [*range(5), *range(2), *range(3)]  # padding would have made it more
    np.testing.assert_array_equal(features.modalities["A"], np.tile(expected, (3, 1)).T)
    assert describe(features)["rows"] == 10
    assert features.folds["standard split"][0].tolist() == [7, 8, 9]
    with pytest.raises(InputError, match="lacks text"):
        read("mmsa", mmsa(tmp_path / "b.pkl", lambda d: d["valid"].pop("text")))
    with pytest.raises(InputError, match="4 rows of A, but 5"):
        read("mmsa", mmsa(tmp_path / "c.pkl", lambda d: d["train"].update(audio=d["train"]["audio"][:4])))


def csd(path, table, root=None):
    with h5py.File(path, "w") as file:
        data = (file.create_group(root) if root else file).create_group("data")
        for video, (features, intervals) in table.items():
            data[f"{video}/features"], data[f"{video}/intervals"] = features, intervals


def test_csd_rows_go_to_the_labelled_interval_that_holds_their_middle(tmp_path):
    ends = np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 3.0], [3.0, 4.0]])
    videos = [f"v{k}" for k in range(5)]
    csd(tmp_path / "text.csd", {v: (np.arange(4.0)[:, None], ends) for v in videos}, root="glove")
    csd(tmp_path / "audio.csd", {v: (RNG.normal(size=(4, 2)), ends) for v in videos[:4]})
    csd(tmp_path / "labels.csd", {v: ([[1.0], [-2.0]], [[0.0, 2.0], [2.0, 4.0]]) for v in videos})
    features = read("csd", tmp_path, ["text", "audio"])
    assert features.modalities["text"][:, 0].tolist() == [0.5, 2.5] * 4
    assert features.target.tolist() == [1.0, -2.0] * 4
    assert features.left_out == 2  # the fifth video has no audio
    assert len(features.folds["grouped folds"]) == 4
    (tmp_path / "audio.csd").write_bytes(b"truncated")
    with pytest.raises(InputError, match=r"audio\.csd.*HDF5"):
        read("csd", tmp_path)


def test_mustard_as_its_authors_give_it(tmp_path, mirror):
    for name in ("sarcasm_data.json", "split_indices.p"):
        shutil.copyfile(mirror / "mustard" / name, tmp_path / name)
    ids = list(json.loads((tmp_path / "sarcasm_data.json").read_text()))
    sound = {i: np.tile(np.arange(4.0)[:, None] + k % 2, (1, 2 + k % 3)) for k, i in enumerate(ids)}
    dump(tmp_path / "audio_features.p", sound)
    layers = [{"layers": [{"values": [float(v), float(k)]} for v in range(4)]} for k in range(len(ids))]
    lines = [json.dumps({"features": [{"token": "[CLS]", **own}, {"token": "so", "layers": []}]}) for own in layers]
    (tmp_path / "bert-output.jsonl").write_text("\n".join(lines) + "\n")
    with h5py.File(tmp_path / "resnet_pool5.hdf5", "w") as file:
        for k, i in enumerate(ids):
            file[i] = np.full((3, 5), k, np.float32)
    features = read("mustard", tmp_path, ["V", "T", "A"])
    assert list(features.modalities) == ["V", "T", "A"]
    assert features.modalities["V"][:, 0].tolist() == list(range(690))
    assert features.modalities["A"][6].tolist() == [0, 1, 2, 3]
    assert features.modalities["T"][3].tolist() == [1.5, 3.0]
    assert len(features.folds["published folds"]) == 5
    (tmp_path / "bert-input.txt").write_text("so what\n" * 689 + "never\n")
    assert read("mustard", tmp_path, ["T"], encode=spell).modalities["T"].shape == (690, 2)
    folds = pickle.loads((tmp_path / "split_indices.p").read_bytes(), encoding="latin1")
    dump(tmp_path / "split_indices.p", [(train, test[1:]) for train, test in folds])
    with pytest.raises(InputError, match=r"split_indices\.p: a fold does not hold each of 690 rows once"):
        read("mustard", tmp_path)
    dump(tmp_path / "split_indices.p", [folds[0]] * 5)
    with pytest.raises(InputError, match=r"published folds: row .* is in more than one test fold"):
        read("mustard", tmp_path)
    (tmp_path / "resnet_pool5.hdf5").unlink()
    with pytest.raises(InputError, match=r"no resnet_pool5\.hdf5"):
        read("mustard", tmp_path)


def test_ones_own_features(tmp_path):
    features = read("neutral", neutral(tmp_path / "mine.npz"), ["A", "T"])
    assert list(features.modalities) == ["A", "T"]
    assert len(features.folds["grouped folds"]) == 5
    split = np.array(["train"] * 12 + ["valid"] * 3 + ["test"] * 5)
    path = neutral(tmp_path / "real.npz", {"task": "regression"}, label=np.linspace(-3, 3, 20), split=split)
    features = read("neutral", path, ["T", "A"])
    assert features.target[0] == -3
    save(features, *(tmp_path / name for name in ("f.npz", "folds.json", "card.json")))
    again = load(tmp_path / "f.npz", tmp_path / "folds.json")
    np.testing.assert_array_equal(again.target, features.target)
    assert again.validation.sum() == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label": None}, "expected label and X_<modality>"),
        ({"X_A": np.zeros((19, 2))}, "modality A has 19 rows, the label 20"),
        ({"X_A": np.zeros(20)}, "X_A has 1 axes"),
        ({"label": np.arange(20)}, "labels .* expected 0 and 1"),
        ({"split": np.array(["train"] * 20)}, "no row called test"),
        ({"X_T": None, "X_Z": np.zeros((20, 1))}, "no modality T.*prime"),
        ({"X_T": np.array([[object()]] * 20)}, "without pickled objects"),
        ({"X_T": np.zeros((20, 0))}, "modality T has no columns"),
        ({"X_T": np.full((20, 3), 7.0)}, "modality T has only constant columns"),
        ({"X_T": np.full((20, 3), np.nan)}, "modality T has only constant columns"),
        ({"group": np.zeros(20)}, "all 20 rows are of one group"),
        ({"group": np.arange(19)}, "group has 19 rows, the label 20"),
        ({"lengths": np.full(19, 1)}, "lengths has 19 rows"),
        ({"lengths": np.full(20, 2)}, "modality T has 20 rows, the lengths add up to 40"),
        ({"lengths": np.repeat([0, 2], 10)}, "row 0 has no tokens"),
        ({"label": np.full(20, np.nan)}, "labels"),
    ],
)
def test_features_that_cannot_be_right_are_refused(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        read("neutral", neutral(tmp_path / "mine.npz", **change), ["T", "A"])


@pytest.mark.parametrize(
    ("folds", "message"),
    [
        ([[*range(10)], [*range(9, 20)]], "row 9 is in more than one test fold"),
        ([[*range(10)], [*range(11, 20)]], r"row 10 is in no test fold \(1 such\)"),
        ([[*range(10)], [*range(10, 21)]], "row 20, but rows are 0 to 19"),
        ([[*range(20)], []], "holds no row, or leaves none to train on"),
        ([[*range(20)]], "holds no row, or leaves none to train on"),
    ],
)
def test_folds_that_share_or_miss_rows_are_refused(tmp_path, folds, message):
    with pytest.raises(InputError, match=message):
        read("neutral", neutral(tmp_path / "mine.npz", {"folds": folds}))
    path = neutral(tmp_path / "good.npz", {"folds": [[*range(10)], [*range(10, 20)]]})
    save(read("neutral", path), *(tmp_path / name for name in ("f.npz", "folds.json", "card.json")))
    (tmp_path / "folds.json").write_text(json.dumps({"mine": folds}))
    with pytest.raises(InputError, match=message):
        load(tmp_path / "f.npz", tmp_path / "folds.json")


def test_a_card_that_is_no_json_is_named(tmp_path):
    neutral(tmp_path / "mine.npz").with_suffix(".json").write_text("{task: regression}")
    with pytest.raises(InputError, match=r"mine\.json: .*expected JSON"):
        read("neutral", tmp_path / "mine.npz")


def test_ones_own_sequences_are_kept_or_pooled(tmp_path):
    lengths = np.arange(20) % 3 + 1
    x = RNG.normal(size=(lengths.sum(), 3))
    x[0, 0] = -np.inf
    x[1, 0] = 5.0
    arrays = {"X_T": x, "X_A": x[:, :2], "lengths": lengths}
    features = read("neutral", neutral(tmp_path / "mine.npz", **arrays), per_token=True)
    assert features.modalities["T"].shape == x.shape
    assert features.modalities["T"][0, 0] == 0
    assert features.replaced == {"T": 1, "A": 1}
    pooled = read("neutral", tmp_path / "mine.npz")
    np.testing.assert_allclose(pooled.modalities["T"][1], x[1:3].mean(0), rtol=1e-6)
    with pytest.raises(InputError, match="no tokens in common"):
        read("neutral", neutral(tmp_path / "pooled.npz"), per_token=True)


def test_texts_of_ones_own_are_encoded(tmp_path):
    text = np.array(["so what now", "never"] * 10)
    path = neutral(tmp_path / "mine.npz", X_T=None, text=text)
    features = read("neutral", path, ["T", "A"], encode=spell)
    np.testing.assert_allclose(features.modalities["T"][:2, 0], [(0 + 0 + 1 + 1 + 2 + 2 - 1) / 7, -1 / 3], rtol=1e-6)
    tokens = read("neutral", path, ["T"], encode=spell, per_token=True)
    assert tokens.lengths.tolist() == [7, 3] * 10
    assert len(tokens.pieces) == 100


def test_mmsa_keeps_tokens_where_its_modalities_are_aligned(tmp_path):
    def align(data):
        for part in data.values():
            n = len(part["text"])
            part["text_bert"] = np.stack([np.zeros((n, 6)), np.arange(6) < 4 * np.ones((n, 1)), np.zeros((n, 6))], 1)
            part.pop("audio_lengths"), part.pop("vision_lengths")

    features = read("mmsa", mmsa(tmp_path / "aligned_50.pkl", align), ["T", "A", "V"], per_token=True)
    assert features.lengths.tolist() == [4] * 10
    assert features.modalities["V"].shape == (40, 5)
    with pytest.raises(InputError, match="not aligned step by step"):
        read("mmsa", mmsa(tmp_path / "unaligned_50.pkl"), per_token=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "an empty file"),
        (b"<!DOCTYPE html><title>Google Drive - Quota exceeded</title>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "git-LFS pointer"),
        (pickle.dumps({"train": [np.ones(50)]})[:-20], "refused"),
    ],
)
def test_what_dead_links_leave_behind_is_named(tmp_path, content, message):
    (tmp_path / "mosi.pkl").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read("mag", tmp_path / "mosi.pkl", ["A"])


def test_a_real_label_is_predicted_and_scored_in_both_conventions(tmp_path):
    x = RNG.normal(size=(200, 4))
    label = np.clip(np.rint(2 * x[:, 0]) / 2, -3, 3)
    path = neutral(tmp_path / "r.npz", {"task": "regression"}, X_T=x, X_A=x[:, :2], label=label, group=np.arange(200))
    features = read("neutral", path, ["T", "A"])
    settings = {"latent": [4], "hidden": 16, "detector": [4.0], "level": [1.0], "information_weight": 0.05}
    settings |= {"task_weight": 10.0, "seeds": 2, "epochs": 60, "batch_size": 40, "learning_rate": 0.01}
    settings |= {"preset": "corrected", "head": "residual", "clip": 0.0, "patience": 0, "precision": "32-true"}
    trial = run_network(
        features,
        "ithp",
        "TA",
        settings | {"weight_decay": 0.0, "device": "cpu", "warmup": 0.1, "backbone_rate": 0.0},
        0,
    )
    table = score(trial.predictions, features.group, 100, [0]).set_index("metric")["value"]
    p = trial.predictions[trial.predictions["seed"] == 0]
    kept = p["target"] != 0
    both = trial.predictions.groupby("seed")
    assert table["mae_all"] == pytest.approx(both.apply(lambda t: (t.score - t.target).abs().mean()).mean(), rel=1e-5)
    assert table["corr_all"] == pytest.approx(
        both.apply(lambda t: np.corrcoef(t.score, t.target)[0, 1]).mean(), rel=1e-5
    )
    assert 0 < kept.sum() < len(p)
    assert table["acc2_non0"] > table["acc2_has0"] > 0.8
    assert table["corr_non0"] > 0.8
    assert table["mae_non0"] != table["mae_all"]
