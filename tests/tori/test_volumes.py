"""Volumes of manifolds that are known by name."""

import pytest
import snappy

from threefold.tori.volumes import POSITIVE, braid_name, kojima_mcshane_ratio, measure, measure_named


@pytest.mark.parametrize(
    ("name", "volume"),
    [
        *[("m003", 2.0298832128), ("m004", 2.0298832128), ("m125", 3.6638623767), ("m129", 3.6638623767)],
        *[("s776", 5.3334895669), ("8^4_2", 7.3277247534), ("L10n113", 10.149416064)],
        (braid_name([1, -2]), 4.0597664256),
        (braid_name([1, 2, 3, 4, 1, 2]), 3.6638623767),
    ],
)
def test_known_volumes(name, volume):
    assert measure_named(name, 40, 0)["volume"] == pytest.approx(volume, abs=1e-10)


def test_a_manifold_without_a_positive_structure_has_no_volume():
    result = measure(snappy.Manifold("5_1"), randomisations=2)  # a torus knot
    assert result["volume"] is None
    assert result["isometry_signature"] is None
    assert result["solution_type"] != POSITIVE
    assert result["randomisations"] == 2


def test_measuring_does_not_depend_on_what_was_measured_before():
    name = braid_name([1, 1, 2, -3, -4, -4] * 3)
    first = measure_named(name, 40, 0)
    measure_named("s776", 40, 1)
    assert measure_named(name, 40, 0) == first


def test_the_ratio_of_kojima_and_mcshane():
    assert kojima_mcshane_ratio(2.0298832128, -1, 0.9624236501) == pytest.approx(0.2238, abs=1e-4)
