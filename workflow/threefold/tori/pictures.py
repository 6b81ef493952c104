"""Pictures of a mapping class: its braid, or its twists one after the other."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from threefold.record.style import COLOURS, new_figure
from threefold.tori.surfaces import Surface
from threefold.tori.words import check_word, to_braid


def draw_word(word: str, surface: Surface) -> Figure:
    """The braid of `word` on a disc, a sphere or below a closed surface; on other surfaces a row for each generator.

    Read from left to right. In a braid each strand keeps its colour and σ_i takes strand i over strand i + 1. In rows a
    full disc is a twist, an empty one its inverse.
    """
    check_word(word, surface)
    figure, axes = new_figure(height=0.35 * (len(surface.letters) + 1) + 0.8)
    if surface.kind in ("named", "squares"):
        _draw_twists(axes, word, surface)
    else:
        _draw_braid(axes, to_braid(word, surface), len(surface.letters) + 1)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set(xticks=np.arange(len(word)) + 0.5, xticklabels=list(word), title=f"{word} on {surface.name}")
    return figure


def _draw_braid(axes, letters: list[int], strands: int) -> None:
    order = list(range(strands))
    time = np.linspace(0, 1, 30)
    bend = (1 - np.cos(np.pi * time)) / 2
    for step, letter in enumerate(letters):
        left = abs(letter) - 1
        over = left if letter > 0 else left + 1
        for place in sorted(range(strands), key=lambda place, over=over: place == over):
            goes_to = {left: left + 1, left + 1: left}.get(place, place)
            heights = place + (goes_to - place) * bend
            if place == over:
                axes.plot(step + time, heights, color="white", linewidth=7, solid_capstyle="butt")
            axes.plot(step + time, heights, color=COLOURS[order[place] % len(COLOURS)], linewidth=2.2)
        order[left], order[left + 1] = order[left + 1], order[left]
    axes.set(yticks=range(strands), yticklabels=range(1, strands + 1), ylabel="strand")


def _draw_twists(axes, word: str, surface: Surface) -> None:
    rows = {letter: row for row, letter in enumerate(surface.letters)}
    for row in rows.values():
        axes.axhline(row, color="lightgrey", linewidth=0.8, zorder=0)
    for step, letter in enumerate(word):
        colour = COLOURS[rows[letter.lower()] % len(COLOURS)]
        face = colour if letter.islower() else "white"
        axes.plot(step + 0.5, rows[letter.lower()], "o", color=colour, markerfacecolor=face, markersize=9, mew=2)
    names = [
        letter if letter == name else f"{letter} = {name}" for letter, name in zip(rows, surface.names, strict=True)
    ]
    axes.set(yticks=range(len(rows)), yticklabels=names, ylabel="twist about")
    axes.set(xlim=(0, len(word)), ylim=(len(rows) - 0.4, -0.6))
