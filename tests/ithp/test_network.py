"""The corrected network: replicas apart from one another, predictions apart from the detectors, exact gradients."""

import numpy as np
import pytest
import torch

from threefold.ithp.layers import Detector, divergence
from threefold.ithp.network import Architecture, Batch, Bottlenecks, Replica, predict
from threefold.ithp.training import HierarchicalBottleneck, Rows, fit

SHAPE = Architecture(sizes=[6, 5, 4], latent=[4, 3], hidden=8, task_weight=2.0, learning_rate=0.01, weight_decay=0.01)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x0 = rng.normal(2.0, 3.0, (90, 6)).astype(np.float32)
    x1 = (x0 @ rng.normal(size=(6, 5)) + rng.normal(size=(90, 5))).astype(np.float32)
    x2 = (x0 @ rng.normal(size=(6, 4)) + rng.normal(size=(90, 4))).astype(np.float32)
    return [x0, x1, x2], (x0.sum(1) > 12).astype(int)


def replicas(count, levels=2):
    return [Replica([7, k], [4.0 + k, 8.0][:levels], [1.0, 0.3][:levels]) for k in range(count)]


def folds(count, rows=90):
    return np.stack([np.arange(rows) % 5 != k % 5 for k in range(count)])


def train(data, members, weight, architecture=SHAPE, epochs=3):
    modalities, label = data
    modalities = modalities[: len(architecture.sizes)]
    model = HierarchicalBottleneck(architecture, members)
    fit(model, Rows(modalities, label, weight, 32, seed=1), epochs)
    return model


def test_a_replica_trained_among_others_equals_itself_trained_alone(data):
    together = train(data, replicas(4), folds(4))
    for k in (0, 3):
        alone = train(data, [replicas(4)[k]], folds(4)[k : k + 1])
        np.testing.assert_allclose(
            predict(together.network, data[0][0])[k], predict(alone.network, data[0][0])[0], rtol=2e-4, atol=2e-5
        )


def test_training_twice_gives_the_same_bytes(data):
    first, second = (train(data, replicas(2), folds(2)) for _ in range(2))
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name]), name


def test_held_out_rows_change_nothing(data):
    (x0, x1, x2), label = data
    weight = folds(1)
    other = [x.copy() for x in (x0, x1, x2)]
    for x in other:
        x[~weight[0]] *= 1000
    first, second = train(data, replicas(1), weight), train((other, label), replicas(1), weight)
    np.testing.assert_allclose(predict(first.network, x0), predict(second.network, x0), atol=1e-6)


def test_predictions_do_not_depend_on_the_detectors_and_repeat_exactly(data):
    modalities, label = data
    model = HierarchicalBottleneck(SHAPE, replicas(3))
    rows = Rows(modalities, label, folds(3), 32, seed=1)
    trainer = fit(model, rows, 2)
    shuffled = Rows([modalities[0], modalities[1][::-1], modalities[2] * 0 + 5], label, folds(3), 32, seed=1)
    assert torch.equal(torch.cat(trainer.predict(model, rows), 1), torch.cat(trainer.predict(model, shuffled), 1))
    np.testing.assert_array_equal(predict(model.network, modalities[0]), predict(model.network, modalities[0]))


@pytest.mark.parametrize("names", [1, 2, 3, 4])
def test_any_number_of_modalities_gives_one_bottleneck_fewer(data, names):
    modalities = [*data[0], data[0][1]][:names]
    latent = [4, 3, 2][: names - 1]
    shape = Architecture([x.shape[1] for x in modalities], latent, 8, 1.0)
    member = Replica([0], [1.0] * (names - 1), [1.0] * (names - 1))
    model = HierarchicalBottleneck(shape, [member, member])
    fit(model, Rows(modalities, data[1], folds(2), 32, seed=0), 1)
    assert [
        tuple(b.shape)
        for _, _, b in model.network.latents(model.network.standardised(0, torch.from_numpy(modalities[0])))
    ] == [(2, 90, d) for d in latent]
    assert predict(model.network, modalities[0]).shape == (2, 90)


def test_paper_factor_is_a_pure_rescaling(data):
    beta, gamma, factor = 4.0, 8.0, 2 / 12
    member = Replica([1], [beta, gamma], [1.0, 0.3])

    def gradient(information, task):
        shape = Architecture([6, 5, 4], [4, 3], 8, task_weight=task, information_weight=information)
        model = Bottlenecks(shape, [member])
        modalities = [torch.from_numpy(x) for x in data[0]]
        label = torch.from_numpy(data[1]).float()
        model.terms(Batch(modalities, label, torch.ones(1, 90)))["loss"].sum().backward()
        return torch.cat([p.grad.flatten() for p in model.parameters()])

    torch.testing.assert_close(gradient(factor, 1.0) / factor, gradient(1.0, (beta + gamma) / 2), rtol=1e-4, atol=1e-4)


def test_standardisation_is_fitted_per_replica_and_spares_constant_columns():
    x = np.arange(20, dtype=np.float32).reshape(10, 2)
    x[:, 1] = 7
    weight = torch.tensor([[1.0] * 5 + [0.0] * 5, [0.0] * 5 + [1.0] * 5])
    model = Bottlenecks(Architecture([2], [], 4, 1.0), [Replica([0]), Replica([1])])
    model.standardise([torch.from_numpy(x)], weight)
    standard = model.standardised(0, torch.from_numpy(x))
    for replica, rows in ((0, slice(0, 5)), (1, slice(5, 10))):
        np.testing.assert_allclose(standard[replica, rows, 0].mean(), 0, atol=1e-6)
        np.testing.assert_allclose(standard[replica, rows, 0].std(correction=0), 1, atol=1e-6)
        np.testing.assert_array_equal(standard[replica, :, 1], 0)


def test_detector_is_a_normalised_density():
    torch.manual_seed(0)
    detector = Detector(2, 0, 3, [np.random.default_rng(0)], full=True)
    with torch.no_grad():
        detector.mixing.copy_(torch.randn(1, 3, 3))
        detector.log_scale.copy_(torch.randn(1, 1, 3) * 0.3)
    b, x = torch.zeros(1, 1, 2), torch.randn(1, 1, 3)
    with torch.no_grad():
        mean = detector.net(b)[0, 0].double()
        scale = torch.diag(torch.exp(-detector.log_scale[0, 0]))
        transform = ((torch.eye(3) + detector.mixing[0].triu(1)) @ scale).double()
        law = torch.distributions.MultivariateNormal(mean, precision_matrix=transform @ transform.T)
        assert -float(detector(b, x)) == pytest.approx(float(law.log_prob(x[0, 0].double())), abs=1e-5)


def test_divergence_is_that_of_normal_laws():
    mean, log_variance = torch.randn(2, 3, 4), torch.randn(2, 3, 4)
    laws = torch.distributions.Normal(mean, torch.exp(0.5 * log_variance)), torch.distributions.Normal(0.0, 1.0)
    torch.testing.assert_close(divergence(mean, log_variance), torch.distributions.kl_divergence(*laws))
