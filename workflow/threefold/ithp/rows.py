"""The rows of a data set as Lightning's data: the same batches for all replicas, in an order that can be resumed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from threefold.ithp.backbone import places, starts
from threefold.ithp.network import AT_ONCE, Batch


class Rows(pl.LightningDataModule):
    """Aligned rows of all modalities with the label and, per replica, whether a row is one of its training rows.

    `modalities`: (n, d_k) float32 each, prime first, or (tokens, d_k) where `lengths`, (n,), gives each row's tokens
    and `pieces`, (tokens,), their numbers for a text encoder;
    `label`: (n,); `weight`: (K, n) of 0 and 1; `validation`: likewise, the rows that choose each replica's epoch,
    given up after `patience` epochs without a better one. All replicas see the same batches; an epoch's order depends
    on `seed` and its number alone.
    """

    def __init__(
        self,
        modalities: Sequence[np.ndarray],
        label: np.ndarray,
        weight: np.ndarray,
        batch_size: int,
        seed: int,
        lengths: np.ndarray | None = None,
        validation: np.ndarray | None = None,
        patience: int = 10,
        pieces: np.ndarray | None = None,
    ):
        super().__init__()
        self.modalities = [torch.from_numpy(np.ascontiguousarray(x, np.float32)) for x in modalities]
        self.label = torch.from_numpy(np.asarray(label, np.float32))
        self.weight = torch.from_numpy(np.asarray(weight, np.float32))
        self.validation = None if validation is None else torch.from_numpy(np.asarray(validation, np.float32))
        self.lengths = None if lengths is None else torch.from_numpy(np.asarray(lengths, np.int64))
        self.pieces = None if pieces is None else torch.from_numpy(np.asarray(pieces, np.int64))
        self.start = None if lengths is None else starts(self.lengths)
        self.batch_size, self.seed, self.patience = min(batch_size, len(self)), seed, patience

    def __len__(self) -> int:
        return len(self.label)

    def __getitem__(self, rows: Tensor) -> Batch:
        return self._batch(rows, self.weight)

    def _batch(self, rows: Tensor, weight: Tensor) -> Batch:
        if self.lengths is None:
            return Batch([x[rows] for x in self.modalities], self.label[rows], weight[:, rows])
        owner, within = places(self.lengths[rows])
        tokens = self.start[rows][owner] + within
        pieces = None if self.pieces is None else self.pieces[tokens]
        return Batch([x[tokens] for x in self.modalities], self.label[rows], weight[:, rows], owner, pieces)

    def validation_batch(self) -> Batch | None:
        """The rows that some replica validates on, with the weights of validation."""
        if self.validation is None:
            return None
        return self._batch(self.validation.any(0).nonzero()[:, 0], self.validation)

    def train_dataloader(self) -> DataLoader:
        return DataLoader(self, sampler=_Order(self), batch_size=None)

    def predict_dataloader(self) -> DataLoader:
        parts = torch.arange(len(self)).split(AT_ONCE[self.lengths is not None])
        return DataLoader(self, sampler=parts, batch_size=None)


class _Order:
    """Batches of an epoch in its own random order, from the step on at which training stands."""

    def __init__(self, rows: Rows):
        self.rows = rows

    def __len__(self) -> int:
        return -(-len(self.rows) // self.rows.batch_size)

    def __iter__(self) -> Iterator[Tensor]:
        epoch, done = divmod(self.rows.trainer.global_step, len(self))
        order = np.random.default_rng([self.rows.seed, epoch]).permutation(len(self.rows))
        yield from torch.from_numpy(order).split(self.rows.batch_size)[done:]
