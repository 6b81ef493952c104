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
        named = initial.loc[initial.groupby("model")[name].idxmin()]
        for parameters, model, value in zip(named["parameters"], named["model"], named[name], strict=True):
            aside = {"pythia-1b": "right", "pythia-1.4b": "left"}.get(model, "center")  # these two are close in size
            text = model.removeprefix("pythia-").upper()
            ax.annotate(text, (parameters, value), (0, -12), textcoords="offset points", ha=aside, fontsize=6)
    axes[0].legend(fontsize=7)
    return figure, initial


CONTROLS = {
    "none": ("as it is", "-", 1.6),
    "gaussian": ("Gaussian of the same variance", "--", 1),
    "shuffled": ("shuffled in each matrix", "-.", 1),
    "shuffled in rows": ("shuffled in each row", ":", 1.4),
    "fixed centres": ("centres fixed", (0, (1, 2)), 1.6),
}


def draw_controls(controls: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """E over the training steps as it is (with its 95 % interval) and under each control, a column per model.

    controls: the table neuromfa/controls. Above, surrogate weights and fixed centres; below, other windows.
    """
    models = controls["model"].unique()
    plotted = controls[["model", "control", "window", "step", "emergence", "emergence_low", "emergence_high"]]
    figure, axes = new_figure(2, len(models), height=4.6, sharex=True, sharey=True, squeeze=False)
    for model, (above, below) in zip(models, axes.T, strict=True):
        rows = plotted[plotted["model"] == model]
        for colour, (name, (label, dashes, width)) in zip(COLOURS, CONTROLS.items(), strict=False):
            curve = rows[rows["control"] == name]
            above.plot(curve["step"], curve["emergence"], linestyle=dashes, color=colour, label=label, lw=width)
            if name in ("none", "gaussian"):
                band = curve["step"], curve["emergence_low"], curve["emergence_high"]
                above.fill_between(*band, color=colour, alpha=0.2, lw=0)
        windows = rows[rows["control"].isin(["none", "window"])].sort_values(["window", "step"])
        shades = mpl.colormaps[SEQUENCE](np.linspace(0, 0.85, windows["window"].nunique()))
        for shade, (window, curve) in zip(shades, windows.groupby("window"), strict=True):
            below.plot(curve["step"], curve["emergence"], color=shade, label=f"T = {window}")
        above.set_title(model)
        below.set_xlabel("training step")
        for ax in (above, below):
            _step_axis(ax, rows["step"].max())
            ax.axhline(0, color="grey", lw=0.5)
    for ax in axes[:, 0]:
        ax.set_ylabel("degree of emergence $E$")
    for ax in axes[:, -1]:
        ax.legend(loc="upper left", fontsize=7)
    return figure, plotted


def _step_axis(ax, last: int) -> None:
    """Steps on a logarithmic axis that begins with 0."""
    ax.set_xscale("symlog", base=10 if last > 1000 else 2, linthresh=1, linscale=0.7)
    marks = {0: "0", 1: "1", 100: "100", 10_000: "10k"} if last > 1000 else {m: str(m) for m in (0, 1, 8, 64, 512)}
    shown = {mark: label for mark, label in marks.items() if mark <= last}
    ax.set_xticks(list(shown), labels=shown.values())
    ax.set_xlim(-0.3, 1.5 * last)
    ax.minorticks_off()


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


def draw_correlation(
    emergence: pd.DataFrame, scores: pd.DataFrame, correlation: pd.DataFrame
) -> tuple[Figure, pd.DataFrame]:
    """Left: the published E beside accuracies over training. Right: their correlations with 95 % intervals.

    emergence: `step`, `emergence`; scores: `step`, `task`, `accuracy`; correlation: the table neuromfa/correlation.
    """
    plotted = correlation[correlation["source"] == "figure"]
    figure, (left, right) = new_figure(1, 2, height=3.6, width_ratios=[1.1, 1])
    twin = left.twinx()
    for colour, (task, curve) in zip(COLOURS, scores.groupby("task", sort=False), strict=False):
        if task in ("lambada_openai", "piqa", "sciq", "arc_easy"):
            twin.plot(curve["step"], curve["accuracy"], color=colour, lw=1, label=TASK_NAMES[task])
    left.plot(emergence["step"], emergence["emergence"], "o-", color=PUBLISHED, ms=3, label="$E$ (paper's figure)")
    left.set(xlabel="training step", ylabel="degree of emergence $E$", title="Pythia-1.4B-deduped")
    left.set_ylim(-0.02, 0.9)
    twin.set(ylabel="accuracy", ylim=(-0.02, 0.9))
    twin.grid(False)
    twin.spines["right"].set_visible(True)
    _step_axis(left, 143_000)
    lines = [*left.get_lines(), *twin.get_lines()]
    left.legend(lines, [line.get_label() for line in lines], loc="upper left", fontsize=7)
    tasks = [task for task in TASK_NAMES if task in set(plotted["task"])]
    for offset, colour, (name, label) in zip(np.linspace(0.3, -0.3, 5), COLOURS, MEASURES.items(), strict=False):
        rows = plotted[plotted["measure"] == name].set_index("task").loc[tasks]
        errors = [rows["value"] - rows["low"], rows["high"] - rows["value"]]
        y = np.arange(len(tasks))[::-1] + offset
        right.errorbar(rows["value"], y, xerr=np.abs(errors), fmt="o", color=colour, label=label, ms=3, lw=0.8)
    right.set(yticks=range(len(tasks)), yticklabels=[TASK_NAMES[task] for task in tasks[::-1]], xlim=(-1.05, 1.05))
    right.set(xlabel="correlation with accuracy, 95 % interval")
    right.axvline(0, color="grey", lw=0.5)
    figure.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=5, fontsize=7)
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
        _step_axis(ax, max(plotted["step"].max(), 1))
        ax.set(title=_PANELS[name], xlabel="training step")
    handles, labels = axes[0].get_legend_handles_labels()
    if plotted["emergence_published"].notna().any():
        handles.append(mpl.lines.Line2D([], [], color=PUBLISHED, marker="x", ls=""))
        labels.append("$E$ in the paper's figures")
    figure.legend(handles, labels, loc="outside lower center", ncols=5, fontsize=6)
    return figure, plotted


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


def draw_hops(hops: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Spectra over one, two and three hops at some steps of training, a panel per hops: means over the networks.

    hops: rows of the table neuromfa/hops; several models are told apart by their dashes.
    """
    plotted = hops.groupby(["model", "step", "hops", "q"], sort=False)[["alpha", "f"]].mean().reset_index()
    figure, axes = new_figure(1, plotted["hops"].nunique(), height=2.6, sharey=True)
    dashes = dict(zip(plotted["model"].unique(), ["-", "--", ":", "-."], strict=False))
    colours = dict(zip(sorted(plotted["step"].unique()), COLOURS, strict=False))
    for ax, (count, panel) in zip(axes, plotted.groupby("hops"), strict=True):
        for (model, step), curve in panel.groupby(["model", "step"], sort=False):
            label = f"{model}, step {step}"
            ax.plot(curve["alpha"], curve["f"], color=colours[step], linestyle=dashes.get(model, "-"), label=label)
        ax.set(title=f"{count} hop{'s' if count > 1 else ''}", xlabel=r"$\alpha$")
    axes[0].set_ylabel(r"$f(\alpha)$")
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=7)
    return figure, plotted
