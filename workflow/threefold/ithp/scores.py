"""Scores of predictions, with the spread over seeds and bootstrap intervals over groups of dependent rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

KEYS = ["model", "modalities", "protocol"]
METRICS = ("precision", "recall", "f1", "accuracy")


def weighted_scores(confusion: np.ndarray) -> dict[str, np.ndarray]:
    """Precision, recall and F1 of both classes averaged with the classes' sizes as weights, and the accuracy.

    `confusion`: (..., 2, 2) counts by true label, then by predicted label. A ratio over nothing is 0.
    """
    right = np.diagonal(confusion, axis1=-2, axis2=-1)
    true, predicted = confusion.sum(-1), confusion.sum(-2)
    share = true / true.sum(-1, keepdims=True)
    precision = right / np.maximum(predicted, 1)
    recall = right / np.maximum(true, 1)
    f1 = 2 * right / np.maximum(true + predicted, 1)
    weighted = {"precision": precision, "recall": recall, "f1": f1}
    scores = {name: (share * value).sum(-1) for name, value in weighted.items()}
    return {**scores, "accuracy": right.sum(-1) / true.sum(-1)}


def confusion_counts(predictions: pd.DataFrame, by: list[str]) -> np.ndarray:
    """Counts (len per key of `by`..., 2, 2) of true and predicted labels; keys are taken in sorted order."""
    codes = [np.unique(predictions[key], return_inverse=True) for key in by]
    shape = (*(len(values) for values, _ in codes), 2, 2)
    index = (*(code for _, code in codes), predictions["label"], predictions["predicted"])
    return np.bincount(np.ravel_multi_index(index, shape), minlength=np.prod(shape)).reshape(shape)


def score(predictions: pd.DataFrame, group: np.ndarray, resamples: int, seed: Sequence[int]) -> pd.DataFrame:
    """Scores per model, set of modalities and protocol, a row per metric of `METRICS`.

    `value`: mean over seeds of the score on the held-out rows of all folds together; `sd` over seeds (0 for one
    seed); `low`, `high`: 95 % bootstrap interval over groups; `fold_mean`: mean over folds and seeds of the score of
    a fold, as the paper averages. Equal seeds draw equal resamples, so models compare on the same ones.
    """
    rows = []
    for names, part in predictions.groupby(KEYS, sort=True):
        rng = np.random.default_rng(seed)
        part = part.assign(group=group[part["row"]])
        per_group = confusion_counts(part, ["group", "seed"])
        groups = len(per_group)
        drawn = rng.multinomial(groups, np.full(groups, 1 / groups), size=resamples)
        resampled = np.tensordot(drawn, per_group, axes=1)
        over_seeds = weighted_scores(per_group.sum(0))
        over_folds = weighted_scores(confusion_counts(part, ["fold", "seed"]))
        for metric, values in weighted_scores(resampled).items():
            low, high = np.quantile(values.mean(1), [0.025, 0.975])
            seeds = over_seeds[metric]
            sd = float(seeds.std(ddof=1)) if len(seeds) > 1 else 0.0
            fold_mean = float(over_folds[metric].mean())
            rows.append((*names, metric, float(seeds.mean()), sd, low, high, fold_mean, len(seeds), groups))
    columns = [*KEYS, "metric", "value", "sd", "low", "high", "fold_mean", "seeds", "groups"]
    return pd.DataFrame(rows, columns=columns)
