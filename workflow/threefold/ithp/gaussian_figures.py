"""Figures of what is known exactly on Gaussian modalities, and of what is measured there."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from threefold.ithp.figures import TITLES, legend_below, two_columns
from threefold.record.style import COLOURS, PUBLISHED, new_figure

ESTIMATORS = {
    "KL to the prior": ("o", COLOURS[0]),
    "canonical correlations": ("s", COLOURS[1]),
    "known channel, lower": ("^", COLOURS[2]),
    "known channel, upper": ("v", COLOURS[2]),
    "KSG": ("D", COLOURS[3]),
    "InfoNCE": ("P", COLOURS[4]),
    "Donsker-Varadhan": ("X", COLOURS[5]),
}
SETS = {"X0": "X0", "X1": "X1", "X2": "X2", "X1-X2": "X1 + X2", "X0-X1-X2": "X0 + X1 + X2"}


def draw_estimators(estimators: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """ithp/estimators: a panel per number of dimensions, means over draws; hollow where an estimate warns."""
    shown = estimators[estimators["quantity"] == "I(X;B)"]
    mean = shown.groupby(["dimensions", "estimator", "exact"]).agg(
        value=("value", "mean"), least=("value", "min"), most=("value", "max"), valid=("valid", "all")
    )
    mean = mean.reset_index()
    figure, axes = new_figure(1, mean["dimensions"].nunique(), height=3.1, sharey=True, squeeze=False)
    top = 1.15 * mean["exact"].max()
    for axis, (dimensions, part) in zip(axes.flat, mean.groupby("dimensions"), strict=True):
        axis.plot([0, top], [0, top], color=PUBLISHED, label="closed form")
        ceiling = shown.loc[shown["estimator"] == "InfoNCE", "ceiling"].iloc[0]
        axis.axhline(ceiling, color=PUBLISHED, ls=":", lw=0.8)
        axis.annotate(
            "log of the rows that critics tell",
            (0.02 * top, ceiling),
            xytext=(0, 2),
            textcoords="offset points",
            fontsize=6,
        )
        for k, (name, (marker, colour)) in enumerate(ESTIMATORS.items()):
            rows = part[part["estimator"] == name]
            x = rows["exact"] + (k - 3) * 0.006 * top
            inside = rows["value"].clip(-1.6, top)
            axis.vlines(x, rows["least"].clip(-1.6, top), rows["most"].clip(-1.6, top), color=colour, lw=0.8)
            axis.plot(x, inside, color=colour, lw=0.5, alpha=0.5)
            for valid, face in ((True, colour), (False, "white")):
                at = rows["valid"] == valid
                axis.plot(x[at], inside[at], marker, ms=4, mfc=face, color=colour, label=name if valid else None)
        title = "1 dimension each" if dimensions == 1 else f"{dimensions} dimensions each"
        axis.set(xlabel="exact I(X;B) / nat", title=title, ylim=(-1.7, top * 1.02))
    axes[0, 0].set_ylabel("estimate / nat")
    legend_below(axes.flat, columns=4)
    return figure, mean


def draw_orders(orders: pd.DataFrame, scores: dict[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """Six orders of the modalities: ithp/orders with the trained accuracies, and ithp/scores of data sets at hand.

    `scores`: by data set, `gaussian` among them.
    """
    real = {name: table for name, table in scores.items() if name != "gaussian"}
    figure, axes = two_columns(1 + len(real), height=2.9)
    plotted = [_draw_gaussian_orders(axes[0], orders, scores["gaussian"])]
    for axis, (name, table) in zip(axes[1:], real.items(), strict=True):
        full = table[(table["model"] == "ithp") & (table["metric"] == "f1")]
        full = full[full["modalities"].str.count("-") == 2].sort_values("modalities")
        protocol = full["protocol"].iloc[0]
        full = full[full["protocol"] == protocol]
        names = list(full["modalities"])
        error = np.abs(full[["low", "high"]].to_numpy().T - full["value"].to_numpy())
        axis.errorbar(
            full["value"], range(len(names)), xerr=error, fmt="o", color=COLOURS[0], label="ITHP, 95 % interval"
        )
        _name_orders(axis, names)
        axis.set(xlabel="weighted F1, held-out rows", title=f"{TITLES.get(name, name)}: {protocol}")
        plotted.append(full[["modalities", "value", "low", "high"]].assign(panel=name, series="ITHP"))
    legend_below(axes, columns=3)
    return figure, pd.concat(plotted, ignore_index=True)


def _draw_gaussian_orders(axis: Axes, orders: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    names = list(dict.fromkeys(orders["modalities"]))
    y = orders["modalities"].map(names.index)
    axis.plot(orders["prime"], y, "|", ms=14, mew=1.5, color=PUBLISHED, label="best from the prime")
    axis.axvline(orders["fusion"].iloc[0], color=PUBLISHED, ls=":", label="best from all three")
    settings = [f"{beta:g}, {gamma:g}, {lam:g}" for beta, gamma, lam in orders[["beta", "gamma", "lam"]].to_numpy()]
    for k, setting in enumerate(dict.fromkeys(settings)):
        at = np.array(settings) == setting
        label = f"from B1 without label, β, γ, λ = {setting}"
        axis.plot(orders["b1"][at], y[at] + 0.1 * (k - 1.5), "s", ms=3, mfc="white", color=COLOURS[1 + k], label=label)
    trained = scores[(scores["model"] == "ithp") & (scores["metric"] == "accuracy")]
    error = np.abs(trained[["low", "high"]].to_numpy().T - trained["value"].to_numpy())
    place = trained["modalities"].map(names.index)
    axis.errorbar(trained["value"], place, xerr=error, fmt="o", color=COLOURS[0], label="ITHP, 95 % interval")
    _name_orders(axis, names)
    axis.set(xlabel="accuracy", title="Gaussian modalities")
    exact = orders.melt(["modalities", "beta", "gamma", "lam"], ["b1", "prime", "fusion"], "series")
    return pd.concat([exact, trained[["modalities", "value", "low", "high"]].assign(series="ITHP")]).assign(
        panel="gaussian"
    )


def _name_orders(axis: Axes, names: list[str]) -> None:
    axis.set_yticks(range(len(names)), [name.replace("-", " → ") for name in names])
    axis.set_ylim(len(names) - 0.5, -0.5)


def draw_exact(
    closed_forms: pd.DataFrame, ceilings: pd.DataFrame, scores: pd.DataFrame | None, common: float
) -> tuple[Figure, pd.DataFrame]:
    """Optima over lambda, and ceilings of fusion over what X1 and X2 share and X0 lacks.

    `scores`: ithp/scores of the data set that was drawn with `common`, where it is there.
    """
    two = closed_forms[closed_forms["optimum"] == "two levels"]
    settings = two.groupby(["beta", "gamma"], sort=False)
    figure, axes = new_figure(1, 3, height=2.9, width_ratios=[1, 1, 1.2])
    chosen = [key for key, _ in settings][-2:]
    for axis, (beta, gamma) in zip(axes, chosen, strict=False):
        part = two[(two["beta"] == beta) & (two["gamma"] == gamma)].sort_values("lam")
        for k, quantity in enumerate(["I(X0;B0)", "I(B0;B1)", "I(B0;X1)", "I(B1;X2)"]):
            rows = part[part["quantity"] == quantity]
            axis.plot(rows["lam"], rows["value"], "o-", ms=3, color=COLOURS[k], label=quantity)
        axis.set(xscale="log", xlabel="λ", ylabel="nat, at the optimum", title=f"β = {beta:g}, γ = {gamma:g}")
        axis.legend(fontsize=6)
    lines = ceilings[ceilings["modalities"].isin(SETS)]
    for (name, label), colour in zip(SETS.items(), COLOURS, strict=False):
        rows = lines[lines["modalities"] == name]
        axes[2].plot(rows["common"], rows["accuracy"], color=colour, label=label)
    trained = [] if scores is None else _draw_trained(axes[2], scores, common)
    axes[2].set(xlabel="correlation κ of X1, X2 with s, not in X0", ylabel="best accuracy", title="Ceilings of fusion")
    axes[2].legend(fontsize=6, ncols=2, loc="upper left")
    axes[2].set_ylim(top=axes[2].get_ylim()[1] + 0.09)
    columns = ["beta", "gamma", "lam", "quantity", "value"]
    exact = lines.rename(columns={"accuracy": "value"}).assign(quantity="best accuracy")
    return figure, pd.concat([two[columns], exact, *trained], ignore_index=True)


def _draw_trained(axis: Axes, scores: pd.DataFrame, common: float) -> list[pd.DataFrame]:
    rows = scores[scores["metric"] == "accuracy"]
    marks = {"ithp": ("o", "ITHP from X0"), "concatenation": ("s", "perceptron on all")}
    for model, (marker, label) in marks.items():
        at = rows[rows["model"] == model]
        error = np.abs(at[["low", "high"]].to_numpy().T - at["value"].to_numpy())
        axis.errorbar(
            [common] * len(at), at["value"], yerr=error, fmt=marker, color=PUBLISHED, mfc="white", label=label
        )
    shown = rows[rows["model"].isin(marks)]
    return [shown[["model", "modalities", "value", "low", "high"]].assign(quantity="accuracy", common=common)]


def draw_nuisance(plain: pd.DataFrame, loud: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """ithp/information at the same beta where X0's nuisance has its own variance, and a hundred times as much."""
    parts = [plain[plain["beta"].isin(set(loud["beta"])) & (plain["trial"] == "one_level")].assign(variance=1)]
    table = pd.concat([*parts, loud.assign(variance=100)], ignore_index=True)
    told = table[
        table["quantity"].isin(["I(B0;X1)", "I(PCA of X0;X1)"]) & (table["estimator"] == "canonical correlations")
    ]
    nuisance = table[table["quantity"].str.startswith("R2(nuisance")]
    figure, (left, right) = new_figure(1, 2, width=5.6, height=2.7)
    names = {"I(B0;X1)": "bottleneck B0", "I(PCA of X0;X1)": "as many principal components"}
    for k, (quantity, label) in enumerate(names.items()):
        rows = told[told["quantity"] == quantity]
        x = rows["variance"].map({1: 0, 100: 1}) + 0.12 * (k - 0.5)
        left.plot(x, rows["value"], "os"[k], color=COLOURS[k], mfc="none", label=label)
    exact = told.loc[told["quantity"] == "I(B0;X1)", "exact"].iloc[0]
    left.axhline(exact, color=PUBLISHED, label="closed form of B0")
    left.set(ylabel="nats of X1", title="What is told of X1", ylim=(0, 1.5 * told["value"].max()))
    left.legend(fontsize=7)
    right.plot(nuisance["variance"].map({1: 0, 100: 1}), nuisance["value"], "o", color=COLOURS[0], mfc="none")
    right.axhline(0, color=PUBLISHED)
    right.set(ylabel="R² of the nuisance from B0", title="What is kept of the nuisance", ylim=(-0.01, 0.05))
    for axis in (left, right):
        axis.set_xticks([0, 1], ["1", "100"])
        axis.set(xlabel="variance of X0's nuisance", xlim=(-0.5, 1.5))
    columns = ["variance", "beta", "seed", "quantity", "estimator", "value", "exact"]
    return figure, pd.concat([told, nuisance])[columns]
