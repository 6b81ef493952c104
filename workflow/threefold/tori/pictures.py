"""Pictures of a mapping class: its braid, or its twist curves on the surface and the order of the twists."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from threefold.record.errors import InputError
from threefold.record.files import atomic
from threefold.record.style import COLOURS, PAGE, SEQUENCE, new_figure
from threefold.tori.schematic import HOLE, MARKED, RIM, STEP, at, lay_out, puncture_angles, rim
from threefold.tori.surfaces import Surface
from threefold.tori.words import check_word, to_braid

UNIT = 0.6  # inches to a unit of length on the surface
PITCH, ROW = 0.46, 0.72  # between the discs of the word, and between its lines
MARGIN = 0.5
UNUSED = "#b8b8b8"


def draw_word(word: str, surface: Surface) -> Figure:
    """The twist curves of `word` on the surface with the order of the twists; on a disc or a sphere its braid.

    Read from left to right. A full disc is a twist or half twist, an empty one its inverse. In a braid σ_i takes strand
    i over strand i + 1. Raises InputError for a word that is not one on `surface`.
    """
    check_word(word, surface)
    if surface.genus == 0:
        width, height = 1 + 0.4 * len(word), 0.6 + 0.3 * (len(surface.letters) + 1)
    else:
        width, height = (UNIT * side for side in _extent(word, surface))
    figure, axes = new_figure(width=max(2.4, min(PAGE, width)), height=height * min(1, PAGE / width) + 0.3)
    draw_on(axes, word, surface)
    axes.set_title(f"{word} on {surface.name}" if len(word) <= 60 else f"{len(word)} letters on {surface.name}")
    return figure


def save_word(word: str, surface: Surface, path: Path) -> None:
    """Write the picture of `word` as SVG, PNG or PDF, by the ending of `path`; the same word gives the same bytes.

    Raises InputError for another ending.
    """
    undated = {".svg": {"Date": None}, ".png": {"Software": None}, ".pdf": {"CreationDate": None}}
    if path.suffix not in undated:
        raise InputError(f"picture {path}: its name ends in {path.suffix!r}; write .svg, .png or .pdf")
    with atomic(path) as part:
        draw_word(word, surface).savefig(part, metadata=undated[path.suffix])


def draw_on(axes: Axes, word: str, surface: Surface) -> None:
    """Draw the class on `axes`; see `draw_word`."""
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    if surface.genus == 0:
        _draw_braid(axes, to_braid(word, surface), len(surface.letters) + 1)
        axes.set(xticks=np.arange(len(word)) + 0.5, xticklabels=list(word) if len(word) <= 60 else [])
        return
    colours = {letter: COLOURS[i % len(COLOURS)] for i, letter in enumerate(dict.fromkeys(word.lower()))}
    _draw_surface(axes, surface, colours)
    _draw_order(axes, word, surface, colours)
    width, height = _extent(word, surface)
    middle = STEP * (surface.genus - 1) / 2
    top = RIM + MARGIN
    axes.set(
        xlim=(middle - width / 2, middle + width / 2), ylim=(top - height, top), xticks=[], yticks=[], aspect="equal"
    )


def _per_line(surface: Surface) -> int:
    """Letters to a line below the surface: as many as are as wide as it is, and at least 16."""
    return max(16, int((STEP * (surface.genus - 1) + 2 * RIM) / PITCH))


def _extent(word: str, surface: Surface) -> tuple[float, float]:
    """Width and height of the surface with the word below it."""
    longest = min(len(word), _per_line(surface))
    width = max(STEP * (surface.genus - 1) + 2 * RIM, PITCH * longest) + 2 * MARGIN
    return width, 2 * RIM + 2 * MARGIN + ROW * -(-len(word) // _per_line(surface))


def _draw_surface(axes: Axes, surface: Surface, colours: dict[str, str]) -> None:
    axes.fill(*rim(surface).T, facecolor="#f4f4f4", edgecolor="black", linewidth=1.4, zorder=0)
    for hole in range(surface.genus):
        axes.add_patch(matplotlib.patches.Circle((STEP * hole, 0), HOLE, fc="white", ec="black", lw=1.4, zorder=1))
    for letter, curve in lay_out(surface).items():
        colour, width = colours.get(letter, UNUSED), 2.4 if letter in colours else 1.0
        axes.plot(*curve.points.T, color=colour, linewidth=width, solid_capstyle="round", zorder=3)
        if curve.behind is not None:
            axes.plot(*curve.behind.T, color=colour, linewidth=0.7 * width, linestyle=(0, (2, 1.5)), zorder=2)
        bold = {"weight": "bold", "size": 9} if letter in colours else {"size": 7}
        axes.text(*curve.label, letter, color=colour, ha="center", va="center", zorder=5, **bold)
    for angle in puncture_angles(surface):
        axes.plot(*at(0, angle, MARKED), "o", color="black", markersize=4.5, zorder=6)


def _draw_order(axes: Axes, word: str, surface: Surface, colours: dict[str, str]) -> None:
    """The word as numbered discs, line by line."""
    line = _per_line(surface)
    for step, letter in enumerate(word):
        row, place = divmod(step, line)
        shift = place - (min(len(word) - row * line, line) - 1) / 2
        x, y = STEP * (surface.genus - 1) / 2 + PITCH * shift, -RIM - MARGIN - ROW * (row + 0.25)
        colour = colours[letter.lower()]
        face, ink = (colour, "white") if letter.islower() else ("white", colour)
        axes.add_patch(matplotlib.patches.Circle((x, y), 0.19, facecolor=face, edgecolor=colour, linewidth=1.5))
        axes.text(x, y - 0.01, letter, color=ink, ha="center", va="center", weight="bold", size=7.5)
        axes.text(x, y - 0.36, str(step + 1), color="grey", ha="center", va="center", size=5.5)


def _draw_braid(axes: Axes, letters: list[int], strands: int) -> None:
    order = list(range(strands))
    colours = COLOURS if strands <= len(COLOURS) else matplotlib.colormaps[SEQUENCE](np.linspace(0, 0.95, strands))
    time = np.linspace(0, 1, 30)
    bend = (1 - np.cos(np.pi * time)) / 2
    thin = min(1, 30 / len(letters))
    for step, letter in enumerate(letters):
        left = abs(letter) - 1
        over = left if letter > 0 else left + 1
        for place in sorted(range(strands), key=lambda place, over=over: place == over):
            goes_to = {left: left + 1, left + 1: left}.get(place, place)
            heights = place + (goes_to - place) * bend
            if place == over:
                axes.plot(step + time, heights, color="white", linewidth=7 * thin, solid_capstyle="butt")
            axes.plot(step + time, heights, color=colours[order[place]], linewidth=2.4 * thin, solid_capstyle="round")
        order[left], order[left + 1] = order[left + 1], order[left]
    axes.set(yticks=range(strands), yticklabels=range(1, strands + 1), ylabel="strand", xlim=(0, len(letters)))
    axes.set_ylim(strands - 0.6, -0.4)
