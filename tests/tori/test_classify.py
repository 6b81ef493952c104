"""Growth rates and types of mapping classes."""

import math

import flipper
import numpy as np
import pytest

from threefold.tori.census import MATRICES
from threefold.tori.classify import classify_words
from threefold.tori.surfaces import find_surface
from threefold.tori.words import enumerate_words, to_flipper


def _trace(word):
    product = np.linalg.multi_dot([np.eye(2), *(np.reshape(MATRICES[letter], (2, 2)) for letter in word)])
    return abs(round(np.trace(product)))


def test_on_the_punctured_torus_type_and_dilatation_follow_from_the_trace():
    words = enumerate_words(find_surface("S_1_1"), 7)["word"]
    for row in classify_words(words, find_surface("S_1_1")).itertuples():
        trace = _trace(row.word)
        if trace > 2:
            assert row.type == "pseudo-Anosov"
            assert row.dilatation + 1 / row.dilatation == pytest.approx(trace, rel=1e-12)
        else:
            assert row.dilatation == 1
            assert row.type in ({"periodic"} if trace < 2 else {"periodic", "reducible"})


def test_the_figure_eight_has_the_golden_dilatation():
    row = classify_words(["aB"], find_surface("S_1_1")).iloc[0]
    assert row["dilatation"] == pytest.approx((3 + math.sqrt(5)) / 2, rel=1e-12)
    assert row["entropy"] == pytest.approx(2 * math.log((1 + math.sqrt(5)) / 2), rel=1e-12)


@pytest.mark.parametrize(
    ("surface", "word"),
    [("S_1_2", "abC"), ("S_1_2", "aBxc"), ("S_1_2", "abCX"), ("S_2_1", "abcD"), ("S_2_1", "AbcdF"), ("S_2_1", "acDF")],
)
def test_dilatations_and_types_agree_with_flipper(surface, word):
    row = classify_words([word], find_surface(surface)).iloc[0]
    theirs = flipper.load(surface).mapping_class(to_flipper(word, find_surface(surface)))
    if row["type"] == "reducible":
        assert theirs.nielsen_thurston_type() == "Reducible"
    else:
        assert theirs.nielsen_thurston_type() == "Pseudo-Anosov"
        assert row["dilatation"] == pytest.approx(float(theirs.dilatation()), rel=1e-12)


def test_the_smallest_dilatation_on_the_punctured_genus_two_surface_is_below_the_closed_minimum():
    assert classify_words(["AbcdF"], find_surface("S_2_1"))["dilatation"][0] == pytest.approx(1.684910152, abs=1e-9)


@pytest.mark.parametrize(
    ("word", "kind", "reason"),
    [
        ("ab", "periodic", "power 3 fixes every curve"),
        ("abab", "periodic", "power 3 fixes every curve"),
        ("a", "reducible", "not exponentially"),
        ("aaaaaa", "reducible", "not exponentially"),
        ("aB", "pseudo-Anosov", "lamination fills"),
    ],
)
def test_each_type_comes_with_its_reason(word, kind, reason):
    row = classify_words([word], find_surface("S_1_1")).iloc[0]
    assert (row["type"], row["status"]) == (kind, "ok")
    assert reason in row["reason"]


def test_a_pseudo_anosov_on_a_part_of_the_surface_is_called_reducible_with_the_curve():
    row = classify_words(["aB"], find_surface("S_1_2")).iloc[0]
    assert row["type"] == "reducible"
    assert "fixes the curve" in row["reason"]
    assert row["dilatation"] == pytest.approx((3 + math.sqrt(5)) / 2, rel=1e-12)


def test_pseudo_anosovs_are_as_many_as_have_hyperbolic_mapping_tori():
    words = enumerate_words(find_surface("S_1_2"), 4)
    classes = classify_words(words["word"], find_surface("S_1_2"))
    assert len(classes) == len(words)
    assert classes["type"].notna().all()
    assert (classes["type"] == "pseudo-Anosov").groupby(words["length"]).sum().tolist() == [0, 0, 12, 88]


def test_a_class_that_stretches_two_parts_of_the_surface_alike_is_reducible():
    row = classify_words(["aCFe"], find_surface("S_2_1")).iloc[0]
    assert (row["type"], row["status"]) == ("reducible", "ok")
    assert row["dilatation"] == pytest.approx((3 + math.sqrt(5)) / 2, rel=1e-12)
