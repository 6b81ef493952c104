"""The figures of the classes on each surface: each function returns the figure and the table that is plotted."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from threefold.record.style import COLOURS, PUBLISHED, new_figure
from threefold.tori.census import syllables
from threefold.tori.pictures import draw_on
from threefold.tori.solids import V_OCTAHEDRON, V_TETRAHEDRON
from threefold.tori.surfaces import find_surface

MARKERS = ["o", "s", "^", "D", "v", "P", "X"]


def draw_entropy_volume(volumes: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """Entropy against volume of all measured classes, with Kojima and McShane's bound vol ≤ 3π|χ|h of each surface.

    With S_1_1 among them, its volumes over the syllables between Guéritaud and Futer's bounds.
    """
    measured = {name: frame[frame["volume"].notna()] for name, frame in volumes.items()}
    plotted = pd.concat([rows.assign(surface=name) for name, rows in measured.items()], ignore_index=True)
    plotted = plotted[["surface", "word", "entropy", "volume", "chi"]]
    on_torus = plotted["surface"] == "S_1_1"
    plotted["syllables"] = plotted["word"].where(on_torus).map(syllables, na_action="ignore").astype("Int64")
    figure, panels = new_figure(1, 1 + on_torus.any(), height=3.6, width_ratios=[3, 2][: 1 + on_torus.any()])
    axes, *rest = np.atleast_1d(panels)
    top = 1.08 * plotted["volume"].max()
    for i, (name, rows) in enumerate(plotted.groupby("surface", sort=False)):
        chi, colour = rows["chi"].iloc[0], COLOURS[i % len(COLOURS)]
        label = f"{tex(name)}, χ = −{abs(chi)}: {len(rows)} words"
        style = {"color": colour, "marker": MARKERS[i % len(MARKERS)], "markersize": 3.5, "alpha": 0.6}
        axes.plot(rows["entropy"], rows["volume"], linestyle="", label=label, **style)
        axes.plot([0, top / (3 * math.pi * abs(chi))], [0, top], color=colour, linewidth=0.9)
    axes.plot([], [], color="grey", linewidth=0.9, label=r"bounds $3\pi|\chi|h$")
    axes.set(xlabel="entropy h", ylabel="volume of the mapping torus", xlim=(0, None), ylim=(0, top))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=4)
    for panel in rest:
        _draw_syllables(panel, plotted[on_torus])
    return figure, plotted


def _draw_syllables(axes: Axes, rows: pd.DataFrame) -> None:
    s = rows["syllables"].astype(int)
    span = np.array([0, s.max() + 0.5])
    axes.plot(s, rows["volume"], "o", color=COLOURS[0], markersize=3.5, alpha=0.6)
    axes.plot(span, 2 * V_TETRAHEDRON * span, color=PUBLISHED, linewidth=0.9, label=r"$2v_3s$")
    axes.plot(span, 2 * V_OCTAHEDRON * span, "--", color=PUBLISHED, linewidth=0.9, label=r"$2v_8s$")
    axes.set(xlabel=f"syllables s of the words on {tex('S_1_1')}", xlim=(0, None), ylim=(0, None))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(loc="upper left")


def draw_least_classes(volumes: Mapping[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """The pseudo-Anosov class of least entropy among the words of each surface, drawn."""
    least = [_least(frame).assign(surface=name) for name, frame in volumes.items() if frame["volume"].notna().any()]
    plotted = pd.concat(least, ignore_index=True)
    columns = min(3, len(plotted))
    rows = -(-len(plotted) // columns)
    figure, panels = new_figure(rows, columns, height=2.4 * rows, squeeze=False)
    for axes in panels.flat[len(plotted) :]:
        axes.set_axis_off()
    for axes, row in zip(panels.flat, plotted.itertuples(), strict=False):
        draw_on(axes, row.word, find_surface(row.surface))
        axes.set_anchor("N")
        axes.set_title(f"{tex(row.surface)}: {row.word}\nλ = {row.dilatation:.6f}, volume {row.volume:.6f}", size=8)
    return figure, plotted[["surface", "word", "dilatation", "entropy", "volume", "certified"]]


def _least(frame: pd.DataFrame) -> pd.DataFrame:
    """The row of least entropy; of equal ones, whose last bits may differ, the first of the shortest words."""
    rows = frame[frame["volume"].notna()]
    return rows.assign(rounded=rows["entropy"].round(10)).sort_values(["rounded", "length"], kind="stable").head(1)


def tex(name: str) -> str:
    """A surface's name as it is set in print."""
    return f"${name[0]}_{{{name[2:].replace('_', ',')}}}$"
