"""The factor 2/(beta + gamma) of eq. 8 against the label's weight: gradients in double precision.

Source: docs/science/ithp.md#claim-rescaling.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from threefold.ithp.network import Architecture, Batch, Bottlenecks, Replica

PAIRS = list(product((2.0, 8.0, 32.0), repeat=2))
"""Values of beta and gamma at which the gradients are compared."""


def compare(cells: Sequence[tuple[float, float]], seed: int, rows: int = 50) -> pd.DataFrame:
    """Gradients of 2/(beta + gamma) L + task and of L + (beta + gamma)/2 task on random rows: ithp/rescaling."""
    rng = np.random.default_rng([seed, 4])
    modalities = [torch.from_numpy(rng.standard_normal((rows, d))) for d in (6, 5, 4)]
    batch = Batch(modalities, torch.from_numpy(rng.integers(0, 2, rows).astype(float)), torch.ones(1, rows))

    def gradient(beta: float, gamma: float, information: float, task: float) -> Tensor:
        shape = Architecture([6, 5, 4], [4, 3], 8, task_weight=task, information_weight=information)
        network = Bottlenecks(shape, [Replica([seed], [beta, gamma], [1.0, 0.3])]).double()
        network.terms(batch)["loss"].sum().backward()
        return torch.cat([parameter.grad.flatten() for parameter in network.parameters()])

    found = []
    for beta, gamma in cells:
        factor = 2 / (beta + gamma)
        first, second = gradient(beta, gamma, factor, 1.0), gradient(beta, gamma, 1.0, 1 / factor)
        cosine = float(first @ second / (first.norm() * second.norm()))
        found.append((float(beta), float(gamma), cosine, float(first.norm() / second.norm() / factor)))
    return pd.DataFrame(found, columns=["beta", "gamma", "cosine", "ratio"])
