"""Figures of spectra: each function takes tables and returns the figure and the table that it plots."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from threefold.record.style import COLOURS, PUBLISHED, SEQUENCE, new_figure


def draw_spectra(spectra: pd.DataFrame, published: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """f over alpha at each training step, a panel per model: mean and sd over the sampled networks.

    spectra: rows of the table neuromfa/spectrum; published: `model`, `step`, `alpha_0` of the models in the paper's
    figures, drawn at the height of the maximum.
    """
    points = spectra.dropna(subset="alpha").groupby(["model", "step", "q"])[["alpha", "f"]]
    plotted = points.mean().join(points.std().add_suffix("_sd")).reset_index()
    known = published[["model", "step", "alpha_0"]].rename(columns={"alpha_0": "alpha_0_published"})
    plotted = plotted.merge(known, on=["model", "step"], how="left")
    steps = sorted(plotted["step"].unique())
    colours = mpl.colormaps[SEQUENCE](np.linspace(0, 0.95, len(steps)))
    models = plotted["model"].unique()
    columns = min(len(models), 4)
    rows = -(-len(models) // columns)
    shape = {"height": 0.9 + 2.2 * rows if columns < 3 else 0.9 + 1.6 * rows, "squeeze": False}
    figure, axes = new_figure(rows, columns, sharex=True, sharey=True, **shape)
    for ax in axes.flat[len(models) :]:
        ax.set_axis_off()
    for ax, model in zip(axes.flat, models, strict=False):
        for step, colour in zip(steps, colours, strict=True):
            curve = plotted[(plotted["model"] == model) & (plotted["step"] == step)]
            alpha, sd, f = curve["alpha"], curve["alpha_sd"], curve["f"]
            ax.fill(np.append(alpha - sd, (alpha + sd)[::-1]), np.append(f, f[::-1]), color=colour, alpha=0.2, lw=0)
            ax.plot(alpha, f, color=colour)
        marks = plotted[plotted["model"] == model].drop_duplicates("step")["alpha_0_published"]
        ax.plot(marks, np.zeros(len(marks)), "x", color=PUBLISHED, zorder=3)
        ax.set_title(model, fontsize=8)
    figure.supxlabel(r"$\alpha$", fontsize=8)
    figure.supylabel(r"$f(\alpha)$", fontsize=8)
    scale = mpl.cm.ScalarMappable(mpl.colors.BoundaryNorm(np.arange(len(steps) + 1) - 0.5, len(steps)))
    scale.set_cmap(mpl.colors.ListedColormap(colours))
    bar = figure.colorbar(scale, ax=axes, label="training step", ticks=range(len(steps)), pad=0.01)
    bar.ax.set_yticklabels(steps)
    bar.ax.tick_params(size=0)
    return figure, plotted


def draw_hops(hops: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Spectra over one, two and three hops at some steps of training, a panel per hops: means over the networks.

    hops: rows of the table neuromfa/hops. A row of panels per model.
    """
    plotted = hops.groupby(["model", "step", "hops", "q"], sort=False)[["alpha", "f"]].mean().reset_index()
    models, counts, steps = (
        plotted["model"].unique(),
        sorted(plotted["hops"].unique()),
        sorted(plotted["step"].unique()),
    )
    shape = {"height": 0.7 + 1.6 * len(models), "sharex": "col", "sharey": True, "squeeze": False}
    figure, axes = new_figure(len(models), len(counts), **shape)
    colours = dict(zip(steps, mpl.colormaps[SEQUENCE](np.linspace(0, 0.85, len(steps))), strict=True))
    for model, row in zip(models, axes, strict=True):
        for count, ax in zip(counts, row, strict=True):
            panel = plotted[(plotted["model"] == model) & (plotted["hops"] == count)]
            for step, curve in panel.groupby("step"):
                ax.plot(curve["alpha"], curve["f"], color=colours[step])
        row[0].set_ylabel(f"{model}\n" + r"$f(\alpha)$")
    for count, ax in zip(counts, axes[0], strict=True):
        ax.set_title(f"{count} hop{'s' if count > 1 else ''}")
    for ax in axes[-1]:
        ax.set_xlabel(r"$\alpha$")
    handles = [mpl.lines.Line2D([], [], color=colour, label=f"step {step}") for step, colour in colours.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=6, fontsize=7)
    return figure, plotted


def draw_initial(initial: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """alpha_0 and width at step 0 over model size, beside known values. initial: the table neuromfa/initial."""
    figure, axes = new_figure(1, 2, height=3.0)
    for ax, name, label in zip(
        axes, ("alpha_0", "width"), (r"$\alpha_0$ at step 0", "width $w$ at step 0"), strict=True
    ):
        for colour, (size, rows) in zip(COLOURS, initial.groupby("sample_size", sort=False), strict=False):
            bars = {"yerr": rows[f"{name}_sd"], "fmt": "o", "capsize": 2, "zorder": 2}
            ax.errorbar(rows["parameters"], rows[name], **bars, color=colour, label=f"drawn here, s = {size}")
        known = {"facecolors": "none", "edgecolors": COLOURS[5], "marker": "D", "s": 60}
        ax.scatter(initial["parameters"], initial[f"{name}_simulated"], **known, label="independent simulation")
        known = {"color": PUBLISHED, "marker": "x", "s": 45, "linewidths": 1, "zorder": 3}
        ax.scatter(initial["parameters"], initial[f"{name}_published"], **known, label="read off the paper's figure")
        ax.set(xscale="log", xlabel="parameters", ylabel=label)
        low, high = ax.get_ylim()
        ax.set_ylim(low - 0.12 * (high - low), high)
        named = initial.loc[initial.groupby("model")[name].idxmin()]
        for parameters, model, value in zip(named["parameters"], named["model"], named[name], strict=True):
            aside = {"pythia-1b": "right", "pythia-1.4b": "left"}.get(model, "center")  # these two are close in size
            text = model.removeprefix("pythia-").upper()
            ax.annotate(text, (parameters, value), (0, -12), textcoords="offset points", ha=aside, fontsize=6)
    axes[0].legend(fontsize=7)
    return figure, initial


# Position of the maximum, smallest and largest alpha, read off the paper's figure of Watts-Strogatz networks.
SMALL_WORLDS = {"ring, 1% rewired": (1.47, 1.35, 1.53), "ring, 100% rewired": (2.83, 2.64, 3.03)}


def draw_known(known: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Spectra of Cantor measures with their closed form, and of Watts-Strogatz networks with the paper's figure's.

    known: the table neuromfa/known; random networks are drawn as means, their ranges as bars.
    """
    plotted = known.groupby(["name", "q"], sort=False)[["alpha", "f"]].agg(["mean", "std"])
    plotted.columns = ["alpha", "alpha_sd", "f", "f_sd"]
    plotted = plotted.reset_index()
    figure, (left, right) = new_figure(1, 2, height=2.8)
    weights = np.linspace(-30, 30, 400)[:, None]
    p = np.array([1 / 3, 2 / 3])
    share = p**weights / (p**weights).sum(axis=1, keepdims=True)
    alpha, f = -(share * np.log(p)).sum(axis=1) / np.log(3), -(share * np.log(share)).sum(axis=1) / np.log(3)
    left.plot(alpha, f, color=PUBLISHED, lw=0.8, label="closed form, 1/3, 2/3")
    left.plot(*[np.log(2) / np.log(3)] * 2, "x", color=PUBLISHED, label="closed form, Cantor set")
    for colour, (name, curve) in zip(COLOURS, plotted.groupby("name", sort=False), strict=False):
        ax = left if name.startswith("Cantor") else right
        marks = "o" if ax is left else "o-"
        ax.plot(curve["alpha"], curve["f"], marks, color=colour, ms=2.5, label=name)
    for height, (name, (middle, low, high)) in zip((0.12, 0.12), SMALL_WORLDS.items(), strict=True):
        label = "range and maximum in the paper's figure" if name == next(iter(SMALL_WORLDS)) else None
        error = [[middle - low], [high - middle]]
        right.errorbar(middle, height, xerr=error, fmt="x", color=PUBLISHED, capsize=2, lw=0.8, label=label)
    for ax, title in ((left, "Cantor measures"), (right, "rings of 1000 nodes, rewired")):
        ax.set(title=title, xlabel=r"$\alpha$", ylabel=r"$f(\alpha)$")
        ax.legend(fontsize=6)
    right.set_ylim(top=0.55)
    return figure, plotted


def draw_balls(edges: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """The two kinds of balls: over several edges of a ring, and of the direct edges out of a neuron.

    edges: as from `known.two_balls`. What lies inside the ball is coloured.
    """
    figure, axes = new_figure(1, 2, width=5.4, height=2.9)
    plotted = edges.assign(inside=edges["distance"] <= edges["panel"].map(RADII))
    titles = ("unweighted: two steps along edges", "weighted: direct edges up to a length of 50")
    for ax, (_, rows), title in zip(axes, plotted.groupby("panel", sort=False), titles, strict=True):
        for inside, colour, order in ((False, "0.75", 1), (True, COLOURS[0], 2)):
            part = rows[rows["inside"] == inside]
            ax.plot(part[["x0", "x1"]].T, part[["y0", "y1"]].T, "o-", color=colour, lw=0.8, ms=3, zorder=order)
        first = rows.iloc[0]
        ax.plot(first["x0"], first["y0"], "o", color=COLOURS[1], ms=6, zorder=3)
        ax.set_title(title, fontsize=8)
        ax.set_aspect("equal")
        ax.set_axis_off()
    return figure, plotted


RADII = {"unweighted": 2, "weighted": 50}
