"""Pictures and the command that shows a class."""

import pytest
from typer.testing import CliRunner

from threefold.cli import app
from threefold.tori.pictures import draw_word
from threefold.tori.surfaces import find_surface


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
    marks = [line for line in draw_word("abC", find_surface("S_2_1")).axes[0].lines if line.get_marker() == "o"]
    assert [line.get_markerfacecolor() == "white" for line in marks] == [False, False, True]


def test_a_class_is_shown_with_certified_volume_and_picture(tmp_path):
    result = CliRunner().invoke(app, ["show", "aB", "--surface", "S_1_1", "--picture", str(tmp_path / "word.svg")])
    assert result.exit_code == 0, result.output
    assert "2.0298832128193072500424051085" in result.output
    assert "m004" in result.output
    assert (tmp_path / "word.svg").read_text().startswith("<?xml")
