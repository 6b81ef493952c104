"""Lifts to cyclic covers: surfaces, maps and mapping tori, each built on its own."""

import flipper
import numpy as np
import pandas as pd
import pytest
import snappy

from threefold.tori.braids import conveyor_braid, diverging_braid
from threefold.tori.covers import cover_torus, lift_braid
from threefold.tori.dynnikov import Braid
from threefold.tori.lifts import lift_members
from threefold.tori.volumes import POSITIVE


@pytest.fixture(scope="module")
def lifts():
    conveyors = [(1, 2), (2, 2), (2, 3), (3, 3)]
    return lift_members(conveyors, [(5, 1)], genera=[2], randomisations=40, seed=0).set_index("member")


def test_the_covers_have_the_genus_and_punctures_of_riemann_and_hurwitz(lifts):
    assert lifts["genus"].eq(2).all()
    assert lifts["punctures"].tolist() == [13, 18, 23, 28, 28]


def test_lifts_keep_the_entropy_and_multiply_the_volume(lifts):
    assert lifts["entropy"].to_numpy() == pytest.approx(lifts["base_entropy"].to_numpy(), rel=1e-12)
    assert lifts["certified"].all()
    assert (lifts["ratio_low"] <= 5).all()
    assert (lifts["ratio_high"] >= 5).all()
    assert (lifts["ratio_high"] - lifts["ratio_low"]).max() < 1e-12
    assert lifts["volume"].tolist() == pytest.approx([36.638623767] * 4 + [149.775618422], abs=1e-9)


def test_the_punctures_over_the_branch_points_can_be_closed(lifts):
    known = {"f_{1,2}": 33.4067733343, "f_{2,2}": 33.970979668, "f_{3,3}": 34.4189325778, "F_{5,1}": 145.3163437}
    assert lifts.loc[list(known), "filled_volume"].tolist() == pytest.approx(list(known.values()), abs=1e-7)
    assert lifts["filled_certified"].all()
    assert lifts.loc[["f_{1,2}", "f_{2,2}", "f_{2,3}"], "filled_cusps"].eq(1).all()


@pytest.mark.parametrize(("n", "degree", "genus", "punctures"), [(5, 7, 3, 38), (11, 5, 2, 58)])
def test_the_diverging_family_lifts(n, degree, genus, punctures):
    braid = diverging_braid(n, 1)
    lift = lift_braid(braid, degree)
    assert (lift.genus, lift.punctures) == (genus, punctures)
    assert lift.dilatation().factor == pytest.approx(braid.dilatation().factor, rel=1e-11)
    assert float(cover_torus(braid, degree, deck=1).volume()) == pytest.approx(29.955123684452516 * degree, abs=1e-8)


def test_one_lift_of_each_braid_has_as_many_orbits_of_punctures_as_the_degree():
    """And the others have one, besides the three fixed punctures.

    Source: docs/science/tori.md#orbits-of-lifts.
    """
    for p, q in ((1, 2), (2, 2), (2, 3)):
        cusps = [cover_torus(conveyor_braid(p, q), 5, deck).num_cusps() for deck in range(5)]
        assert sorted(cusps) == [4, 4, 4, 4, 8]


def test_the_covers_of_the_mapping_torus_are_the_mapping_tori_of_the_lifts():
    """flipper's bundle of the lifted flips, closed up by its own isometries, is one of SnapPy's covers."""
    braid = conveyor_braid(1, 2)
    bundle = _bundle_of_lift(braid, 5)
    assert any(cover_torus(braid, 5, deck).is_isometric_to(bundle) for deck in range(5))


def _bundle_of_lift(braid: Braid, degree: int) -> snappy.Manifold:
    from threefold.tori.covers import _branch_points, _unwrap
    from threefold.tori.surfaces import find_surface
    from threefold.tori.triangulations import equip

    surface = find_surface(f"D_{braid.strands}")
    base = equip(surface).triangulation
    sheets = _unwrap(base, _branch_points(surface), degree)
    above = flipper.create_triangulation(
        [
            tuple(_signed(label, sheets[label][j]) for label in triangle.labels)
            for triangle in base
            for j in range(degree)
        ]
    )
    lift = lift_braid(braid, degree, deck=1)
    encoding = above.id_encoding()
    for flip in lift.action.flips:
        encoding = encoding.target_triangulation.encode_flip(int(flip[0])) * encoding
    closings = [
        isometry
        for isometry in encoding.target_triangulation.isometries_to(above)
        if all(isometry.index_map[int(after)] == before for before, after in enumerate(lift.action.order))
    ]
    assert closings
    manifold = snappy.Manifold((closings[0].encode() * encoding).bundle(veering=False))
    for _ in range(40):
        if manifold.solution_type() == POSITIVE:
            break
        manifold.randomize()
    return manifold


def _signed(label: int, edge: int) -> int:
    return int(edge) if label >= 0 else ~int(edge)


def test_a_braid_that_moves_the_sheets_apart_does_not_lift():
    with pytest.raises(ValueError, match="does not lift"):
        lift_braid(Braid((1, 2, 3), 4), 5)


def test_a_table_of_lifts_is_the_same_whatever_was_measured_before():
    pd.testing.assert_frame_equal(*(lift_members([(1, 2)], [], [2], randomisations=40, seed=0) for _ in range(2)))


def test_lifting_is_deterministic():
    first, second = lift_braid(conveyor_braid(2, 2), 5), lift_braid(conveyor_braid(2, 2), 5)
    assert np.array_equal(first.action.flips, second.action.flips)
    assert np.array_equal(first.action.order, second.action.order)
