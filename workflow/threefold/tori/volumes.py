"""Volumes and isometry classes of 3-manifolds, by SnapPy, with our certificate."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable
from contextlib import suppress

import snappy

from threefold.tori.certify import Certificate, certify

POSITIVE = "all tetrahedra positively oriented"
DIGITS = 10  # decimals kept of a volume that is not certified, where SnapPy's own estimate of its accuracy grants them

UNPROVED = "no certificate was sought"
UNMEASURED = {
    "cusps": None,
    "tetrahedra": None,
    "volume": None,
    "certified": False,
    "volume_low": None,
    "volume_high": None,
    "volume_digits": None,
    "uncertified": "no mapping torus was measured",
    "solution_type": None,
    "randomisations": None,
    "isometry_signature": None,
    "homology": None,
}
"""What `measure` says of a manifold that was not built."""


def kojima_mcshane_ratio(volume: float, chi: int, entropy: float) -> float:
    """vol / (3π |χ| h), which Kojima and McShane bound by 1.

    Source: docs/science/tori.md#kojima-mcshane.
    """
    return volume / (3 * math.pi * abs(chi) * entropy)


def braid_name(letters: Iterable[int]) -> str:
    """SnapPy's name for the mapping torus of a braid on the punctured disc: the complement of closure and axis.

    letters: i for σ_i, -i for its inverse, read left to right. SnapPy takes the number of strands from the largest i.
    """
    return f"Braid[{','.join(map(str, letters))}]"


def measure_named(name: str, randomisations: int, seed: int) -> dict:
    """`measure` the manifold that SnapPy knows by `name`; the random moves depend on the name and the seed alone."""
    seed_moves(seed, name)
    return measure(snappy.Manifold(name), randomisations)


def seed_moves(seed: int, name: str) -> None:
    """Seed SnapPy's random moves, so that they depend on `seed` and `name` alone and not on what was done before."""
    snappy.set_rand_seed(zlib.crc32(f"{seed} {name}".encode()))


def measure(manifold: snappy.Manifold, randomisations: int, prove: bool = True) -> dict:
    """Volume with its certificate, cusps, homology and isometry signature (the keys of `UNMEASURED`).

    The volume is null unless the solution is positively oriented: the nearest double where it is certified, else
    SnapPy's, rounded. Equal signatures prove cusped manifolds homeomorphic; different ones do not prove the contrary.
    Retriangulates at random, up to `randomisations` times, until the solution is; seed them with `seed_moves` before.
    prove: whether to seek a certificate.
    """
    tries = 0
    while manifold.solution_type() != POSITIVE and tries < randomisations:
        manifold = _retriangulate(manifold, tries)
        tries += 1
    found = manifold.solution_type() == POSITIVE
    certificate = Certificate(None, None, None, UNPROVED) if found and not prove else certify(manifold)
    volume = manifold.volume()
    rounded = round(float(volume), min(DIGITS, volume.accuracy)) if found else None
    return {
        "cusps": sum(cusp.is_complete for cusp in manifold.cusp_info()),
        "tetrahedra": manifold.num_tetrahedra(),
        "volume": float(certificate.digits) if certificate.certified else rounded,
        "certified": certificate.certified,
        "volume_low": certificate.low,
        "volume_high": certificate.high,
        "volume_digits": certificate.digits,
        "uncertified": certificate.reason,
        "solution_type": manifold.solution_type(),
        "randomisations": tries,
        "isometry_signature": _signature(manifold, certificate) if found else None,
        "homology": str(manifold.homology()),
    }


def _retriangulate(manifold: snappy.Manifold, attempt: int) -> snappy.Manifold:
    """The same manifold in another triangulation: at random, and every eighth time the canonical one.

    A closed manifold also becomes the filling of another curve's complement.
    """
    manifold.randomize()
    if not _is_closed(manifold):
        if attempt % 8 == 7:
            with suppress(RuntimeError):  # SnapPy finds no canonical triangulation
                manifold.canonize()
    elif curves := manifold.dual_curves():
        drilled = manifold.drill(curves[attempt % len(curves)])
        drilled.dehn_fill((1, 0), -1)
        manifold = drilled.filled_triangulation([0])
    return manifold


def _is_closed(manifold: snappy.Manifold) -> bool:
    return not any(cusp.is_complete for cusp in manifold.cusp_info())


def _signature(manifold: snappy.Manifold, certificate: Certificate) -> str:
    """SnapPy's isometry signature; of a closed manifold, where it takes seconds, volume and homology instead."""
    if not _is_closed(manifold):
        return manifold.isometry_signature()
    volume = certificate.digits[:20] if certificate.certified else f"{manifold.volume():.8f}"
    return f"closed, volume {volume}, homology {manifold.homology()}"
