"""Mapping tori of words: volumes, isometry classes, and what happens to words that have none."""

import flipper
import pandas as pd
import pytest
import snappy

from threefold.tori.classify import classify_words
from threefold.tori.mapping_tori import mapping_torus, measure_classes
from threefold.tori.surfaces import SURFACES
from threefold.tori.volumes import POSITIVE
from threefold.tori.words import enumerate_words, to_flipper


def volumes_of(words, surface, **options):
    options = {"randomisations": 40, "seed": 0, **options}
    return pd.DataFrame(measure_classes(classify_words(words, SURFACES[surface]), SURFACES[surface], **options))


def test_the_figure_eight_knot():
    row = volumes_of(["aB"], "S_1_1").iloc[0]
    assert row["volume"] == pytest.approx(2.0298832128, abs=1e-10)
    assert (row["type"], row["status"], row["cusps"], row["homology"]) == ("pseudo-Anosov", "ok", 1, "Z")
    assert mapping_torus("aB", SURFACES["S_1_1"]).is_isometric_to(snappy.Manifold("m004"))


@pytest.mark.parametrize(
    ("surface", "length", "hyperbolic", "distinct"), [("S_1_1", 6, 41, 20), ("S_1_2", 4, 88, 23), ("S_2_1", 4, 126, 5)]
)
def test_counts_of_hyperbolic_words_and_of_distinct_mapping_tori(surface, length, hyperbolic, distinct):
    words = enumerate_words(SURFACES[surface], length)["word"]
    table = volumes_of(words, surface)
    assert table["word"].tolist() == words.tolist()
    assert table[table["word"].str.len() == length]["volume"].count() == hyperbolic
    assert table["isometry_signature"].nunique() == distinct
    assert (table.loc[table["volume"].notna(), "solution_type"] == POSITIVE).all()
    assert table["km_ratio"].max() < 0.35


def test_rows_do_not_depend_on_workers_batches_or_neighbours():
    words = ["abCx", "aBcX", "a", "aB", "aBcXX", "abcX"]
    one = volumes_of(words, "S_1_2")
    pd.testing.assert_frame_equal(one, volumes_of(words, "S_1_2", workers=2, batch=1))
    backwards = volumes_of(words[::-1], "S_1_2")[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(one, backwards)


def test_words_that_are_not_pseudo_anosov_are_kept_without_a_volume():
    table = volumes_of(["a", "abc", "aB"], "S_1_2")
    assert table["type"].tolist() == ["reducible", "periodic", "reducible"]
    assert table["volume"].isna().all()
    assert (table["status"] == "not hyperbolic").all()


def test_a_reducible_word_that_slips_through_ends_undecided_without_a_volume():
    classes = classify_words(["aB"], SURFACES["S_1_2"]).assign(type=None)
    row = next(measure_classes(classes, SURFACES["S_1_2"], randomisations=3, seed=0))
    assert (row["status"], row["volume"], row["type"]) == ("undecided", None, None)
    assert row["solution_type"] != POSITIVE
    assert "3 retriangulations" in row["reason"]


@pytest.mark.parametrize(
    ("surface", "word"), [("S_1_2", "abCx"), ("S_1_2", "aBxcX"), ("S_2_1", "abcD"), ("S_2_1", "abCdF")]
)
def test_twister_and_flipper_build_isometric_mapping_tori(surface, word):
    """The translations agree on the order of composition and the direction of the twists."""
    bundle = flipper.load(surface).mapping_class(to_flipper(word)).bundle(veering=False)
    theirs = snappy.Manifold(bundle)
    ours = mapping_torus(word, SURFACES[surface])
    while theirs.solution_type() != POSITIVE:
        theirs.randomize()
    assert ours.is_isometric_to(theirs)


CENSUS = flipper.census("CHW")  # small census manifolds with their monodromies, in flipper's order of composition


@pytest.mark.parametrize("surface", SURFACES)
def test_monodromies_of_census_manifolds_have_their_dilatation_and_mapping_torus(surface):
    rows = CENSUS[CENSUS["surface"] == surface]
    assert len(rows) >= 20
    words = [to_flipper(word) for word in rows["monodromy"]]
    dilatations = classify_words(words, SURFACES[surface])["dilatation"]
    assert dilatations.to_numpy() == pytest.approx(rows["dilatation"].astype(float).to_numpy(), rel=1e-9)
    tori = [mapping_torus(word, SURFACES[surface]) for word in words]
    named = [snappy.Manifold(name) for name in rows["manifold"]]
    assert all(torus.is_isometric_to(manifold) for torus, manifold in zip(tori, named, strict=True))
