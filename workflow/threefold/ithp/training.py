"""Training of the bottlenecks with Lightning: deterministic, resumable at any step, selection on inner rows."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytorch_lightning as pl
import torch
from pytorch_lightning.plugins.environments import LightningEnvironment
from torch import Tensor, nn

from threefold.ithp.network import Architecture, Batch, Bottlenecks, Replica, replica_of
from threefold.ithp.rows import Rows
from threefold.record.preemption import Notice
from threefold.record.progress import progress

logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)  # it greets at every fit


class HierarchicalBottleneck(pl.LightningModule):
    """K replicas of ITHP under training; `network` is the model itself.

    With `validation` rows in the data, each replica ends with the weights of the epoch that had its lowest loss of the
    label on its own validation rows. The optimiser is AdamW, its rate rises linearly and falls linearly to zero, as
    published, and gradients are clipped replica by replica. `encoder`: a text encoder to fine-tune, see `Bottlenecks`.
    """

    def __init__(self, architecture: Architecture, replicas: Sequence[Replica], encoder: nn.Module | None = None):
        super().__init__()
        self.network = Bottlenecks(architecture, replicas, encoder)
        self.history: list[dict[str, Tensor]] = []
        self._running: dict[str, list[Tensor]] = defaultdict(list)
        self.best_loss = torch.full((len(replicas),), torch.inf)
        self.best_epoch = torch.zeros(len(replicas), dtype=torch.long)
        self.best_weights: dict[str, Tensor] = {}

    def on_fit_start(self) -> None:
        rows = self.trainer.datamodule
        weight = rows.weight if rows.lengths is None else rows.weight.repeat_interleave(rows.lengths, dim=1)
        self.network.standardise(rows.modalities, weight)

    def training_step(self, batch: Batch, _: int) -> Tensor:
        terms = self.network.terms(batch)
        for name, value in terms.items():
            self._running[name].append(value.detach())
        return terms["loss"].sum()

    def on_train_epoch_end(self) -> None:
        self.history.append({name: torch.stack(values).mean(0).cpu() for name, values in self._running.items()})
        self._running.clear()
        if (batch := self.trainer.datamodule.validation_batch()) is not None:
            self._select(batch)
        self.log_dict({f"train/{name}": value.mean() for name, value in self.history[-1].items()})

    def _select(self, batch: Batch) -> None:
        """Keep the weights of the replicas that are now better on their validation rows than ever before."""
        self.network.eval()
        with torch.no_grad():
            batch = self.trainer.strategy.batch_to_device(batch, self.device)
            loss = self.network.terms(batch, sample=False)["task"].cpu()
        self.network.train()
        better = loss < self.best_loss
        self.best_loss[better], self.best_epoch[better] = loss[better], self.current_epoch
        for name, value in self.network.named_parameters():
            kept = self.best_weights.setdefault(name, value.detach().cpu().clone())
            now_best = better[replica_of(name)]
            kept[now_best] = value.detach().cpu()[now_best]
        self.history[-1]["validation"] = loss
        patience = self.trainer.datamodule.patience
        self.trainer.should_stop = bool((self.current_epoch - self.best_epoch >= patience).all())

    def on_train_end(self) -> None:
        self.network.load_state_dict(self.best_weights, strict=False)

    def predict_step(self, batch: Batch, _: int) -> Tensor:
        return self.network(batch.modalities[0], batch.owner, batch.pieces)

    def configure_optimizers(self):
        a = self.network.architecture
        groups = [{"params": [p for name, p in self.named_parameters() if replica_of(name) == slice(None)]}]
        if backbone := self.network.backbone:  # decay and rate as published
            groups.append({"params": list(backbone.matrices()), "lr": a.backbone_rate})
            groups.append({"params": list(backbone.vectors()), "lr": a.backbone_rate, "weight_decay": 0.0})
        optimizer = torch.optim.AdamW(groups, lr=a.learning_rate, weight_decay=a.weight_decay, fused=True)
        steps = self.trainer.estimated_stepping_batches
        rise = int(a.warmup * steps)

        def factor(step: int) -> float:
            return step / rise if step < rise else (steps - step) / (steps - rise)

        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def configure_gradient_clipping(self, optimizer, gradient_clip_val=None, gradient_clip_algorithm=None) -> None:
        if clip := self.network.architecture.clip:
            gradients = {name: p.grad for name, p in self.named_parameters() if p.grad is not None}
            clip_per_replica(gradients, clip, len(self.network.noise))

    def on_save_checkpoint(self, checkpoint: dict) -> None:
        checkpoint["progress"] = {
            "noise": [generator.get_state() for generator in self.network.noise],
            "history": self.history,
            "running": dict(self._running),
            "best": (self.best_loss, self.best_epoch, self.best_weights),
        }

    def on_load_checkpoint(self, checkpoint: dict) -> None:
        saved = checkpoint["progress"]
        for generator, state in zip(self.network.noise, saved["noise"], strict=True):
            generator.set_state(state)
        self.history, self._running = saved["history"], defaultdict(list, saved["running"])
        self.best_loss, self.best_epoch, self.best_weights = saved["best"]

    def history_table(self) -> pd.DataFrame:
        """Epoch, replica, term, value: the training loss and its parts."""
        return pd.DataFrame(
            [
                (epoch, replica, term, float(value))
                for epoch, terms in enumerate(self.history)
                for term, values in terms.items()
                for replica, value in enumerate(values)
            ],
            columns=["epoch", "replica", "term", "value"],
        )


def clip_per_replica(gradients: dict[str, Tensor], limit: float, replicas: int) -> None:
    """Scale each replica's gradients, by the parameter's name, so that their norm together is at most `limit`."""
    squares = torch.zeros(replicas, device=next(iter(gradients.values())).device)
    for name, g in gradients.items():
        own = replica_of(name)
        squares[own] += g.square().sum() if isinstance(own, int) else g.flatten(1).square().sum(1)
    factor = (limit / (squares.sqrt() + 1e-6)).clamp(max=1)
    for name, g in gradients.items():
        own = replica_of(name)
        g.mul_(factor[own] if isinstance(own, int) else factor.view(-1, *[1] * (g.ndim - 1)))


class _EpochProgress(pl.Callback):
    def __init__(self, epochs: int, what: str):
        self.bar = progress(range(epochs), what, total=epochs)

    def on_train_epoch_end(self, *_) -> None:
        next(self.bar)


class _Resumption(pl.Callback):
    """Saves where training stands every `every` steps and when a signal asks for the end, whole or not at all.

    Not at the last step of an epoch, because Lightning would then leave out the epoch's end on resuming: one later.
    """

    def __init__(self, path: Path, every: int):
        self.path, self.every, self.saved, self.notice = path, every, 0, Notice()

    def on_train_start(self, *_) -> None:
        self.notice.listen()  # in place of Lightning's handler, which ends the training without saving it

    def on_train_batch_end(self, trainer: pl.Trainer, module, outputs, batch, batch_idx: int) -> None:
        step = trainer.global_step
        if batch_idx + 1 < trainer.num_training_batches and (self.notice.given or step - self.saved >= self.every):
            part = self.path.with_suffix(".part")
            trainer.save_checkpoint(part)
            part.replace(self.path)
            self.saved = step
            self.notice.obey(f"training saved at step {step}")


def fit(
    model: HierarchicalBottleneck,
    rows: Rows,
    epochs: int,
    device: str = "cpu",
    logger=False,
    precision: str = "32-true",
    resume: Path | None = None,
    every: int = 200,
) -> pl.Trainer:
    """Train all replicas for `epochs` epochs; `device` is Lightning's accelerator. No test row enters any choice.

    `resume`: a file in which the state is saved every `every` steps, and from which a training that was killed goes on
    to the same weights as if it had not been. It is left there; delete it once the weights are saved. A SIGTERM or
    SIGUSR1 saves it at once and raises Preempted.
    """
    if resume:
        resume.parent.mkdir(parents=True, exist_ok=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # a sixth of a step, and nothing here reads such memory
    trainer = pl.Trainer(
        max_epochs=epochs,
        accelerator=device,
        devices=1,
        precision=precision,
        deterministic=True,
        logger=logger,
        callbacks=[
            _EpochProgress(epochs, f"train {len(rows.weight)} replicas"),
            *([_Resumption(resume, every)] if resume else []),
        ],
        plugins=[LightningEnvironment()],  # not Slurm's, which submits the job again by itself
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        log_every_n_steps=1,
    )
    # not weights_only: the file is one that this project wrote, and holds generators and histories
    saved = resume if resume and resume.exists() else None
    trainer.fit(model, rows, ckpt_path=saved, weights_only=False if saved else None)
    return trainer
