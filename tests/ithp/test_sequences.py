"""Sequences from a pickle to predictions: tokens with their words' audio and video, encoders frozen and fine-tuned."""

import pickle

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from threefold.cli import app
from threefold.ithp.artifacts import load_network, save_network
from threefold.ithp.controls import classify
from threefold.ithp.features import describe, load, save
from threefold.ithp.inference import predict_rows
from threefold.ithp.network import predict
from threefold.ithp.readers import read
from threefold.ithp.text import load_encoder
from threefold.ithp.trials import run_network
from threefold.ithp.words import find_encoder
from threefold.record.errors import InputError
from threefold.record.tables import read_table

WORDS = ["well", "this", "is", "great", "unwell"]
SETTINGS = {
    "latent": [8, 4],
    "hidden": 16,
    "detector": [4.0, 4.0],
    "level": [1.0, 0.3],
    "information_weight": 0.01,
    "task_weight": 10.0,
    "seeds": 2,
    "epochs": 25,
    "batch_size": 16,
    "learning_rate": 0.02,
    "weight_decay": 0.01,
    "preset": "corrected",
    "head": "b1",
    "clip": 1.0,
    "patience": 0,
    "warmup": 0.1,
    "backbone_rate": 0.01,
    "precision": "32-true",
    "device": "cpu",
}


def rows(rng, n, first):
    """Utterances of 2 to 8 words: negative where the word `not` is in them, more so the more words."""
    found = []
    for k in range(n):
        words = [*rng.choice(WORDS, rng.integers(2, 8)), *["not"] * (k % 2)]
        words = [words[i] for i in rng.permutation(len(words))]
        sound = rng.normal(size=(len(words), 3)) + np.array([[word == "not"] for word in words])
        video = rng.normal(size=(len(words), 2))
        label = (-1 if k % 2 else 1) * (1 + len(words) / 10)
        found.append(((words, video, sound), np.array([[label]]), f"video{first + k // 4}[{k}]"))
    return found


@pytest.fixture(scope="module")
def pickled(tmp_path_factory):
    rng, path = np.random.default_rng(0), tmp_path_factory.mktemp("mag") / "mosi.pkl"
    data = {"train": rows(rng, 80, 0), "dev": rows(rng, 20, 20), "test": rows(rng, 40, 25)}
    path.write_bytes(pickle.dumps(data, 4))
    return path


@pytest.fixture(scope="module")
def tokens(pickled, encoder):
    return read("mag", pickled, ["T", "A", "V"], encode=find_encoder(encoder), per_token=True)


def test_every_piece_has_the_audio_and_video_of_its_word(pickled, tokens, tmp_path):
    raw = pickle.loads(pickled.read_bytes())["train"]
    ends = tokens.lengths.cumsum()
    for k in range(5):
        (words, video, sound), *_ = raw[k]
        of_word = [i for i, word in enumerate(words) for _ in range(2 if word == "unwell" else 1)]
        own = slice(ends[k] - tokens.lengths[k], ends[k])
        assert tokens.lengths[k] == len(of_word) + 2
        zero = np.zeros((1, 3))
        np.testing.assert_allclose(tokens.modalities["A"][own], np.vstack([zero, sound[of_word], zero]), rtol=1e-6)
        np.testing.assert_allclose(tokens.modalities["V"][own][1:-1], video[of_word], rtol=1e-6)
    assert describe(tokens)["tokens"]["total"] == len(tokens.modalities["T"])
    save(tokens, *(tmp_path / name for name in ("f.npz", "folds.json", "card.json")))
    again = load(tmp_path / "f.npz", tmp_path / "folds.json")
    np.testing.assert_array_equal(again.pieces, tokens.pieces)
    np.testing.assert_array_equal(again.lengths, tokens.lengths)


def test_pooled_rows_do_not_count_the_encoders_own_signs(pickled, encoder):
    pooled = read("mag", pickled, ["T", "A", "V"], encode=find_encoder(encoder))
    (_, _, sound), *_ = pickle.loads(pickled.read_bytes())["train"][3]
    np.testing.assert_allclose(pooled.modalities["A"][3], sound.mean(0), rtol=1e-5)
    assert pooled.lengths is None
    assert pooled.pieces is None


def test_a_chain_on_tokens_predicts_and_its_controls_run_beside_it(tokens):
    trial = run_network(tokens, "ithp", "TAV", SETTINGS, 0)
    assert trial.detector_effect == trial.sampling_effect == 0
    assert sorted(trial.predictions["row"]) == sorted(list(range(100, 140)) * 2)
    assert ((trial.predictions["score"] > 0) == (trial.predictions["target"] > 0)).mean() > 0.9
    for model in ("concatenation", "flat", "shuffled", "published", "no_bottleneck"):
        assert len(run_network(tokens, model, "TAV", SETTINGS | {"epochs": 1}, 0).predictions) == 80
    assert set(classify(tokens, ["majority", "svm"])["row"]) == set(range(100, 140))


@pytest.mark.parametrize(("order", "pooled"), [("TAV", False), ("ATV", True)])
def test_the_official_head_takes_the_first_token_of_text_and_the_mean_of_others(tokens, order, pooled):
    """The first token of audio and video is that of the text encoder's sign: zeros, of which no label can be told."""
    settings = SETTINGS | {"head": "residual", "epochs": 1}
    network = run_network(tokens, "ithp", order, settings, 0).network
    x0, lengths = tokens.modalities[order[0]], tokens.lengths
    first = np.cumsum(lengths) - lengths
    other_first, other_rest = x0.copy(), x0.copy()
    other_first[first] += 1.0
    other_rest[np.setdiff1d(np.arange(len(x0)), first)] += 1.0
    said, by_first, by_rest = (predict(network, x, lengths) for x in (x0, other_first, other_rest))
    assert not np.allclose(said, by_first, atol=1e-4)
    assert np.allclose(said, by_rest, atol=1e-6) == (not pooled)


@pytest.fixture(scope="module")
def fine_tuned(tokens, encoder):
    return run_network(tokens, "ithp", "TAV", SETTINGS | {"fine_tune": True, "text_encoder": encoder, "epochs": 8}, 0)


def test_a_fine_tuned_encoder_learns_with_each_replica(tokens, encoder, fine_tuned):
    before = dict(load_encoder(encoder).named_parameters())
    first, second = (dict(copy.named_parameters()) for copy in fine_tuned.network.backbone.copies)
    name = "encoder.layer.0.attention.self.query_proj.weight"
    assert not torch.equal(first[name], before[name])
    assert not torch.equal(first[name], second[name])
    assert ((fine_tuned.predictions["score"] > 0) == (fine_tuned.predictions["target"] > 0)).mean() > 0.8
    assert fine_tuned.detector_effect < 1e-6
    concatenated = {"fine_tune": True, "text_encoder": encoder, "epochs": 1}
    assert run_network(tokens, "concatenation", "TAV", SETTINGS | concatenated, 0).network.backbone is not None
    assert run_network(tokens, "ithp", "ATV", SETTINGS | concatenated, 0).network.backbone is None


def test_fine_tuning_goes_on_to_the_same_bytes_after_a_kill(tokens, encoder, fine_tuned, tmp_path, monkeypatch):
    from threefold.ithp import training

    class Killed(Exception):
        pass

    class Kill(training._Resumption):
        def __init__(self, path, every):
            super().__init__(path, every=7)

        def on_train_batch_end(self, trainer, *arguments):
            super().on_train_batch_end(trainer, *arguments)
            if trainer.global_step == 23:
                raise Killed

    settings = SETTINGS | {"fine_tune": True, "text_encoder": encoder, "epochs": 8}
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(training, "_Resumption", Kill)
        run_network(tokens, "ithp", "TAV", settings, 0, resume=tmp_path / "state.ckpt")
    assert (tmp_path / "state.ckpt").exists()
    resumed = run_network(tokens, "ithp", "TAV", settings, 0, resume=tmp_path / "state.ckpt")
    for name, value in fine_tuned.network.state_dict().items():
        assert torch.equal(value, resumed.network.state_dict()[name]), name


def test_inner_rows_choose_each_replicas_epoch_of_the_encoder_too(tokens, encoder):
    settings = SETTINGS | {"fine_tune": True, "text_encoder": encoder, "epochs": 3, "patience": 2}
    trial = run_network(tokens, "ithp", "TA", settings, 0)
    assert "validation" in set(trial.history["term"])


def neutral(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_a_saved_network_predicts_the_same_from_texts_alone(tokens, encoder, fine_tuned, pickled, tmp_path):
    about = {"model": "ithp", "modalities": "T-A-V", "per_token": True, "text_encoder": encoder}
    save_network(tmp_path / "model.safetensors", fine_tuned.network, about)
    raw = pickle.loads(pickled.read_bytes())["test"]
    texts = neutral(tmp_path / "texts.npz", text=np.array([" ".join(words) for (words, *_), *_ in raw]))
    expected = fine_tuned.predictions.groupby("row")["score"].mean()
    table = predict_rows(tmp_path / "model.safetensors", texts)
    np.testing.assert_allclose(table["score"], expected, atol=1e-5)
    assert (table["sd"] > 0).all()
    network, facts = load_network(tmp_path / "model.safetensors")
    assert facts["modalities"] == "T-A-V"
    assert network.architecture == fine_tuned.network.architecture
    with pytest.raises(InputError, match=r"no X_T; the network predicts from T alone"):
        predict_rows(tmp_path / "model.safetensors", neutral(tmp_path / "audio.npz", X_A=np.zeros((3, 2))))


def test_the_command_predicts_from_the_prime_modality_alone(tmp_path):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, 4))
    arrays = {"X_T": x, "X_A": x[:, :2] + rng.normal(size=(60, 2)), "label": (x.sum(1) > 0).astype(int)}
    trial = run_network(read("neutral", neutral(tmp_path / "mine.npz", **arrays)), "ithp", "TA", SETTINGS, 0)
    save_network(tmp_path / "m.safetensors", trial.network, {"model": "ithp", "modalities": "T-A", "per_token": False})
    new = neutral(tmp_path / "new.npz", X_T=x[:7])
    words = ["predict", str(tmp_path / "m.safetensors"), str(new), "--out"]
    done = CliRunner().invoke(app, [*words, str(tmp_path / "said.parquet")])
    assert done.exit_code == 0, done.output
    table = read_table(tmp_path / "said.parquet")
    assert table["predicted"].tolist() == arrays["label"][:7].tolist()
    assert CliRunner().invoke(app, [*words, str(tmp_path / "said.csv")]).exit_code == 0
    for change, message in [
        ({"X_T": x[:, :3]}, "3 columns, but the network was trained on 4"),
        ({"X_T": x[0]}, "must have rows and columns"),
        ({"X_T": x, "lengths": np.array([2, 3])}, "lengths add up to 5"),
    ]:
        with pytest.raises(InputError, match=message):
            predict_rows(tmp_path / "m.safetensors", neutral(tmp_path / "bad.npz", **change))
    for content in (b"", b"not weights"):
        (tmp_path / "bad.safetensors").write_bytes(content)
        with pytest.raises(InputError, match=r"bad\.safetensors"):
            predict_rows(tmp_path / "bad.safetensors", new)
