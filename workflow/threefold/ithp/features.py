"""A data set as aligned arrays: its rows or tokens, its folds and its card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from threefold.ithp.words import means
from threefold.record.errors import InputError
from threefold.record.files import atomic, write_text

OPTIONAL = ("target", "validation", "lengths", "pieces")


class Features(NamedTuple):
    """Aligned rows. `modalities`: name -> (n, d) float32, in the published order, prime first; `label`: (n,), 0 or 1.

    `group`: (n,) int, whose rows depend on each other: the video, the speaker. `folds`: protocol -> list of test rows;
    the others are its training rows. `target`: (n,) the real label where there is one, else None; `validation`: (n,)
    bool, training rows that a published split sets aside to choose an epoch, else None. `replaced`: values that were
    not finite, by modality; `left_out`: rows of the file that lack a modality.

    Of sequences, `modalities` hold the tokens of all rows one after the other, (tokens, d), and `lengths`, (n,), how
    many each row has; `pieces`, (tokens,), are their numbers in the vocabulary of the text encoder, if there is one.
    """

    modalities: dict[str, np.ndarray]
    label: np.ndarray
    group: np.ndarray
    folds: dict[str, list[np.ndarray]]
    target: np.ndarray | None = None
    validation: np.ndarray | None = None
    replaced: dict[str, int] = {}  # noqa: RUF012 (never changed)
    left_out: int = 0
    lengths: np.ndarray | None = None
    pieces: np.ndarray | None = None

    @property
    def splits(self) -> list[tuple[str, int, np.ndarray]]:
        """Protocol, fold and test rows of every split."""
        return [(name, k, rows) for name, folds in self.folds.items() for k, rows in enumerate(folds)]

    def training(self, test: np.ndarray) -> np.ndarray:
        """Mask (n,) of the rows that a model may see where `test` is held out."""
        mask = np.ones(len(self.label), bool)
        mask[test] = False
        return mask

    def tokens(self, rows: np.ndarray) -> np.ndarray:
        """Mask of the tokens of `rows`, mask (n,); the mask itself where rows have no tokens."""
        return rows if self.lengths is None else np.repeat(rows, self.lengths)

    @property
    def pooled(self) -> dict[str, np.ndarray]:
        """Each modality with one vector per row, (n, d): of sequences the mean over their tokens."""
        if self.lengths is None:
            return self.modalities
        return {name: means(x, self.lengths) for name, x in self.modalities.items()}


def check_rows(name: str, features: Features) -> None:
    """Raise InputError where arrays that must have the same rows, or tokens, have not."""
    n, tokens = len(features.label), len(features.label)
    for field in ("group", "target", "validation", "lengths"):
        if (x := getattr(features, field)) is not None and len(x) != n:
            raise InputError(f"{name}: {field} has {len(x)} rows, the label {n}; they must align")
    if features.lengths is not None:
        if features.lengths.min() < 1:
            raise InputError(f"{name}: row {features.lengths.argmin()} has no tokens")
        tokens = int(features.lengths.sum())
    for modality, x in features.modalities.items():
        if len(x) != tokens:
            what = "the label" if features.lengths is None else "the lengths add up to"
            raise InputError(f"{name}: modality {modality} has {len(x)} rows, {what} {tokens}; they must align")
        if x.shape[1] == 0:
            raise InputError(f"{name}: modality {modality} has no columns")


def check(name: str, features: Features) -> None:
    """Raise InputError where rows do not align, a value is not finite, a modality says nothing, the label is not 0 or
    1, or folds share or miss rows.
    """
    check_rows(name, features)
    if found := set(np.unique(features.label).tolist()) - {0, 1}:
        raise InputError(f"{name}: labels {sorted(found)[:5]}; expected 0 and 1 only")
    for modality, x in features.modalities.items():
        if len(bad := np.argwhere(~np.isfinite(x))):
            row, column = bad[0]
            raise InputError(
                f"{name}: {modality} row {row}, column {column} is {x[row, column]} ({len(bad)} such values); "
                "expected finite numbers. Repair the file, or leave those rows out"
            )
        if (x == x[0]).all():
            raise InputError(f"{name}: modality {modality} has only constant columns, so it says nothing")
    check_folds(name, features.folds, len(features.label))


def check_folds(name: str, folds: dict[str, list[np.ndarray]], rows: int) -> None:
    """Raise InputError unless the test folds of every protocol hold each row once; a single one may be any part."""
    for protocol, tests in folds.items():
        if not 0 < min(map(len, tests)) <= max(map(len, tests)) < rows:
            raise InputError(f"{name}: {protocol}: a test fold holds no row, or leaves none to train on")
        held_out = np.concatenate(tests)
        if wrong := sorted(set(held_out.tolist()) - set(range(rows))):
            raise InputError(f"{name}: {protocol}: a test fold has row {wrong[0]}, but rows are 0 to {rows - 1}")
        counts = np.bincount(held_out, minlength=rows)
        if counts.max() > 1:
            raise InputError(f"{name}: {protocol}: row {counts.argmax()} is in more than one test fold")
        if len(tests) > 1 and counts.min() == 0:
            missed = np.flatnonzero(counts == 0)
            raise InputError(f"{name}: {protocol}: row {missed[0]} is in no test fold ({len(missed)} such)")


def grouped_folds(group: np.ndarray) -> dict[str, list[np.ndarray]]:
    """Five folds, or as many as there are groups, that keep groups together."""
    from sklearn.model_selection import GroupKFold  # here: who reads features needs no scikit-learn

    count = min(5, len(np.unique(group)))
    if count < 2:
        raise InputError(f"all {len(group)} rows are of one group; folds that keep groups together need two")
    return {"grouped folds": [rows for _, rows in GroupKFold(count).split(group, groups=group)]}


def save(features: Features, arrays: str | Path, folds: str | Path, card: str | Path, **further: np.ndarray) -> None:
    """Write arrays (.npz: `X_<modality>`, `label`, `group` and `further`), folds and card (JSON)."""
    named = {f"X_{name}": x for name, x in features.modalities.items()}
    with atomic(arrays) as part:
        optional = {name: getattr(features, name) for name in OPTIONAL}
        optional = {name: x for name, x in optional.items() if x is not None}
        np.savez(part, label=features.label, group=features.group, **named, **optional, **further)
    protocols = {name: [rows.tolist() for rows in test] for name, test in features.folds.items()}
    for path, content in ((folds, protocols), (card, describe(features))):
        write_text(path, json.dumps(content, indent=None if path is folds else 1))


def load(features: str | Path, folds: str | Path) -> Features:
    """Read what `save` has written."""
    with np.load(features, allow_pickle=False) as arrays:
        modalities = {key.removeprefix("X_"): arrays[key] for key in arrays if key.startswith("X_")}
        optional = {name: arrays.get(name) for name in OPTIONAL}
        label, group = arrays["label"], arrays["group"]
    protocols = json.loads(Path(folds).read_text())
    protocols = {name: [np.array(rows, int) for rows in tests] for name, tests in protocols.items()}
    check_folds(str(folds), protocols, len(label))
    return Features(modalities, label, group, protocols, **optional)


def describe(features: Features) -> dict:
    """What a reader should know of a data set: sizes, splits, balance, ranges, missing values, constant columns."""
    pooled = features.pooled

    def columns(name: str, x: np.ndarray) -> dict:
        return {
            "columns": x.shape[1],
            "constant_columns": int((x.max(0) == x.min(0)).sum()),
            "values_not_finite": features.replaced.get(name, 0),
            "rank": int(np.linalg.matrix_rank(pooled[name] - pooled[name].mean(0))),
            "minimum": float(x.min()),
            "maximum": float(x.max()),
        }

    card = {
        "rows": len(features.label),
        "rows_left_out": features.left_out,
        "positive": int(features.label.sum()),
        "groups": len(np.unique(features.group)),
        "modalities": {name: columns(name, x) for name, x in features.modalities.items()},
        "folds": {
            name: [{"rows": len(rows), "positive": int(features.label[rows].sum())} for rows in folds]
            for name, folds in features.folds.items()
        },
    }
    if features.validation is not None:
        card["validation_rows"] = int(features.validation.sum())
    if features.target is not None:
        card["real_label"] = {"minimum": float(features.target.min()), "maximum": float(features.target.max())}
        card["real_label"]["zeros"] = int((features.target == 0).sum())
    if features.lengths is not None:
        counts = ("total", "minimum", "median", "maximum")
        found = (getattr(np, name)(features.lengths) for name in ("sum", "min", "median", "max"))
        card["tokens"] = {name: int(value) for name, value in zip(counts, found, strict=True)}
    return card


def held_out_predictions(
    features: Features,
    model: str,
    chain: Sequence[str],
    protocol: str,
    fold: int,
    seed: int,
    test: np.ndarray,
    scores: np.ndarray,
    threshold: float,
    real: bool = False,
) -> pd.DataFrame:
    """Rows of the table ithp/predictions for the held-out rows `test`; label 1 is predicted above `threshold`.

    `real`: the scores predict the real label.
    """
    return pd.DataFrame(
        {
            "model": model,
            "modalities": "-".join(chain),
            "protocol": protocol,
            "fold": fold,
            "seed": seed,
            "row": test,
            "label": features.label[test].astype(int),
            "target": features.target[test].astype(np.float32) if real else np.float32(np.nan),
            "score": scores.astype(np.float32),
            "predicted": (scores > threshold).astype(int),
        }
    )
