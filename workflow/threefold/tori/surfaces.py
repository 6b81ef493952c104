"""The surfaces that words are read on, by name, with their generators and what Twister and SnapPy call these.

- `S_g_n`, genus g >= 1 with n >= 1 punctures. Letters in alphabetical order are the twists about a chain of 2g curves,
  about one more curve that crosses the fourth (if g >= 2), and about n - 1 parallels of the first between which the
  punctures lie; for n >= 3 then n - 1 half twists, each of which exchanges two neighbours among the punctures. Together
  they generate the mapping class group, for n = 2 the pure one (Farb and Margalit, A Primer, §4.4.4).
  Exceptions, where the letters are those of flipper and Twister: S_1_1, S_2_1 … S_5_1 and S_1_2.
- `S_g_0`, closed, g >= 2: the twists about the chain of 2g curves, and for g = 2 about a fifth, which makes them
  generate. For g >= 3 they generate the hyperelliptic classes of the chain only.
- `D_n`, the disc with n >= 3 punctures, its boundary one more: letters are the braid generators σ_1 … σ_{n-1}.
- `S_0_n`, the sphere with n >= 4 punctures: the same n - 1 generators.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Literal

from threefold.record.errors import InputError

PATTERN = r"S_\d+_\d+|D_\d+"
# The letters of surfaces that flipper and Twister know by the same name.
NAMED = {
    "S_1_1": "ab",
    "S_1_2": "abcx",
    "S_2_1": "abcdef",
    "S_3_1": "abcdefgh",
    "S_4_1": "abcdefghij",
    "S_5_1": "abcdefghijkl",
}


@dataclass(frozen=True)
class Surface:
    """An orientable surface with its generators; `names` is what Twister calls them, or their numbers as braids.

    kind: how the surface is reached: by its `name` in other programs, by a square for each crossing of its curves, as
    a closed surface over the sphere with 2g + 2 punctures (Birman and Hilden), or by braids.
    """

    name: str
    genus: int
    punctures: int
    kind: Literal["named", "squares", "closed", "disc", "sphere"]
    names: tuple[str, ...]

    @property
    def letters(self) -> str:
        """One lower-case letter for each generator; its capital is the inverse."""
        return NAMED.get(self.name, ascii_lowercase[: len(self.names)])

    @property
    def chi(self) -> int:
        """Euler characteristic 2 - 2g - n."""
        return 2 - 2 * self.genus - self.punctures

    @property
    def curves_on(self) -> tuple[int, int]:
        """Genus and punctures of the surface whose curves are followed: itself, or the sphere below a closed one."""
        return (0, 2 * self.genus + 2) if self.kind == "closed" else (self.genus, self.punctures)

    @property
    def largest_multicurve(self) -> int:
        """The most disjoint curves, 3g - 3 + n, which bounds how many one class can permute."""
        genus, punctures = self.curves_on
        return 3 * genus - 3 + punctures

    @property
    def largest_order(self) -> int:
        """A bound of the finite orders of classes: 4g + 2, for the sphere the number of its punctures."""
        genus, punctures = self.curves_on
        return 4 * genus + 2 if genus else punctures


def find_surface(name: str) -> Surface:
    """The surface called `name`; raises InputError if there is none."""
    if not re.fullmatch(PATTERN, name):
        raise InputError(f"unknown surface {name!r}; names are S_g_n (genus g, n punctures), such as S_2_1, and D_n")
    numbers = [int(number) for number in re.findall(r"\d+", name)]
    genus, punctures = numbers if name[0] == "S" else (0, numbers[0] + 1)
    least = {0: 4, 1: 1}.get(genus, 0)
    if punctures < least:
        raise InputError(f"surface {name!r} has no pseudo-Anosovs; genus {genus} needs at least {least} punctures")
    kind, names = _generators(name, genus, punctures)
    if len(names) > 26:
        raise InputError(f"surface {name!r} needs {len(names)} generators, the alphabet has 26")
    return Surface(name, genus, punctures, kind, tuple(names))


def _generators(name: str, genus: int, punctures: int) -> tuple[str, list[str]]:
    if name in NAMED:
        return "named", list(NAMED[name])
    if genus == 0:
        strands = punctures - (name[0] == "D")
        return "disc" if name[0] == "D" else "sphere", [str(i) for i in range(1, strands)]
    width = len(str(max(2 * genus, punctures)))  # Twister pads its numbers with zeros
    chain = [f"a{0:0{width}}", *(f"b{i:0{width}}" for i in range(1, 2 * genus))]
    if punctures == 0:
        return "closed", [*chain, *["c"] * (genus == 2)]
    return "squares", [
        *chain,
        *["c"] * (genus > 1),
        *(f"a{i:0{width}}" for i in range(1, punctures)),
        *(f"t{i:0{width}}" for i in range(1, punctures) if punctures > 2),  # flipper has no half twist for two
    ]
