"""Penner's matrices, where they apply, have the growth rate that flips find."""

import pytest

from threefold.tori import classify
from threefold.tori.classify import classify_words
from threefold.tori.penner import penner_dilatation
from threefold.tori.surfaces import find_surface
from threefold.tori.words import enumerate_words


@pytest.mark.parametrize(
    ("name", "length", "least"),
    [("S_1_1", 6, 30), ("S_1_2", 4, 100), ("S_2_1", 4, 900), ("S_2_0", 4, 300), ("D_4", 5, 100)],
)
def test_all_short_products_agree_with_the_flips(name, length, least):
    surface = find_surface(name)
    classes = classify_words(enumerate_words(surface, length)["word"], surface)
    expected = classes["word"].map(lambda word: penner_dilatation(word, surface))
    applies = expected.notna()
    assert applies.sum() >= least
    assert (expected / classes["dilatation"] - 1)[applies].abs().max() < 1e-9


@pytest.mark.parametrize(("name", "word"), [("S_1_1", "ab"), ("S_1_1", "aBA"), ("S_2_1", "abCD"), ("S_1_2", "cX")])
def test_they_do_not_apply_to_other_words(name, word):
    """Curves of one sign that meet, a letter in both cases, a twist and a half twist that meet."""
    assert penner_dilatation(word, find_surface(name)) is None


def test_a_row_where_they_disagree_is_an_error(monkeypatch):
    monkeypatch.setattr(classify, "penner_dilatation", lambda word, surface: 2.5)
    row = classify_words(["aB"], find_surface("S_1_1")).iloc[0]
    assert row["status"] == "error"
    assert "2.5 by Penner" in row["reason"]
