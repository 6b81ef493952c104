"""A text encoder inside the model: a copy per replica, fine-tuned with it. Padding is masked and never leaves here."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from threefold.ithp.layers import Noise

ROWS = 64  # that are padded to a common length; rows of like length go together


def states(encoder: nn.Module, pieces: Tensor, lengths: Tensor) -> Tensor:
    """Last hidden state of every token: (tokens,) numbers of pieces, (n,) tokens of each row -> (tokens, d).

    `encoder`: a model of transformers, or what is called like one.
    """
    start = lengths.cumsum(0) - lengths
    found, places = [], []
    for rows in lengths.argsort(stable=True).split(ROWS):
        within = torch.arange(int(lengths[rows].max()), device=pieces.device)
        mask = within < lengths[rows, None]
        place = (start[rows, None] + within)[mask]
        padded = torch.zeros(mask.shape, dtype=torch.long, device=pieces.device)
        padded[mask] = pieces[place]
        found.append(encoder(input_ids=padded, attention_mask=mask.long()).last_hidden_state[mask])
        places.append(place)
    return torch.cat(found)[torch.cat(places).argsort()]


class Backbone(nn.Module):
    """K copies of a text encoder, one per replica: pieces -> states, (K, tokens, d)."""

    def __init__(self, encoder: nn.Module, noise: Noise):
        super().__init__()
        self.copies = nn.ModuleList(copy.deepcopy(encoder).train() for _ in noise)
        self.noise = noise

    def forward(self, pieces: Tensor, lengths: Tensor) -> Tensor:
        return torch.stack([self._states(k, pieces, lengths) for k in range(len(self.copies))])

    def _states(self, k: int, pieces: Tensor, lengths: Tensor) -> Tensor:
        """Copy k's states; its own dropout draws from the replica's generator alone, so that it can be resumed."""
        if not self.training:
            return states(self.copies[k], pieces, lengths)
        seed = int(torch.randint(2**62, (), generator=self.noise[k]))
        with torch.random.fork_rng([pieces.device] if pieces.is_cuda else []):
            torch.default_generator.manual_seed(seed)  # torch.manual_seed takes milliseconds
            if pieces.is_cuda:
                torch.cuda.manual_seed(seed)
            return states(self.copies[k], pieces, lengths)

    def matrices(self) -> Iterator[nn.Parameter]:
        """What weight decay acts on."""
        return (p for p in self.parameters() if p.ndim > 1)

    def vectors(self) -> Iterator[nn.Parameter]:
        """Biases and gains."""
        return (p for p in self.parameters() if p.ndim < 2)
