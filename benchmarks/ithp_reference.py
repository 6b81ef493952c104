"""The published recipe of ITHP on text, audio and video, plainly: every utterance padded to 50 tokens, no mask, one
minimum and maximum of each batch. Written from the equations for the benchmark: docs/science/ithp.md#official-loss,
docs/science/ithp.md#mosi-setup, docs/science/ithp.md#defect-padding, docs/science/ithp.md#defect-batch-scaling.
"""

from __future__ import annotations

import copy

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

TOKENS = 50


class Recipe(nn.Module):
    """Text encoder, two bottlenecks on each of its states, and the shift of those states by the second."""

    def __init__(self, encoder: nn.Module, audio: int, video: int, hidden: int, b0: int, b1: int):
        super().__init__()
        self.encoder = copy.deepcopy(encoder).train()
        text = encoder.config.hidden_size

        def net(inputs: int, outputs: int, *end: nn.Module) -> nn.Module:
            return nn.Sequential(
                nn.Linear(inputs, hidden), nn.ReLU(), nn.Dropout(0.3), nn.Linear(hidden, outputs), *end
            )

        self.encode_0, self.encode_1 = net(text, 2 * b0), net(b0, 2 * b1)
        self.detect_0 = net(b0, audio, nn.Sigmoid(), nn.Dropout(0.3))
        self.detect_1 = net(b1, video, nn.Sigmoid(), nn.Dropout(0.3))
        self.expand, self.norm, self.shift_dropout = nn.Linear(b1, text), nn.LayerNorm(text), nn.Dropout(0.5)
        self.pool, self.classify = nn.Linear(text, text), nn.Sequential(nn.Dropout(0.1), nn.Linear(text, 1))

    def forward(self, pieces: Tensor, audio: Tensor, video: Tensor, beta: float, gamma: float, lam: float):
        """Predicted labels, (n,), and the bottlenecks' loss; pieces (n, 50), audio and video (n, 50, d)."""
        x = self.encoder(input_ids=pieces).last_hidden_state
        b, loss = x, 0.0
        levels = ((self.encode_0, self.detect_0, audio, beta, 1.0), (self.encode_1, self.detect_1, video, gamma, lam))
        for encode, detect, target, weight, level in levels:
            mean, log_variance = encode(b).chunk(2, dim=-1)
            b = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
            divergence = -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).mean()
            scaled = (target - target.min()) / (target.max() - target.min())
            loss = loss + level * (divergence + weight * functional.mse_loss(detect(b), scaled))
        shifted = self.shift_dropout(self.norm(self.expand(b) + x))
        return self.classify(torch.tanh(self.pool(shifted[:, 0])))[:, 0], loss


def pad(x: np.ndarray, lengths: np.ndarray) -> Tensor:
    """Tokens one after the other, (tokens, ...) -> (n, 50, ...) with zeros."""
    padded = np.zeros((len(lengths), TOKENS, *x.shape[1:]), x.dtype)
    padded[np.arange(TOKENS) < lengths[:, None]] = x
    return torch.from_numpy(padded)


def train(data: dict, encoder: nn.Module, epochs: int, batch: int, rate: float, seed: int, shape: dict) -> Recipe:
    """Train on the rows of `data`: pieces, A and V by token, lengths, label by row."""
    beta, gamma, lam = 8.0, 32.0, 0.3
    pieces, audio, video = (pad(data[name], data["lengths"]) for name in ("pieces", "A", "V"))
    label = torch.from_numpy(data["label"])
    torch.manual_seed(seed)
    model = Recipe(encoder, audio.shape[-1], video.shape[-1], **shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
    steps = -(-len(label) // batch) * epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(step / (0.1 * steps), (steps - step) / (0.9 * steps))
    )
    for _ in range(epochs):
        for rows in torch.randperm(len(label)).split(batch):
            said, loss = model(pieces[rows], audio[rows], video[rows], beta, gamma, lam)
            loss = functional.mse_loss(said, label[rows]) + 2 / (beta + gamma) * loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.inference_mode()
def predict(model: Recipe, data: dict) -> np.ndarray:
    """Predicted labels, (n,)."""
    pieces, audio, video = (pad(data[name], data["lengths"]) for name in ("pieces", "A", "V"))
    return model(pieces, audio, video, 8.0, 32.0, 0.3)[0].numpy()
