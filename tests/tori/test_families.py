"""The families: braids against polynomials, volumes, and the diagonal sequence."""

import math

import numpy as np
import pytest
import snappy

from threefold.tori.braids import conveyor_braid, diverging_braid
from threefold.tori.families import (
    FAMILIES,
    closed,
    controls,
    conveyor,
    diagonal,
    diagonal_lifted,
    direct,
    diverging,
    magic,
    magic_braids,
    magic_class,
    sizes,
    slender,
    stronger,
    uneven,
)
from threefold.tori.family_tables import compare, tabulate
from threefold.tori.volumes import braid_name

VOLUMES = [21.983174260, 29.955123684, 39.122912055, 47.424499136, 55.321118306, 63.019573665, 70.607893956]


@pytest.fixture(scope="module")
def diverging_table():
    return tabulate(diverging(100, 2, 23, twists=[0, 1, 2, 3]), randomisations=40, seed=0)


def test_the_braids_are_those_of_the_definition():
    assert conveyor_braid(2).letters == (1, 1, 2, -3, -4, -4)
    assert conveyor_braid(2).strands == 5
    assert diverging_braid(11, 1).letters == conveyor_braid(6).letters * 3 + (3, 3, -4, -4)


def test_every_conveyor_has_the_complement_of_the_link_as_mapping_torus():
    link = snappy.Manifold("L8n7")
    for p in (2, 3, 4, 8):
        assert snappy.Manifold(braid_name(conveyor_braid(p).letters)).is_isometric_to(link)


def test_entropies_of_polynomial_and_braid_agree():
    table = tabulate(conveyor(1000, 4, 61), randomisations=40, seed=0)
    measured = table.dropna(subset="entropy_iterated")
    assert measured["n"].tolist() == list(range(3, 62, 2))
    assert measured["entropy_iterated"].to_numpy() == pytest.approx(measured["entropy"].to_numpy(), rel=1e-12)
    assert table["volume"].to_numpy() == pytest.approx(7.3277247534, abs=1e-9)


def test_the_diverging_family_has_one_mapping_torus_for_each_k(diverging_table):
    measured = diverging_table.query("volume_source == 'snappy'")
    assert measured.groupby("k")["n"].apply(list).tolist() == [[11, 17, 23]] * 4
    assert (measured.groupby("k")["isometry_signature"].nunique() == 1).all()
    assert measured.groupby("k")["volume"].mean().tolist() == pytest.approx(VOLUMES[:4], abs=1e-8)
    assert measured["entropy_iterated"].to_numpy() == pytest.approx(measured["entropy"].to_numpy(), rel=1e-12)


def test_numbers_that_were_not_measured_on_the_member_itself_say_so(diverging_table):
    beyond = diverging_table[diverging_table["n"] > 23]
    assert len(beyond)
    assert beyond["entropy_iterated"].isna().all()
    assert (beyond["volume_source"] == "snappy, n = 11").all()
    assert set(beyond["entropy_basis"]) == {"polynomial"}
    assert set(beyond["volume_basis"]) == {"inferred"}
    measured = diverging_table[diverging_table["n"] <= 23]
    assert set(measured["entropy_basis"]) == {"map and polynomial"}
    assert set(measured["volume_basis"]) == {"certified"}


@pytest.mark.parametrize("k", range(4, 7))
def test_larger_k_agree_with_their_braids_too(k):
    (member,) = [member for member in diverging(100, 2, 17, twists=[k]) if member.n == 17]
    table = tabulate([member], randomisations=40, seed=0)
    assert table["entropy"][0] == pytest.approx(table["entropy_iterated"][0], rel=1e-12)
    assert table["volume"][0] == pytest.approx(VOLUMES[k], abs=1e-8)


def test_the_diagonal_sequence():
    table = tabulate(diagonal(7.0, 6, 11), randomisations=40, seed=0)
    assert table["n"].tolist() == [11, 11, 41, 167, 713, 3161, 14093]
    assert table["volume"].tolist() == pytest.approx(VOLUMES, abs=1e-8)
    assert table["normalised_entropy"].max() <= 7
    assert table["km_ratio"].round(3).tolist() == [0.157, 0.178, 0.159, 0.140, 0.128, 0.119, 0.112]


@pytest.mark.parametrize(
    ("level", "known"),
    [(8.0, [11, 11, 23, 83, 299, 1121, 4187]), (6.0, [11, 23, 101, 485, 2597, 14333, 80489]), (5.5, [17, 47])],
)
def test_the_diagonal_sequence_at_other_levels(level, known):
    assert [member.n for member in diagonal(level, len(known) - 1, 11)] == known


def test_the_diagonal_sequence_lifted_to_genus_two():
    table = tabulate(diagonal_lifted(7.0, 6, 11, genus=2), randomisations=40, seed=0)
    assert table["n"].tolist() == [58, 58, 208, 838, 3568, 15808, 70468]
    assert (table["chi"] == -2 - table["n"]).all()
    assert table["normalised_entropy"].round(2).tolist() == [17.71, 21.22, 24.29, 26.57, 28.12, 29.17, 29.95]
    assert table["volume"].round(3).tolist() == [109.916, 149.776, 195.615, 237.122, 276.606, 315.098, 353.039]
    assert table["volume_basis"].tolist() == ["theorem"] * 2 + ["inferred"] * 5
    assert (table["volume_high"] - table["volume_low"] < 1e-12).all()
    assert table["km_ratio"].round(3).tolist() == [0.157, 0.178, 0.159, 0.140, 0.128, 0.119, 0.112]


def test_stronger_twists_have_one_mapping_torus_for_each_k_and_m():
    table = tabulate(stronger(100, 2, 17, twists=[(1, 2), (1, 3), (3, 2)]), randomisations=40, seed=0)
    measured = table[table["entropy_basis"] == "map and polynomial"]
    assert measured["n"].tolist() == [11, 17] * 3
    assert (measured.groupby(["k", "m"])["isometry_signature"].nunique() == 1).all()
    assert measured["volume"][::2].tolist() == pytest.approx([34.6038678383, 36.5496805805, 59.4878479283], abs=1e-9)


def test_a_polynomial_that_disagrees_with_the_map_is_an_error():
    member = next(conveyor(100, 1, 11))
    assert compare(0.5, 0.5 + 1e-12, member) == 0.5
    with pytest.raises(ArithmeticError, match=r"n = 3, .*0.5 from its polynomial, but 0.50001 from the map"):
        compare(0.5, 0.50001, member)


def test_uneven_conveyors_have_the_same_mapping_torus_and_obey_the_sinh_law():
    table = tabulate(uneven(9), randomisations=40, seed=0)
    assert len(table) == sum(n // 2 for n in range(2, 10))
    assert (table["isometric_to"] == "8^4_2").all()
    assert table["certified"].all()
    n, h, difference = table["n"], table["entropy_iterated"], 2 * table["p"] - table["n"] - 1
    left, right = np.sinh(n * h / 2) * np.sinh(h / 2), np.cosh(difference * h / 2)
    assert left.to_numpy() == pytest.approx(right.to_numpy(), rel=1e-10)
    assert table["entropy"].to_numpy() == pytest.approx(h.to_numpy(), rel=1e-12)


def test_controls_with_fewer_than_three_turns_between_twists_fail():
    """n h grows linearly in n, where the cube keeps it near 6 log n."""
    table = tabulate(controls(95), randomisations=5, seed=0)
    assert table["n"].tolist() == [11, 23, 47, 95] * 2
    growth = table["n"] * table["entropy"]
    assert growth.tolist()[3] == pytest.approx(65.8, abs=0.1)
    assert growth.tolist()[4:] == pytest.approx([17.2, 32.0, 65.2, 131.7], abs=0.1)
    assert 95 * math.log(diverging_braid(95, 2).dilatation().factor) < 60


def test_magic_fibres_have_the_genus_and_punctures_of_their_class():
    for member in magic(100, 3, 40, genera=[2, 3]):
        x, y, z = magic_class(member.genus, (member.n - 2 * member.genus - 4) // 2)
        assert member.n == math.gcd(x, y + z) + math.gcd(y, z + x) + math.gcd(z, x + y)
        assert -member.chi == x + y - z


def test_braids_of_the_magic_manifold_are_isometric_to_it_and_agree_with_its_polynomial():
    table = tabulate(magic_braids(8), randomisations=40, seed=0)
    assert len(table) == sum(math.gcd(m - 1, p) == 1 for m in range(4, 9) for p in range(1, m - 1))
    assert (table["isometric_to"] == "s776").all()
    assert set(table["entropy_basis"]) == {"map and polynomial"}
    assert table["certified"].all()


def test_braids_lifted_to_closed_surfaces():
    members = [member for member in closed(10) if member.genus in (2, 4, 5, 10)]
    table = tabulate(members, randomisations=40, seed=0)
    assert table["dilatation"].tolist() == pytest.approx([2.29663026, 1.41344673, 1.35292758, 1.14191668], abs=1e-8)
    assert table["volume"].tolist() == pytest.approx([3.97028962, 4.94868870, 5.11251790, 5.26888190], abs=1e-8)
    assert table["volume"].max() < 5.33349
    assert table["n"].eq(0).all()
    assert table["normalised_entropy"].isna().all()


# docs/science/tori.md#known-answer-direct-words
KNOWN_DIRECT = {  # n, where the half twists turn, c in front -> dilatation, volume
    (4, 2, True): (1.78164360, 7.34075941),
    (4, 2, False): (1.86118016, 7.86490138),
    (5, 2, True): (1.54474941, 7.20645715),
    (5, 2, False): (1.67716545, 8.29620922),
    (6, 3, True): (1.57155178, 8.38922582),
    (6, 2, True): (1.34852500, None),
    (7, 3, True): (1.39100082, 6.98933199),
    (7, 1, True): (1.94685627, None),
    (7, 2, True): (1, None),
}


def test_words_on_genus_two_and_members_that_are_not_pseudo_anosov():
    members = {(member.n, member.p, member.torus[0][0] == "e"): member for member in direct(7)}
    table = tabulate([members[key] for key in KNOWN_DIRECT], randomisations=40, seed=0)
    dilatations, volumes = zip(*KNOWN_DIRECT.values(), strict=True)
    assert table["dilatation"].tolist() == pytest.approx(dilatations, abs=1e-8)
    known = [volume is not None for volume in volumes]
    assert table["volume"][known].tolist() == pytest.approx([volume for volume in volumes if volume], abs=1e-8)
    reducible = table.iloc[-2:]
    assert reducible["status"].tolist() == ["not pseudo-Anosov"] * 2
    assert reducible["volume"].isna().all()
    assert "grow, but not exponentially" in reducible["reason"].iloc[1]


def test_slender_fibres_have_falling_entropy_and_one_volume():
    table = tabulate(slender(12), randomisations=40, seed=0)
    assert (-table["chi"] * table["entropy"]).is_monotonic_decreasing
    assert table["volume"].to_numpy() == pytest.approx(5.3334895669, abs=1e-10)


def test_sizes_are_dense_first_and_thin_out():
    grid = sizes(11, 6, 10**8, 8, 47)
    assert grid[:7] == [11, 17, 23, 29, 35, 41, 47]
    assert all(n % 6 == 5 for n in grid)
    assert 0.9e8 < grid[-1] <= 1e8
    assert len(grid) < 70


@pytest.mark.parametrize(("first", "largest", "dense"), [(10, 100, 479), (106, 200, 47), (46, 100, 17)])
def test_sizes_stay_between_the_first_and_the_largest(first, largest, dense):
    grid = sizes(first, 2, largest, 4, dense)
    assert grid[0] == first
    assert largest - 2 < grid[-1] <= largest


def test_every_family_is_reached_by_its_name():
    assert all(FAMILIES[family.__name__] is family for family in FAMILIES.values())
    assert len(FAMILIES) == 12
