"""Braids acting on laminations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from threefold.record.errors import InputError
from threefold.tori.dynnikov import Braid


def coordinates(strands):
    return st.lists(st.integers(-9, 9), min_size=2 * strands - 4, max_size=2 * strands - 4)


def act(letters, strands, x):
    return Braid(tuple(letters), strands)(np.array(x)[:, None])[:, 0].tolist()


@pytest.mark.parametrize("strands", [3, 4, 5, 7])
@given(data=st.data())
def test_braid_relations_hold(strands, data):
    x = data.draw(coordinates(strands))
    for i in range(1, strands):
        assert act([i, -i], strands, x) == act([-i, i], strands, x) == x
        if i + 1 < strands:
            assert act([i, i + 1, i], strands, x) == act([i + 1, i, i + 1], strands, x)
        for j in range(i + 2, strands):
            assert act([i, j], strands, x) == act([j, i], strands, x)


@pytest.mark.parametrize(
    ("letters", "strands", "dilatation"),
    [
        ([1, -2], 3, 2.618033989),
        ([1, 2, -3], 4, 2.296630263),
        ([1, 2, 3, 4, 1, 2], 5, 1.722083806),
        ([2, 1] * 2 + [1, 2, 3, 4, 5] * 2, 6, 1.722083806),
        ([-4, -4] + [1, 2, 3, 4, 5, 6] * 2, 7, 1.465571232),
        ([-2, -1] + [1, 2, 3, 4, 5, 6, 7] * 5, 8, 1.413446727),
    ],
)
def test_braids_of_least_dilatation(letters, strands, dilatation):
    assert Braid(tuple(letters), strands).dilatation().factor == pytest.approx(dilatation, abs=1e-9)


def test_the_full_twist_has_no_entropy():
    assert Braid((1, 2, 3) * 4, 4).dilatation().factor == 1


@pytest.mark.parametrize(("letters", "strands"), [((3,), 3), ((0,), 4), ((1,), 2)])
def test_letters_that_the_strands_do_not_have_are_refused(letters, strands):
    with pytest.raises(InputError, match=f"on {strands} strands"):
        Braid(letters, strands)
