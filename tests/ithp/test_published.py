"""The published preset against the official equations written anew, with weights transplanted.

Source: docs/science/ithp.md#official-loss, docs/science/ithp.md#mustard-setup, docs/science/ithp.md#mosi-setup.
"""

import numpy as np
import pytest
import torch
from torch import nn

from threefold.ithp.network import Architecture, Batch, Bottlenecks, Replica

D0, D1, D2, HIDDEN, B0, B1 = 12, 7, 5, 10, 6, 4
BETA, GAMMA, LAM = 8.0, 32.0, 0.3


class Draws:
    """Repeats what the model draws: its generator, from the state before the call, in the order of the equations."""

    def __init__(self, generator):
        self.generator = torch.Generator()
        self.generator.set_state(generator.get_state())

    def normal(self, x):
        return torch.randn(x.shape, generator=self.generator)

    def dropout(self, x, share, training):
        return x * (torch.rand(x.shape, generator=self.generator) >= share) / (1 - share) if training else x


def linear(weights, name, x):
    return x @ weights[f"{name}.weight"][0] + weights[f"{name}.bias"][0]


def encode(weights, k, x, draws, training):
    hidden = draws.dropout(torch.relu(linear(weights, f"encoders.{k}.net.0", x)), 0.3, training)
    mean, log_variance = linear(weights, f"encoders.{k}.net.3", hidden).chunk(2, -1)
    return mean, log_variance, mean + torch.exp(log_variance / 2) * draws.normal(mean)


def detect(weights, k, b, draws, training):
    hidden = torch.relu(linear(weights, f"detectors.{k}.net.0.0", b))
    output = torch.sigmoid(linear(weights, f"detectors.{k}.net.0.3", draws.dropout(hidden, 0.3, training)))
    return draws.dropout(output, 0.3, training)


def bottleneck_loss(weights, x0, x1, x2, draws, training):
    """Encoders first, the head's own draws between (given by `head`), then the detectors: the model's order."""
    mean0, log0, b0 = encode(weights, 0, x0, draws, training)
    mean1, log1, b1 = encode(weights, 1, b0, draws, training)

    def kl(mean, log):
        return (-0.5 * (1 + log - mean**2 - log.exp())).mean()

    ib0 = kl(mean0, log0) + BETA * ((detect(weights, 0, b0, draws, training) - x1) ** 2).mean()
    ib1 = kl(mean1, log1) + GAMMA * ((detect(weights, 1, b1, draws, training) - x2) ** 2).mean()
    return b1, ib0 + LAM * ib1


def network(head, regression):
    shape = Architecture(
        [D0, D1, D2], [B0, B1], HIDDEN, 1.0, 2 / (BETA + GAMMA), preset="published", head=head, regression=regression
    )
    return Bottlenecks(shape, [Replica([3], [BETA, GAMMA], [1.0, LAM])])


@pytest.mark.parametrize("training", [False, True])
def test_mustard_form(training):
    """Pooled rows, head b1: Linear, ReLU, Linear, sigmoid, binary cross-entropy."""
    rng = np.random.default_rng(0)
    x0, x1, x2 = (torch.from_numpy(rng.random((9, d), np.float32)) for d in (D0, D1, D2))
    label = torch.from_numpy(rng.integers(0, 2, 9)).float()
    model = network("b1", regression=False).train(training)
    weights, draws = model.state_dict(), Draws(model.noise[0])
    b1, bottlenecks = bottleneck_loss(weights, x0, x1, x2, draws, training)
    probability = torch.sigmoid(linear(weights, "head.2", torch.relu(linear(weights, "head.0", b1))))[:, 0]
    expected = nn.functional.binary_cross_entropy(probability, label) + 2 / (BETA + GAMMA) * bottlenecks
    loss = model.terms(Batch([x0, x1, x2], label, torch.ones(1, 9)))["loss"]
    torch.testing.assert_close(loss[0], expected, rtol=1e-6, atol=1e-6)


def test_mosi_form():
    """Tokens, padding included; LayerNorm of the shifted text, pooled at the first token; squared error."""
    rng = np.random.default_rng(1)
    rows, tokens = 6, 11
    x0, x1, x2 = (torch.from_numpy(rng.random((rows, tokens, d), np.float32)) for d in (D0, D1, D2))
    label = torch.from_numpy(rng.normal(size=rows)).float()
    model = network("residual", regression=True).eval()
    weights, draws = model.state_dict(), Draws(model.noise[0])
    b1, bottlenecks = bottleneck_loss(weights, *(x.flatten(0, 1) for x in (x0, x1, x2)), draws, False)
    shifted = linear(weights, "head.expand", b1).view(rows, tokens, D0) + x0
    centred = shifted - shifted.mean(-1, keepdim=True)
    normal = centred / torch.sqrt(centred.square().mean(-1, keepdim=True) + 1e-5)
    first = (normal * weights["head.gain"][0] + weights["head.offset"][0])[:, 0]
    predicted = linear(weights, "head.classify", torch.tanh(linear(weights, "head.pool", first)))[:, 0]
    expected = ((predicted - label) ** 2).mean() + 2 / (BETA + GAMMA) * bottlenecks
    owner = torch.arange(rows).repeat_interleave(tokens)
    packed = Batch([x.flatten(0, 1) for x in (x0, x1, x2)], label, torch.ones(1, rows), owner)
    torch.testing.assert_close(model.terms(packed)["loss"][0], expected, rtol=1e-6, atol=1e-6)


def test_evaluation_is_random_as_published_and_deterministic_as_corrected():
    x0 = torch.rand(5, D0)
    published = network("b1", regression=False).eval()
    assert not torch.equal(published(x0), published(x0))
    corrected = Bottlenecks(Architecture([D0, D1], [B0], HIDDEN, 1.0), [Replica([3], [1.0], [1.0])]).eval()
    assert torch.equal(corrected(x0), corrected(x0))


def test_official_sizes_give_the_official_number_of_parameters():
    """409,337 of the bottlenecks and 642,817 of the residual head for DeBERTa and MOSI.

    Source: docs/science/ithp.md#known-answer-parameters.
    """
    shape = Architecture([768, 74, 47], [128, 64], 256, 1.0, preset="published", head="residual", regression=True)
    model = Bottlenecks(shape, [Replica([0], [8.0, 32.0], [1.0, 0.3])])
    count = {name: sum(p.numel() for p in part.parameters()) for name, part in model.named_children()}
    assert count["encoders"] + count["detectors"] == 409_337
    assert sum(count.values()) == 1_052_154


def test_sequences_equal_their_rows_pooled_one_by_one():
    rng = np.random.default_rng(2)
    lengths = [3, 1, 5]
    x = [torch.from_numpy(rng.random((9, d), np.float32)) for d in (D0, D1)]
    model = Bottlenecks(Architecture([D0, D1], [B0], 0, 1.0), [Replica([k], [1.0], [1.0]) for k in range(2)]).eval()
    whole = model(x[0], torch.arange(3).repeat_interleave(torch.tensor(lengths)))
    for row, part in enumerate(x[0].split(lengths)):
        alone = model(part, torch.zeros(len(part), dtype=torch.long))
        torch.testing.assert_close(whole[:, row], alone[:, 0])
