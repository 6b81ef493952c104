"""Splitting an invariant lamination tells whether it fills the surface, and its singularities."""

import random

import flipper
import pytest

from threefold.tori.classify import classify_words
from threefold.tori.surfaces import find_surface
from threefold.tori.triangulations import equip
from threefold.tori.words import enumerate_words, to_flipper


def random_words(surface, length, count):
    draw = random.Random(0)
    return ["".join(draw.choices(surface.letters + surface.letters.upper(), k=length)) for _ in range(count)]


@pytest.mark.parametrize(
    ("name", "length", "count"), [("S_1_1", 8, 10), ("S_1_2", 8, 6), ("S_2_1", 5, 2), ("S_0_5", 5, 2), ("D_4", 5, 3)]
)
def test_types_are_those_of_flipper(name, length, count):
    surface = find_surface(name)
    for row in classify_words(random_words(surface, length, count), surface).itertuples():
        theirs = equip(surface).mapping_class(to_flipper(row.word, surface))
        assert row.type.lower() == theirs.nielsen_thurston_type().lower()


@pytest.mark.parametrize(("name", "word"), [("S_1_1", "aB"), ("S_1_2", "abCx"), ("S_2_1", "abcD"), ("S_2_1", "AbcdF")])
def test_prongs_are_those_of_flipper(name, word):
    surface = find_surface(name)
    row = classify_words([word], surface).iloc[0]
    stratum = flipper.load(name).mapping_class(to_flipper(word, surface)).stratum()
    punctures = sorted(prongs for vertex, prongs in stratum.items() if not vertex.filled)
    singularities = sorted(prongs for vertex, prongs in stratum.items() if vertex.filled)
    assert (row["punctures"], row["singularities"]) == tuple(" ".join(map(str, p)) for p in (punctures, singularities))


@pytest.mark.parametrize(("name", "length"), [("S_1_2", 4), ("S_2_1", 4), ("S_2_0", 4), ("D_4", 5)])
def test_prongs_satisfy_the_formula_of_euler_and_poincare(name, length):
    surface = find_surface(name)
    classes = classify_words(enumerate_words(surface, length)["word"], surface)
    found = classes[classes["type"] == "pseudo-Anosov"]
    assert len(found)
    for row in found.itertuples():
        punctures, others = ([int(prongs) for prongs in text.split()] for text in (row.punctures, row.singularities))
        assert len(punctures) == surface.punctures
        assert sum(prongs - 2 for prongs in punctures + others) == 4 * surface.genus - 4
        assert min(others, default=3) >= 3


def test_a_large_dilatation_is_split_with_integers_to_the_last_place():
    """The weights shrink more than doubles can follow."""
    surface = find_surface("S_1_2")
    words = ["XAXXcccBac", "CCxcccaCxb", "aaabbbbCCCxxxxABc"]
    assert (classify_words(words, surface)["type"] == "pseudo-Anosov").all()
