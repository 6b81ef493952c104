"""Texts through any encoder of transformers, e.g. DeBERTa-v3, from the hub or from a folder."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import torch
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedTokenizerBase

from threefold.ithp.backbone import ROWS, states
from threefold.ithp.words import Tokens
from threefold.record.errors import InputError
from threefold.record.progress import progress

LIMIT = 50  # pieces of a text, the encoder's own signs included, as published


def load_encoder(name: str) -> nn.Module:
    """The model `name`, on the hub or in a folder that `save_pretrained` has written. Raises InputError."""
    return _load(AutoModel, name).float()


def build_encoder(config: dict) -> nn.Module:
    """A model of this configuration, `model.config.to_dict()`, with weights to be filled in."""
    return AutoModel.from_config(AutoConfig.for_model(**config))


def _load(kind: type, name: str):
    try:
        return kind.from_pretrained(name)
    except (OSError, ValueError) as error:
        line = str(error).splitlines()[0]
        raise InputError(f"text encoder {name!r}: {line} (expected a folder or a model on the hub)") from None


def split_into_pieces(
    texts: Sequence[Sequence[str]], tokenizer: PreTrainedTokenizerBase, limit: int = LIMIT
) -> tuple[list[list[int]], list[list[int]]]:
    """Numbers of the pieces of each text, and to which of its words each belongs (-1: signs that the encoder adds).

    Every word is split by itself, so that each piece has its word's audio and video.
    Source: docs/science/ithp.md#word-pieces.
    """
    vocabulary = sorted(set(chain.from_iterable(texts)))
    split = tokenizer(vocabulary, add_special_tokens=False)["input_ids"] if vocabulary else []
    pieces_of = dict(zip(vocabulary, split, strict=True))
    first, last = ([i for i in [sign] if i is not None] for sign in (tokenizer.cls_token_id, tokenizer.sep_token_id))
    room = limit - len(first) - len(last)
    numbers, words = [], []
    for text in texts:
        pairs = [(piece, k) for k, word in enumerate(text) for piece in pieces_of[word]][:room]
        numbers.append([*first, *(piece for piece, _ in pairs), *last])
        words.append([-1] * len(first) + [k for _, k in pairs] + [-1] * len(last))
    return numbers, words


def encode(texts: Sequence[Sequence[str]], encoder: str, limit: int = LIMIT) -> Tokens:
    """The last hidden state of every piece of the words of each text, padding masked; see `load_encoder`."""
    tokenizer, model = _load(AutoTokenizer, encoder), load_encoder(encoder).eval()
    numbers, words = split_into_pieces(texts, tokenizer, limit)
    lengths = torch.tensor([len(row) for row in numbers])
    if not len(lengths) or int(lengths.min()) == 0:
        raise InputError(f"text encoder {encoder!r}: a text without a single token")
    pieces = torch.tensor(list(chain.from_iterable(numbers)))
    parts = zip(lengths.split(16 * ROWS), pieces.split([int(x.sum()) for x in lengths.split(16 * ROWS)]), strict=True)
    with torch.inference_mode():
        vectors = torch.cat([states(model, own, n) for n, own in progress(list(parts), "encode text")])
    word = np.array(list(chain.from_iterable(words)))
    return Tokens(vectors.numpy(), word, lengths.numpy(), pieces.numpy())
