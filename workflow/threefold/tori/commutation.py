"""Words that give the same mapping torus for plain reasons: commuting letters, and the reflection of the surface."""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from threefold.tori.flips import flip_map, key_curves
from threefold.tori.surfaces import Surface
from threefold.tori.words import Keep


def least_of_class(surface: Surface) -> Keep:
    """Whether a word, in numbers as in `word_parts`, is the least and shortest of its class.

    The class is that under rotation, inversion, the exchange of neighbours whose curves do not meet, and the swap of
    all cases: a reflection of the surface takes each generator to its inverse, and the mapping torus to its mirror
    image.
    """
    return partial(_is_least, commuting=_commuting(surface))


def _is_least(word: tuple[int, ...], commuting: np.ndarray) -> bool:
    seen, waiting = {word}, [word]
    while waiting:
        current = waiting.pop()
        if len(word) > 1 and current[0] == current[1] ^ 1:
            return False
        images = [current[1:] + current[:1], tuple(i ^ 1 for i in current[::-1]), tuple(i ^ 1 for i in current)]
        if len(word) > 1 and commuting[current[0], current[1]]:
            images.append((current[1], current[0], *current[2:]))
        for image in images:
            if image < word:
                return False
            if image not in seen:
                seen.add(image)
                waiting.append(image)
    return True


@cache
def _commuting(surface: Surface) -> np.ndarray:
    """(symbols, symbols) bool: which numbers stand for different letters that commute as maps of curves."""
    curves, letters = key_curves(surface), surface.letters
    images = np.array([[flip_map(x + y, surface).on_curves(curves) for y in letters] for x in letters])
    commuting = (images == images.transpose(1, 0, 2, 3)).all(axis=(2, 3)) & ~np.eye(len(letters), dtype=bool)
    return commuting.repeat(2, axis=0).repeat(2, axis=1)
