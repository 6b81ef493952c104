"""The figures of the families: each function takes tables and returns the figure and the table that is plotted."""

from __future__ import annotations

import math
from collections.abc import Mapping

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from threefold.record.style import COLOURS, PUBLISHED, SEQUENCE, new_figure
from threefold.tori.solids import V_OCTAHEDRON

FLAT = {"conveyor": (COLOURS[1], r"conveyor $f_{p,p}$"), "magic": (COLOURS[2], "magic manifold")}
LINES = ["--", ":", "-.", "-"]
LIMIT = {"color": PUBLISHED, "linewidth": 0.8, "linestyle": (0, (1, 3))}


def draw_entropy(families: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """n h / log n over n for conveyor, diverging, stronger, controls and magic, with the limits 2 and 6.

    Lines: from the polynomial. Squares and crosses: iterated from the braid itself.
    """
    figure, axes = new_figure(height=4.2)
    plotted = _joined(families, ["m", "power", "entropy", "normalised_entropy", "entropy_iterated", "entropy_basis"])
    ks = sorted(families["diverging"]["k"].unique())
    shades = dict(zip(ks, matplotlib.colormaps[SEQUENCE](np.linspace(0, 0.85, len(ks))), strict=True))
    for k, rows in families["diverging"].groupby("k"):
        _draw_curve(axes, rows, color=shades[k], label=rf"our $F_{{n,{k}}}$")
    for (k, m), rows in families["stronger"].groupby(["k", "m"]):
        name = rf"our $F_{{n,{k},{m}}}$"
        _draw_curve(axes, rows, color=shades.get(k, "grey"), linestyle=LINES[(m - 2) % len(LINES)], label=name)
    _draw_curve(axes, families["conveyor"], color=FLAT["conveyor"][0], label=f"our {FLAT['conveyor'][1]}")
    for line, (genus, rows) in zip(LINES, families["magic"].groupby("genus"), strict=False):
        _draw_curve(axes, rows, linestyle=line, color=FLAT["magic"][0], label=f"magic manifold, genus {genus}")
    for _, rows in families["controls"].groupby("power"):
        axes.plot(rows["n"], rows["normalised_entropy"], "x:", color="grey", markersize=5)
    axes.plot([], [], "x:", color="grey", markersize=5, label="controls, which fail")
    axes.plot([], [], "s", color="grey", markersize=3, label="iterated from the braid")
    for limit in (2, 6):
        axes.axhline(limit, **LIMIT)
        axes.annotate(f"limit {limit}", (1, limit), (-2, 2), ("axes fraction", "data"), "offset points", ha="right")
    top = 1.04 * max(families[name]["normalised_entropy"].max() for name in ("diverging", "stronger"))
    axes.set(xscale="log", xlabel="punctures n", ylabel="normalised entropy  n · h / log n", ylim=(0, top))
    axes.legend(ncols=2)
    return figure, plotted


def _draw_curve(axes: Axes, rows: pd.DataFrame, color: str, **options) -> None:
    axes.plot(rows["n"], rows["normalised_entropy"], color=color, **options)
    iterated = rows["n"] * rows["entropy_iterated"].astype(float) / np.log(rows["n"])
    axes.plot(rows["n"], iterated, "s", color=color, markersize=3)


def draw_volume(families: Mapping[str, pd.DataFrame], level: float) -> tuple[Figure, pd.DataFrame]:
    """Volume over n along the diagonal sequence, on the sphere and lifted, and below it n h / log n under its line.

    Beside the volumes the flat families; the bound 3π · line · log n is what Kojima and McShane leave asymptotically.
    """
    figure, panels = new_figure(2, 2, height=4.9, sharex="col", height_ratios=[3, 2])
    plotted = _joined(families, ["entropy", "normalised_entropy", "volume", "volume_source", "volume_basis"])
    lifted = families["diagonal_lifted"]
    genus = lifted["genus"].iloc[0]
    degree = 2 * genus + 1
    columns = [
        (families["diagonal"], level, "sphere, three punctures fixed"),
        (lifted, degree * level, f"lifted to genus {genus}"),
    ]
    for (above, below), (rows, line, title) in zip(panels.T, columns, strict=True):
        own = rows["volume_basis"] != "inferred"
        span = np.geomspace(rows["n"].min(), rows["n"].max())
        above.plot(rows["n"], rows["volume"], "-", color=COLOURS[0])
        above.plot(rows["n"][own], rows["volume"][own], "o", color=COLOURS[0])
        above.plot(rows["n"][~own], rows["volume"][~own], "o", color=COLOURS[0], markerfacecolor="white")
        above.plot(span, 3 * math.pi * line * np.log(span), ":", color=PUBLISHED)
        for row in rows.itertuples():
            left = row.n == rows["n"].iloc[0] and row.k > 0
            place = {"ha": "right", "xytext": (-5, 3)} if left else {"ha": "left", "xytext": (5, -8)}
            above.annotate(f"k = {row.k}", (row.n, row.volume), textcoords="offset points", size=7, **place)
        below.plot(rows["n"], rows["normalised_entropy"], "o-", color=COLOURS[0])
        below.axhline(line, color=PUBLISHED, linewidth=0.8)
        below.annotate(f"{line:g}", (0, line), (3, 2), ("axes fraction", "data"), "offset points")
        above.set(title=title, xscale="log", yscale="log")
        below.set(xscale="log", xlabel="punctures n", ylim=(0, 1.25 * line))
        above.margins(x=0.16, y=0.12)
    for family, (colour, _) in FLAT.items():
        panels[0, 0].axhline(families[family]["volume"].mean(), color=colour)
    panels[0, 0].set(ylabel="volume of the mapping torus")
    panels[1, 0].set(ylabel="n · h / log n")
    handles = [matplotlib.lines.Line2D([], [], color=colour, label=name) for colour, name in FLAT.values()]
    mark = {"color": COLOURS[0], "marker": "o"}
    handles = [
        matplotlib.lines.Line2D([], [], **mark, label=f"our $F_{{n,k}}$ with n·h/log n ≤ {level:g}"),
        matplotlib.lines.Line2D([], [], **mark, markerfacecolor="white", label="volume of a smaller member"),
        matplotlib.lines.Line2D([], [], color=PUBLISHED, linestyle=":", label=r"bound $3\pi\cdot$line$\cdot\log n$"),
        *handles,
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=3)
    return figure, plotted


def draw_twists(tables: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """Left: volumes of N_k (diagonal) and of the drilled manifolds over k, with lines of slope 2 v_8 and 4 v_8.

    Right: volumes of the mapping tori of F_{n,k,m} over m, with the drilled volume above and the lower bound below.
    """
    figure, (left, right) = new_figure(1, 2, height=3.2)
    names = {"drilled": ("drilled", 4, "s"), "diagonal": ("mapping torus $N_k$", 2, "o")}
    parts = []
    for colour, (family, (name, slope, marker)) in zip(COLOURS, names.items(), strict=False):
        frame = tables[family].sort_values("k")
        parts.append(frame.assign(family=family)[["family", "k", "volume", "volume_low", "volume_high", "certified"]])
        last = frame.iloc[-1]
        line = last["volume"] + slope * V_OCTAHEDRON * (frame["k"] - last["k"])
        left.plot(frame["k"], line, "--", color=PUBLISHED, linewidth=0.8)
        left.plot(frame["k"], frame["volume"], marker, color=colour, label=f"{name}, line of slope ${slope}v_8$")
    left.set(xlabel="twist pairs k", ylabel="hyperbolic volume, certified", ylim=(0, None))
    left.xaxis.get_major_locator().set_params(integer=True)
    left.legend()
    fillings = tables["fillings"]
    for colour, (k, rows) in zip(COLOURS, fillings.groupby("k"), strict=False):
        right.axhline(rows["drilled_volume"].iloc[0], color=colour, linewidth=0.8, linestyle="--")
        right.plot(rows["m"], rows["volume"], "o-", color=colour, label=f"k = {k}")
        right.plot(rows["m"], rows["lower_bound"].astype(float), "v:", color=colour, markersize=3)
    right.plot([], [], "--", color="grey", label="drilled")
    right.plot([], [], "v:", color="grey", markersize=3, label="lower bound")
    right.set(xlabel="twists m in each", ylabel=r"volume of the mapping torus of $F_{n,k,m}$")
    right.set_ylim(0, 1.35 * fillings["drilled_volume"].max())
    right.xaxis.get_major_locator().set_params(integer=True)
    right.legend(ncols=2, loc="upper left")
    parts.append(fillings.assign(family="fillings"))
    return figure, pd.concat(parts, ignore_index=True)


def draw_slender(tables: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """|χ| h over the genus for the fibres (g, g, -1) and for the closed lifts, and the volumes of both."""
    figure, (left, middle, right) = new_figure(1, 3, height=2.6)
    frames = [frame.assign(family=family) for family, frame in tables.items()]
    plotted = pd.concat(frames, ignore_index=True).assign(scaled_entropy=lambda frame: -frame["chi"] * frame["entropy"])
    limit = 2 * math.log(2 + math.sqrt(3))
    names = {"slender": "three punctures", "closed": "closed surfaces"}
    for axes, colour, family in ((left, COLOURS[0], "slender"), (middle, COLOURS[1], "closed")):
        rows = plotted[plotted["family"] == family]
        axes.plot(rows["genus"], rows["scaled_entropy"], "o", color=colour)
        axes.axhline(limit, **LIMIT)
        axes.set(xlabel="genus g", title=names[family])
        right.plot(rows["genus"], rows["volume"], "o", color=colour, label=names[family])
    left.annotate(
        r"limit $2\,\log(2+\sqrt{3})$", (1, limit), (-2, -11), ("axes fraction", "data"), "offset points", ha="right"
    )
    left.set(ylabel="|χ| · h", ylim=(limit - 0.003, None))
    middle.set(ylim=(0, 1.3 * limit))
    right.set(xlabel="genus g", title="volume of the mapping torus", ylim=(0, 1.3 * plotted["volume"].max()))
    right.legend(loc="lower right")
    for axes in (left, middle, right):
        axes.xaxis.get_major_locator().set_params(integer=True)
    return figure, plotted[["family", "genus", "chi", "entropy", "scaled_entropy", "volume", "volume_basis"]]


def _joined(families: Mapping[str, pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """The named columns of all families, one below the other."""
    frames = [
        frame.assign(family=family)[["family", "k", "genus", "n", *columns]] for family, frame in families.items()
    ]
    return pd.concat(frames, ignore_index=True)
