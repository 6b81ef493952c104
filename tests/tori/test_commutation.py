"""Words up to commutation and reflection: fewer, and none of the mapping classes is missed."""

import pytest

from threefold.tori.classify import classify_words
from threefold.tori.commutation import least_of_class
from threefold.tori.mapping_tori import mapping_torus
from threefold.tori.surfaces import find_surface
from threefold.tori.words import enumerate_words


def hyperbolic(surface, words):
    classes = classify_words(words["word"], surface)
    return classes[classes["type"] == "pseudo-Anosov"]


@pytest.mark.parametrize(("name", "length"), [("S_1_1", 6), ("S_1_2", 4), ("S_2_1", 4), ("D_4", 5), ("S_2_0", 4)])
def test_fewer_words_have_the_same_dilatations(name, length):
    surface = find_surface(name)
    every, few = enumerate_words(surface, length), enumerate_words(surface, length, least_of_class(surface))
    assert set(few["word"]) < set(every["word"])
    dilatations = [set(hyperbolic(surface, words)["dilatation"].round(9)) for words in (every, few)]
    assert dilatations[0] == dilatations[1]


@pytest.mark.parametrize(
    ("name", "word"), [("S_1_2", "abCx"), ("S_2_1", "abcD"), ("S_2_4", "FhbjacdIG"), ("D_4", "aBBC")]
)
def test_the_reflected_word_has_the_mirror_image(name, word):
    surface = find_surface(name)
    assert mapping_torus(word, surface).is_isometric_to(mapping_torus(word.swapcase(), surface))


@pytest.mark.parametrize(("name", "length", "count"), [("S_1_1", 2, 4), ("D_4", 2, 9)])
def test_a_word_that_commutation_shortens_is_left_out(name, length, count):
    surface = find_surface(name)
    few = enumerate_words(surface, length, least_of_class(surface))
    assert (few["length"] == length).sum() == count


def test_words_that_differ_by_an_exchange_are_one():
    surface = find_surface("S_1_2")
    words = set(enumerate_words(surface, 3, least_of_class(surface))["word"])
    assert {"abc", "acb"} & words == {"abc"}  # a and c do not meet, and cab is a rotation of abc
