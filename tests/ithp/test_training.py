"""Training that is killed goes on to the same weights; clipping acts on each replica by itself."""

import os
import signal

import numpy as np
import pytest
import torch

from tests.support.processes import exit_code
from threefold.ithp import training
from threefold.ithp.network import Architecture, Replica
from threefold.ithp.training import clip_per_replica


def train(path, kill, out, every):
    """Train on 50 rows, 7 batches per epoch, saving the state at `path` every so many steps; die at step `kill`."""

    class Kill(training._Resumption):
        def on_train_batch_end(self, trainer, *a):
            super().on_train_batch_end(trainer, *a)
            if trainer.global_step == kill:
                os.kill(os.getpid(), signal.SIGKILL)

    training._Resumption = Kill
    rng = np.random.default_rng(0)
    x = [rng.standard_normal((50, d)) for d in (4, 3, 3)]
    label, fold = rng.integers(0, 2, 50), np.arange(50) % 2 == np.arange(2)[:, None]
    shape = Architecture([4, 3, 3], [3, 2], 6, 1.0, preset="published", learning_rate=0.01, clip=0.5)
    model = training.HierarchicalBottleneck(shape, [Replica([k], [2.0, 2.0], [1.0, 1.0]) for k in range(2)])
    rows = training.Rows(x, label, fold, 8, 0, validation=~fold, patience=9)
    training.fit(model, rows, 6, resume=path, every=every)
    torch.save((model.network.state_dict(), model.history), out)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    assert exit_code(train, folder / "state.ckpt", -1, folder / "out.pt", 5) == 0
    return torch.load(folder / "out.pt", weights_only=False)


@pytest.mark.parametrize(("every", "kill"), [(5, 17), (7, 22), (1, 30)], ids=["within", "at an epoch's end", "at once"])
def test_a_killed_training_goes_on_to_the_same_bytes(tmp_path, uninterrupted, every, kill):
    state, out = tmp_path / "state.ckpt", tmp_path / "out.pt"
    assert exit_code(train, state, kill, out, every) == -signal.SIGKILL
    assert not out.exists()
    assert exit_code(train, state, -1, out, every) == 0
    weights, history = torch.load(out, weights_only=False)
    assert len(history) == len(uninterrupted[1]) == 6
    for name, value in uninterrupted[0].items():
        assert torch.equal(value, weights[name]), name
    for before, after in zip(uninterrupted[1], history, strict=True):
        assert all(torch.equal(before[term], after[term]) for term in before)


def test_gradients_are_clipped_replica_by_replica():
    gradients = {"a": torch.tensor([[3.0, 0.0], [0.3, 0.0]]), "b": torch.tensor([[[4.0]], [[0.4]]])}
    clip_per_replica(gradients, 1.0, 2)
    norms = np.sqrt(sum((g.flatten(1).numpy() ** 2).sum(1) for g in gradients.values()))
    np.testing.assert_allclose(norms, [1.0, 0.5], rtol=1e-5)


def test_a_fine_tuned_encoder_is_clipped_with_its_own_replica():
    gradients = {"head": torch.tensor([[3.0], [0.3]]), "backbone.copies.0.w": torch.full((1,), 4.0)}
    gradients["backbone.copies.1.w"] = torch.full((1,), 0.4)
    clip_per_replica(gradients, 1.0, 2)
    assert [round(float(g.flatten()[-1]), 4) for g in gradients.values()] == [0.3, 0.8, 0.4]
