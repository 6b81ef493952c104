"""Texts as tokens: what every encoder gives, and the one that needs no network, tables of GloVe vectors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from threefold.ithp.pickles import load_arrays
from threefold.record.errors import InputError

TABLES = (".txt", ".p", ".pkl")  # suffixes of files of word vectors


class Tokens(NamedTuple):
    """The tokens of n texts, one text after the other.

    `vectors`: (tokens, d) float32; `word`: (tokens,) which word of its text a token belongs to, -1 for a sign that the
    encoder adds; `lengths`: (n,) tokens of each text; `pieces`: (tokens,) the encoder's number of each token, where it
    has a vocabulary of its own.
    """

    vectors: np.ndarray
    word: np.ndarray
    lengths: np.ndarray
    pieces: np.ndarray | None = None


Encode = Callable[[Sequence[Sequence[str]]], Tokens]  # the words of each text -> tokens


def means(x: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Mean over the tokens of each row: (tokens, d), (n,) -> (n, d); what is not finite is left out of it.

    Where nothing is left, the mean is NaN.
    """
    start = np.cumsum(lengths) - lengths
    finite = np.isfinite(x)
    count = np.add.reduceat(finite, start, dtype=np.int64)
    total = np.add.reduceat(np.where(finite, x, 0), start, dtype=np.float64)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def look_up(texts: Sequence[Sequence[str]], table: str | Path | dict[str, np.ndarray]) -> Tokens:
    """The vectors of the words of each text, e.g. GloVe's; words without one are left out.

    `table`: word -> vector, or a file of them: lines of a word and its numbers (.txt), or a pickled dict (.p, .pkl).
    Words are lower-case runs of letters and digits, or single signs. A text without any known word is one token of 0.
    """
    found = [
        [(piece, k) for k, word in enumerate(words) for piece in re.findall(r"[a-z0-9]+|[^\sa-z0-9]", word.lower())]
        for words in texts
    ]
    if not isinstance(table, dict):
        table = _read_table(Path(table), {piece for row in found for piece, _ in row})
    if not table:
        raise InputError("no word of the texts has a vector")
    nothing = np.zeros_like(next(iter(table.values())))
    rows = [[(table[piece], k) for piece, k in row if piece in table] or [(nothing, -1)] for row in found]
    vectors, word = zip(*(token for row in rows for token in row), strict=True)
    return Tokens(np.array(vectors, np.float32), np.array(word), np.array([len(row) for row in rows]))


def _read_table(path: Path, wanted: Iterable[str]) -> dict[str, np.ndarray]:
    if not path.is_file():
        raise InputError(f"{path} does not exist; expected a table of word vectors, e.g. glove.6B.300d.txt")
    if path.suffix != ".txt":
        return load_arrays(path)
    wanted, vectors, width = set(wanted), {}, 0
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            word, *numbers = line.rstrip().split(" ")
            width = width or len(numbers)
            if len(numbers) != width:
                raise InputError(f"{path} line {number}: {len(numbers)} numbers, but {width} before; expected GloVe's")
            if word in wanted:
                try:
                    vectors[word] = np.array(numbers, np.float32)
                except ValueError as error:
                    raise InputError(f"{path} line {number}: {error}") from None
    return vectors


def find_encoder(name: str) -> Encode:
    """The encoder `name`: a file of word vectors, or a model of transformers on the hub or in a folder."""
    if Path(name).suffix in TABLES:
        return partial(look_up, table=name)
    from threefold.ithp import text  # it loads transformers

    return partial(text.encode, encoder=name)
