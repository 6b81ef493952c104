"""The census: one row per isometry class, and the inequalities."""

import random

import pandas as pd
import pytest

from threefold.record.errors import InputError
from threefold.tori.census import build_census, query_census, syllables
from threefold.tori.classify import classify_words
from threefold.tori.mapping_tori import measure_classes
from threefold.tori.surfaces import find_surface
from threefold.tori.words import enumerate_words


@pytest.fixture(scope="module")
def volumes():
    tables = {}
    for name, length in (("S_1_1", 6), ("S_1_2", 4)):
        words = enumerate_words(find_surface(name), length)
        classes = words.merge(classify_words(words["word"], find_surface(name)), on="word")
        tables[name] = pd.DataFrame(measure_classes(classes, find_surface(name), randomisations=40, seed=0))
    return tables


@pytest.fixture(scope="module")
def census(volumes):
    return build_census(volumes)


@pytest.mark.parametrize(
    ("word", "count"),
    [("aB", 1), ("aaaB", 1), ("aBaB", 2), ("aaBBaB", 2), ("aBaBaB", 3), ("aaaaab", 1), ("abaBBB", 1)],
)
def test_syllables_of_a_word(word, count):
    assert syllables(word) == count


def test_syllables_are_invariant_under_conjugation():
    rng = random.Random(0)
    for _ in range(100):
        word = "".join(rng.choice(["aB", "aaB", "aBBB"]) for _ in range(3))
        by = "".join(rng.choice("abAB") for _ in range(6))
        assert syllables(by + word + by[::-1].swapcase()) == 3


@pytest.mark.parametrize("word", ["a", "ab", "aBAb" + "BabA"])
def test_syllables_of_a_word_that_is_not_hyperbolic_are_refused(word):
    with pytest.raises(ValueError, match="not hyperbolic"):
        syllables(word)


def test_each_isometry_class_has_one_row_and_each_word_is_counted(volumes):
    census = build_census(volumes)
    measured = pd.concat(volumes.values()).dropna(subset="volume")
    assert census["isometry_signature"].is_unique
    assert len(census) == measured["isometry_signature"].nunique()
    assert census["words"].sum() == len(measured)
    assert census["volume_spread"].max() < 1e-8


def test_the_smallest_row_is_the_figure_eight_knot_by_its_shortest_word(volumes):
    row = build_census(volumes).iloc[0]
    assert (row["surface"], row["word"], row["length"], row["homology"]) == ("S_1_1", "aB", 2, "Z")
    assert row["least_dilatation"] == pytest.approx(2.618033988749895, rel=1e-12)


def test_inequalities_hold(volumes):
    census = build_census(volumes)
    assert census["km_ratio"].max() < 0.35
    on_torus = census.dropna(subset="syllables")
    assert len(on_torus) == 20
    assert on_torus["lower_ratio"].min() > 1 - 1e-10
    assert on_torus["upper_ratio"].max() < 1


def test_the_census_is_asked_by_surface_volume_and_order(census):
    rows = query_census(census, surface="S_1_2", max_volume=4.2, sort="entropy")
    assert len(rows)
    assert rows["surfaces"].str.contains("S_1_2").all()
    assert rows["volume"].max() <= 4.2
    assert rows["least_entropy"].is_monotonic_increasing
    assert len(query_census(census)) == len(census)


@pytest.mark.parametrize(("wrong", "message"), [({"surface": "S_7_1"}, "S_1_1, S_1_2"), ({"sort": "size"}, "entropy")])
def test_a_question_that_the_census_cannot_answer_is_refused(census, wrong, message):
    with pytest.raises(InputError, match=message):
        query_census(census, **wrong)


def test_manifolds_of_snappys_tables_are_named(census):
    assert "m004" in census["names"].iloc[0].split() or "m003" in census["names"].iloc[0].split()
