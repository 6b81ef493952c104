"""The figures of the chain: each function takes tables and returns the figure and the table that is plotted."""

from __future__ import annotations

import math
from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from threefold.record.style import COLOURS, PUBLISHED, SEQUENCE, new_figure
from threefold.tori.volumes import V_OCTAHEDRON

FLAT = {"conveyor": (COLOURS[1], r"conveyor $f_{p,p}$"), "magic": (COLOURS[2], "magic manifold")}
LINES = ["--", ":", "-.", "-"]
MARKERS = ["o", "s", "^"]


def draw_entropy(families: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """n h / log n over n for the families conveyor, diverging and magic, with the limits 2 and 6.

    Lines: from the polynomial. Squares: iterated from the braid itself.
    """
    figure, axes = new_figure(height=3.6)
    plotted = _joined(families, ["entropy", "normalised_entropy", "entropy_iterated"])
    ks = sorted(families["diverging"]["k"].unique())
    shades = dict(zip(ks, matplotlib.colormaps[SEQUENCE](np.linspace(0, 0.85, len(ks))), strict=True))
    for k, rows in families["diverging"].groupby("k"):
        _draw_curve(axes, rows, color=shades[k], label=rf"diverging $F_{{n,{k}}}$")
    _draw_curve(axes, families["conveyor"], color=FLAT["conveyor"][0], label=FLAT["conveyor"][1])
    for line, (genus, rows) in zip(LINES, families["magic"].groupby("genus"), strict=False):
        _draw_curve(axes, rows, linestyle=line, color=FLAT["magic"][0], label=f"magic manifold, genus {genus}")
    axes.plot([], [], "s", color="grey", markersize=3, label="iterated from the braid")
    for limit in (2, 6):
        axes.axhline(limit, color=PUBLISHED, linewidth=0.8, linestyle=(0, (1, 3)))
        axes.annotate(f"limit {limit}", (1, limit), (-2, 2), ("axes fraction", "data"), "offset points", ha="right")
    axes.set(xscale="log", xlabel="punctures n", ylabel="normalised entropy  n · h / log n", ylim=(0, None))
    axes.legend(ncols=2)
    return figure, plotted


def _draw_curve(axes: Axes, rows: pd.DataFrame, color: str, **options) -> None:
    axes.plot(rows["n"], rows["normalised_entropy"], color=color, **options)
    iterated = rows["n"] * rows["entropy_iterated"].astype(float) / np.log(rows["n"])
    axes.plot(rows["n"], iterated, "s", color=color, markersize=3)


def draw_volume(families: Mapping[str, pd.DataFrame], level: float) -> tuple[Figure, pd.DataFrame]:
    """Volume over n along the diagonal sequence beside the flat families; on the right with 3π · level · log n."""
    figure, (plain, bounded) = new_figure(1, 2, height=3.2, sharex=True)
    plotted = _joined(families, ["entropy", "normalised_entropy", "volume", "volume_source"])
    diagonal = families["diagonal"]
    span = np.geomspace(diagonal["n"].min(), diagonal["n"].max())
    for axes in (plain, bounded):
        axes.plot(
            diagonal["n"],
            diagonal["volume"],
            "o-",
            color=COLOURS[0],
            label=rf"our $F_{{n,k}}$ with n·h/log n ≤ {level:g}",
        )
        for family, (colour, name) in FLAT.items():
            volume = families[family]["volume"].mean()
            axes.plot(span, np.full(span.size, volume), color=colour, label=f"{name}: {volume:.4f}")
        axes.set(xscale="log", xlabel="punctures n")
    for row in diagonal.itertuples():
        plain.annotate(f"k = {row.k}", (row.n, row.volume), (6, -7), textcoords="offset points", size=7)
    bounded.plot(
        span, 3 * math.pi * level * np.log(span), ":", color=PUBLISHED, label=rf"bound $3\pi\cdot{level:g}\,\log n$"
    )
    plain.set(ylabel="volume of the mapping torus", ylim=(0, 1.12 * diagonal["volume"].max()))
    bounded.set(yscale="log")
    plain.margins(x=0.12)
    figure.legend(*bounded.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure, plotted


def draw_twists(tables: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """Volumes of N_k (diagonal) and of the drilled manifolds over k, with lines of slope 2 v_8 and 4 v_8."""
    figure, axes = new_figure(height=3.4)
    names = {"drilled": ("level curves drilled", 4, "s"), "diagonal": ("mapping torus $N_k$", 2, "o")}
    rows = []
    for colour, (family, (name, slope, marker)) in zip(COLOURS, names.items(), strict=False):
        frame = tables[family].sort_values("k")
        rows.append(frame.assign(family=family)[["family", "k", "volume", "volume_low", "volume_high", "certified"]])
        last = frame.iloc[-1]
        line = last["volume"] + slope * V_OCTAHEDRON * (frame["k"] - last["k"])
        axes.plot(frame["k"], line, "--", color=PUBLISHED, linewidth=0.8)
        axes.plot(frame["k"], frame["volume"], marker, color=colour, label=f"{name}, line of slope ${slope}v_8$")
    axes.set(xlabel="twist pairs k", ylabel="hyperbolic volume, certified", ylim=(0, None))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend()
    return figure, pd.concat(rows, ignore_index=True)


def draw_slender(tables: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """|χ| h and the volume over the genus for the fibres (g, g, -1) of the magic manifold."""
    figure, (left, right) = new_figure(1, 2, height=2.8)
    plotted = tables["slender"].assign(scaled_entropy=lambda frame: -frame["chi"] * frame["entropy"])
    left.plot(plotted["genus"], plotted["scaled_entropy"], "o", color=COLOURS[0])
    limit = 2 * math.log(2 + math.sqrt(3))
    left.axhline(limit, color=PUBLISHED, linewidth=0.8, linestyle=(0, (1, 3)))
    left.annotate(
        r"limit $2\,\log(2+\sqrt{3})$", (1, limit), (-2, -11), ("axes fraction", "data"), "offset points", ha="right"
    )
    left.set(xlabel="genus g", ylabel="|χ| · h", ylim=(limit - 0.003, None))
    right.plot(plotted["genus"], plotted["volume"], "o", color=COLOURS[1])
    right.set(xlabel="genus g", ylabel="volume of the mapping torus", ylim=(0, 1.3 * plotted["volume"].max()))
    return figure, plotted[["genus", "chi", "entropy", "scaled_entropy", "volume"]]


def draw_entropy_volume(volumes: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """Entropy against volume of all measured classes, with Kojima and McShane's bound vol ≤ 3π|χ|h of each surface."""
    figure, axes = new_figure(height=3.6)
    frames = [frame[frame["volume"].notna()].assign(surface=name) for name, frame in volumes.items()]
    plotted = pd.concat(frames, ignore_index=True)[["surface", "word", "entropy", "volume", "chi"]]
    top = 1.08 * plotted["volume"].max()
    for colour, marker, (name, rows) in zip(COLOURS, MARKERS, plotted.groupby("surface", sort=False), strict=False):
        chi, subscript = rows["chi"].iloc[0], name.removeprefix("S_").replace("_", ",")
        label = rf"$S_{{{subscript}}}$, χ = −{abs(chi)}: {len(rows)} words"
        axes.plot(rows["entropy"], rows["volume"], marker, color=colour, markersize=3.5, alpha=0.6, label=label)
        axes.plot([0, top / (3 * math.pi * abs(chi))], [0, top], color=colour, linewidth=0.9)
    axes.plot([], [], color="grey", linewidth=0.9, label=r"bound $3\pi|\chi|h$ of each surface")
    axes.set(xlabel="entropy h", ylabel="volume of the mapping torus", xlim=(0, None), ylim=(0, top))
    axes.legend()
    return figure, plotted


def _joined(families: Mapping[str, pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """The named columns of all families, one below the other."""
    frames = [
        frame.assign(family=family)[["family", "k", "genus", "n", *columns]] for family, frame in families.items()
    ]
    return pd.concat(frames, ignore_index=True)
