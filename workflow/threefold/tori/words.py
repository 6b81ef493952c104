"""Words in the generators of a mapping class group: one notation, its translations, and the list of all short words.

A word is a string of letters such as `abC`: a lower-case letter is a generator of the surface, its capital the inverse,
and the leftmost letter acts first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice

import numpy as np
import pandas as pd

from threefold.record.errors import InputError
from threefold.tori.surfaces import Surface

Keep = Callable[[tuple[int, ...]], bool]


def check_word(word: str, surface: Surface) -> str:
    """Return `word`; raises InputError if it is empty or has letters that `surface` has not.

    SnapPy and Twister drop an unknown letter with no more than a printed warning.
    Source: docs/science/tori.md#trap-unknown-letters.
    """
    unknown = sorted(set(word) - set(surface.letters + surface.letters.upper()))
    if not word or unknown:
        found = f"unknown letters {', '.join(unknown)}" if unknown else "no letter"
        raise InputError(
            f"word {word!r} on {surface.name}: {found}; generators: {', '.join(surface.letters)}, "
            "capitals for their inverses"
        )
    return word


def check_cyclically_reduced(word: str, surface: Surface) -> str:
    """Return `word`; raises InputError if `check_word` does, or if a letter meets its inverse, at the ends too."""
    check_word(word, surface)
    for letter, following in zip(word, word[1:] + word[:1], strict=True):
        if letter == following.swapcase():
            pair = f"{letter} stands before {following}"
            raise InputError(f"word {word!r} is not cyclically reduced: {pair}; leave both out")
    return word


def to_twister(word: str, surface: Surface) -> str:
    """`word` for Twister, which reads from left to right like us."""
    names = _names(surface)
    return "*".join(names[letter] for letter in word)


def from_twister(text: str, surface: Surface) -> str:
    """The word that Twister writes as `text`, such as `a0*B1`; raises InputError at a name that `surface` has not."""
    letters = {name: letter for letter, name in _names(surface).items()}
    if unknown := sorted(set(text.split("*")) - set(letters)):
        raise InputError(f"{text!r} on {surface.name}: unknown {', '.join(unknown)}; known: {', '.join(letters)}")
    return "".join(letters[name] for name in text.split("*"))


def to_flipper(word: str, surface: Surface) -> str:
    """`word` for flipper, which composes maps from right to left and calls the generators of a sphere s_1, s_2, …"""
    if surface.kind in ("named", "squares"):
        return word[::-1]
    return ".".join(f"s_{i}" if i > 0 else f"S_{-i}" for i in to_braid(word, surface)[::-1])


def from_flipper(text: str, surface: Surface) -> str:
    """The word that flipper writes as `text`."""
    if surface.kind in ("named", "squares"):
        return check_word(text[::-1], surface)
    numbers = [int(name[2:]) if name[0] == "s" else -int(name[2:]) for name in text.split(".")]
    return from_braid(numbers[::-1], surface)


def to_braid(word: str, surface: Surface) -> list[int]:
    """`word` as SnapPy's and Dynnikov's braids, read from left to right: i for σ_i, -i for its inverse."""
    return [(surface.letters.index(letter.lower()) + 1) * (1 if letter.islower() else -1) for letter in word]


def from_braid(numbers: Iterable[int], surface: Surface) -> str:
    """The word of a braid; raises InputError at a number without a letter."""
    numbers = list(numbers)
    if wrong := [i for i in numbers if not 0 < abs(i) <= len(surface.letters)]:
        raise InputError(f"braid on {surface.name}: {wrong} are not among ±1 … ±{len(surface.letters)}")
    return "".join(surface.letters[i - 1] if i > 0 else surface.letters[-i - 1].upper() for i in numbers)


def _names(surface: Surface) -> dict[str, str]:
    """Twister's name of every letter and of its capital; braid generators have none."""
    lower = dict(zip(surface.letters, surface.names, strict=True))
    return lower | {letter.upper(): name.upper() for letter, name in lower.items()}


def invert(word: str) -> str:
    """The inverse word."""
    return word[::-1].swapcase()


def enumerate_words(surface: Surface, max_length: int, keep: Keep | None = None) -> pd.DataFrame:
    """All of `word_parts` in one table."""
    return pd.concat([part() for part in word_parts(surface, max_length, keep)], ignore_index=True)


def word_parts(surface: Surface, max_length: int, keep: Keep | None = None) -> Iterator[Callable[[], pd.DataFrame]]:
    """The cyclically reduced words of 1 to `max_length` letters, one for each class under rotation and inversion.

    Columns: word (the least of its class in the order a < A < b < B < …), length. Each part is a function that returns
    the words of one length with one first letter; all parts in a row are in the order of length, then of the alphabet.
    keep: which of these words to list, given as numbers: 2i for letter i, 2i + 1 for its inverse.
    Source: docs/science/tori.md#enumeration.
    """
    for length in range(1, max_length + 1):
        for first in range(2 * len(surface.letters)):
            yield partial(_words, surface, length, first, keep)


def _words(surface: Surface, length: int, first: int, keep: Keep | None) -> pd.DataFrame:
    necklaces = _necklaces(2 * len(surface.letters), length, first)
    alphabet = np.array([case for letter in surface.letters for case in (letter, letter.upper())])
    words = []
    while block := list(islice(necklaces, 2**16)):
        codes = np.array(block, dtype=np.int64)
        codes = codes[_at_most_their_inverses(codes, alphabet.size)]
        if keep is not None:
            codes = codes[[keep(tuple(row)) for row in codes.tolist()]]
        words += ["".join(row) for row in alphabet[codes]]
    return pd.DataFrame({"word": pd.Series(words, dtype=object), "length": length})


def _at_most_their_inverses(necklaces: np.ndarray, symbols: int) -> np.ndarray:
    """Which rows are not greater than any rotation of their inverses."""
    length = necklaces.shape[1]
    place = symbols ** np.arange(length - 1, -1, -1, dtype=np.int64)
    inverses = (necklaces ^ 1)[:, ::-1]
    least_inverse = np.min([np.roll(inverses, shift, axis=1) @ place for shift in range(length)], axis=0)
    return necklaces @ place <= least_inverse


def _necklaces(symbols: int, length: int, first: int) -> Iterator[list[int]]:
    """Words that begin with `first`, least among their rotations and cyclically reduced, in lexicographic order.

    The recursion of Fredricksen, Kessler and Maiorana, which extends only prefixes of necklaces; a prefix that holds a
    letter beside its inverse is cut off with all its extensions.
    """
    word = [0, first] + [0] * (length - 1)

    def extend(position: int, period: int) -> Iterator[list[int]]:
        if position > length:
            if length % period == 0 and (length == 1 or word[length] != word[1] ^ 1):
                yield word[1:]
            return
        for symbol in range(word[position - period], symbols):
            if symbol == word[position - 1] ^ 1:
                continue
            word[position] = symbol
            yield from extend(position + 1, period if symbol == word[position - period] else position)

    return extend(2, 1)
