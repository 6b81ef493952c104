"""The census: one row per isometry class, and the inequalities."""

import random

import pandas as pd
import pytest
from typer.testing import CliRunner

from threefold.cli.tori import app
from threefold.record.errors import InputError
from threefold.record.tables import write_table
from threefold.tori.census import build_census, query_census, syllables
from threefold.tori.classify import classify_words
from threefold.tori.mapping_tori import measure_classes
from threefold.tori.surfaces import find_surface
from threefold.tori.words import enumerate_words


def measured(name, length):
    surface = find_surface(name)
    words = enumerate_words(surface, length)
    classes = words.merge(classify_words(words["word"], surface), on="word")
    return pd.DataFrame(measure_classes(classes, surface, randomisations=40, seed=0))


@pytest.fixture(scope="module")
def volumes():
    return {name: measured(name, length) for name, length in (("S_1_1", 6), ("S_1_2", 4))}


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
    rows = pd.concat(volumes.values()).dropna(subset="volume")
    assert census["isometry_signature"].is_unique
    assert len(census) == rows["isometry_signature"].nunique()
    assert census["words"].sum() == len(rows)
    assert census["volume_spread"].max() < 1e-8


def test_the_smallest_row_is_the_figure_eight_knot_by_its_shortest_word(volumes):
    row = build_census(volumes).iloc[0]
    assert (row["surface"], row["word"], row["length"], row["homology"]) == ("S_1_1", "aB", 2, "Z")
    assert row["least_dilatation"] == pytest.approx(2.618033988749895, rel=1e-12)


def test_inequalities_hold(volumes):
    census = build_census(volumes)
    assert census["km_ratio"].max() < 0.35
    assert census["adams_ratio"].min() > 1
    on_torus = census.dropna(subset="syllables")
    assert len(on_torus) == 20
    assert on_torus["lower_ratio"].min() > 1 - 1e-10
    assert on_torus["upper_ratio"].max() < 1


def test_a_row_that_breaks_an_inequality_ends_the_census(volumes):
    wrong = volumes["S_1_1"].assign(km_ratio=1.2)
    with pytest.raises(AssertionError, match="an inequality fails"):
        build_census({"S_1_1": wrong})


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


def test_equal_mapping_tori_on_different_surfaces_are_one_row():
    """The disc with three punctures and the sphere with four are the same surface."""
    tables = {name: measured(name, 4) for name in ("D_3", "S_0_4")}
    census, *alone = [build_census(part) for part in (tables, *({name: tables[name]} for name in tables))]
    shared = census[census["surfaces"] == "D_3 S_0_4"]
    assert len(shared) == len(alone[0]) == 5
    assert len(census) == sum(map(len, alone)) - len(shared)
    assert census["words"].sum() == sum(part["words"].sum() for part in alone)
    assert (shared["surface"] == "D_3").all()


def test_the_least_entropy_is_that_of_the_least_fibre(volumes):
    census = build_census(volumes).set_index("isometry_signature")
    least = pd.concat(volumes.values()).dropna(subset="volume").groupby("isometry_signature")["entropy"].min()
    assert (census["least_entropy"] - least).abs().max() < 1e-9


@pytest.mark.parametrize("wide", [[], ["--wide"]])
def test_the_command_prints_rows_that_fit_the_terminal(census, tmp_path, monkeypatch, wide):
    monkeypatch.setenv("COLUMNS", "150" if wide else "80")
    write_table(tmp_path / "census.parquet", census, "tori/census")
    arguments = ["census", "--surface", "S_1_2", "--sort", "entropy", "--table", str(tmp_path / "census.parquet")]
    printed = CliRunner().invoke(app, [*arguments, "--limit", "5", *wide])
    assert printed.exit_code == 0
    lines = printed.stdout.splitlines()
    assert max(map(len, lines)) <= (150 if wide else 80)
    assert "least entropy" in lines[0]
    assert ("homology" in lines[0]) == bool(wide)
    if not wide:
        assert len(lines) == 7


def test_the_command_shows_a_class_with_flippers_exact_answer():
    printed = CliRunner().invoke(app, ["show", "aB", "--surface", "S_1_1", "--exact"]).stdout
    assert "x^2 - 3*x + 1" in printed
    assert "agrees" in printed
    assert "at punctures: 2" in printed
    assert printed.count("2.029883212819") == 2  # the drilled one is the same: no singularity but the puncture


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "abq"], "unknown letters q; generators: a, b, c, d, e, f"),
        (["show", ""], "no letter"),
        (["show", "abA"], "not cyclically reduced"),
        (["show", "a", "--surface", "S_9_9"], "the alphabet has 26"),
        (["show", "a", "--surface", "genus 2"], "unknown surface"),
        (["census", "--table", "nowhere.parquet"], "does not exist"),
    ],
)
def test_what_the_commands_cannot_read_is_refused_with_one_message(arguments, message):
    error = CliRunner().invoke(app, arguments).exception
    assert isinstance(error, InputError)
    assert message in str(error)
    assert len(str(error).splitlines()) <= 2
