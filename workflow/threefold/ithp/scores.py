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


def real_statistics(predictions: pd.DataFrame, by: list[str]) -> np.ndarray:
    """Sums over the rows of each key of `by` from which `real_scores` follow: (len per key..., 2, 12).

    The last two axes: all rows, or those whose label is not 0; counts by true and predicted sign, then rows, the
    absolute error, y, p, y², p², yp, and hits among the seven rounded classes. A prediction of 0 counts as positive
    among all rows, as negative among those of label not 0.
    Source: docs/science/ithp.md#metric-conventions.
    """
    y, p = predictions["target"].to_numpy(float), predictions["score"].to_numpy(float)
    seven = np.clip(np.rint(y), -3, 3) == np.clip(np.rint(p), -3, 3)
    sums = np.stack([np.ones(len(y)), np.abs(y - p), y, p, y * y, p * p, y * p, seven], axis=1)
    codes = [np.unique(predictions[key], return_inverse=True) for key in by]
    shape = tuple(len(values) for values, _ in codes)
    place = np.ravel_multi_index(tuple(code for _, code in codes), shape)
    parts = []
    for kept, true, predicted in ((y == y, y >= 0, p >= 0), (y != 0, y > 0, p > 0)):
        signs = np.eye(4)[2 * true + predicted]
        total = np.zeros((np.prod(shape), 12))
        np.add.at(total, place[kept], np.hstack([signs, sums])[kept])
        parts.append(total)
    return np.stack(parts, axis=1).reshape(*shape, 2, 12)


def real_scores(statistics: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of a predicted real label in both conventions, from `real_statistics`: (..., 2, 12)."""
    scores = {}
    for k, (sign, rest) in enumerate((("has0", "all"), ("non0", "non0"))):
        confusion = statistics[..., k, :4].reshape(*statistics.shape[:-2], 2, 2)
        n, error, y, p, yy, pp, yp, seven = np.moveaxis(statistics[..., k, 4:], -1, 0)
        weighted, n = weighted_scores(confusion), np.maximum(n, 1)
        spread = np.sqrt(np.maximum((yy / n - (y / n) ** 2) * (pp / n - (p / n) ** 2), 1e-30))
        scores |= {f"acc2_{sign}": weighted["accuracy"], f"f1_{sign}": weighted["f1"], f"mae_{rest}": error / n}
        scores |= {f"corr_{rest}": (yp / n - y * p / n**2) / spread} | ({"acc7": seven / n} if k == 0 else {})
    return scores


def score(predictions: pd.DataFrame, group: np.ndarray, resamples: int, seed: Sequence[int]) -> pd.DataFrame:
    """Scores per model, set of modalities and protocol, a row per metric of `METRICS`,
    and of `real_scores` where a real label is predicted.

    `value`: mean over seeds of the score on the held-out rows of all folds together; `sd` over seeds (0 for one
    seed); `low`, `high`: 95 % bootstrap interval over groups; `fold_mean`: mean over folds and seeds of the score of
    a fold, as the paper averages. Equal seeds draw equal resamples, so models compare on the same ones.
    """
    rows = []
    for names, part in predictions.groupby(KEYS, sort=True):
        rng = np.random.default_rng(seed)
        part = part.assign(group=group[part["row"]])
        kinds = [(weighted_scores, confusion_counts)]
        if part["target"].notna().all():
            kinds.append((real_scores, real_statistics))
        for measure, statistics in kinds:
            per_group = statistics(part, ["group", "seed"])
            groups = len(per_group)
            drawn = rng.multinomial(groups, np.full(groups, 1 / groups), size=resamples)
            over_seeds = measure(per_group.sum(0))
            over_folds = measure(statistics(part, ["fold", "seed"]))
            for metric, values in measure(np.tensordot(drawn, per_group, axes=1)).items():
                low, high = np.quantile(values.mean(1), [0.025, 0.975])
                seeds = over_seeds[metric]
                sd = float(seeds.std(ddof=1)) if len(seeds) > 1 else 0.0
                fold_mean = float(over_folds[metric].mean())
                rows.append((*names, metric, float(seeds.mean()), sd, low, high, fold_mean, len(seeds), groups))
    columns = [*KEYS, "metric", "value", "sd", "low", "high", "fold_mean", "seeds", "groups"]
    return pd.DataFrame(rows, columns=columns)
