"""Lower bounds of a mutual information by a learned critic: InfoNCE and Donsker-Varadhan (MINE).

Source: docs/science/ithp.md#estimators.

K critics are trained in lockstep, one per pair of variables, on training rows, and tell on other rows.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from threefold.ithp.layers import perceptron

Bound = Literal["InfoNCE", "Donsker-Varadhan"]


class Critics(NamedTuple):
    """Size and training of a critic f(x, y) = g(x)·h(y). `hidden`: units of g and h, 0 for linear maps."""

    hidden: int = 64
    size: int = 32
    steps: int = 300
    rows: int = 128
    learning_rate: float = 3e-3
    weight_decay: float = 1e-3


def contrast(scores: Tensor, bound: Bound) -> Tensor:
    """The bound in nats from the critic's scores of all pairs, matching ones on the diagonal: (K, n, n) -> (K,).

    InfoNCE (Oord et al. 2018) is at most log n. Donsker-Varadhan (Belghazi et al. 2018) has no ceiling, but its
    variance grows with the exponential of what it tells.
    """
    n = scores.shape[-1]
    matching = scores.diagonal(dim1=-2, dim2=-1)
    if bound == "InfoNCE":
        return (matching - scores.logsumexp(-1)).mean(-1) + np.log(n)
    others = scores.masked_fill(torch.eye(n, dtype=torch.bool), -torch.inf)
    return matching.mean(-1) - others.flatten(1).logsumexp(-1) + np.log(n * (n - 1))


def lower_bound(
    x: np.ndarray, y: np.ndarray, train: np.ndarray, bound: Bound, seed: int, critics: Critics | None = None
) -> np.ndarray:
    """I(X; Y) of K pairs, each by its own critic: (K, n, d_x), (K, n, d_y), mask (K, n) of training rows -> (K,) nats.

    The first m of the other rows tell, where m is what the pair with the fewest has; InfoNCE is at most log m.
    """
    critics, rng = critics or Critics(), np.random.default_rng(seed)
    x, y = (torch.from_numpy(_standardised(v, train)) for v in (x, y))
    seeds = [np.random.default_rng([seed, k]) for k in range(len(x))]
    maps = nn.ModuleList(perceptron(v.shape[-1], critics.hidden, critics.size, seeds) for v in (x, y))
    optimizer = torch.optim.AdamW(maps.parameters(), lr=critics.learning_rate, weight_decay=critics.weight_decay)
    decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, critics.steps)
    own, fewest = [np.flatnonzero(mask) for mask in train], (~train).sum(1).min()
    rest = [np.flatnonzero(~mask)[:fewest] for mask in train]

    def value(rows: np.ndarray) -> Tensor:
        index = torch.from_numpy(rows)[..., None]
        g, h = (f(v.take_along_dim(index, 1)) for f, v in zip(maps, (x, y), strict=True))
        return contrast(g @ h.mT, bound)

    for _ in range(critics.steps):
        optimizer.zero_grad()
        drawn = np.stack([rng.choice(rows, min(critics.rows, len(rows)), replace=False) for rows in own])
        (-value(drawn).sum()).backward()
        optimizer.step()
        decay.step()
    with torch.no_grad():
        return value(np.stack(rest)).double().numpy()


def _standardised(x: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Each pair's columns in units of its own training rows: (K, n, d) float32."""
    weight = (train / train.sum(1, keepdims=True))[:, None]
    mean = weight @ x
    scale = np.sqrt(np.maximum(weight @ np.square(x) - mean**2, 0))
    return ((x - mean) / np.where(scale > 1e-6, scale, 1.0)).astype(np.float32)
