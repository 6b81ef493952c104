"""Surfaces: names, generators, triangulations."""

import pytest

from threefold.record.errors import InputError
from threefold.tori.surfaces import find_surface
from threefold.tori.triangulations import equip


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("T_9", "names are S_g_n"),
        ("S_0_3", "at least 4 punctures"),
        ("S_1_0", "at least 1 punctures"),
        ("S_9_9", "the alphabet has 26"),
        ("S_2", "names are S_g_n"),
    ],
)
def test_a_surface_that_does_not_exist_is_refused(name, message):
    with pytest.raises(InputError, match=message):
        find_surface(name)


@pytest.mark.parametrize(
    ("name", "letters", "chi"),
    [("S_2_1", 6, -3), ("S_1_3", 6, -3), ("S_2_4", 11, -6), ("S_2_0", 5, -2), ("D_5", 4, -4)],
)
def test_euler_characteristic_and_number_of_generators(name, letters, chi):
    surface = find_surface(name)
    assert (len(surface.letters), surface.chi) == (letters, chi)


@pytest.mark.parametrize("name", ["S_1_3", "S_1_5", "S_2_2", "S_2_4", "S_3_2", "S_6_1", "S_0_5", "D_4", "S_2_0"])
def test_curves_are_followed_on_a_triangulation_of_the_surface_itself_or_below_it(name):
    surface = find_surface(name)
    triangulation = equip(surface).triangulation
    assert (triangulation.genus, triangulation.num_vertices) == surface.curves_on
