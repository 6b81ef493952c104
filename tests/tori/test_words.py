"""Words: the notation, its translations, and the list of all short ones."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threefold.record.errors import InputError
from threefold.tori.surfaces import find_surface
from threefold.tori.words import (
    check_cyclically_reduced,
    check_word,
    enumerate_words,
    from_braid,
    from_flipper,
    from_twister,
    invert,
    to_braid,
    to_flipper,
    to_twister,
)


@pytest.mark.parametrize("word", ["", "aq", "a b", "a0", "c"])
def test_a_word_outside_the_generators_is_refused(word):
    with pytest.raises(InputError, match="generators: a, b"):
        check_word(word, find_surface("S_1_1"))


def test_translations_keep_the_order_of_composition():
    surface = find_surface("S_2_1")
    assert to_twister("aBc", surface) == "a*B*c"  # Twister reads from left to right
    assert to_flipper("aBc", surface) == "cBa"  # flipper composes from right to left
    assert to_flipper("aBc", find_surface("S_0_5")) == "s_3.S_2.s_1"
    assert to_twister("aHjE", find_surface("S_2_4")) == "a0*A3*t2*C"
    assert to_twister("aB", find_surface("S_6_1")) == "a00*B01"  # Twister pads with zeros
    assert to_braid("abC", find_surface("D_4")) == [1, 2, -3]
    assert invert("aBc") == "CbA"


@pytest.mark.parametrize("name", ["S_1_1", "S_2_1", "S_2_4", "S_6_1", "S_2_0", "D_5", "S_0_6"])
@given(data=st.data())
def test_translations_lead_back(name, data):
    surface = find_surface(name)
    word = data.draw(st.text(surface.letters + surface.letters.upper(), min_size=1))
    assert from_flipper(to_flipper(word, surface), surface) == word
    assert from_braid(to_braid(word, surface), surface) == word
    if surface.genus:
        assert from_twister(to_twister(word, surface), surface) == word


def test_names_that_other_programs_would_drop_are_refused():
    surface = find_surface("S_2_4")
    with pytest.raises(InputError, match="unknown b4, q"):
        from_twister("a0*q*b4", surface)
    with pytest.raises(InputError, match="unknown B1, a0; known: a00"):
        from_twister("a0*B1", find_surface("S_6_1"))  # Twister pads its numbers with zeros
    with pytest.raises(InputError, match=r"\[0, 11\] are not among"):
        from_braid([1, 0, 11], find_surface("D_11"))


@pytest.mark.parametrize(
    ("surface", "counts"),
    [
        ("S_1_1", [2, 4, 6, 13, 26, 66, 158, 418, 1098]),
        ("S_1_2", [4, 16, 60, 310, 1684]),
        ("S_2_1", [6, 36, 226, 1851, 16110]),
        ("D_3", [2, 4, 6, 13, 26, 66, 158, 418]),
        ("D_4", [3, 9, 23, 84, 315, 1319]),
        ("S_0_5", [4, 16, 60, 310, 1684]),
        ("S_2_0", [5, 25, 125, 835, 5909]),
    ],
)
def test_counts_by_length_are_the_known_ones(surface, counts):
    words = enumerate_words(find_surface(surface), len(counts))
    assert words.groupby("length").size().tolist() == counts


def _class(word):
    """All rotations of a word and of its inverse."""
    return {w[i:] + w[:i] for w in (word, invert(word)) for i in range(len(word))}


@pytest.mark.parametrize(("surface", "length"), [("S_1_1", 6), ("S_1_2", 4)])
def test_every_cyclically_reduced_word_has_exactly_one_representative(surface, length):
    letters = find_surface(surface).letters
    alphabet = letters + letters.upper()
    every = {
        "".join(word)
        for word in itertools.product(alphabet, repeat=length)
        if all(x != y.swapcase() for x, y in zip(word, word[1:] + word[:1], strict=True))
    }
    words = enumerate_words(find_surface(surface), length).query("length == @length")["word"]
    classes = [_class(word) for word in words]
    assert set().union(*classes) == every
    assert sum(map(len, classes)) == len(every)


@pytest.mark.parametrize(("word", "pair"), [("aAb", "a stands before A"), ("abA", "A stands before a")])
def test_a_word_that_is_not_cyclically_reduced_is_refused(word, pair):
    with pytest.raises(InputError, match=pair):
        check_cyclically_reduced(word, find_surface("S_1_1"))
    assert check_cyclically_reduced("aBa", find_surface("S_1_1")) == "aBa"
