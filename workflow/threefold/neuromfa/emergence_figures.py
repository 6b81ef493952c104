"""Figures of the degree of emergence: each function takes tables and returns the figure and the table that it plots."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from threefold.neuromfa.emergence import CENTRES
from threefold.record.style import COLOURS, PUBLISHED, SEQUENCE, new_figure

_PANELS = {
    "alpha_0": "position of maximum\n$\\alpha_0$",
    "width": "width of spectrum\n$w$",
    "emergence": "degree of\nemergence $E$",
}


def draw_training(emergence: pd.DataFrame, training: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """alpha_0, width, E (95 % intervals) and the held-out loss over the training steps of each model.

    emergence, training: the tables neuromfa/emergence and neuromfa/training (of all models).
    """
    losses = training.dropna(subset="held_out_loss")[["model", "step", "held_out_loss"]]
    columns = ["model", "step", *(f"{name}{end}" for name in _PANELS for end in ("", "_low", "_high"))]
    plotted = emergence[columns].merge(losses, on=["model", "step"], validate="one_to_one")
    figure, axes = new_figure(1, 4, height=2.3)
    for colour, (model, curve) in zip(COLOURS, plotted.groupby("model"), strict=False):
        for ax, name in zip(axes, _PANELS, strict=False):
            ax.plot(curve["step"], curve[name], "o-", color=colour, label=model)
            ax.fill_between(curve["step"], curve[f"{name}_low"], curve[f"{name}_high"], color=colour, alpha=0.25, lw=0)
        axes[3].plot(curve["step"], curve["held_out_loss"], "o-", color=colour, label=model)
    titles = [*_PANELS.values(), "held-out loss\n(nat/byte)"]
    for ax, title in zip(axes, titles, strict=True):
        ax.set(title=title, xlabel="training step")
        ax.set_xscale("symlog", base=2, linthresh=1, linscale=0.7)
        ax.set_xticks([0, 1, 8, 64, 512], labels=["0", "1", "8", "64", "512"])
        ax.minorticks_off()
    axes[3].set_ylim(bottom=0)
    axes[3].legend()
    return figure, plotted


def draw_fetched(emergence: pd.DataFrame, published: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """alpha_0, width and E of the models fetched, with 95 % intervals, and the paper's E of those that it shows.

    emergence: rows of the table neuromfa/emergence; published: `model`, `step`, `emergence`.
    """
    names = ["alpha_0", "width", "emergence"]
    plotted = emergence[["model", "step", *(f"{name}{end}" for name in names for end in ("", "_low", "_high"))]]
    known = published.rename(columns={"emergence": "emergence_published"})
    plotted = plotted.merge(known, on=["model", "step"], how="left")
    models = plotted["model"].unique()
    shades = [*COLOURS] if len(models) <= len(COLOURS) else mpl.colormaps[SEQUENCE](np.linspace(0, 0.95, len(models)))
    figure, axes = new_figure(1, 3, height=2.9)
    for shade, model in zip(shades, models, strict=False):
        curve = plotted[plotted["model"] == model]
        for ax, name in zip(axes, names, strict=True):
            ax.plot(curve["step"], curve[name], "o-", color=shade, ms=2.5, lw=1, label=model)
            ax.fill_between(curve["step"], curve[f"{name}_low"], curve[f"{name}_high"], color=shade, alpha=0.25, lw=0)
        axes[2].plot(curve["step"], curve["emergence_published"], "x", color=PUBLISHED, ms=4, zorder=3)
    for ax, name in zip(axes, names, strict=True):
        step_axis(ax, max(plotted["step"].max(), 1))
        ax.set(title=_PANELS[name], xlabel="training step")
    handles, labels = axes[0].get_legend_handles_labels()
    if plotted["emergence_published"].notna().any():
        handles.append(mpl.lines.Line2D([], [], color=PUBLISHED, marker="x", ls=""))
        labels.append("$E$ in the paper's figures")
    figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=6)
    return figure, plotted


CONTROLS = {
    "none": ("as it is", "-", 1.6),
    "gaussian": ("Gaussian of the same variance", "--", 1),
    "shuffled": ("shuffled in each matrix", "-.", 1),
    "shuffled in rows": ("shuffled in each row", ":", 1.4),
    "fixed centres": ("centres fixed", (0, (1, 2)), 1.6),
}


def draw_controls(controls: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """E over the training steps beside each of its controls, a row per model.

    controls: the table neuromfa/controls. Left: E as it is and of surrogate weights, both with 95 % intervals, with
    fixed centres, and what ln(1 + step) alone would be. Middle: other windows. Right: the centres used of each layer.
    """
    models = controls["model"].unique()
    names = ["emergence", "emergence_low", "emergence_high", *CENTRES]
    plotted = controls[["model", "control", "window", "step", *names]]
    figure, axes = new_figure(len(models), 3, height=0.9 + 1.7 * len(models), squeeze=False)
    windows = sorted(plotted.loc[plotted["control"].isin(["none", "window"]), "window"].unique())
    shades = dict(zip(windows, mpl.colormaps[SEQUENCE](np.linspace(0, 0.85, len(windows))), strict=True))
    for model, row in zip(models, axes, strict=True):
        curves = plotted[plotted["model"] == model]
        own = curves[curves["control"] == "none"]
        for colour, (name, (label, dashes, width)) in zip(COLOURS, CONTROLS.items(), strict=False):
            curve = curves[curves["control"] == name]
            row[0].plot(curve["step"], curve["emergence"], linestyle=dashes, color=colour, label=label, lw=width)
            if name in ("none", "gaussian"):
                band = curve["step"], curve["emergence_low"], curve["emergence_high"]
                row[0].fill_between(*band, color=colour, alpha=0.2, lw=0)
        time = np.log1p(own["step"]) / np.log1p(own["step"].max()) * own["emergence"].iloc[-1]
        row[0].plot(own["step"], time, color="grey", lw=0.8, label="ln(1 + step), scaled")
        for window, curve in curves[curves["control"].isin(["none", "window"])].groupby("window"):
            row[1].plot(curve["step"], curve["emergence"], color=shades[window], label=f"T = {window}")
        for colour, dashes, name in zip(COLOURS, ("-", "--", "-.", ":"), CENTRES, strict=False):
            label = f"layer {name.removeprefix('centres_')}"
            row[2].plot(own["step"], own[name], color=colour, linestyle=dashes, label=label)
        row[0].set_ylabel(f"{model}\ndegree of emergence $E$")
        row[2].set_ylim(bottom=0)
        for ax in row:
            step_axis(ax, curves["step"].max())
    for ax, title in zip(axes[0], ("surrogates and time", "other windows", "centres used"), strict=True):
        ax.set_title(title)
    for first, last in zip(axes[0], axes[-1], strict=True):
        first.legend(loc="best", fontsize=5.5)
        last.set_xlabel("training step")
    return figure, plotted


def draw_texts(emergence: pd.DataFrame, published: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """E of models trained on the whole text and on the deduplicated text, a panel per size.

    emergence: rows of the table neuromfa/emergence, of models named <size>-standard and <size>-deduped; published:
    `model`, `step`, `emergence`.
    """
    plotted = emergence[["model", "step", "emergence", "emergence_low", "emergence_high"]]
    known = published.rename(columns={"emergence": "emergence_published"})
    plotted = plotted.merge(known, on=["model", "step"], how="left")
    sizes = plotted["model"].str.rpartition("-")[0].unique()
    columns = min(len(sizes), 5)
    rows = -(-len(sizes) // columns)
    figure, axes = new_figure(rows, columns, height=0.9 + 1.7 * rows, sharey=True, squeeze=False)
    for ax in axes.flat[len(sizes) :]:
        ax.set_axis_off()
    for size, ax in zip(sizes, axes.flat, strict=False):
        for colour, kind in zip(COLOURS, ("standard", "deduped"), strict=False):
            curve = plotted[plotted["model"] == f"{size}-{kind}"]
            ax.plot(curve["step"], curve["emergence"], "o-", color=colour, ms=2.5, lw=1, label=kind)
            ax.fill_between(
                curve["step"], curve["emergence_low"], curve["emergence_high"], color=colour, alpha=0.2, lw=0
            )
            shape = {"mfc": colour, "mec": PUBLISHED, "zorder": 3, "ms": 4, "ls": ""}
            ax.plot(curve["step"], curve["emergence_published"], "D", label=f"{kind}, paper's figures", **shape)
        ax.set(title=size, xlabel="training step")
        step_axis(ax, plotted["step"].max())
    axes[0, 0].set_ylabel("degree of emergence $E$")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=4, fontsize=7)
    return figure, plotted


def draw_sizes(points: pd.DataFrame, published: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """E and scores at an early and a late step over the size of the model, each scaled to lie between 0 and 1.

    points: `model`, `parameters`, `step`, `measure` ("E" or the name of a score), `value`; published: `model`, `step`,
    `scaled`. A panel per score.
    """
    by_measure = points.groupby("measure")["value"]
    low, high = by_measure.transform("min"), by_measure.transform("max")
    plotted = points.assign(scaled=(points["value"] - low) / (high - low))
    plotted = plotted.merge(published.rename(columns={"scaled": "scaled_published"}), on=["model", "step"], how="left")
    plotted = plotted.sort_values(["measure", "step", "parameters"], ignore_index=True)
    scores = [name for name in plotted["measure"].unique() if name != "E"]
    figure, axes = new_figure(1, len(scores), height=2.6, sharey=True, squeeze=False)
    for ax, score in zip(axes[0], scores, strict=True):
        for dashes, step in zip(("--", "-"), sorted(plotted["step"].unique()), strict=True):
            for colour, name in zip(COLOURS, ("E", score), strict=False):
                line = plotted[(plotted["measure"] == name) & (plotted["step"] == step)]
                ax.plot(line["parameters"], line["scaled"], "o", ls=dashes, color=colour, label=f"{name}, step {step}")
                if name == "E" and line["scaled_published"].notna().any():
                    label = "E in the paper's figure" if dashes == "-" else None
                    ax.plot(line["parameters"], line["scaled_published"], "x", color=PUBLISHED, zorder=3, label=label)
        ticks = sorted(plotted["parameters"].unique())
        ax.set(xscale="log", xlabel="parameters")
        ax.set_xticks(ticks, labels=[_size(count) for count in ticks], fontsize=6)
        ax.minorticks_off()
        ax.legend(fontsize=6, handlelength=5)
    axes[0, 0].set_ylabel("scaled to between 0 and 1")
    return figure, plotted


def step_axis(ax, last: int) -> None:
    """Steps on a logarithmic axis that begins with 0."""
    ax.set_xscale("symlog", base=10 if last > 1000 else 2, linthresh=1, linscale=0.7)
    marks = {0: "0", 1: "1", 100: "100", 10_000: "10k"} if last > 1000 else {m: str(m) for m in (0, 1, 8, 64, 512)}
    shown = {mark: label for mark, label in marks.items() if mark <= last}
    ax.set_xticks(list(shown), labels=shown.values())
    ax.set_xlim(-0.3, 1.5 * last)
    ax.minorticks_off()


def _size(parameters: int) -> str:
    return f"{parameters / 1e9:.1f}B" if parameters >= 1e9 else f"{parameters / 1e6:.2g}M"
