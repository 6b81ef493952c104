"""Data sets as aligned arrays: the readers, the folds and the card of each (spec §3 and §9)."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold

from threefold.ithp.pickles import load_arrays
from threefold.record.errors import InputError
from threefold.record.files import atomic, write_text

MOSI_TRAIN_VIDEOS = 62  # the extractors of text and video were trained on these videos' labels (spec §9.1)


class Features(NamedTuple):
    """Aligned rows. `modalities`: name -> (n, d) float32, in the published order, prime first; `label`: (n,), 0 or 1.

    `group`: (n,) int, whose rows depend on each other: the video, the speaker. `folds`: protocol -> list of test rows;
    the others are its training rows. `target`: (n,) the real label where there is one, else None; `validation`: (n,)
    bool, training rows that a published split sets aside to choose an epoch, else None. `replaced`: values that were
    not finite, by modality; `left_out`: rows of the file that lack a modality.
    """

    modalities: dict[str, np.ndarray]
    label: np.ndarray
    group: np.ndarray
    folds: dict[str, list[np.ndarray]]
    target: np.ndarray | None = None
    validation: np.ndarray | None = None
    replaced: dict[str, int] = {}  # noqa: RUF012 (never changed)
    left_out: int = 0

    @property
    def splits(self) -> list[tuple[str, int, np.ndarray]]:
        """Protocol, fold and test rows of every split."""
        return [(name, k, rows) for name, folds in self.folds.items() for k, rows in enumerate(folds)]

    def training(self, test: np.ndarray) -> np.ndarray:
        """Mask (n,) of the rows that a model may see where `test` is held out."""
        mask = np.ones(len(self.label), bool)
        mask[test] = False
        return mask


def check(name: str, modalities: dict[str, np.ndarray], label: np.ndarray) -> None:
    """Raise InputError where rows do not align, a value is not finite, or the label is not 0 or 1."""
    for modality, x in modalities.items():
        if len(x) != len(label):
            raise InputError(f"{name}: modality {modality} has {len(x)} rows, the label {len(label)}; they must align")
        if len(bad := np.argwhere(~np.isfinite(x))):
            row, column = bad[0]
            raise InputError(
                f"{name}: {modality} row {row}, column {column} is {x[row, column]} ({len(bad)} such values); "
                "expected finite numbers. Repair the file, or leave those rows out"
            )
    if found := set(np.unique(label).tolist()) - {0, 1}:
        raise InputError(f"{name}: labels {sorted(found)[:5]}; expected 0 and 1 only")


def _numbers(path: Path) -> np.ndarray:
    try:
        with path.open(newline="") as file:
            return np.array([[float(x) for x in row] for row in csv.reader(file)])
    except ValueError as error:
        raise InputError(f"{path}: {error}; expected rows of equally many numbers, the last one the label") from None


def read_mosi(folder: str | Path) -> Features:
    """CMU-MOSI utterance features of the 752 test rows, five folds grouped by the 31 videos.

    Rows are the transcripts of the videos after `MOSI_TRAIN_VIDEOS`, positive ones first, each part in file order.
    """
    folder = Path(folder)
    tables = {name: _numbers(folder / f"{name}_test.csv") for name in ("text", "audio", "video")}
    with (folder / "transcripts.csv").open(newline="") as file:
        transcripts = [(int(video), int(label)) for _, _, video, label in csv.reader(file)]
    test = [(video, label) for video, label in transcripts if video > MOSI_TRAIN_VIDEOS]
    video, label = np.array(sorted(test, key=lambda row: -row[1])).T
    for name, table in tables.items():
        if not np.array_equal(table[:, -1], label):
            raise InputError(f"{folder}/{name}_test.csv: its labels are not those of transcripts.csv in the same order")
    modalities = {initial: tables[name][:, :-1].astype(np.float32) for initial, name in zip("TAV", tables, strict=True)}
    check("mosi", modalities, label)
    folds = [rows for _, rows in GroupKFold(5).split(label, groups=video)]
    return Features(modalities, label.astype(np.int8), video, {"video-independent": folds})


def read_mustard(folder: str | Path) -> Features:
    """MUStARD, text modality: the mean GloVe vector of an utterance's words, 690 rows of 300 numbers.

    Protocols: the published five folds, which mix speakers, and the published speaker-independent split, whose test
    rows are those of the show FRIENDS (spec §3.4). Words are lower-case runs of letters and digits, or single signs.
    """
    folder = Path(folder)
    ids, label, group, folds = read_mustard_folds(folder)
    texts = (folder / "bert-input.txt").read_text().splitlines()  # the same utterances with the apostrophes repaired
    if len(texts) != len(ids):
        raise InputError(f"{folder}/bert-input.txt has {len(texts)} lines, sarcasm_data.json {len(ids)} utterances")
    vectors: dict[str, np.ndarray] = {}
    for path in sorted(folder.glob("glove_dict_*.p")):
        vectors |= load_arrays(path)
    text = np.stack([_mean_vector(line, vectors) for line in texts]).astype(np.float32)
    check("mustard", {"T": text}, label)
    return Features({"T": text}, label, group, folds)


def read_mustard_folds(folder: Path) -> tuple[list[str], np.ndarray, np.ndarray, dict[str, list[np.ndarray]]]:
    """Ids, labels, speakers and folds by protocol of sarcasm_data.json and split_indices.p."""
    table = json.loads((folder / "sarcasm_data.json").read_text())
    rows = list(table.values())
    label = np.array([row["sarcasm"] for row in rows], np.int8)
    group = np.unique([row["speaker"] for row in rows], return_inverse=True)[1]
    folds = [np.asarray(test) for _, test in load_arrays(folder / "split_indices.p")]
    if sorted(np.concatenate(folds).tolist()) != list(range(len(rows))):
        raise InputError(f"{folder}/split_indices.p: its test folds do not hold each of {len(rows)} rows once")
    friends = np.flatnonzero([row["show"] == "FRIENDS" for row in rows])
    return list(table), label, group, {"published folds": folds, "speaker-independent": [friends]}


def _mean_vector(text: str, vectors: dict[str, np.ndarray]) -> np.ndarray:
    words = re.findall(r"[a-z0-9]+|[^\sa-z0-9]", text.lower())
    known = [vectors[word] for word in words if word in vectors]
    return np.mean(known, axis=0) if known else np.zeros_like(next(iter(vectors.values())))


PUBLIC = {"mosi": read_mosi, "mustard": read_mustard}


def save(features: Features, arrays: str | Path, folds: str | Path, card: str | Path, **further: np.ndarray) -> None:
    """Write arrays (.npz: `X_<modality>`, `label`, `group` and `further`), folds and card (JSON)."""
    named = {f"X_{name}": x for name, x in features.modalities.items()}
    with atomic(arrays) as part:
        optional = {name: getattr(features, name) for name in ("target", "validation")}
        optional = {name: x for name, x in optional.items() if x is not None}
        np.savez(part, label=features.label, group=features.group, **named, **optional, **further)
    protocols = {name: [rows.tolist() for rows in test] for name, test in features.folds.items()}
    for path, content in ((folds, protocols), (card, describe(features))):
        write_text(path, json.dumps(content, indent=None if path is folds else 1))


def load(features: str | Path, folds: str | Path) -> Features:
    """Read what `save` has written."""
    with np.load(features, allow_pickle=False) as arrays:
        modalities = {key.removeprefix("X_"): arrays[key] for key in arrays if key.startswith("X_")}
        optional = [arrays.get(name) for name in ("target", "validation")]
        label, group = arrays["label"], arrays["group"]
    protocols = json.loads(Path(folds).read_text())
    protocols = {name: [np.array(rows) for rows in tests] for name, tests in protocols.items()}
    return Features(modalities, label, group, protocols, *optional)


def describe(features: Features) -> dict:
    """What a reader should know of a data set: sizes, balance, ranges, constant columns, folds."""

    def columns(name: str, x: np.ndarray) -> dict:
        return {
            "columns": x.shape[1],
            "constant_columns": int((x.max(0) == x.min(0)).sum()),
            "values_not_finite": features.replaced.get(name, 0),
            "rank": int(np.linalg.matrix_rank(x - x.mean(0))),
            "minimum": float(x.min()),
            "maximum": float(x.max()),
        }

    return {
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
