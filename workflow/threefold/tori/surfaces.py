"""The surfaces that words are read on."""

from __future__ import annotations

from dataclasses import dataclass

from threefold.record.errors import InputError


@dataclass(frozen=True)
class Surface:
    """An orientable surface and the Dehn twists (and half twists) that generate its words.

    flipper and Twister both know the surface by `name` and a generator by its lower-case letter.
    """

    name: str
    genus: int
    punctures: int
    letters: str

    @property
    def chi(self) -> int:
        """Euler characteristic 2 - 2g - n."""
        return 2 - 2 * self.genus - self.punctures

    @property
    def largest_multicurve(self) -> int:
        """The most disjoint curves, 3g - 3 + n, which bounds how many one class can permute."""
        return 3 * self.genus - 3 + self.punctures


SURFACES = {
    surface.name: surface
    for surface in (
        Surface("S_1_1", 1, 1, "ab"),
        Surface("S_1_2", 1, 2, "abcx"),  # x: the half twist that exchanges the punctures
        Surface("S_2_1", 2, 1, "abcdef"),
    )
}


def find_surface(name: str) -> Surface:
    """The surface called `name`; raises InputError for any other name."""
    if name not in SURFACES:
        raise InputError(f"unknown surface {name!r}; known surfaces: {', '.join(SURFACES)}")
    return SURFACES[name]
