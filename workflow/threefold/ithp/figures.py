"""Figures of the chain ithp: tables in, figure and plotted table out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from threefold.ithp import gaussian as closed_form
from threefold.record.style import COLOURS, PAGE, PUBLISHED, new_figure

RELATIVE, ABSOLUTE = 0.03, 0.02  # whichever is wider, nat: docs/science/ithp.md#tolerances
TITLES = {
    "gaussian": "Gaussian",
    "gaussian_fusion": "Gaussian, X0 lacks s",
    "mosi": "CMU-MOSI",
    "mustard": "MUStARD text",
}
MODELS = {  # name in the table -> name and colour in the figure
    "ithp": ("ITHP", COLOURS[0]),
    "no_bottleneck": ("same network, label only", COLOURS[5]),
    "flat": ("one flat bottleneck", "0.45"),
    "published": ("ITHP as in the official code", "0.7"),
    "shuffled": ("ITHP, detectors shuffled", COLOURS[3]),
    "concatenation": ("perceptron on the concatenation", COLOURS[4]),
    "logistic": ("logistic regression", COLOURS[1]),
    "svm": ("linear SVM", COLOURS[2]),
}


def two_columns(panels: int, height: float, **options) -> tuple[Figure, list[Axes]]:
    """A figure with so many panels, two side by side, its rows so high in inches, on average."""
    columns, rows = min(2, panels), -(-panels // 2)
    figure, axes = new_figure(rows, columns, height=rows * height, squeeze=False, **options)
    for axis in axes.flat[panels:]:
        axis.set_visible(False)
    return figure, list(axes.flat[:panels])


def legend_below(axes: Iterable[Axes], columns: int) -> None:
    """One legend under all panels, each label once."""
    axes = list(axes)
    found = {label: h for axis in axes for h, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    axes[0].figure.legend(found.values(), found.keys(), loc="outside lower center", ncols=columns, fontsize=7)


def draw_information(information: pd.DataFrame, r: Sequence[float]) -> tuple[Figure, pd.DataFrame]:
    """The beta sweep in ithp/information: the information plane, deviations from the closed form, active dimensions.

    `r`: canonical correlations of X1 with X0, for the closed form between the trained values of beta.
    """
    curves = [
        ("I(X0;B0)", "KL to the prior"),
        ("I(B0;X1)", "detector"),
        ("active dimensions of B0", "learned encoder"),
    ]
    shown = pd.MultiIndex.from_frame(information[["quantity", "estimator"]]).isin(curves)
    sweep = information[(information["trial"] == "one_level") & shown]
    kept, told, active = (sweep[sweep["quantity"] == quantity].set_index("beta") for quantity, _ in curves)
    figure, (plane, deviation, steps) = new_figure(1, 3, width=PAGE, height=2.7)
    _draw_plane(plane, kept, told, np.asarray(r))
    _draw_deviation(deviation, {"I(X0;B0)": kept, "I(B0;X1)": told})
    _draw_steps(steps, active, np.asarray(r))
    for axis in (deviation, steps):
        axis.set_xscale("log")
        axis.set_xticks(ticks := [1, 2, 4, 8, 16, 32, 64], list(map(str, ticks)))
        axis.minorticks_off()
        axis.set_xlabel("β")
    return figure, sweep[["beta", "seed", "quantity", "estimator", "value", "exact"]]


def _draw_plane(axis: Axes, kept: pd.DataFrame, told: pd.DataFrame, r: np.ndarray) -> None:
    optima = [closed_form.one_level(r, beta) for beta in np.geomspace(1, 1.3 * kept.index.max(), 400)]
    curve = np.array([(closed_form.rate(snr), closed_form.relevance(snr, r)) for snr in optima])
    axis.plot(*curve.T, color=PUBLISHED, label="closed form")
    axis.plot(kept["value"], told["value"], "o", color=COLOURS[0], label="trained, held-out rows")
    axis.axhline(limit := closed_form.mutual_information(r), color=PUBLISHED, ls=":", lw=0.8)
    axis.annotate("I(X0;X1)", (0, limit), xytext=(0, 2), textcoords="offset points", fontsize=7)
    points = pd.concat([kept["value"], told["value"]], axis=1).groupby(level="beta").mean()
    for beta, point in points[points.index > 1.2].iterrows():
        axis.annotate(f"β={beta:g}", point, xytext=(4, -9), textcoords="offset points", fontsize=6)
    axis.set(xlabel="I(X0;B0) / nat", ylabel="I(B0;X1) / nat", title="Information plane", ylim=(-0.55, 1.15 * limit))
    axis.set_xlim(right=1.25 * kept["value"].max())
    axis.legend(loc="lower right", fontsize=7)


def _draw_deviation(axis: Axes, quantities: dict[str, pd.DataFrame]) -> None:
    for (name, rows), colour, marker in zip(quantities.items(), COLOURS, "os", strict=False):
        allowed = np.maximum(RELATIVE * rows["exact"], ABSOLUTE)
        axis.plot((rows["value"] - rows["exact"]) / allowed, marker, color=colour, mfc="none", label=name)
    axis.axhspan(-1, 1, color="0.92", zorder=0)
    axis.axhline(0, color=PUBLISHED)
    axis.annotate("grey: within 3 % or 0.02 nat", (0.03, 0.04), xycoords="axes fraction", fontsize=7)
    axis.set(ylabel="(trained − exact) / tolerance", ylim=(-1.6, 1.6), title="Deviation")
    axis.legend(loc="upper left", fontsize=7, ncols=2)


def _draw_steps(axis: Axes, active: pd.DataFrame, r: np.ndarray) -> None:
    grid = np.geomspace(1, 1.3 * active.index.max(), 400)
    axis.plot(grid, [(beta * r**2 > 1).sum() for beta in grid], color=PUBLISHED, label="closed form: steps at 1/r²")
    axis.plot(active["value"], "o", color=COLOURS[0], label="trained")
    axis.set(ylabel="active dimensions of B0", title="What B0 keeps", ylim=(-0.3, len(r) + 0.3))
    axis.legend(loc="upper left", fontsize=7)


def draw_scores(tables: dict[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """ithp/scores by data set: a panel per data set and protocol, a row per set of modalities, a mark per model."""
    scores = pd.concat([table.assign(dataset=name) for name, table in tables.items()], ignore_index=True)
    scores = scores[scores["metric"] == np.where(scores["dataset"].str.startswith("gaussian"), "accuracy", "f1")]
    panels = [(key, _row_names(part), part) for key, part in scores.groupby(["dataset", "protocol"], sort=False)]
    panels.sort(key=lambda panel: -len(panel[1]))
    heights = [len(panels[k][1]) + 2 for k in range(0, len(panels), 2)]
    figure, axes = two_columns(len(panels), (1 + 0.25 * sum(heights)) / len(heights), height_ratios=heights)
    for axis, panel in zip(axes, panels, strict=True):
        _draw_panel(axis, *panel)
    legend_below(axes, columns=3)
    return figure, scores.drop(columns=["detector_effect", "sampling_effect"])


def _row_names(part: pd.DataFrame) -> list[str]:
    """Sets or orders of modalities, smaller sets first."""
    shown = part[part["model"] != "majority"].sort_values("model", key=lambda model: model != "ithp", kind="stable")
    return sorted(dict.fromkeys(shown["modalities"]), key=lambda name: name.count("-"))


def _draw_panel(axis: Axes, key: tuple[str, str], names: list[str], part: pd.DataFrame) -> None:
    dataset, protocol = key
    models = [model for model in MODELS if model in set(part["model"])]
    for row in range(0, len(names), 2):  # shade, so that it shows which of the close points belong together
        axis.axhspan(row - 0.5, row + 0.5, color="0.95", lw=0)
    for k, model in enumerate(models):
        rows = part[part["model"] == model]
        y = rows["modalities"].map(names.index) + (k - (len(models) - 1) / 2) * min(0.13, 0.8 / len(models))
        label, colour = MODELS[model]
        error = np.abs(rows[["low", "high"]].to_numpy().T - rows["value"].to_numpy())
        axis.errorbar(rows["value"], y, xerr=error, fmt="o", ms=3, lw=0.9, color=colour, label=label)
        if rows["ceiling"].notna().any():
            axis.plot(rows["ceiling"], y, "|", ms=14, mew=1.5, color=PUBLISHED, label="best possible from the prime")
    majority = part.loc[part["model"] == "majority", "value"].iloc[0]
    axis.axvline(majority, color="0.5", ls=":", label="majority class of the training rows")
    chains = set(part.loc[part["model"] == "ithp", "modalities"])
    axis.set_yticks(range(len(names)), [name.replace("-", " → " if name in chains else " + ") for name in names])
    axis.set_ylim(len(names) - 0.5, -0.5)
    score = "accuracy" if dataset.startswith("gaussian") else "weighted F1"
    axis.set(title=f"{TITLES.get(dataset, dataset)}: {protocol}", xlabel=f"{score}, held-out rows")


def draw_tables(published: pd.DataFrame, scores: dict[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """Weighted F1 by set of modalities: Table 1 as printed, and linear SVM and ITHP on every data set at hand."""
    printed = published[(published["table"] == "Table 1") & (published["metric"] == "f1")]
    names = {"MSDM": "linear SVM (MSDM)", "ITHP": "ITHP"}
    parts = [
        printed.assign(
            panel="MUStARD, as printed (no intervals given)",
            method=printed["method"].map(names),
            value=printed["value"] / 100,
            low=np.nan,
            high=np.nan,
        )
    ]
    for name, table in scores.items():
        ours = table[(table["metric"] == "f1") & table["model"].isin(["svm", "ithp"])]
        ours = ours[ours["protocol"] == table["protocol"].iloc[0]]
        sets = set(table.loc[table["model"] == "svm", "modalities"])
        ours = ours[ours["modalities"].isin(sets)]
        ours = ours.assign(
            panel=f"{TITLES.get(name, name)}, measured" + ("" if name.startswith("mustard") else " (stand-in)"),
            method=ours["model"].map({"svm": names["MSDM"], "ithp": names["ITHP"]}),
        )
        parts.append(ours)
    shown = pd.concat(parts, ignore_index=True)[["panel", "method", "modalities", "value", "low", "high"]]
    figure, axes = two_columns(shown["panel"].nunique(), height=2.6)
    for axis, (panel, part) in zip(axes, shown.groupby("panel", sort=False), strict=True):
        ordered = part if "as printed" in panel else part[part["method"] == "ITHP"]
        sets = sorted(dict.fromkeys(ordered["modalities"]), key=lambda name: name.count("-"))
        for k, (method, rows) in enumerate(part.groupby("method", sort=True)):
            x = rows["modalities"].map(sets.index) + (k - 0.5) * 0.2
            error = np.abs(rows[["low", "high"]].to_numpy().T - rows["value"].to_numpy())
            axis.errorbar(x, rows["value"], yerr=None if np.isnan(error).all() else error, **_mark(method, panel))
        axis.set_xticks(range(len(sets)), sets)
        axis.set(ylabel="weighted F1", title=panel)
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, fontsize=7)
    return figure, shown


def _mark(method: str, panel: str) -> dict:
    printed, ithp = "as printed" in panel, method == "ITHP"
    colour = PUBLISHED if printed else COLOURS[0] if ithp else COLOURS[2]
    return {"fmt": "o" if ithp else "s", "ms": 4, "lw": 0.9, "mfc": colour if ithp else "white", "color": colour} | {
        "label": method
    }
