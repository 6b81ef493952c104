"""The data sets that threefold fetches, as aligned arrays.

Source: docs/science/ithp.md#format-mustard, docs/science/ithp.md#real-features.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
from sklearn.model_selection import GroupKFold, StratifiedKFold

from threefold.ithp.features import Features, check
from threefold.ithp.pickles import load_arrays
from threefold.ithp.words import look_up, means
from threefold.record.errors import InputError

# The extractors of text and video were trained on these videos' labels: docs/science/ithp.md#mosi-leak.
MOSI_TRAIN_VIDEOS = 62


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
    folds = [rows for _, rows in GroupKFold(5).split(label, groups=video)]
    features = Features(modalities, label.astype(np.int8), video, {"video-independent": folds})
    check("mosi", features)
    return features


def read_mustard(folder: str | Path) -> Features:
    """MUStARD, text modality: the mean GloVe vector of an utterance's words, 690 rows of 300 numbers."""
    folder = Path(folder)
    ids, label, group, folds = read_mustard_folds(folder)
    texts = (folder / "bert-input.txt").read_text().splitlines()  # the same utterances with the apostrophes repaired
    if len(texts) != len(ids):
        raise InputError(f"{folder}/bert-input.txt has {len(texts)} lines, sarcasm_data.json {len(ids)} utterances")
    vectors: dict[str, np.ndarray] = {}
    for path in sorted(folder.glob("glove_dict_*.p")):
        vectors |= load_arrays(path)
    tokens = look_up([line.split() for line in texts], vectors)
    features = Features({"T": means(tokens.vectors, tokens.lengths)}, label, group, folds)
    check("mustard", features)
    return features


def read_mustard_folds(folder: Path) -> tuple[list[str], np.ndarray, np.ndarray, dict[str, list[np.ndarray]]]:
    """Ids, labels, speakers and folds by protocol of sarcasm_data.json and split_indices.p.

    Protocols: the published five folds and five stratified ones, which mix speakers, and the published
    speaker-independent split, whose test rows are those of the show FRIENDS.
    Source: docs/science/ithp.md#mustard-folds.
    """
    table = json.loads((folder / "sarcasm_data.json").read_text())
    rows = list(table.values())
    label = np.array([row["sarcasm"] for row in rows], np.int8)
    group = np.unique([row["speaker"] for row in rows], return_inverse=True)[1]
    published = load_arrays(folder / "split_indices.p")
    if any(sorted(np.concatenate(pair).tolist()) != list(range(len(rows))) for pair in published):
        raise InputError(f"{folder}/split_indices.p: a fold does not hold each of {len(rows)} rows once")
    stratified = StratifiedKFold(5, shuffle=True, random_state=0).split(label, label)
    friends = np.flatnonzero([row["show"] == "FRIENDS" for row in rows])
    folds = {
        "published folds": [np.asarray(test) for _, test in published],
        "stratified folds": [test for _, test in stratified],
        "speaker-independent": [friends],
    }
    return list(table), label, group, folds


PUBLIC = {"mosi": read_mosi, "mustard": read_mustard}
