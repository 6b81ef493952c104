"""flipper's exact answer beside ours."""

import pytest

from threefold.tori import exact
from threefold.tori.classify import classify_words
from threefold.tori.exact import check_exactly
from threefold.tori.mapping_tori import measure_classes
from threefold.tori.processes import Limits
from threefold.tori.surfaces import find_surface


def checked(words, name, **options):
    surface = find_surface(name)
    return check_exactly(classify_words(words, surface), surface, **options)


def test_the_dilatation_has_its_minimal_polynomial():
    rows = checked(["aB", "aaB", "a", "ab"], "S_1_1")
    assert rows["minimal_polynomial"].fillna("").tolist() == ["x^2 - 3*x + 1", "x^2 - 4*x + 1", "", ""]
    assert (rows["status"] == "ok").all()


@pytest.mark.parametrize(("name", "words"), [("S_2_1", ["abcD", "aB"]), ("D_4", ["abC"]), ("S_2_0", ["abcdE"])])
def test_methods_agree(name, words):
    rows = checked(words, name)
    assert (rows["status"] == "ok").all()
    assert rows["minimal_polynomial"].notna().equals(rows["type"] == "pseudo-Anosov")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"type": "reducible"}, "type pseudo-Anosov by flipper, reducible here"),
        ({"dilatation": 2.5}, "dilatation 2.618033988749895 by flipper, 2.5 here"),
        ({"punctures": "1"}, "punctures 2 by flipper, 1 here"),
    ],
)
def test_a_row_where_methods_disagree_is_an_error_and_is_not_measured(wrong, reason):
    surface = find_surface("S_1_1")
    rows = check_exactly(classify_words(["aB"], surface).assign(**wrong), surface)
    assert (rows["status"][0], rows["reason"][0]) == ("error", reason)
    measured = measure_classes(rows, surface, randomisations=0, seed=0)[0]
    assert (measured["status"], measured["reason"], measured["volume"]) == ("error", reason, None)


def test_dynnikovs_coordinates_have_their_say_on_the_disc(monkeypatch):
    monkeypatch.setattr(exact, "NEAR", 1e-18)
    assert "by Dynnikov" in checked(["abC"], "D_4")["reason"][0]


def test_a_word_that_takes_flipper_too_long_stays_without_polynomial():
    rows = checked(["abcDEFaBcDeF" * 3], "S_2_1", limits=Limits(seconds=0.2))
    assert rows["minimal_polynomial"].isna().all()
    assert rows["status"].tolist() == ["ok"]
