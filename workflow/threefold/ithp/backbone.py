"""A text encoder inside the model: a copy per replica, fine-tuned with it. No padding leaves here."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from threefold.ithp.layers import Noise

PACK = 256  # tokens, about, of the rows that go through DeBERTa as one: its attention takes the square of it
ROWS = 64  # that are padded to a common length; rows of like length go together


def starts(lengths: Tensor) -> Tensor:
    """Where each row begins when the tokens of all lie end to end: (n,) -> (n,)."""
    return lengths.cumsum(0) - lengths


def places(lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Of tokens that lie end to end, the row that each belongs to and its place there: (n,) -> (tokens,) twice."""
    owner = torch.repeat_interleave(lengths)
    return owner, torch.arange(len(owner), device=owner.device) - starts(lengths)[owner]


def states(encoder: nn.Module, pieces: Tensor, lengths: Tensor) -> Tensor:
    """Last hidden state of every token: (tokens,) numbers of pieces, (n,) tokens of each row -> (tokens, d).

    `encoder`: a model of transformers, or what is called like one.
    """
    config = getattr(encoder, "config", None)
    if getattr(config, "model_type", None) == "deberta-v2" and config.relative_attention and not encoder.encoder.conv:
        pack = torch.unique_consecutive((lengths.cumsum(0) - 1) // PACK, return_counts=True)[1].tolist()
        rows = lengths.split(pack)
        parts = zip(pieces.split([int(own.sum()) for own in rows]), rows, strict=True)
        return torch.cat([_packed(encoder, *part) for part in parts])
    return _padded(encoder, pieces, lengths)


def _packed(deberta: nn.Module, pieces: Tensor, lengths: Tensor) -> Tensor:
    """The states of rows laid end to end, each seeing itself alone: no padding.

    A token's position counts by its distance from others, so rows need no place of their own. Of the embeddings of
    those distances, 512 in DeBERTa-v3, the layers project those that occur here: a third to a half of a step's time.
    """
    owner, within = places(lengths)
    x = deberta.embeddings(input_ids=pieces[None], position_ids=within[None])
    mask = (owner[:, None] == owner)[None, None]
    distance, table = deberta.encoder.get_rel_pos(x), deberta.encoder.get_rel_embedding()
    far = len(table) // 2
    span = min(int(lengths.max()), far)
    for layer in deberta.encoder.layer:
        layer.attention.self.pos_ebd_size = span
        x, _ = layer(x, mask, relative_pos=distance, rel_embeddings=table[far - span : far + span])
        layer.attention.self.pos_ebd_size = far
    return x[0]


def _padded(encoder: nn.Module, pieces: Tensor, lengths: Tensor) -> Tensor:
    """The states of any encoder: rows padded to the longest of up to `ROWS` of like length, the padding masked."""
    start = starts(lengths)
    found, order = [], []
    for rows in lengths.argsort(stable=True).split(ROWS):
        within = torch.arange(int(lengths[rows].max()), device=pieces.device)
        mask = within < lengths[rows, None]
        place = (start[rows, None] + within)[mask]
        padded = torch.zeros(mask.shape, dtype=torch.long, device=pieces.device)
        padded[mask] = pieces[place]
        found.append(encoder(input_ids=padded, attention_mask=mask.long()).last_hidden_state[mask])
        order.append(place)
    return torch.cat(found)[torch.cat(order).argsort()]


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
