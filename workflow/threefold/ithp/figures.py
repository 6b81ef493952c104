"""Figures of the chain ithp: tables in, figure and plotted table out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from threefold.ithp import gaussian as closed_form
from threefold.record.style import COLOURS, PAGE, PUBLISHED, new_figure

RELATIVE, ABSOLUTE = 0.03, 0.02  # the tolerance of spec §7.5: 3 % or 0.02 nat, whichever is wider
MODELS = {  # name in the table -> name and colour in the figure
    "ithp": ("ITHP", COLOURS[0]),
    "no_bottleneck": ("same network, label only", COLOURS[5]),
    "shuffled": ("ITHP, detectors shuffled", COLOURS[3]),
    "concatenation": ("perceptron on the concatenation", COLOURS[4]),
    "logistic": ("logistic regression", COLOURS[1]),
    "svm": ("linear SVM", COLOURS[2]),
}


def draw_information(sweep: pd.DataFrame, r: Sequence[float]) -> tuple[Figure, pd.DataFrame]:
    """The trial one_level of ithp/information over beta: information plane, deviations, active dimensions.

    `r`: canonical correlations of X1 with X0, for the closed form between the trained values of beta.
    """
    sweep = sweep[
        (sweep["trial"] == "one_level") & (sweep["estimator"].isin(["KL to the prior", "learned encoder", "detector"]))
    ]
    table = sweep.pivot_table(index=["beta", "seed"], columns=["quantity", "estimator"], values="value")
    kept = table["I(X0;B0)", "KL to the prior"]
    told = table["I(B0;X1)", "detector"]
    active = table["active dimensions of B0", "learned encoder"]
    r = np.asarray(r)
    dense = np.geomspace(1, kept.index.get_level_values("beta").max() * 1.3, 400)
    curve = np.array(
        [(closed_form.rate(a), closed_form.relevance(a, r)) for a in (closed_form.one_level(r, b) for b in dense)]
    )
    figure, (plane, deviation, steps) = new_figure(1, 3, width=PAGE, height=2.6)

    plane.plot(*curve.T, color=PUBLISHED, label="closed form")
    plane.plot(kept, told, "o", color=COLOURS[0], label="trained, held-out rows")
    plane.axhline(closed_form.mutual_information(r), color=PUBLISHED, ls=":", lw=0.8)
    plane.annotate("I(X0;X1)", (0, closed_form.mutual_information(r)), va="bottom", fontsize=7)
    for beta, group in kept.groupby("beta"):
        if beta in (1.5, 2, 4) or beta >= 8:
            plane.annotate(
                f"β={beta:g}",
                (group.mean(), told[beta].mean()),
                xytext=(5, -9),
                textcoords="offset points",
                fontsize=6.5,
            )
    plane.set(xlabel="I(X0;B0) / nat", ylabel="I(B0;X1) / nat", title="Information plane")
    plane.legend(loc="lower right", fontsize=7)

    betas = kept.index.get_level_values("beta")
    grid = np.geomspace(betas.min() / 1.2, betas.max() * 1.2, 200)
    for values, quantity, colour, marker in ((kept, "I(X0;B0)", COLOURS[0], "o"), (told, "I(B0;X1)", COLOURS[1], "s")):
        exact = sweep[sweep["quantity"] == quantity].groupby("beta")["exact"].first()
        difference = values - exact.reindex(betas).to_numpy()
        allowed = np.maximum(RELATIVE * exact.reindex(betas).to_numpy(), ABSOLUTE)
        deviation.semilogx(betas, difference / allowed, marker, color=colour, mfc="none", label=quantity)
    deviation.axhspan(-1, 1, color="0.9", zorder=0)
    deviation.axhline(0, color=PUBLISHED)
    deviation.set(xlabel="β", ylabel="deviation / tolerance", ylim=(-1.6, 1.6), title="Trained − closed form")
    deviation.annotate("tolerance: 3 % or 0.02 nat", (0.03, 0.05), xycoords="axes fraction", fontsize=7)
    deviation.legend(loc="upper left", fontsize=7)

    steps.semilogx(
        grid,
        [(closed_form.one_level(r, b) > 0).sum() for b in grid],
        color=PUBLISHED,
        label="closed form: steps at 1/r²",
    )
    steps.semilogx(betas, active, "o", color=COLOURS[0], label="trained")
    steps.set(xlabel="β", ylabel="active dimensions of B0", title="What B0 keeps", ylim=(-0.3, len(r) + 0.3))
    steps.legend(loc="upper left", fontsize=7)
    for axis in (deviation, steps):
        axis.set_xticks([1, 2, 4, 8, 16, 32, 64], ["1", "2", "4", "8", "16", "32", "64"])
        axis.minorticks_off()
    return figure, sweep[["beta", "seed", "quantity", "estimator", "value", "exact"]]


def draw_scores(tables: dict[str, pd.DataFrame]) -> tuple[Figure, pd.DataFrame]:
    """ithp/scores by data set: a panel per data set and protocol, a row per set of modalities, a mark per model."""
    scores = pd.concat([t.assign(dataset=name) for name, t in tables.items()], ignore_index=True)
    metric = np.where(scores["dataset"] == "gaussian", "accuracy", "f1")
    scores = scores[scores["metric"] == metric]
    panels = list(scores.groupby(["dataset", "protocol"], sort=False))
    rows = [part["modalities"][part["model"] != "majority"].nunique() for _, part in panels]
    columns = min(2, len(panels))
    height = 1.0 + 0.32 * sum(sorted(rows)[-2:]) if len(panels) > 2 else 1.4 + 0.3 * max(rows)
    figure, axes = new_figure(-(-len(panels) // columns), columns, width=PAGE, height=height, squeeze=False)
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    for axis, ((dataset, protocol), part) in zip(axes.flat, panels, strict=False):
        _draw_panel(axis, dataset, protocol, part)
    handles = {
        label: handle for axis in axes.flat for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=3, fontsize=7)
    return figure, scores.drop(columns="detector_effect")


TITLES = {"gaussian": "Gaussian modalities", "mosi": "CMU-MOSI, utterances", "mustard": "MUStARD, text"}


def _draw_panel(axis, dataset: str, protocol: str, part: pd.DataFrame) -> None:
    majority = part[part["model"] == "majority"]
    part = part[part["model"] != "majority"]
    names = list(dict.fromkeys(part.loc[part["model"] == "ithp", "modalities"]))
    names += [name for name in dict.fromkeys(part["modalities"]) if name not in names]
    names.sort(key=lambda name: name.count("-"))
    models = [model for model in MODELS if model in set(part["model"])]
    for k, model in enumerate(models):
        rows = part[part["model"] == model].set_index("modalities")
        y = np.array([names.index(name) for name in rows.index]) + (k - (len(models) - 1) / 2) * 0.13
        label, colour = MODELS[model]
        error = np.abs(rows[["low", "high"]].to_numpy().T - rows["value"].to_numpy())
        axis.errorbar(rows["value"], y, xerr=error, fmt="o", ms=3, lw=0.9, color=colour, label=label)
        if rows["ceiling"].notna().any():
            axis.plot(
                rows["ceiling"], y, "|", ms=14, mew=1.5, color=PUBLISHED, label="best possible from the prime modality"
            )
    axis.axvline(majority["value"].iloc[0], color="0.5", ls=":", label="majority class")
    axis.set_yticks(range(len(names)), [name.replace("-", " → ") for name in names])
    axis.invert_yaxis()
    axis.set(title=f"{TITLES[dataset]} ({protocol})", xlabel="accuracy" if dataset == "gaussian" else "weighted F1")
