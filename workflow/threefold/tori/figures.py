"""The figures of the chain: each function takes tables and returns the figure and the table that is plotted."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from threefold.record.style import COLOURS, PUBLISHED, SEQUENCE, new_figure

MARKERS = ["o", "s", "^", "D", "v", "P"]


def draw_entropy(families: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """n h / log n over n for the families conveyor, diverging and magic, with the limits 2 and 6.

    Small squares: the entropy iterated from the braid itself; lines: from the polynomial.
    """
    figure, axes = new_figure(height=3.6)
    plotted = pd.concat([frame.assign(family=family) for family, frame in families.items()], ignore_index=True)
    plotted = plotted[["family", "k", "genus", "n", "entropy", "normalised_entropy", "entropy_iterated"]]
    curves = plotted.groupby(["family", "k", "genus"], dropna=False, sort=False)
    for style, ((family, k, genus), curve) in enumerate(curves):
        colour, line = COLOURS[style % 6], "--" if family == "magic" else "-"
        axes.plot(curve["n"], curve["normalised_entropy"], line, color=colour, label=_label(family, k, genus))
        measured = curve.dropna(subset="entropy_iterated")
        iterated = measured["n"] * measured["entropy_iterated"] / np.log(measured["n"])
        axes.plot(measured["n"], iterated, "s", color=colour, markersize=3)
    for limit in (2, 6):
        axes.axhline(limit, color=PUBLISHED, linewidth=0.8, linestyle=":")
        axes.annotate(f"limit {limit}", (1, limit), (-2, 2), ("axes fraction", "data"), "offset points", ha="right")
    axes.set(xscale="log", xlabel="punctures n", ylabel="entropy · n / log n", ylim=(0, 14))
    axes.legend(ncols=2)
    return figure, plotted


def draw_volume(families: Mapping[str, pd.DataFrame], level: float) -> tuple[Figure, pd.DataFrame]:
    """Volume over n along the diagonal sequence, beside the families of bounded volume and the bound 3π·level·log n."""
    figure, axes = new_figure(height=3.4)
    plotted = pd.concat([frame.assign(family=family) for family, frame in families.items()], ignore_index=True)
    plotted = plotted[["family", "k", "genus", "n", "entropy", "normalised_entropy", "volume", "volume_source"]]
    diagonal = plotted[plotted["family"] == "diagonal"]
    axes.plot(
        diagonal["n"], diagonal["volume"], "o-", color=COLOURS[0], label=rf"diagonal $F_{{n,k}}$, n·h/log n ≤ {level:g}"
    )
    for row in diagonal.itertuples():
        axes.annotate(f"k = {row.k:.0f}", (row.n, row.volume), (5, -8), textcoords="offset points", fontsize=7)
    span = np.geomspace(diagonal["n"].min(), diagonal["n"].max())
    for family, colour, name in (
        ("conveyor", COLOURS[1], r"conveyor $f_{p,p}$"),
        ("magic", COLOURS[2], "magic manifold"),
    ):
        rows = plotted[(plotted["family"] == family) & plotted["n"].between(span[0], span[-1])].sort_values("n")
        axes.plot(rows["n"], rows["volume"], ".-", color=colour, label=f"{name}: {rows['volume'].mean():.4f}")
    axes.plot(span, 3 * math.pi * level * np.log(span), ":", color=PUBLISHED, label=rf"$3\pi\cdot{level:g}\cdot\log n$")
    axes.set(xscale="log", yscale="log", xlabel="punctures n", ylabel="volume of the mapping torus")
    axes.legend()
    return figure, plotted


def draw_entropy_volume(volumes: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """Entropy against volume of all measured classes, with Kojima and McShane's bound vol ≤ 3π|χ|h of each surface."""
    figure, axes = new_figure(height=3.6)
    frames = [frame[frame["volume"].notna()].assign(surface=name) for name, frame in volumes.items()]
    plotted = pd.concat(frames, ignore_index=True)[["surface", "word", "entropy", "volume", "chi"]]
    top = 1.08 * plotted["volume"].max()
    for style, (name, rows) in enumerate(plotted.groupby("surface", sort=False)):
        colour, chi = COLOURS[style], rows["chi"].iloc[0]
        axes.plot(rows["entropy"], rows["volume"], MARKERS[style], color=colour, markersize=3, alpha=0.6, label=name)
        bound = top / (3 * math.pi * abs(chi))
        axes.plot([0, bound], [0, top], color=colour, linewidth=0.9, label=rf"$3\pi|\chi|h$, χ = {chi}")
    axes.set(xlabel="entropy h", ylabel="volume of the mapping torus", xlim=(0, None), ylim=(0, top))
    axes.legend(ncols=2)
    return figure, plotted


def _label(family: str, k: float, genus: int) -> str:
    if family == "diverging":
        return rf"diverging $F_{{n,{k:.0f}}}$"
    return rf"conveyor $f_{{p,p}}$" if family == "conveyor" else f"magic manifold, genus {genus}"
