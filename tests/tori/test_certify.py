"""Certificates: known volumes to many digits, refusals, and shapes that SnapPy itself computes to high precision."""

import flint
import pytest
import snappy

from threefold.tori.braids import conveyor_braid, diverging_braid
from threefold.tori.certify import BITS, Refused, certified_shapes, certify, precision
from threefold.tori.volumes import POSITIVE, braid_name

# Volumes proved with interval arithmetic by other software:
# docs/science/tori.md#known-answer-volumes, docs/science/tori.md#conveyor-link, docs/science/tori.md#magic-manifold.
VERIFIED = {
    "m004": "2.029883212819307250042405108",
    "s776": "5.3334895668981195815934249252",
    "8^4_2": "7.32772475341775212043682811945",
    braid_name(conveyor_braid(4).letters): "7.32772475341775212043682811945",
    braid_name(diverging_braid(11, 0).letters): "21.983174260253256361310484358",
    braid_name(diverging_braid(17, 1).letters): "29.955123684452515640380687674",
    braid_name(diverging_braid(11, 2).letters): "39.122912055265144989579274569",
    braid_name(diverging_braid(11, 3).letters): "47.42449913577825595547970233",
    braid_name(diverging_braid(11, 4).letters): "55.321118305916467442433451",
    braid_name(diverging_braid(11, 5).letters): "63.019573665004722916351805096",
    braid_name(diverging_braid(11, 6).letters): "70.607893956300057336010265918",
}


def positive(name: str) -> snappy.Manifold:
    snappy.set_rand_seed(1)
    manifold = snappy.Manifold(name)
    for _ in range(60):
        if manifold.solution_type() == POSITIVE:
            break
        manifold.randomize()
    return manifold


@pytest.mark.parametrize("name", VERIFIED)
def test_volumes_are_those_of_other_interval_arithmetic_to_twenty_digits(name):
    certificate = certify(positive(name))
    assert certificate.certified
    assert certificate.digits[:21] == VERIFIED[name][:21]
    assert certificate.low < float(VERIFIED[name]) < certificate.high
    assert certificate.high - certificate.low < 1e-13


@pytest.mark.parametrize("name", ["m004(1,2)", "m004(5,1)", "m003(-3,1)", "s776(5,1)(0,0)(7,2)"])
def test_fillings_are_certified_too(name):
    manifold = snappy.Manifold(name)
    certificate = certify(manifold)
    assert certificate.certified
    assert float(certificate.digits) == pytest.approx(float(manifold.volume()), abs=1e-9)


def test_the_weeks_manifold_has_the_least_volume():
    assert certify(snappy.Manifold("m003(-3,1)")).digits.startswith("0.94270736277692772092")


def test_the_balls_are_small_and_hold_the_shapes_that_snappy_refines():
    manifold = positive("s776")
    refined = [
        str(shape).replace(" E", "e").replace("*I", "j") for shape in manifold.tetrahedra_shapes("rect", bits_prec=212)
    ]
    with precision(BITS):
        for ball, shape in zip(certified_shapes(manifold), refined, strict=True):
            real, imaginary = shape.removesuffix("j").split(" + ")
            assert ball.overlaps(flint.acb(flint.arb(real), flint.arb(imaginary)) + flint.acb(flint.arb(0, 1e-60)))
            assert ball.rad() < 1e-40


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("5_1", "not positively oriented"),  # a torus knot
        ("m004(0,1)", "not positively oriented"),  # a torus bundle with Sol geometry
        ("m004(2,2)", "not primitive"),
    ],
)
def test_what_is_not_proved_is_refused_with_the_reason(name, reason):
    certificate = certify(snappy.Manifold(name))
    assert not certificate.certified
    assert reason in certificate.reason
    assert (certificate.low, certificate.high, certificate.digits) == (None, None, None)


def test_shapes_that_solve_nothing_are_refused():
    class Wrong(snappy.Manifold):
        def tetrahedra_shapes(self, part):
            return [z + 0.3 for z in super().tetrahedra_shapes(part)]

    with pytest.raises(Refused, match="contract"):
        certified_shapes(Wrong("8^4_2"))


def test_the_precision_of_others_is_left_alone():
    before = flint.ctx.prec
    certify(snappy.Manifold("5_1"))
    assert flint.ctx.prec == before
