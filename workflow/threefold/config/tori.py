"""The section `tori` of the configuration."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt

from threefold.config.section import Section
from threefold.record.errors import InputError
from threefold.tori.surfaces import PATTERN, find_surface


def _known(name: str) -> str:
    try:
        return find_surface(name).name
    except InputError as error:
        raise ValueError(str(error)) from error


def _determined(pair: list[int]) -> list[int]:
    k, m = pair
    if k > 3 or not 2 <= m <= 3:
        raise ValueError(f"a pair k, m with k <= 3 and m = 2 or 3, not {pair}")
    return pair


def _lifts(pair: list[int]) -> list[int]:
    n, k = pair
    if n not in (5, 11, 17, 23) or k > 6:
        raise ValueError(f"a pair n, k with n = 5, 11, 17 or 23 and k <= 6, not {pair}")
    return pair


Pair = Annotated[list[PositiveInt], Field(min_length=2, max_length=2)]
SurfaceName = Annotated[str, Field(pattern=f"^({PATTERN})$"), AfterValidator(_known)]


class Families(Section):
    largest_n: int = Field(100_000_000, ge=100)
    """The most punctures; entropies come from exact polynomials, so 10^8 costs no more than 10."""
    points_per_decade: int = Field(8, ge=1)
    """Members to a factor of ten in n."""
    measured_n: int = Field(47, ge=17, le=479)
    """Members up to this n are built as braids: their entropy is iterated and their mapping torus measured as well."""
    diverging_twists: list[Annotated[int, Field(ge=0, le=6)]] = Field([0, 1, 2, 3, 4, 5, 6], min_length=1)
    """The members k of the diverging family F_{n,k}; their volume grows with k."""
    stronger_twists: list[Annotated[Pair, AfterValidator(_determined)]] = [[1, 2], [2, 2]]
    """The k, m of the members F_{n,k,m} whose twists go m > 1 times as far."""
    diagonal_level: float = Field(7.0, ge=5.5, le=20)
    """The diagonal sequence takes, for each k, the least n with n h / log n at most this. The limit is 6: with less,
    the sequence ends somewhere beyond the k that are offered."""
    diagonal_twists: int = Field(6, ge=1, le=6)
    """The largest k of the diagonal sequence."""
    diagonal_genus: int = Field(2, ge=1)
    """The genus of the surfaces that the diagonal sequence is lifted to as well."""
    lifted_conveyors: list[Pair] = [[1, 2], [2, 2], [2, 3], [3, 3]]
    """The p, q of the conveyors f_{p,q} whose lifts are built and measured."""
    lifted_diverging: list[Annotated[Pair, AfterValidator(_lifts)]] = [[5, 1]]
    """The n, k of the members F_{n,k} whose lifts are built and measured."""
    lift_genera: list[Annotated[int, Field(ge=1, le=6)]] = Field([2], min_length=1)
    """The genera that these are lifted to, by a cover of degree 2g + 1."""
    uneven_n: int = Field(14, ge=2, le=60)
    """The conveyors f_{p,q}, p < q, are built and measured for every n = p + q - 1 up to this."""
    control_n: int = Field(95, ge=11, le=400)
    """The controls, without the third power of f_{p,p}, are built up to this n: 11, 23, 47, …"""
    drilled_pairs: int = Field(5, ge=2, le=20)
    """Pairs of level curves that are drilled out of the diverging family's mapping tori, at most."""
    filled_pairs: int = Field(3, ge=1, le=10)
    """Pairs of level curves that are filled again, at most, with the slopes -1/m and 1/m."""
    filled_strengths: list[PositiveInt] = Field([1, 2, 3, 4, 6], min_length=1)
    """The m of these slopes; the mapping tori of F_{n,k,m} are what comes out."""
    magic_genera: list[Annotated[int, Field(ge=2, le=20)]] = Field([2, 3], min_length=1)
    """The genera of the fibres of the magic manifold that gain punctures."""
    slender_genus: int = Field(34, ge=4)
    """The largest genus of the fibres of the magic manifold with three punctures."""
    magic_strands: int = Field(8, ge=4, le=40)
    """The most strands of the braids T_{m,p}, fibres of the magic manifold that are built and measured."""
    closed_genus: int = Field(8, ge=2, le=12)
    """The largest genus of the closed surfaces that some of these braids are lifted to."""
    direct_n: int = Field(5, ge=4, le=9)
    """The most punctures of the words on the surface of genus 2."""


class Tori(Section):
    max_length: dict[SurfaceName, Annotated[int, Field(ge=1, le=14)]] = Field(
        {"S_1_1": 8, "S_1_2": 5, "S_2_1": 4}, min_length=1
    )
    """Surfaces whose classes are listed, with the length of their longest words."""
    words_up_to: Literal["rotation", "commutation"] = "rotation"
    """Words are listed up to rotation and inversion; `commutation`: up to exchanges of neighbours whose curves do not
    meet, and to the reflection of the surface, as well."""
    exact_length: int = Field(0, ge=0)
    """Words of up to so many letters are classified a second time by flipper, exactly: tenths of a second for each."""
    drilled_length: int = Field(0, ge=0)
    """Words of up to so many letters get the volume of the mapping torus without its singular orbits as well."""
    randomisations: int = Field(40, ge=0)
    """Retriangulations that a mapping torus gets to find a positively oriented structure."""
    held_out: list[Literal["CHW", "hard", "knots"]] = ["CHW", "hard"]
    """flipper's censuses to compare with; `knots` (779 rows) takes half a minute more."""
    word_seconds: float = Field(120.0, gt=0)
    """Processor time that one mapping torus may take; a word that takes more is recorded as lost."""
    word_gigabytes: float = Field(4.0, gt=0)
    """Memory that one mapping torus may take."""
    batch: int = Field(8, ge=1)
    """Words that a worker process measures at a time. Changes no result."""
    families: Families = Families()
    """Families with ever more punctures."""
