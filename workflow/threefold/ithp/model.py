"""ITHP: a chain of variational information bottlenecks, X0 -> B0 -> B1 -> ... -> Y (arXiv:2404.09403, eqs. 3 to 8).

Only the prime modality X0 enters the network. The other modalities are targets of the detectors in training: X1 is
predicted from B0, X2 from B1. **They cannot change a prediction**, so inference takes X0 alone.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import BatchSampler, DataLoader, Dataset, RandomSampler, SequentialSampler

from threefold.ithp.layers import Detector, Encoder, divergence, perceptron
from threefold.record.progress import progress

logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)  # it greets at every fit


@dataclass(frozen=True)
class Architecture:
    """Shape and optimisation that all replicas share.

    `sizes`: width of each modality, prime first. `latent`: width of each bottleneck, one fewer than `sizes`.
    `hidden`: units of the hidden layers, 0 for linear maps. `full_noise`: detectors with a full covariance.
    `task_weight`: weight alpha of the label's loss in nats, 0 for no label. `information_weight`: factor of the
    bottleneck's loss, e.g. 2 / (beta + gamma) as in eq. 8.
    """

    sizes: Sequence[int]
    latent: Sequence[int]
    hidden: int
    task_weight: float
    information_weight: float = 1.0
    full_noise: bool = False
    learning_rate: float = 1e-3
    weight_decay: float = 0.0


@dataclass(frozen=True)
class Replica:
    """What distinguishes one replica. `detector`: beta, gamma, ... per level; `level`: 1, lambda, ... per level."""

    seed: Sequence[int]
    detector: Sequence[float] = ()
    level: Sequence[float] = ()


class HierarchicalBottleneck(pl.LightningModule):
    """K independent replicas of ITHP in lockstep, each with its own seed, Lagrange multipliers and training rows.

    One modality gives a plain perceptron, two one bottleneck, three two, and so on. Losses are in nats: summed over
    dimensions, averaged over a replica's training rows, summed over replicas; no replica's gradient reaches another.
    """

    def __init__(self, architecture: Architecture, replicas: Sequence[Replica]):
        super().__init__()
        self.save_hyperparameters({"architecture": asdict(architecture), "replicas": [asdict(r) for r in replicas]})
        self.architecture = architecture
        a, seeds = architecture, [np.random.default_rng(r.seed) for r in replicas]
        inputs = [a.sizes[0], *a.latent]
        self.encoders = nn.ModuleList(
            Encoder(before, a.hidden, size, seeds) for before, size in zip(inputs, a.latent, strict=False)
        )
        self.detectors = nn.ModuleList(
            Detector(size, a.hidden, target, seeds, a.full_noise)
            for size, target in zip(a.latent, a.sizes[1:], strict=True)
        )
        self.head = perceptron(inputs[-1], a.hidden, 1, seeds) if a.task_weight else None
        for k, size in enumerate(a.sizes):
            self.register_buffer(f"location_{k}", torch.zeros(len(replicas), 1, size))
            self.register_buffer(f"scale_{k}", torch.ones(len(replicas), 1, size))
        self.register_buffer("detector_weight", torch.tensor([r.detector for r in replicas]).T, persistent=False)
        self.register_buffer("level_weight", torch.tensor([r.level for r in replicas]).T, persistent=False)
        self.noise = [torch.Generator().manual_seed(int(seed.integers(2**62))) for seed in seeds]
        self.history: list[dict[str, Tensor]] = []
        self._running: dict[str, list[Tensor]] = defaultdict(list)

    def standardise(self, modalities: Sequence[Tensor], weight: Tensor) -> None:
        """Fit each replica's location and scale on its own training rows: (n, d) each, weight (K, n) of 0 and 1."""
        share = (weight / weight.sum(1, keepdim=True)).double()
        for k, x in enumerate(modalities):
            mean = share @ x.double()
            variance = (share @ x.double().square() - mean.square()).clamp(min=0)
            constant = variance <= 1e-10 * (mean.square() + 1e-10)
            self.get_buffer(f"location_{k}").copy_(mean[:, None])
            self.get_buffer(f"scale_{k}").copy_(torch.where(constant, 1.0, variance.sqrt())[:, None])

    def standardised(self, k: int, x: Tensor) -> Tensor:
        """Modality k in each replica's own units: (n, d) -> (K, n, d)."""
        return (x - self.get_buffer(f"location_{k}")) / self.get_buffer(f"scale_{k}")

    def latents(self, b: Tensor, sample: bool = False) -> list[tuple[Tensor, Tensor, Tensor]]:
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

    def logits(self, x0: Tensor, latents: list[tuple[Tensor, Tensor, Tensor]]) -> Tensor:
        return self.head(latents[-1][2] if latents else x0).squeeze(-1)

    def forward(self, x0: Tensor) -> Tensor:
        """Probability of label 1 by each replica, deterministic: (n, d) -> (K, n)."""
        x0 = self.standardised(0, x0)
        return torch.sigmoid(self.logits(x0, self.latents(x0)))

    def terms(self, modalities: Sequence[Tensor], label: Tensor, weight: Tensor, sample: bool) -> dict[str, Tensor]:
        """The parts of the loss per replica, in nats: `kl_k`, `detector_k` (a negative log-density), `task`, `loss`."""

        def average(values: Tensor) -> Tensor:
            return (values * weight).sum(1) / weight.sum(1).clamp(min=1)

        own = weight[..., None] > 0  # other rows are blanked: a wild value times a weight of 0 could still be NaN
        inputs = [torch.where(own, self.standardised(k, x), 0) for k, x in enumerate(modalities)]
        latents, terms = self.latents(inputs[0], sample), {}
        loss = torch.zeros(len(weight), device=weight.device)
        for k, (mean, log_variance, b) in enumerate(latents):
            terms[f"kl_{k}"] = average(divergence(mean, log_variance))
            terms[f"detector_{k}"] = -average(self.detectors[k].log_density(b, inputs[k + 1]))
            bottleneck = terms[f"kl_{k}"] + self.detector_weight[k] * terms[f"detector_{k}"]
            loss = loss + self.architecture.information_weight * self.level_weight[k] * bottleneck
        if self.head:
            logits = self.logits(inputs[0], latents)
            terms["task"] = average(binary_cross_entropy_with_logits(logits, label.expand_as(logits), reduction="none"))
            loss = loss + self.architecture.task_weight * terms["task"]
        return {**terms, "loss": loss}

    def training_step(self, batch: tuple[list[Tensor], Tensor, Tensor], _: int) -> Tensor:
        terms = self.terms(*batch, sample=True)
        for name, value in terms.items():
            self._running[name].append(value.detach())
        return terms["loss"].sum()

    def on_train_epoch_end(self) -> None:
        self.history.append({name: torch.stack(values).mean(0).cpu() for name, values in self._running.items()})
        self._running.clear()
        self.log_dict({f"train/{name}": value.mean() for name, value in self.history[-1].items()})

    def predict_step(self, batch: tuple[list[Tensor], Tensor, Tensor], _: int) -> Tensor:
        return self(batch[0][0])

    def configure_optimizers(self):
        a = self.architecture
        optimizer = torch.optim.AdamW(self.parameters(), lr=a.learning_rate, weight_decay=a.weight_decay)
        steps = self.trainer.estimated_stepping_batches
        decay = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=steps)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": decay, "interval": "step"}}

    def history_table(self) -> pd.DataFrame:
        """Epoch, replica, term, value (nats): the training loss and its parts."""
        return pd.DataFrame(
            [
                (epoch, replica, term, float(value))
                for epoch, terms in enumerate(self.history)
                for term, values in terms.items()
                for replica, value in enumerate(values)
            ],
            columns=["epoch", "replica", "term", "value"],
        )


class Rows(pl.LightningDataModule, Dataset):
    """Aligned rows of all modalities with the label and, per replica, whether a row is one of its training rows.

    `modalities`: (n, d_k) float32 each, prime first; `label`: (n,); `weight`: (K, n) of 0 and 1. All replicas see the
    same batches, drawn from `seed`.
    """

    def __init__(
        self, modalities: Sequence[np.ndarray], label: np.ndarray, weight: np.ndarray, batch_size: int, seed: int
    ):
        super().__init__()
        self.modalities = [torch.from_numpy(np.ascontiguousarray(x, np.float32)) for x in modalities]
        self.label = torch.from_numpy(np.asarray(label, np.float32))
        self.weight = torch.from_numpy(np.asarray(weight, np.float32))
        self.batch_size, self.seed = min(batch_size, len(self)), seed

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, rows: list[int]) -> tuple[list[Tensor], Tensor, Tensor]:
        return [x[rows] for x in self.modalities], self.label[rows], self.weight[:, rows]

    def train_dataloader(self) -> DataLoader:
        order = RandomSampler(self, generator=torch.Generator().manual_seed(self.seed))
        return DataLoader(self, sampler=BatchSampler(order, self.batch_size, drop_last=False), batch_size=None)

    def predict_dataloader(self) -> DataLoader:
        return DataLoader(self, sampler=BatchSampler(SequentialSampler(self), 4096, drop_last=False), batch_size=None)


class _EpochProgress(pl.Callback):
    def __init__(self, epochs: int, what: str):
        self.bar = progress(range(epochs), what, total=epochs)

    def on_train_epoch_end(self, *_) -> None:
        next(self.bar)


def fit(model: HierarchicalBottleneck, rows: Rows, epochs: int, device: str = "cpu", logger=False) -> pl.Trainer:
    """Train all replicas for `epochs` epochs; `device` is Lightning's accelerator. No test row enters any choice."""
    model.standardise(rows.modalities, rows.weight)
    trainer = pl.Trainer(
        max_epochs=epochs,
        accelerator=device,
        devices=1,
        deterministic=True,
        logger=logger,
        callbacks=[_EpochProgress(epochs, f"train {len(model.noise)} replicas")],
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=1,
    )
    trainer.fit(model, rows)
    return trainer


def predict(model: HierarchicalBottleneck, x0: np.ndarray) -> np.ndarray:
    """Probability of label 1 by each replica from the prime modality alone: (n, d) -> (K, n) float32."""
    model.eval()
    with torch.inference_mode():
        batches = torch.from_numpy(np.ascontiguousarray(x0, np.float32)).split(4096)
        return torch.cat([model(batch.to(model.device)) for batch in batches], dim=1).cpu().numpy()
