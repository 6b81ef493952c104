"""Mapping tori of words: volumes, isometry classes, and what happens to words that have none."""

import time

import pandas as pd
import pytest
import snappy

from threefold.tori import mapping_tori
from threefold.tori.classify import classify_words
from threefold.tori.dynnikov import Braid
from threefold.tori.mapping_tori import mapping_torus, measure_classes
from threefold.tori.processes import Limits
from threefold.tori.surfaces import find_surface
from threefold.tori.triangulations import equip
from threefold.tori.volumes import POSITIVE
from threefold.tori.words import enumerate_words, from_braid, from_twister, to_flipper


def volumes_of(words, surface, **options):
    options = {"randomisations": 40, "seed": 0, **options}
    return pd.DataFrame(measure_classes(classify_words(words, find_surface(surface)), find_surface(surface), **options))


def test_the_figure_eight_knot():
    row = volumes_of(["aB"], "S_1_1").iloc[0]
    assert row["volume"] == pytest.approx(2.0298832128, abs=1e-10)
    assert (row["type"], row["status"], row["cusps"], row["homology"]) == ("pseudo-Anosov", "ok", 1, "Z")
    assert mapping_torus("aB", find_surface("S_1_1")).is_isometric_to(snappy.Manifold("m004"))


@pytest.mark.parametrize(
    ("surface", "hyperbolic", "distinct"),  # of length 2, 3, …; distinct ones of up to this length
    [
        ("S_1_1", [1, 2, 5, 12, 41, 108], [1, 2, 5, 9, 20, 31]),
        ("D_3", [1, 2, 5, 12, 41, 108], [1, 2, 5, 8, 15, 23]),
        ("D_4", [0, 6, 27, 146], [0, 2, 8, 22]),
        ("S_0_5", [0, 12, 90], [0, 2, 12]),
        ("S_1_2", [0, 12, 88], [0, 5, 23]),
        ("S_2_1", [0, 0, 126], [0, 0, 5]),
        ("S_2_0", [0, 0, 84], [0, 0, 5]),  # once 71; from other cores SnapPy finds the structure of all pseudo-Anosovs
    ],
)
def test_counts_of_hyperbolic_words_and_of_distinct_mapping_tori(surface, hyperbolic, distinct):
    """The table of docs/science/tori.md#enumeration; the certificate proves every one of them."""
    words = enumerate_words(find_surface(surface), len(hyperbolic) + 1)["word"]
    table = volumes_of(words, surface)
    assert table["word"].tolist() == words.tolist()
    found = table[table["volume"].notna()]
    lengths = range(2, len(hyperbolic) + 2)
    assert [(found["word"].str.len() == length).sum() for length in lengths] == hyperbolic
    up_to = [found[found["word"].str.len() <= length]["isometry_signature"] for length in lengths]
    assert [signatures.nunique() for signatures in up_to] == distinct
    assert table["certified"].equals(table["volume"].notna())
    assert (found["solution_type"] == POSITIVE).all()
    assert (found["type"] == "pseudo-Anosov").all()
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
    classes = classify_words(["aB"], find_surface("S_1_2")).assign(type=None)
    row = measure_classes(classes, find_surface("S_1_2"), randomisations=3, seed=0)[0]
    assert (row["status"], row["volume"], row["type"]) == ("undecided", None, None)
    assert row["solution_type"] != POSITIVE
    assert "3 retriangulations" in row["reason"]


@pytest.mark.parametrize(
    ("surface", "word"),
    [
        ("S_1_2", "abCx"),
        ("S_1_2", "aBxcX"),
        ("S_2_1", "abcD"),
        ("S_2_1", "abCdF"),
        ("S_1_3", "dDCCcfDBED"),
        ("S_1_3", "cBdeEAEeA"),
        ("S_2_2", "abcdEF"),
        ("S_2_4", "FhbjacdIG"),
        ("D_4", "aBC"),
        ("D_5", "abcdab"),
        ("S_0_5", "aBcD"),
    ],
)
def test_twister_and_flipper_build_isometric_mapping_tori(surface, word):
    """The translations agree on the order of composition and the direction of the twists."""
    surface = find_surface(surface)
    theirs = snappy.Manifold(equip(surface).mapping_class(to_flipper(word, surface)).bundle(veering=False))
    ours = mapping_torus(word, surface)
    while theirs.solution_type() != POSITIVE:
        theirs.randomize()
    assert ours.is_isometric_to(theirs)


@pytest.mark.parametrize(
    ("name", "word", "dilatation", "volume"),
    [
        # Twister's c b_3 b_2 b_1 a_1 t_1 … t_{s-1} T_s … T_{n-1} on S_{2,n}:
        # docs/science/tori.md#known-answer-direct-words
        ("S_2_4", "edcbfiJK", 1.78164360, 7.34075941),
        ("S_2_5", "edcbfjKLM", 1.54474941, 7.20645715),
        ("S_2_4", "dcbfiJK", 1.86118016, 7.86490138),
    ],
)
def test_direct_words_on_surfaces_of_genus_two(name, word, dilatation, volume):
    row = volumes_of([word], name).iloc[0]
    assert (row["dilatation"], row["volume"]) == pytest.approx((dilatation, volume), abs=1e-8)


def test_the_closed_surface_of_genus_two_has_the_dilatation_of_the_sphere_not_of_the_disc():
    closed, disc = volumes_of(["abcdE"], "S_2_0").iloc[0], volumes_of(["abcdE"], "D_6").iloc[0]
    assert (closed["dilatation"], disc["dilatation"]) == pytest.approx((1.8832035, 2.0810), abs=1e-4)
    assert closed["volume"] == pytest.approx(3.1772932786, abs=1e-10)
    assert (closed["cusps"], closed["certified"]) == (0, True)


@pytest.mark.parametrize(
    ("strands", "letters", "dilatation", "volume"),
    [
        (3, [1, -2], 2.618033989, 4.0597664256),
        (4, [1, 2, -3], 2.296630263, 4.8511707573),
        (5, [1, 2, 3, 4, 1, 2], 1.722083806, 3.6638623767),
        (6, [2, 1, 2, 1, *[1, 2, 3, 4, 5] * 2], 1.722083806, 5.3334895669),
        (7, [-4, -4, *[1, 2, 3, 4, 5, 6] * 2], 1.465571232, 4.5559188899),
        (8, [-2, -1, *[1, 2, 3, 4, 5, 6, 7] * 5], 1.413446727, 4.5559188899),
    ],
)
def test_braids_of_least_dilatation(strands, letters, dilatation, volume):
    """docs/science/tori.md#known-answer-least-braids; the flips agree with Dynnikov's coordinates."""
    surface = find_surface(f"D_{strands}")
    row = volumes_of([from_braid(letters, surface)], surface.name).iloc[0]
    assert row["dilatation"] == pytest.approx(dilatation, abs=1e-9)
    assert row["dilatation"] == pytest.approx(Braid(tuple(letters), strands).dilatation().factor, rel=1e-12)
    assert row["volume"] == pytest.approx(volume, abs=1e-9)


@pytest.mark.parametrize("trouble", ["abort", "hang"])
def test_a_word_that_ends_or_blocks_its_process_is_recorded_and_harms_no_other(monkeypatch, trouble):
    def troubled(word, surface):
        if word == "aBB":
            snappy.Triangulation(
                "m003(-3,1)"
            ).filled_triangulation().filled_triangulation() if trouble == "abort" else None
            time.sleep(3600)
        return mapping_torus(word, surface)

    monkeypatch.setattr(mapping_tori, "mapping_torus", troubled)
    table = volumes_of(["aB", "aBB", "aaB"], "S_1_1", workers=2, limits=Limits(seconds=0.25))
    assert table["status"].tolist() == ["ok", "lost", "ok"]
    assert table["volume"].notna().tolist() == [True, False, True]
    assert "ended its process" in table["reason"][1]
    assert "more than 0.25 s" in table["reason"][1]


@pytest.mark.parametrize("kind", ["S_1_1", "S_1_2", "S_2_1"])
def test_no_class_called_reducible_or_periodic_has_a_hyperbolic_mapping_torus(kind):
    """The types come from the surface alone; here SnapPy is asked about all of them."""
    surface = find_surface(kind)
    words = enumerate_words(surface, 3)["word"]
    classes = classify_words(words, surface)
    asked = pd.DataFrame(measure_classes(classes.assign(type=None, dilatation=2.0, entropy=1.0), surface, 2, 0))
    assert (asked["volume"].notna() == (classes["type"] == "pseudo-Anosov")).all()


def test_words_with_one_mapping_torus_share_one_certificate():
    table = volumes_of(["aB", "aBab", "AbAbAAb", "aaB"], "S_1_1").dropna(subset="volume")
    for _, rows in table.groupby("isometry_signature"):
        assert len(set(rows["volume_digits"])) == 1
    proofs = {}
    classes = classify_words(["aB", "aaB"], find_surface("S_1_1"))
    one = measure_classes(classes, find_surface("S_1_1"), 40, 0, proofs=proofs)
    assert len(proofs) == 2
    assert measure_classes(classes, find_surface("S_1_1"), 40, 0, proofs=proofs) == one


@pytest.mark.parametrize(
    ("n", "s", "growth", "kind"),
    [(7, 1, 1.94685627, "reducible"), (7, 2, 1.0, "reducible"), (8, 2, 1.0, "reducible"), (8, 3, 1.0, "reducible")],
)
def test_members_of_a_family_that_are_not_pseudo_anosov_are_recorded_as_such(n, s, growth, kind):
    """The chain with five curves on S_{2,n} (docs/science/tori.md#direct-words)."""
    surface = find_surface(f"S_2_{n}")
    arcs = [f"t{i}" for i in range(1, s)] + [f"T{i}" for i in range(s, n)]
    word = from_twister("*".join(["c", "b3", "b2", "b1", "a1", *arcs]), surface)
    row = volumes_of([word], surface.name).iloc[0]
    assert row["type"] in (kind, "periodic")
    assert row["dilatation"] == pytest.approx(growth, abs=1e-8)
    assert (row["status"], row["volume"]) == ("not hyperbolic", None)


def test_a_braid_that_does_not_use_its_last_strands_keeps_them():
    """SnapPy takes the number of strands from the largest letter: alone, "aB" would be read on three.

    Source: docs/science/tori.md#trap-strand-number.
    """
    assert mapping_torus("aB", find_surface("D_5")).num_cusps() == 4
    assert snappy.Manifold("Braid[1,-2]").num_cusps() == mapping_torus("aB", find_surface("D_3")).num_cusps() == 2


def test_the_least_dilatation_of_the_closed_surface_of_genus_two():
    """The root of x^4 - x^3 - x^2 - x + 1 (Cho and Ham; docs/science/tori.md#known-answer-least-genus-two)."""
    surface = find_surface("S_2_0")
    classes = classify_words(["abcdab", *enumerate_words(surface, 4)["word"]], surface)
    anosov = classes[classes["type"] == "pseudo-Anosov"].sort_values("dilatation")
    assert anosov["word"].iloc[0] == "abcdab"
    assert anosov["dilatation"].iloc[0] == pytest.approx(1.722083805739, abs=1e-11)


def test_the_mapping_torus_without_its_singular_orbits():
    """abcD on S_2_1: the magic manifold; aB on S_1_1 has no singularities but the puncture.

    Source: docs/science/tori.md#singularities-drilled.
    """
    row = volumes_of(["abcD"], "S_2_1", drilled_length=4).iloc[0]
    assert (row["volume"], row["drilled_volume"]) == pytest.approx((4.40083251612, 5.33348956690), abs=1e-10)
    table = volumes_of(["aB", "aBa"], "S_1_1", drilled_length=2)
    assert table["drilled_volume"][0] == pytest.approx(table["volume"][0], abs=1e-12)
    assert pd.isna(table["drilled_volume"][1])
