"""Pictures and the command that shows a class."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle
from typer.testing import CliRunner

from threefold.cli import app
from threefold.record.errors import InputError
from threefold.tori.pictures import draw_word, save_word
from threefold.tori.schematic import HOLE, lay_out
from threefold.tori.surfaces import find_surface
from threefold.tori.triangulations import equip


def test_each_letter_of_a_braid_is_one_crossing_and_strands_keep_their_colour():
    figure = draw_word("aBa", find_surface("D_3"))
    lines = [line for line in figure.axes[0].lines if line.get_color() != "white"]
    assert len(lines) == 9
    ends = {}
    for line in lines:
        y = line.get_ydata()
        assert ends.get(line.get_color(), y[0]) == pytest.approx(y[0])
        ends[line.get_color()] = y[-1]
    assert sorted(ends.values()) == pytest.approx([0, 1, 2])


def test_inverse_twists_are_empty_discs():
    discs = [patch for patch in draw_word("abC", find_surface("S_2_1")).axes[0].patches if patch.get_zorder() == 1]
    discs = [disc for disc in discs if isinstance(disc, Circle) and disc.radius < HOLE]
    assert [to_hex(disc.get_facecolor()) == "#ffffff" for disc in discs] == [False, False, True]


def test_the_order_of_the_letters_is_numbered():
    texts = [text.get_text() for text in draw_word("abCab", find_surface("S_2_1")).axes[0].texts]
    assert [text for text in texts if text.isdigit()] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize("name", ["S_1_1", "S_1_2", "S_2_1", "S_3_1", "S_1_4", "S_2_3", "S_3_2"])
def test_curves_cross_on_the_page_as_they_do_on_the_surface(name):
    surface = find_surface(name)
    drawn, equipped = lay_out(surface), equip(surface)
    for one, other in combinations(surface.letters, 2):
        touch = _crossings(drawn[one], drawn[other])
        if drawn[one].kind == drawn[other].kind == "arc":
            touch += int(np.isclose(drawn[one].points[[0, -1], None], drawn[other].points[[0, -1]]).all(axis=2).sum())
        assert touch == (0 if _commute(equipped, one, other) else 1), (one, other)


def _crossings(one, other) -> int:
    """How often two curves cross, in front and behind."""
    count = _meetings(one.points, other.points)
    return count + (_meetings(one.behind, other.behind) if one.behind is not None and other.behind is not None else 0)


def _meetings(one, other) -> int:
    """Crossings of two lines; points that they only share at an end do not count."""

    def side(start, end, point):
        (ux, uy), (vx, vy) = (end - start).T, (point - start).T
        return np.sign(ux * vy - uy * vx)

    a, b = one[:-1, None], one[1:, None]
    c, d = other[None, :-1], other[None, 1:]
    a, b, c, d = (np.broadcast_to(x, (len(one) - 1, len(other) - 1, 2)).reshape(-1, 2) for x in (a, b, c, d))
    return int(((side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)).sum())


def _commute(equipped, one: str, other: str) -> bool:
    """Twists commute if their curves are disjoint, and half twists about arcs if these share no end."""
    return equipped.mapping_class(one + other) == equipped.mapping_class(other + one)


def test_every_puncture_is_drawn():
    for name in ("S_1_1", "S_1_4", "S_2_1", "S_2_4", "S_3_0"):
        surface = find_surface(name)
        dots = [line for line in draw_word("ab", surface).axes[0].lines if line.get_marker() == "o"]
        assert len(dots) == surface.punctures


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_a_picture_is_the_same_bytes_every_time(tmp_path, ending):
    for name in ("one", "two"):
        save_word("abcD", find_surface("S_2_1"), tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()


def test_a_picture_of_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"ends in '.bmp'; write .svg, .png or .pdf"):
        save_word("abcD", find_surface("S_2_1"), tmp_path / "one.bmp")


def test_a_word_with_an_unknown_letter_is_not_drawn():
    with pytest.raises(InputError, match="unknown letters z"):
        draw_word("abz", find_surface("S_2_1"))


def test_a_class_is_shown_with_certified_volume_and_picture(tmp_path):
    result = CliRunner().invoke(app, ["show", "aB", "--surface", "S_1_1", "--picture", str(tmp_path / "word.svg")])
    assert result.exit_code == 0, result.output
    assert "2.0298832128193072500424051085" in result.output
    assert "m004" in result.output
    assert (tmp_path / "word.svg").read_text().startswith("<?xml")
