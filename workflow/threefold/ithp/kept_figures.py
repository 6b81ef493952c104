"""Figures of what bottlenecks keep of real features, and of the published comparison on CMU-MOSI and CMU-MOSEI."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from threefold.ithp.figures import TITLES
from threefold.record.style import COLOURS, PUBLISHED, new_figure

PANELS = [
    (
        "Kept of X0 in B0",
        {("I(X0;B0)", "KL to the prior"): "upper bound", ("I(X0;B0)", "known channel, lower"): "lower bound"},
    ),
    ("Told of the detectors", {("I(B0;X1)", "InfoNCE"): "B0 of X1", ("I(B1;X2)", "InfoNCE"): "B1 of X2"}),
    ("Told of the label", {("I(X0;Y)", "probe"): "X0", ("I(B0;Y)", "probe"): "B0", ("I(B1;Y)", "probe"): "B1"}),
]
MODELS = {"ithp": "", "shuffled": ", shuffled", "no_bottleneck": ", label only", "published": ", official code"}
METRICS = {  # printed name -> title, unit, and our metrics by convention
    "accuracy": ("binary accuracy / %", {"acc2_non0": 100, "acc2_has0": 100}),
    "f1": ("weighted F1 / %", {"f1_non0": 100, "f1_has0": 100}),
    "mae": ("mean absolute error", {"mae_non0": 1, "mae_all": 1}),
    "correlation": ("correlation", {"corr_non0": 1, "corr_all": 1}),
}


def draw_kept(tables: dict[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """ithp/kept by data set: a row of panels each; means and ranges over folds and starts."""
    rows = []
    figure, axes = new_figure(len(tables), 3, height=3.0 * len(tables), squeeze=False, sharey="row")
    for line, (dataset, kept) in zip(axes, tables.items(), strict=True):
        kept = kept[kept["model"].isin(MODELS)]
        names = sorted(
            dict.fromkeys(zip(kept["model"], kept["modalities"], strict=True)), key=lambda n: list(MODELS).index(n[0])
        )
        for axis, (title, series) in zip(line, PANELS, strict=True):
            for k, ((quantity, estimator), label) in enumerate(series.items()):
                part = kept[(kept["quantity"] == quantity) & (kept["estimator"] == estimator)]
                part = (
                    part.groupby(["model", "modalities"])["value"].agg(["mean", "min", "max"]).reindex(names).dropna()
                )
                y = np.array([names.index(name) for name in part.index]) + 0.22 * (k - (len(series) - 1) / 2)
                error = np.abs(part[["min", "max"]].to_numpy().T - part["mean"].to_numpy())
                axis.errorbar(part["mean"], y, xerr=error, fmt="os^"[k], ms=3, lw=0.8, color=COLOURS[k], label=label)
                rows.append(part.reset_index().assign(dataset=dataset, quantity=quantity, estimator=estimator))
            axis.axvline(0, color="0.5", lw=0.8)
            axis.set(xlabel="nat, held-out rows", title=title)
            axis.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=3)
        line[0].set_yticks(range(len(names)), [chain.replace("-", " → ") + MODELS[model] for model, chain in names])
        line[0].set_ylim(len(names) - 0.5, -0.5)
        line[0].set_ylabel(TITLES.get(dataset, dataset))
        line[0].set_xscale("symlog", linthresh=1)
        line[0].set_xlim(left=-0.3)
    return figure, pd.concat(rows, ignore_index=True)


def draw_benchmarks(published: pd.DataFrame, scores: dict[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """Tables 2 and 3 as printed, a column per metric; below, in colour, data sets at hand with a real label."""
    figure, axes = new_figure(2, 4, height=5.0, sharey="row", height_ratios=[11, 7])
    tables = []
    for line, (name, dataset) in zip(axes, (("Table 2", "CMU-MOSI"), ("Table 3", "CMU-MOSEI")), strict=True):
        printed = published[published["table"] == name]
        ours = {d: t for d, t in scores.items() if d.lower().startswith(dataset.lower().removeprefix("cmu-"))}
        measured = pd.concat([_measured(d, t) for d, t in ours.items()], ignore_index=True) if ours else None
        methods = list(dict.fromkeys(printed["method"])) + (
            [] if measured is None else list(dict.fromkeys(measured["method"]))
        )
        for axis, (metric, (title, _)) in zip(line, METRICS.items(), strict=True):
            rows = printed[printed["metric"] == metric]
            _draw_printed(axis, rows, methods)
            if measured is not None:
                at = measured[measured["metric"] == metric]
                error = np.abs(at[["low", "high"]].to_numpy().T - at["value"].to_numpy())
                y = at["method"].map(methods.index)
                axis.errorbar(at["value"], y, xerr=error, fmt="o", ms=3, lw=0.9, color=COLOURS[0])
                tables.append(at.assign(table=name, origin="measured"))
            tables.append(rows[["table", "method", "metric", "value"]].assign(origin="printed"))
            axis.set(xlabel=title if name == "Table 3" else None)
        line[0].set_yticks(range(len(methods)), methods)
        line[0].set_ylim(len(methods) - 0.5, -0.5)
        line[0].set_title(f"{name}: {dataset}", loc="left")
    return figure, pd.concat(tables, ignore_index=True)


def _draw_printed(axis: Axes, rows: pd.DataFrame, methods: list[str]) -> None:
    """The printed numbers, in black; a line at ITHP's. A far outlier stands at the panel's edge as a number."""
    values, y = rows["value"].to_numpy(), rows["method"].map(methods.index).to_numpy()
    middle = np.median(values)
    spread = 4 * np.median(np.abs(values - middle))
    inside = np.abs(values - middle) <= 2 * spread
    low, high = values[inside].min(), values[inside].max()
    edge = np.clip(values, low - 0.15 * (high - low), high + 0.15 * (high - low))
    ithp = rows["method"].to_numpy() == "ITHP"
    axis.axvline(values[ithp][0], color="0.7", lw=0.8, zorder=0)
    axis.plot(edge[inside & ~ithp], y[inside & ~ithp], "o", ms=4, color=PUBLISHED, mfc="white")
    axis.plot(edge[ithp], y[ithp], "o", ms=4, color=PUBLISHED)
    for at in np.flatnonzero(~inside):
        side = "left" if edge[at] <= low else "right"
        axis.plot(edge[at], y[at], "o", alpha=0)  # so that the panel reaches there
        axis.annotate(f"{values[at]:g}", (edge[at], y[at]), ha=side, va="center", fontsize=6)


def _measured(dataset: str, scores: pd.DataFrame) -> pd.DataFrame:
    """Our ITHP on a data set with a real label, in both conventions, in the units of the printed tables."""
    rows = scores[(scores["model"] == "ithp") & (scores["modalities"].str.count("-") == 2)]
    rows = rows[rows["modalities"] == rows["modalities"].iloc[0]]
    found = []
    for metric, (_, conventions) in METRICS.items():
        for name, unit in conventions.items():
            at = rows[rows["metric"] == name]
            values = {key: at[key] * unit for key in ("value", "low", "high")}
            without = "label 0 left out" if name.endswith("non0") else "all rows"
            found.append(at.assign(**values, metric=metric, method=f"ITHP on {dataset}, {without}"))
    return pd.concat(found, ignore_index=True)[["method", "metric", "value", "low", "high"]]
