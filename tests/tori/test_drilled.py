"""Links of braids with circles, and the volumes of the drilled manifolds."""

import math

import pytest
import snappy

from threefold.tori.braids import conveyor_braid, diverging_braid
from threefold.tori.drilled import augmented_link, drill, fill
from threefold.tori.solids import V_OCTAHEDRON
from threefold.tori.volumes import braid_name, measure, seed_moves


@pytest.mark.parametrize("letters", [(1, -2), (1, 1, 2, -3, -3), conveyor_braid(2).letters])
def test_a_braid_with_its_axis_is_the_mapping_torus(letters):
    strands = max(map(abs, letters)) + 1
    ours = augmented_link(letters, strands).exterior()
    assert ours.is_isometric_to(snappy.Manifold(braid_name(letters)))


def test_filling_the_circles_gives_back_the_twists():
    """A filling of slope ±1/m on a circle around two strands is the power 2m of their generator.

    Source: docs/science/tori.md#drilled-manifolds.
    """
    base = conveyor_braid(6)
    seed_moves(0, "fillings")
    link = augmented_link([*base.letters * 3, (3, 4), (4, 5)], base.strands)
    circles = [i for i, component in enumerate(link.link_components) if len(component) == 4]
    assert len(circles) == 2
    drilled = link.exterior()
    target = measure(snappy.Manifold(braid_name(diverging_braid(11, 1).letters)), 40)
    found = []
    for signs in ((1, -1), (-1, 1)):
        filled = drilled.copy()
        for cusp, sign in zip(circles, signs, strict=True):
            filled.dehn_fill((sign, 1), cusp)
        found.append(measure(filled.filled_triangulation(), 40)["volume"])
    assert any(volume == pytest.approx(target["volume"], abs=1e-9) for volume in found)


def test_the_volume_grows_by_four_octahedra_with_each_pair():
    table = drill(range(1, 4), randomisations=40, seed=0)
    assert table["volume"].tolist() == pytest.approx([43.898439261, 58.553888768, 73.209338275], abs=1e-9)
    assert table["certified"].all()
    assert table["cusps"].tolist() == [7, 9, 11]
    assert table["volume"].diff()[1:].tolist() == pytest.approx([4 * V_OCTAHEDRON] * 2, abs=1e-12)


def test_fillings_rise_towards_the_drilled_volume_and_stay_above_their_bound():
    table = fill([1, 3], [1, 2, 3, 4, 6], randomisations=40, seed=0)
    known = [29.9551, 34.6039, 36.5497, 37.4317, 38.1433, 47.4245, 59.49, 64.65, 67.03, 68.97]
    assert table["volume"].tolist() == pytest.approx(known, abs=5e-3)
    assert table["drilled_volume"].unique().tolist() == pytest.approx([38.766042, 70.689479], abs=1e-6)
    for _, rows in table.groupby("k"):
        assert rows["volume"].is_monotonic_increasing
        assert rows["slope_length"].is_monotonic_increasing
    assert (table["volume"] < table["drilled_volume"]).all()
    bounded = table.dropna(subset="lower_bound")
    assert (bounded["slope_length"] > 2 * math.pi).all()
    assert (bounded["lower_bound"] < bounded["volume"]).all()
    assert bounded.query("m >= 4")["k"].tolist() == [1, 1, 3, 3]
