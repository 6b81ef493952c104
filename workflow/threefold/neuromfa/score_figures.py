"""Figures of the degree of emergence beside benchmark scores.

Each function takes tables and returns the figure and the table that it plots.
"""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from threefold.neuromfa.emergence_figures import step_axis
from threefold.record.style import COLOURS, PUBLISHED, SEQUENCE, new_figure

MEASURES = {
    "pearson": "Pearson",
    "spearman": "Spearman",
    "differences": "of differences",
    "partial": "given ln(1 + step)",
    "time": "ln(1 + step) alone",
}
TASK_NAMES = {
    "lambada_openai": "LAMBADA",
    "piqa": "PIQA",
    "sciq": "SciQ",
    "arc_easy": "ARC-easy",
    "arc_challenge": "ARC-challenge",
    "winogrande": "WinoGrande",
    "wsc": "WSC",
    "logiqa": "LogiQA",
}


SOURCES = {"figure": "E in the paper's figure", "here": "E measured here"}


def draw_correlation(
    emergence: pd.DataFrame, scores: pd.DataFrame, correlation: pd.DataFrame
) -> tuple[Figure, pd.DataFrame]:
    """Left: E of one model beside its accuracies over training. Right: their correlations with 95 % intervals.

    emergence: `source` ("figure" or "here"), `step`, `emergence`; scores: `step`, `task`, `accuracy`; correlation: the
    table neuromfa/correlation. A panel of correlations per source.
    """
    sources = [source for source in SOURCES if source in set(correlation["source"])]
    figure, (left, *panels) = new_figure(1, 1 + len(sources), height=3.6, width_ratios=[1.1] + [1] * len(sources))
    twin = left.twinx()
    for colour, (task, curve) in zip(COLOURS, scores.groupby("task", sort=False), strict=False):
        if task in ("lambada_openai", "piqa", "sciq", "arc_easy"):
            twin.plot(curve["step"], curve["accuracy"], color=colour, lw=1, label=TASK_NAMES[task])
    for face, source in zip((PUBLISHED, "white"), sources, strict=False):
        curve = emergence[emergence["source"] == source]
        left.plot(curve["step"], curve["emergence"], "o-", color=PUBLISHED, mfc=face, ms=3, label=SOURCES[source])
    left.set(xlabel="training step", ylabel="degree of emergence $E$", title=correlation["model"].iloc[0])
    left.set_ylim(-0.02, 0.9)
    twin.set(ylabel="accuracy", ylim=(-0.02, 0.9))
    twin.grid(False)
    twin.spines["right"].set_visible(True)
    step_axis(left, 143_000)
    lines = [*left.get_lines(), *twin.get_lines()]
    left.legend(lines, [line.get_label() for line in lines], loc="upper left", fontsize=6)
    tasks = [task for task in TASK_NAMES if task in set(correlation["task"])]
    for ax, source in zip(panels, sources, strict=True):
        for offset, colour, (name, label) in zip(np.linspace(0.3, -0.3, 5), COLOURS, MEASURES.items(), strict=False):
            chosen = (correlation["measure"] == name) & (correlation["source"] == source)
            rows = correlation[chosen].set_index("task").loc[tasks]
            errors = np.abs([rows["value"] - rows["low"], rows["high"] - rows["value"]])
            y = np.arange(len(tasks))[::-1] + offset
            ax.errorbar(rows["value"], y, xerr=errors, fmt="o", color=colour, label=label, ms=3, lw=0.8)
        ax.set(yticks=range(len(tasks)), yticklabels=[TASK_NAMES[task] for task in tasks[::-1]], xlim=(-1.05, 1.05))
        ax.set(xlabel="correlation, 95 % interval", title=SOURCES[source])
        if ax is not panels[0]:
            ax.set_yticklabels([])
        ax.axvline(0, color="grey", lw=0.5)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower right", ncols=5, fontsize=7)
    return figure, correlation


def draw_scores(emergence: pd.DataFrame, scores: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """E (dashed, right axis) and accuracy (left axis) of several models over training, a panel per task.

    emergence: rows of the table neuromfa/emergence; scores: `model`, `step`, `task`, `accuracy`.
    """
    plotted = scores.merge(emergence[["model", "step", "emergence"]], on=["model", "step"])
    models = plotted["model"].unique()
    shades = dict(zip(models, mpl.colormaps[SEQUENCE](np.linspace(0, 0.9, len(models))), strict=True))
    figure, axes = new_figure(2, 4, height=4.2, sharex=True)
    for ax, (task, name) in zip(axes.flat, TASK_NAMES.items(), strict=True):
        twin = ax.twinx()
        for model, curve in plotted[plotted["task"] == task].groupby("model", sort=False):
            ax.plot(curve["step"], curve["accuracy"], color=shades[model], lw=1, label=model)
            twin.plot(curve["step"], curve["emergence"], color=shades[model], lw=1, ls="--")
        ax.set_title(name)
        step_axis(ax, plotted["step"].max())
        twin.grid(False)
        twin.spines["right"].set_visible(True)
        if ax not in axes[:, -1]:
            twin.set_yticklabels([])
    for left, right in zip(axes[:, 0], figure.axes[11::4], strict=True):
        left.set_ylabel("accuracy (solid)")
        right.set_ylabel("$E$ (dashed)")
    for ax in axes[-1]:
        ax.set_xlabel("training step")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=6)
    return figure, plotted


RADAR_STEPS = (1, 512, 1000, 3000, 13_000, 23_000, 53_000, 73_000, 103_000, 143_000)  # of the paper's radars


def draw_radars(emergence: pd.DataFrame, scores: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """E and accuracies at some steps on the axes of a radar, each scaled to lie between 0 and 1; a panel per model.

    emergence: `model`, `step`, `emergence`, of which models without scores are left out; scores: `model`, `step`,
    `task`, `accuracy`.
    """
    rated = emergence[emergence["model"].isin(scores["model"])]
    own = rated[["model", "step"]].assign(task="E", value=rated["emergence"])
    others = scores.merge(own[["model", "step"]]).rename(columns={"accuracy": "value"})
    values = pd.concat([own, others[["model", "step", "task", "value"]]])
    values = values[values["step"].isin(RADAR_STEPS)]
    axis = values.groupby(["model", "task"])["value"]
    low, high = axis.transform("min"), axis.transform("max")
    plotted = values.assign(scaled=(values["value"] - low) / (high - low)).sort_values(["model", "step"])
    names = {"E": "E"} | TASK_NAMES
    angles = np.linspace(0, 2 * np.pi, len(names), endpoint=False)
    models = plotted["model"].unique()
    columns = min(len(models), 3)
    rows = -(-len(models) // columns)
    options = {"subplot_kw": {"projection": "polar"}, "squeeze": False}
    figure, axes = new_figure(rows, columns, width=2.4 * columns + 0.8, height=2.6 * rows + 0.3, **options)
    for ax in axes.flat[len(models) :]:
        ax.set_axis_off()
    steps = sorted(plotted["step"].unique())
    shades = dict(zip(steps, mpl.colormaps[SEQUENCE](np.linspace(0, 0.95, len(steps))), strict=True))
    for ax, model in zip(axes.flat, models, strict=False):
        for step, points in plotted[plotted["model"] == model].groupby("step"):
            radii = points.set_index("task")["scaled"].reindex(names).to_numpy()
            ax.plot(np.append(angles, angles[0]), np.append(radii, radii[0]), color=shades[step], lw=1, label=f"{step}")
        ax.set_xticks(angles, labels=names.values(), fontsize=6)
        ax.set_yticks([0.5, 1], labels=[])
        ax.tick_params(axis="x", pad=9)
        ax.set_title(model, fontsize=8)
    handles = [mpl.lines.Line2D([], [], color=shade, label=f"step {step}") for step, shade in shades.items()]
    figure.legend(handles=handles, loc="outside right center", fontsize=6)
    return figure, plotted
