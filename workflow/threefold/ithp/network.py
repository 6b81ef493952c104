"""ITHP: a chain of variational information bottlenecks, X0 -> B0 -> B1 -> ... -> Y (arXiv:2404.09403, eqs. 3 to 8).

Only the prime modality X0 enters the network. The other modalities are targets of the detectors in training: X1 is
predicted from B0, X2 from B1. **They cannot change a prediction**, so inference takes X0 alone.

Two presets. `corrected` is the variational bound in nats: divergences and log-densities are summed over dimensions,
detectors are Gaussians of learned variance, evaluation takes the bottlenecks' means. `published` is the official code:
means over dimensions, so that beta and gamma weigh by size; sigmoid and squared error for the log-density, with
dropout on the reconstruction; sampled bottlenecks at evaluation. Sources: docs/science/ithp.md#official-loss,
docs/science/ithp.md#defect-averaged-kl, docs/science/ithp.md#defect-dropout-on-reconstruction,
docs/science/ithp.md#defect-sampling-at-evaluation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from threefold.ithp.backbone import Backbone, starts
from threefold.ithp.layers import Detector, Dropout, Encoder, PublishedDetector, ResidualHead, divergence, perceptron

AT_ONCE = {False: 4096, True: 256}  # rows that are predicted together: pooled ones, sequences
Level = tuple[Tensor, Tensor, Tensor]  # mean, log variance and value of a bottleneck, (K, n, d) each


@dataclass(frozen=True)
class Preset:
    """How the losses are computed, see the head of this module."""

    mean_over_dimensions: bool
    squared_error: bool
    dropout: float
    output_dropout: float
    sampled_evaluation: bool


PRESETS = {
    "corrected": Preset(False, False, 0.0, 0.0, False),
    "published": Preset(True, True, 0.3, 0.3, True),
}


@dataclass(frozen=True)
class Architecture:
    """Shape and optimisation that all replicas share.

    `sizes`: width of each modality, prime first. `latent`: width of each bottleneck, one fewer than `sizes`.
    `hidden`: units of the hidden layers, 0 for linear maps. `full_noise`: detectors with a full covariance.
    `task_weight`: weight alpha of the label's loss, 0 for no label. `information_weight`: factor of the bottlenecks'
    loss, e.g. 2 / (beta + gamma) as in eq. 8. `head`: `b1` predicts from the last bottleneck as the paper says,
    `residual` adds X0 to it as the official code does
    (docs/science/ithp.md#residual-head), of a sequence at its first token or, with `pooled`, of the
    tokens' mean. `regression`: a real label and squared error instead of a label 0 or 1 and its cross-entropy.
    `warmup`: share of the steps over which the learning rate rises; `backbone_rate`: the rate of a text encoder that is
    fine-tuned.
    """

    sizes: Sequence[int]
    latent: Sequence[int]
    hidden: int
    task_weight: float
    information_weight: float = 1.0
    full_noise: bool = False
    preset: Literal["corrected", "published"] = "corrected"
    head: Literal["b1", "residual"] = "b1"
    pooled: bool = False
    regression: bool = False
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    clip: float = 0.0
    warmup: float = 0.0
    backbone_rate: float = 1e-5


@dataclass(frozen=True)
class Replica:
    """What distinguishes one replica. `detector`: beta, gamma, ... per level; `level`: 1, lambda, ... per level."""

    seed: Sequence[int]
    detector: Sequence[float] = ()
    level: Sequence[float] = ()


class Batch(NamedTuple):
    """Rows of a data set. `modalities`: (n, d_k) each, prime first; `label`: (n,); `weight`: (K, n) of 0 and 1.

    Of sequences, `modalities` hold the tokens of all rows one after the other, (tokens, d_k), without padding,
    `owner`, (tokens,), says to which row a token belongs, and `pieces`, (tokens,), their numbers for a text encoder.
    """

    modalities: list[Tensor]
    label: Tensor
    weight: Tensor
    owner: Tensor | None = None
    pieces: Tensor | None = None


class Bottlenecks(nn.Module):
    """K independent replicas of ITHP in lockstep, each with its own seed, Lagrange multipliers and training rows.

    One modality gives a plain perceptron, two one bottleneck, three two, and so on. Losses are averaged over a
    replica's training rows, of sequences over their tokens; no replica's gradient reaches another.

    With `encoder`, a text encoder, each replica fine-tunes a copy of it: what it says of the pieces takes the place of
    the first columns of X0, which are the states that it had before.
    """

    def __init__(self, architecture: Architecture, replicas: Sequence[Replica], encoder: nn.Module | None = None):
        super().__init__()
        self.architecture, self.preset, self.replicas = architecture, PRESETS[architecture.preset], replicas
        a, preset, seeds = architecture, self.preset, [np.random.default_rng(r.seed) for r in replicas]
        self.noise = [torch.Generator() for _ in replicas]
        self.backbone = Backbone(encoder, self.noise) if encoder else None
        dropout = Dropout(preset.dropout, self.noise) if preset.dropout else None
        inputs = [a.sizes[0], *a.latent]
        self.encoders = nn.ModuleList(
            Encoder(before, a.hidden, size, seeds, dropout) for before, size in zip(inputs, a.latent, strict=False)
        )
        self.detectors = nn.ModuleList(
            PublishedDetector(size, a.hidden, target, seeds, dropout, Dropout(preset.output_dropout, self.noise))
            if preset.squared_error
            else Detector(size, a.hidden, target, seeds, a.full_noise, dropout)
            for size, target in zip(a.latent, a.sizes[1:], strict=True)
        )
        self.head = None
        if a.task_weight and a.head == "residual" and a.latent:
            self.head = ResidualHead(inputs[0], inputs[-1], seeds, self.noise)
        elif a.task_weight:
            self.head = perceptron(inputs[-1], a.hidden, 1, seeds)
        for k, size in enumerate(a.sizes):
            self.register_buffer(f"location_{k}", torch.zeros(len(replicas), 1, size))
            self.register_buffer(f"scale_{k}", torch.ones(len(replicas), 1, size))
        self.register_buffer("detector_weight", torch.tensor([r.detector for r in replicas]).T, persistent=False)
        self.register_buffer("level_weight", torch.tensor([r.level for r in replicas]).T, persistent=False)
        for generator, seed in zip(self.noise, seeds, strict=True):
            generator.manual_seed(int(seed.integers(2**62)))

    def standardise(self, modalities: Sequence[Tensor], weight: Tensor) -> None:
        """Fit each replica's location and scale on its own training rows: (n, d) each, weight (K, n) of 0 and 1.

        Mean and standard deviation; where a sigmoid must reach the values, minimum and range (instead of those of the
        batch or of all rows). A constant column is only shifted. Source: docs/science/ithp.md#defect-batch-scaling.
        """
        for k, x in enumerate(modalities):
            if self.preset.squared_error:
                own = [x[w > 0] for w in weight]
                location = torch.stack([rows.amin(0) for rows in own])
                scale = torch.stack([rows.amax(0) for rows in own]) - location
            else:
                share = (weight / weight.sum(1, keepdim=True)).double()
                location = share @ x.double()
                variance = (share @ x.double().square() - location.square()).clamp(min=0)
                scale = torch.where(variance <= 1e-10 * (location.square() + 1e-10), 0.0, variance.sqrt())
            self.get_buffer(f"location_{k}").copy_(location[:, None])
            self.get_buffer(f"scale_{k}").copy_(torch.where(scale == 0, 1.0, scale)[:, None])

    def standardised(self, k: int, x: Tensor) -> Tensor:
        """Modality k in each replica's own units: (n, d) -> (K, n, d)."""
        # in place, here and in `terms`: of arrays this large, fresh memory is what takes the time
        return (x - self.get_buffer(f"location_{k}")).div_(self.get_buffer(f"scale_{k}"))

    def prime(self, x0: Tensor, owner: Tensor | None, pieces: Tensor | None) -> Tensor:
        """X0 as each replica takes it in: (n, d) -> (K, n, d)."""
        x0 = self.standardised(0, x0)
        if self.backbone is None:
            return x0
        states = self.backbone(pieces, torch.bincount(owner))
        return torch.cat([states, x0[..., states.shape[-1] :]], dim=-1)

    def latents(self, b: Tensor, sample: bool = False) -> list[Level]:
        """Mean, log variance and value of each bottleneck, (K, n, d) each; the value is the mean unless `sample`.

        `b`: the prime modality, standardised, (K, n, d).
        """
        found = []
        for encoder in self.encoders:
            mean, log_variance = encoder(b)
            b = mean
            if sample:
                noise = [torch.randn(mean.shape[1:], generator=generator) for generator in self.noise]
                b = mean + torch.exp(0.5 * log_variance) * torch.stack(noise).to(mean)
            found.append((mean, log_variance, b))
        return found

    def logits(self, x0: Tensor, latents: list[Level], owner: Tensor | None = None) -> Tensor:
        """What the head says of each row, (K, n): of a sequence, by the mean of its tokens or the first of them."""
        b = latents[-1][2] if latents else x0
        if isinstance(self.head, ResidualHead):
            pool = mean_of_rows if self.architecture.pooled else first_of_rows
            return self.head(pool(x0, owner), pool(b, owner)).squeeze(-1)
        return self.head(mean_of_rows(b, owner)).squeeze(-1)

    def forward(self, x0: Tensor, owner: Tensor | None = None, pieces: Tensor | None = None) -> Tensor:
        """Probability of label 1, or the real label, from the prime modality alone, by replica: (n, d) -> (K, n)."""
        x0 = self.prime(x0, owner, pieces)
        logits = self.logits(x0, self.latents(x0, self.preset.sampled_evaluation), owner)
        return logits if self.architecture.regression else torch.sigmoid(logits)

    def terms(self, batch: Batch, sample: bool = True) -> dict[str, Tensor]:
        """The parts of the loss per replica, (K,): `kl_k`, `detector_k`, `task` and their weighted sum `loss`."""
        modalities, label, weight, owner, pieces = batch
        tokens = weight if owner is None else weight[:, owner]

        def average(values: Tensor, weight: Tensor) -> Tensor:
            return torch.where(weight > 0, values, 0).sum(1) / weight.sum(1).clamp(min=1)

        # Other rows are blanked, because a wild value times a weight of 0 could still be NaN.
        x0 = self.prime(modalities[0], owner, pieces).masked_fill_(tokens[..., None] == 0, 0)
        latents, terms = self.latents(x0, sample), {}
        loss = torch.zeros(len(weight), device=weight.device)
        for k, (mean, log_variance, b) in enumerate(latents):
            kept = divergence(mean, log_variance)
            kept = kept.mean(-1) if self.preset.mean_over_dimensions else kept.sum(-1)
            terms[f"kl_{k}"] = average(kept, tokens)
            seen = self.standardised(k + 1, modalities[k + 1])
            terms[f"detector_{k}"] = average(self.detectors[k](b, seen), tokens)
            bottleneck = terms[f"kl_{k}"] + self.detector_weight[k] * terms[f"detector_{k}"]
            loss = loss + self.architecture.information_weight * self.level_weight[k] * bottleneck
        if self.head:
            logits = self.logits(x0, latents, owner)
            if self.architecture.regression:
                error = (logits - label).square()
            else:
                error = binary_cross_entropy_with_logits(logits, label.expand_as(logits), reduction="none")
            terms["task"] = average(error, weight)
            loss = loss + self.architecture.task_weight * terms["task"]
        return {**terms, "loss": loss}


def mean_of_rows(x: Tensor, owner: Tensor | None) -> Tensor:
    """The mean of each row's tokens, (K, tokens, d) -> (K, n, d); without `owner`, rows are what they are."""
    if owner is None:
        return x
    lengths = torch.bincount(owner)
    return x.new_zeros(len(x), len(lengths), x.shape[-1]).index_add(1, owner, x) / lengths[:, None]


def first_of_rows(x: Tensor, owner: Tensor | None) -> Tensor:
    """Each row's first token, (K, tokens, d) -> (K, n, d); without `owner`, rows are what they are."""
    return x if owner is None else x[:, starts(torch.bincount(owner))]


def predict(
    network: Bottlenecks, x0: np.ndarray, lengths: np.ndarray | None = None, pieces: np.ndarray | None = None
) -> np.ndarray:
    """What each replica says of each row from the prime modality alone: (n, d) -> (K, n) float32, see `forward`.

    Of sequences, `x0` holds the tokens of all rows and `lengths`, (n,), says how many each has.
    """
    network.eval()
    device, said = network.location_0.device, []
    rows = torch.from_numpy(np.ascontiguousarray(x0, np.float32))
    counts = torch.ones(len(rows), dtype=torch.long) if lengths is None else torch.from_numpy(np.asarray(lengths))
    parts = counts.split(AT_ONCE[lengths is not None])
    tokens = [int(part.sum()) for part in parts]
    numbers = [None] * len(parts) if pieces is None else torch.from_numpy(pieces.astype(np.int64)).split(tokens)
    with torch.inference_mode():
        for part, x, number in zip(parts, rows.split(tokens), numbers, strict=True):
            owner = None if lengths is None else torch.repeat_interleave(torch.arange(len(part)), part).to(device)
            said.append(network(x.to(device), owner, None if number is None else number.to(device)).cpu())
    return torch.cat(said, dim=1).numpy()


def replica_of(parameter: str) -> int | slice:
    """Which replica the parameter of this name belongs to; all of them, along its first axis, where it is shared."""
    parts = parameter.split(".")
    return int(parts[parts.index("copies") + 1]) if "copies" in parts else slice(None)
