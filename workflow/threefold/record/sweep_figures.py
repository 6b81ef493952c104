"""Figures of a sweep: a map over two parameters, and a line for every trial through all of them."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from threefold.record.style import COLOURS, PAGE, PUBLISHED, SEQUENCE, new_figure
from threefold.record.sweeps import best_of, ended_well

LABEL = {"fc": "white", "ec": "none", "pad": 0.6, "alpha": 0.7}
FEW = 6  # values that all get a label
CELLS = 14  # a map with more different values than this along an axis is drawn as points


def draw_map(
    trials: pd.DataFrame, importance: pd.DataFrame, metric: str, goal: str, published: pd.DataFrame | None = None
) -> tuple[Figure, pd.DataFrame]:
    """The metric over the two most important parameters of a sweep: cells where their values repeat, else points.

    published: panel, value and both parameters; drawn as further maps where both were swept.
    """
    ended = ended_well(trials, metric)
    names = importance["parameter"].tolist()[:2]
    names = sorted(names, key=list(trials.columns).index)  # x is the one that the sweep names first
    if len(names) < 2:
        return _draw_line(ended, names, metric, goal)
    x, y = names
    noise = ended[f"{metric}_sd"].mean() if f"{metric}_sd" in ended else 0.0
    spread = f", ±{noise:.1g} over seeds" if noise else ""
    found = ended[[x, y, metric]].rename(columns={metric: "value"}).assign(panel=f"measured: {metric}{spread}")
    parts = [found[["panel", x, y, "value"]]]
    if published is not None and set(names) <= set(published.columns):
        parts.append(published[["panel", x, y, "value"]])
    table = pd.concat(parts, ignore_index=True)
    panels = list(table.groupby("panel", sort=False))
    figure, axes = new_figure(1, len(panels), width=min(PAGE, 1.2 + 3 * len(panels)), height=2.9, squeeze=False)
    for axis, (panel, part) in zip(axes.flat, panels, strict=True):
        drawn = _draw_cells if max(part[x].nunique(), part[y].nunique()) <= CELLS else _draw_points
        drawn(axis, part, x, y, goal, noise if panel.startswith("measured") else 0.0)
        axis.set(xlabel=x, ylabel=y)
        axis.set_title(panel, fontsize=8)
    return figure, table


def _draw_cells(axis: Axes, part: pd.DataFrame, x: str, y: str, goal: str, noise: float) -> None:
    """A cell for every pair of values: the mean over the other parameters; the best is bold.

    The colours span at least four times the noise, so that a map of noise looks flat.
    """
    grid = part.pivot_table(index=y, columns=x, values="value")
    values = grid.to_numpy()
    low, high = np.nanmin(values), np.nanmax(values)
    wider = max(0.0, 4 * noise - (high - low)) / 2
    limits = {"vmin": low - wider, "vmax": high + wider}
    image = axis.imshow(values, origin="lower", cmap=SEQUENCE, aspect="auto", **limits)
    best = np.nanmax(values) if goal == "maximize" else np.nanmin(values)
    digits = max(0, 3 - int(np.ceil(np.log10(max(np.nanmax(np.abs(values)), 1e-9)))))
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            dark = image.norm(value) < 0.6
            weight = "bold" if value == best else "normal"
            text = f"{value:.{digits}f}"
            text = text.removeprefix("0") if text.startswith("0.") else text
            colour = "white" if dark else "black"
            axis.text(column, row, text, ha="center", va="center", fontsize=6, color=colour, weight=weight)
    axis.set_xticks(range(grid.shape[1]), [_label(value) for value in grid.columns])
    axis.set_yticks(range(grid.shape[0]), [_label(value) for value in grid.index])
    axis.grid(False)


def _draw_points(axis: Axes, part: pd.DataFrame, x: str, y: str, goal: str, noise: float) -> None:
    """A point for every trial, coloured by its value; the best has a ring."""
    points = axis.scatter(part[x], part[y], c=part["value"], cmap=SEQUENCE, s=22, linewidths=0)
    best = best_of(part, "value", goal)
    axis.scatter(best[x], best[y], s=70, facecolors="none", edgecolors=PUBLISHED, linewidths=1.2)
    axis.figure.colorbar(points, ax=axis)
    for name, scale in ((x, axis.set_xscale), (y, axis.set_yscale)):
        if pd.api.types.is_numeric_dtype(part[name]) and _is_wide(part[name]):
            scale("log")


def _draw_line(ended: pd.DataFrame, names: list[str], metric: str, goal: str) -> tuple[Figure, pd.DataFrame]:
    """The metric over the one parameter of a sweep."""
    figure, axis = new_figure(width=4.2)
    table = ended[[*names, metric]]
    if names:
        axis.plot([_label(value) for value in table[names[0]]], table[metric], "o", color=COLOURS[0])
        axis.set(xlabel=names[0], ylabel=metric)
    else:
        axis.text(0.5, 0.5, "no two trials differ in a parameter", ha="center", transform=axis.transAxes)
    return figure, table


def draw_coordinates(
    trials: pd.DataFrame, importance: pd.DataFrame, metric: str, goal: str
) -> tuple[Figure, pd.DataFrame]:
    """Parallel coordinates: an axis per parameter that was varied, the most important last, then the metric."""
    ended = ended_well(trials, metric)
    ended = ended.sort_values(metric, ascending=goal == "maximize", kind="stable")  # the best on top
    names = [*importance["parameter"][::-1], metric]
    figure, axis = new_figure(width=min(PAGE, 2 + 1.6 * len(names)), height=3.0)
    places = np.arange(len(names))
    columns = [_heights(ended[name], name == metric) for name in names] if len(ended) else [np.empty(0)] * len(names)
    heights = np.stack(columns, axis=1)
    norm = matplotlib.colors.Normalize(ended[metric].min(), ended[metric].max())
    lines = LineCollection(
        [np.column_stack([places, row]) for row in heights],
        array=ended[metric].to_numpy(float),
        cmap=SEQUENCE,
        norm=norm,
        lw=1.0,
        alpha=0.85,
    )
    axis.add_collection(lines)
    if len(heights):
        axis.plot(places, heights[-1], color=PUBLISHED, lw=1.6, label="best")
        axis.legend(loc="upper left", bbox_to_anchor=(0, -0.1), fontsize=7)
    axis.set_xlim(-0.3, len(names) - 0.55)
    axis.set_ylim(-0.06, 1.06)
    shares = dict(zip(importance["parameter"], importance["importance"], strict=True))
    axis.set_xticks(places, [_title(name, shares.get(name)) for name in names])
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    axis.grid(False)
    for place, name in zip(places, names, strict=True):
        axis.axvline(place, color="0.6", lw=0.8, zorder=0)
        if len(ended):
            for height, text in _ticks(ended[name], heights[:, place]):
                axis.text(place + 0.03, height, text, fontsize=6, va="center", bbox=LABEL)
    return figure, ended[["number", *names]]


def _is_wide(values: pd.Series) -> bool:
    """Whether positive values span so much that they are drawn by their logarithm."""
    return values.min() > 0 and values.max() / values.min() > 30


def _title(name: str, share: float | None) -> str:
    return name if share is None or np.isnan(share) else f"{name}\n{share:.0%}"


def _heights(values: pd.Series, metric: bool) -> np.ndarray:
    """Where the values lie on an axis from 0 to 1.

    A metric by size; a parameter of few values at equal distances, else by size, over wide ranges by its logarithm.
    """
    if not metric and (not pd.api.types.is_numeric_dtype(values) or values.nunique() <= FEW):
        names = values if pd.api.types.is_numeric_dtype(values) else values.astype(str)
        places = np.unique(names, return_inverse=True)[1].astype(float)
    else:
        places = np.log(values.to_numpy(float)) if not metric and _is_wide(values) else values.to_numpy(float)
    width = np.ptp(places)
    return (places - places.min()) / width if width else np.full(len(places), 0.5)


def _ticks(values: pd.Series, heights: np.ndarray) -> list[tuple[float, str]]:
    """Labels of an axis: every value where there are few, else the least, the middle one and the greatest."""
    order = np.argsort(heights, kind="stable")
    kept = np.unique(heights, return_index=True)[1]
    kept = kept if len(kept) <= FEW else order[[0, len(order) // 2, -1]]
    return [(heights[k], _label(values.iloc[k])) for k in kept]


def _label(value) -> str:
    return f"{value:.4g}" if isinstance(value, float | np.floating) else str(value)
