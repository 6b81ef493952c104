"""Layers of K networks trained in lockstep that never see one another: weights have a leading axis of replicas."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

Seeds = list[np.random.Generator]  # one generator per replica, so a replica's start does not depend on the others


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


def perceptron(inputs: int, hidden: int, outputs: int, seeds: Seeds) -> nn.Module:
    """One hidden layer of ReLU units; an affine map where `hidden` is 0."""
    if not hidden:
        return Affine(inputs, outputs, seeds)
    return nn.Sequential(Affine(inputs, hidden, seeds), nn.ReLU(), Affine(hidden, outputs, seeds))


class Encoder(nn.Module):
    """q(B | x) = N(mean(x), diag exp(log_variance)); the variance depends on x unless the encoder is linear."""

    def __init__(self, inputs: int, hidden: int, size: int, seeds: Seeds):
        super().__init__()
        self.net = perceptron(inputs, hidden, size if hidden == 0 else 2 * size, seeds)
        self.log_variance = nn.Parameter(torch.zeros(len(seeds), 1, size)) if hidden == 0 else None

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if self.log_variance is not None:
            mean = self.net(x)
            return mean, self.log_variance.expand_as(mean)
        mean, log_variance = self.net(x).chunk(2, dim=-1)
        return mean, log_variance


class Detector(nn.Module):
    """q(x | B) = N(mean(B), covariance), with a learned covariance: diagonal, or full through a triangular factor."""

    def __init__(self, inputs: int, hidden: int, size: int, seeds: Seeds, full: bool):
        super().__init__()
        self.net = perceptron(inputs, hidden, size, seeds)
        self.log_scale = nn.Parameter(torch.zeros(len(seeds), 1, size))
        self.mixing = nn.Parameter(torch.zeros(len(seeds), size, size)) if full else None

    def log_density(self, b: Tensor, x: Tensor) -> Tensor:
        """log q(x | b) in nats, summed over features: (K, n, inputs), (K, n, size) -> (K, n)."""
        residual = x - self.net(b)
        if self.mixing is not None:  # a unit triangular map keeps the volume, so no determinant is added
            residual = residual + residual @ self.mixing.triu(1)
        standard = residual * torch.exp(-self.log_scale)
        return -(0.5 * standard.square() + self.log_scale + 0.5 * np.log(2 * np.pi)).sum(-1)


def divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, exp log_variance) || N(0, I)) in nats, summed over dimensions: (K, n, d) -> (K, n)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1)
