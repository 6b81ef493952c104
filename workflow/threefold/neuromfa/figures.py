"""The figures of the chain: each function takes tables and returns the figure and the table that it plots."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from threefold.record.style import COLOURS, PUBLISHED, SEQUENCE, new_figure


def draw_spectra(spectra: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """f over alpha at each training step, a panel per model: mean and sd over the sampled networks.

    spectra: rows of the table neuromfa/spectrum.
    """
    points = spectra.dropna(subset="alpha").groupby(["model", "step", "q"])[["alpha", "f"]]
    plotted = points.mean().join(points.std().add_suffix("_sd")).reset_index()
    steps = sorted(plotted["step"].unique())
    colours = mpl.colormaps[SEQUENCE](np.linspace(0, 0.95, len(steps)))
    models = plotted["model"].unique()
    figure, axes = new_figure(1, len(models), height=3.1, sharex=True, sharey=True, squeeze=False)
    for ax, model in zip(axes[0], models, strict=True):
        for step, colour in zip(steps, colours, strict=True):
            curve = plotted[(plotted["model"] == model) & (plotted["step"] == step)]
            alpha, sd, f = curve["alpha"], curve["alpha_sd"], curve["f"]
            ax.fill(np.append(alpha - sd, (alpha + sd)[::-1]), np.append(f, f[::-1]), color=colour, alpha=0.2, lw=0)
            ax.plot(alpha, f, color=colour)
        ax.set(title=model, xlabel=r"$\alpha$")
    axes[0, 0].set_ylabel(r"$f(\alpha)$")
    scale = mpl.cm.ScalarMappable(mpl.colors.BoundaryNorm(np.arange(len(steps) + 1) - 0.5, len(steps)))
    scale.set_cmap(mpl.colors.ListedColormap(colours))
    bar = figure.colorbar(scale, ax=axes, label="training step", ticks=range(len(steps)), pad=0.01)
    bar.ax.set_yticklabels(steps)
    bar.ax.tick_params(size=0)
    return figure, plotted


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


_PANELS = {
    "alpha_0": "position of maximum\n$\\alpha_0$",
    "width": "width of spectrum\n$w$",
    "emergence": "degree of\nemergence $E$",
}


def draw_initial(initial: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """alpha_0 and width at step 0 over model size, beside known values. initial: the table neuromfa/initial."""
    figure, axes = new_figure(1, 2, height=3.0)
    for ax, name, label in zip(
        axes, ("alpha_0", "width"), (r"$\alpha_0$ at step 0", "width $w$ at step 0"), strict=True
    ):
        for colour, (size, rows) in zip(COLOURS, initial.groupby("sample_size", sort=False), strict=False):
            bars = {"yerr": rows[f"{name}_sd"], "fmt": "o", "capsize": 2, "zorder": 2}
            ax.errorbar(rows["parameters"], rows[name], **bars, color=colour, label=f"drawn here, s = {size}")
        known = {"facecolors": "none", "edgecolors": COLOURS[2], "marker": "D", "s": 60}
        ax.scatter(initial["parameters"], initial[f"{name}_simulated"], **known, label="independent simulation")
        known = {"color": PUBLISHED, "marker": "x", "s": 45, "linewidths": 1, "zorder": 3}
        ax.scatter(initial["parameters"], initial[f"{name}_published"], **known, label="read off the paper's figure")
        ax.set(xscale="log", xlabel="parameters", ylabel=label)
        low, high = ax.get_ylim()
        ax.set_ylim(low - 0.12 * (high - low), high)
        for parameters, model, value in zip(initial["parameters"], initial["model"], initial[name], strict=True):
            aside = {"pythia-1b": "right", "pythia-1.4b": "left"}.get(model, "center")  # these two are close in size
            text = model.removeprefix("pythia-").upper()
            ax.annotate(text, (parameters, value), (0, -12), textcoords="offset points", ha=aside, fontsize=6)
    axes[0].legend(fontsize=7)
    return figure, initial
