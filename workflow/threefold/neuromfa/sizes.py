"""What is shown over the size of a model: E and what it can do, at an early and a late step (paper's Figure 8)."""

from __future__ import annotations

import pandas as pd

from threefold.neuromfa.neox import PYTHIA

STEPS = (512, 53_000)  # of the paper's figure


def beside_scores(emergence: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """E, accuracy on PIQA and mean accuracy of members of the Pythia family: what `draw_sizes` takes.

    emergence: rows of the table neuromfa/emergence; scores: `model`, `step`, `task`, `accuracy`.
    """
    mean = scores.groupby(["model", "step"], as_index=False)["accuracy"].mean().assign(task="mean of eight benchmarks")
    both = pd.concat([scores[scores["task"] == "piqa"].assign(task="PIQA"), mean])
    sizes = {model: PYTHIA[model.removesuffix("-deduped")].parameters for model in scores["model"].unique()}
    return _points(emergence, both.rename(columns={"task": "measure", "accuracy": "value"}), sizes)


def beside_losses(emergence: pd.DataFrame, training: pd.DataFrame) -> pd.DataFrame:
    """E and the negated loss on held-out text of models trained here: what `draw_sizes` takes.

    emergence, training: the tables neuromfa/emergence and neuromfa/training (of all models).
    """
    losses = training.dropna(subset="held_out_loss")
    losses = losses.assign(measure="held-out loss, negated", value=-losses["held_out_loss"])
    sizes = training.groupby("model")["parameters"].first().to_dict()
    return _points(emergence, losses[["model", "step", "measure", "value"]], sizes)


def _points(emergence: pd.DataFrame, others: pd.DataFrame, sizes: dict[str, int]) -> pd.DataFrame:
    own = emergence[["model", "step"]].assign(measure="E", value=emergence["emergence"])
    points = pd.concat([own, others], ignore_index=True)
    points = points[points["model"].isin(list(sizes))]
    common = sorted(set.intersection(*(set(rows["step"]) for _, rows in points.groupby(["model", "measure"]))))
    steps = STEPS if set(STEPS) <= set(common) else (common[len(common) // 2], common[-1])
    points = points[points["step"].isin(steps)]
    return points.assign(parameters=points["model"].map(sizes)).reset_index(drop=True)
