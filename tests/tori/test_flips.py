"""Mapping classes as flips act on laminations as flipper's own do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from threefold.tori.flips import flip_map, key_curves, short_curves
from threefold.tori.surfaces import find_surface
from threefold.tori.triangulations import equip
from threefold.tori.words import invert, to_flipper

NAMES = ["S_1_1", "S_1_2", "S_2_1", "S_1_3", "S_2_4", "S_2_0", "D_4", "S_0_5"]
surfaces = pytest.mark.parametrize("surface", [find_surface(name) for name in NAMES], ids=NAMES)


def words(surface, max_size=6):
    return st.text(surface.letters + surface.letters.upper(), min_size=1, max_size=max_size)


@surfaces
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_word_moves_curves_as_in_flipper(surface, data):
    word = data.draw(words(surface))
    theirs = equip(surface)
    mapping_class = theirs.mapping_class(to_flipper(word, surface))
    expected = [mapping_class(curve).geometric for curve in theirs.triangulation.key_curves()]
    assert np.array_equal(flip_map(word, surface).on_curves(key_curves(surface)).T, expected)


@surfaces
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_word_and_its_inverse_undo_each_other(surface, data):
    word = data.draw(words(surface))
    curves = key_curves(surface)
    there = flip_map(word, surface).on_curves(curves)
    assert np.array_equal(flip_map(invert(word), surface).on_curves(there), curves)


@surfaces
def test_one_linear_piece_acts_as_the_map_on_its_own_curve(surface):
    action = flip_map(surface.letters, surface)
    for curve in key_curves(surface).T:
        columns = curve[:, None]
        assert np.array_equal(action(columns.astype(float)), action.on_curves(columns))


@pytest.mark.parametrize("relation", ["abaBAB", "bcbCBC", "acAC", "axAX", "cxcxCXCX"])
def test_braid_relations_of_the_generators_hold(relation):
    surface = find_surface("S_1_2")
    curves = short_curves(surface)
    assert np.array_equal(flip_map(relation, surface).on_curves(curves), curves)
