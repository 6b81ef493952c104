"""One look for all figures, and the three files of each: PNG, SVG, and the table that is plotted."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from threefold.record.files import atomic

PAGE = 7.2  # inches: the width of a two-column page
# Okabe and Ito's palette, told apart by colour-blind readers and in grey.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
PUBLISHED = "#000000"  # published values are black, whatever else is drawn
SEQUENCE = "viridis"

RC = {
    "axes.grid": True,
    "axes.prop_cycle": matplotlib.cycler(color=COLOURS),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "font.family": "DejaVu Sans",  # ships with Matplotlib, so a figure is the same on every machine
    "font.size": 8,
    "grid.alpha": 0.25,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 4,
    "savefig.dpi": 200,
    "svg.hashsalt": "threefold",
}


def new_figure(rows: int = 1, columns: int = 1, width: float = PAGE, height: float = 2.8, **options):
    """A figure and its axes in the house style; width and height in inches."""
    plt.rcParams.update(RC)
    return plt.subplots(rows, columns, figsize=(width, height), **options)


def save_figure(figure: Figure, plotted: pd.DataFrame, png: str | Path) -> None:
    """Write `<stem>.png`, `<stem>.svg` and the plotted table `<stem>.csv`; the same figure gives the same bytes."""
    for suffix, metadata in ((".png", {"Software": None}), (".svg", {"Date": None, "Creator": "threefold"})):
        with atomic(Path(png).with_suffix(suffix)) as part:
            figure.savefig(part, metadata=metadata)
        figure.set_layout_engine("none")  # the second file has the places that the first one found
    with atomic(Path(png).with_suffix(".csv")) as part:
        plotted.to_csv(part, index=False)
    plt.close(figure)
