"""Words: the notation, its translations, and the list of all short ones."""

import itertools

import pytest

from threefold.record.errors import InputError
from threefold.tori.surfaces import SURFACES, find_surface
from threefold.tori.words import check_word, enumerate_words, invert, to_flipper, to_twister


@pytest.mark.parametrize("word", ["", "aq", "a b", "a0", "c"])
def test_a_word_outside_the_generators_is_refused(word):
    with pytest.raises(InputError, match="generators: a, b"):
        check_word(word, SURFACES["S_1_1"])


def test_an_unknown_surface_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"'S_9_9'.*S_1_1, S_1_2, S_2_1"):
        find_surface("S_9_9")


def test_translations_keep_the_order_of_composition():
    assert to_twister("aBc") == "a*B*c"  # Twister reads from left to right
    assert to_flipper("aBc") == "cBa"  # flipper composes from right to left
    assert invert("aBc") == "CbA"


@pytest.mark.parametrize(
    ("surface", "counts"),
    [
        ("S_1_1", [2, 4, 6, 13, 26, 66, 158, 418, 1098]),
        ("S_1_2", [4, 16, 60, 310, 1684]),
        ("S_2_1", [6, 36, 226, 1851]),
    ],
)
def test_counts_by_length_are_the_known_ones(surface, counts):
    words = enumerate_words(SURFACES[surface], len(counts))
    assert words.groupby("length").size().tolist() == counts


def _class(word):
    """All rotations of a word and of its inverse."""
    return {w[i:] + w[:i] for w in (word, invert(word)) for i in range(len(word))}


@pytest.mark.parametrize(("surface", "length"), [("S_1_1", 6), ("S_1_2", 4)])
def test_every_cyclically_reduced_word_has_exactly_one_representative(surface, length):
    letters = SURFACES[surface].letters
    alphabet = letters + letters.upper()
    every = {
        "".join(word)
        for word in itertools.product(alphabet, repeat=length)
        if all(x != y.swapcase() for x, y in zip(word, word[1:] + word[:1], strict=True))
    }
    words = enumerate_words(SURFACES[surface], length).query("length == @length")["word"]
    classes = [_class(word) for word in words]
    assert set().union(*classes) == every
    assert sum(map(len, classes)) == len(every)
