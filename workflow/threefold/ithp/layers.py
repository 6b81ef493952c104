"""Layers of K networks trained in lockstep that never see one another: weights have a leading axis of replicas."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

Seeds = list[np.random.Generator]  # one generator per replica, so a replica's start does not depend on the others
Noise = list[torch.Generator]  # likewise, for what is drawn while it trains


class Affine(nn.Module):
    """x -> x W + b for each replica: (K, n, inputs) -> (K, n, outputs). Starts like torch.nn.Linear."""

    def __init__(self, inputs: int, outputs: int, seeds: Seeds):
        super().__init__()
        bound = inputs**-0.5
        start = np.stack([seed.uniform(-bound, bound, (inputs + 1, outputs)) for seed in seeds]).astype(np.float32)
        self.weight = nn.Parameter(torch.from_numpy(start[:, :-1].copy()))
        self.bias = nn.Parameter(torch.from_numpy(start[:, -1:].copy()))

    def forward(self, x: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, x, self.weight)


class Dropout(nn.Module):
    """Zeroes a share of the values in training, each replica's by its own generator."""

    def __init__(self, share: float, noise: Noise):
        super().__init__()
        self.share, self.noise = share, noise

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.share:
            return x
        drawn = torch.stack([torch.rand(x.shape[1:], generator=generator) for generator in self.noise])
        return x * (drawn >= self.share).to(x) / (1 - self.share)


def perceptron(inputs: int, hidden: int, outputs: int, seeds: Seeds, dropout: Dropout | None = None) -> nn.Module:
    """One hidden layer of ReLU units; an affine map where `hidden` is 0."""
    if not hidden:
        return Affine(inputs, outputs, seeds)
    inner, outer = Affine(inputs, hidden, seeds), Affine(hidden, outputs, seeds)
    return nn.Sequential(inner, nn.ReLU(), *([dropout] if dropout else []), outer)


class Encoder(nn.Module):
    """q(B | x) = N(mean(x), diag exp(log_variance)); the variance depends on x unless the encoder is linear."""

    def __init__(self, inputs: int, hidden: int, size: int, seeds: Seeds, dropout: Dropout | None = None):
        super().__init__()
        self.net = perceptron(inputs, hidden, size if hidden == 0 else 2 * size, seeds, dropout)
        self.log_variance = nn.Parameter(torch.zeros(len(seeds), 1, size)) if hidden == 0 else None

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if self.log_variance is not None:
            mean = self.net(x)
            return mean, self.log_variance.expand_as(mean)
        mean, log_variance = self.net(x).chunk(2, dim=-1)
        return mean, log_variance


class Detector(nn.Module):
    """q(x | B) = N(mean(B), covariance), with a learned covariance: diagonal, or full through a triangular factor."""

    def __init__(
        self, inputs: int, hidden: int, size: int, seeds: Seeds, full: bool = False, dropout: Dropout | None = None
    ):
        super().__init__()
        self.net = perceptron(inputs, hidden, size, seeds, dropout)
        self.log_scale = nn.Parameter(torch.zeros(len(seeds), 1, size))
        self.mixing = nn.Parameter(torch.zeros(len(seeds), size, size)) if full else None

    def forward(self, b: Tensor, x: Tensor) -> Tensor:
        """-log q(x | b) in nats, summed over features: (K, n, inputs), (K, n, size) -> (K, n)."""
        residual = x - self.net(b)
        if self.mixing is not None:  # a unit triangular map keeps the volume, so no determinant is added
            residual = residual + residual @ self.mixing.triu(1)
        standard = residual * torch.exp(-self.log_scale)
        return 0.5 * standard.square().sum(-1) + (self.log_scale + 0.5 * np.log(2 * np.pi)).sum(-1)


class PublishedDetector(nn.Module):
    """The official detector: a sigmoid, dropout on its output, and the squared error averaged over features."""

    def __init__(self, inputs: int, hidden: int, size: int, seeds: Seeds, dropout: Dropout, output_dropout: Dropout):
        super().__init__()
        self.net = nn.Sequential(perceptron(inputs, hidden, size, seeds, dropout), nn.Sigmoid(), output_dropout)

    def forward(self, b: Tensor, x: Tensor) -> Tensor:
        """Squared error: (K, n, inputs), (K, n, size) -> (K, n)."""
        return (x - self.net(b)).square().mean(-1)


class ResidualHead(nn.Module):
    """The official head: the last bottleneck shifts the prime modality, which thus bypasses it.

    Source: docs/science/ithp.md#residual-head, docs/science/ithp.md#defect-bottleneck-bypassed.
    """

    def __init__(self, prime: int, inputs: int, seeds: Seeds, noise: Noise):
        super().__init__()
        self.expand = Affine(inputs, prime, seeds)
        self.gain = nn.Parameter(torch.ones(len(seeds), 1, prime))
        self.offset = nn.Parameter(torch.zeros(len(seeds), 1, prime))
        self.pool, self.classify = Affine(prime, prime, seeds), Affine(prime, 1, seeds)
        self.shift_dropout, self.pool_dropout = Dropout(0.5, noise), Dropout(0.1, noise)

    def forward(self, x0: Tensor, b: Tensor) -> Tensor:
        """(K, n, prime), (K, n, inputs) -> (K, n, 1)."""
        shifted = nn.functional.layer_norm(self.expand(b) + x0, x0.shape[-1:]) * self.gain + self.offset
        return self.classify(self.pool_dropout(torch.tanh(self.pool(self.shift_dropout(shifted)))))


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, exp log_variance) || N(0, I)) in nats of each dimension: (K, n, d) -> (K, n, d)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)
