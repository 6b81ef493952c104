"""Training of small models: what it starts from, that it learns, what it leaves behind."""

import json
import os
import signal

import numpy as np
import pandas as pd
import pytest
import torch
from transformers import GPTNeoXForCausalLM

from tests.support.processes import exit_code
from threefold.neuromfa import pretrain
from threefold.neuromfa.architectures import Tensor
from threefold.neuromfa.checkpoint import InitialCheckpoint, open_folder
from threefold.neuromfa.neox import MLP_OUT, Shape
from threefold.neuromfa.pretrain import corpus, corpus_digest, initial_model, learning_rate, save_checkpoint, train
from threefold.neuromfa.sampling import sample_graphs

SHAPE = Shape(hidden_size=32, blocks=2, heads=2, vocabulary=256)
SETTINGS = {
    "checkpoints": [0, 1, 4, 24],
    "batch_size": 4,
    "context": 32,
    "learning_rate": 6e-3,
    "warmup": 0.1,
    "weight_decay": 0.1,
}


def ignore(*_):
    pass


def run(folder, seed=0, state=None, killed_at=None):
    """Train the small model and keep its checkpoints in `folder`; returns the history and what was logged."""
    text, logged = corpus(), []

    def log(values, step):
        logged.append((step, values))
        if step == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)

    model = initial_model("tiny", SHAPE, SETTINGS["context"], seed)
    history = train(
        model,
        text,
        SETTINGS,
        seed,
        save=lambda step: save_checkpoint(folder / f"step{step}", model, step, corpus_digest(text)),
        log=log,
        state=state,
    )
    return model, history, logged


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    return folder, *run(folder)


def test_the_corpus_is_a_real_text():
    text = corpus()
    assert len(text) > 300_000 and text.dtype == np.uint8
    assert "identifier" in bytes(text).decode()
    assert len(corpus_digest(text)) == 64


def test_an_untrained_model_knows_nothing_of_bytes(trained):
    _, _, history, _ = trained
    assert history["held_out_loss"].iloc[0] == pytest.approx(np.log(256), abs=0.6)


def test_training_lowers_the_loss_on_text_it_has_not_seen(trained):
    _, _, history, logged = trained
    losses = history.dropna(subset="held_out_loss")
    assert losses["step"].tolist() == SETTINGS["checkpoints"]
    assert losses["held_out_loss"].iloc[-1] < losses["held_out_loss"].iloc[0] - 1.5
    assert history["step"].tolist() == list(range(25)) and history["loss"].isna().sum() == 1
    assert [step for step, _ in logged] == list(range(25))
    assert logged[4][1].keys() == {"loss", "held_out_loss"} and logged[5][1].keys() == {"loss"}


def test_checkpoints_open_in_transformers_and_predict_as_the_model_does(trained):
    folder, model, *_ = trained
    opened = GPTNeoXForCausalLM.from_pretrained(folder / "step24")
    assert opened.dtype == torch.float16
    tokens = torch.arange(32)[None]
    with torch.no_grad():
        assert torch.allclose(opened.float()(tokens).logits, model(tokens).logits, atol=0.02)


def test_a_checkpoint_names_its_text_and_step(trained):
    folder, *_ = trained
    config = json.loads((folder / "step4" / "config.json").read_text())
    assert (config["step"], config["corpus_sha256"]) == (4, corpus_digest(corpus()))
    assert config["use_parallel_residual"] and config["rope_parameters"]["partial_rotary_factor"] == 0.25


def test_step_0_is_the_initialisation_law_itself(trained):
    folder, *_ = trained
    saved = sample_graphs(open_folder(folder / "step0"), sample_size=8, seeds=range(2))
    drawn = sample_graphs(InitialCheckpoint("tiny", SHAPE, 0), sample_size=8, seeds=range(2))
    for edge, weights in saved.weights.items():
        assert np.array_equal(weights, drawn.weights[edge]), edge


def test_training_moves_the_weights(trained):
    folder, *_ = trained
    rows = np.arange(32)
    before, after = (
        open_folder(folder / f"step{n}").block(Tensor(MLP_OUT.format(1), 32, 128), rows, rows) for n in (1, 24)
    )
    assert 0.001 < np.abs(after.astype(float) - before).mean() < 0.2


def test_the_same_seed_gives_the_same_bytes(trained, tmp_path):
    folder, *_ = trained
    run(tmp_path)
    for step in SETTINGS["checkpoints"]:
        for name in ("config.json", "model.safetensors"):
            again, first = tmp_path / f"step{step}" / name, folder / f"step{step}" / name
            assert again.read_bytes() == first.read_bytes(), (step, name)


def run_until(folder, state, killed_at):
    pretrain.STATE_EVERY = 5
    run(folder, state=state, killed_at=killed_at)


@pytest.mark.parametrize("killed_at", [3, 13], ids=["between first states", "later"])
def test_a_killed_training_goes_on_to_the_same_bytes(trained, tmp_path, killed_at):
    folder, _, history, logged = trained
    state = tmp_path / "state.safetensors"
    assert exit_code(run_until, tmp_path, state, killed_at) == -signal.SIGKILL
    assert state.exists() and not (tmp_path / "step24").exists()
    _, resumed, logged_later = run(tmp_path, state=state)
    assert [step for step, _ in logged_later] == list(range(killed_at // 5 * 5 + 1, 25))
    assert logged_later == logged[-len(logged_later) :]
    pd.testing.assert_frame_equal(resumed, history, check_exact=True)
    for step in SETTINGS["checkpoints"]:
        for name in ("config.json", "model.safetensors"):
            assert (tmp_path / f"step{step}" / name).read_bytes() == (folder / f"step{step}" / name).read_bytes()


def test_the_learning_rate_warms_up_and_decays_to_a_tenth():
    settings = SETTINGS | {"checkpoints": [0, 100], "warmup": 0.1, "learning_rate": 1.0}
    rates = [learning_rate(step, settings) for step in range(1, 101)]
    assert rates[4] == pytest.approx(0.5) and max(rates) == rates[9] == pytest.approx(1.0)
    assert rates[54] == pytest.approx(0.55) and rates[-1] == pytest.approx(0.1)
    assert all(np.diff(rates[9:]) < 0)
