"""Readers of formats that hold sequences: MAG's and MMSA's pickles, the CMU SDK's .csd files.

Source: docs/science/ithp.md#format-mag, docs/science/ithp.md#format-mmsa, docs/science/ithp.md#format-csd.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from threefold.ithp.features import Features, grouped_folds
from threefold.ithp.pickles import load_arrays
from threefold.ithp.words import Encode, means
from threefold.record.errors import InputError

LIMIT = 16 * 2**30  # bytes of a data set's pickle
LARGEST_LABEL = 3  # MOSI's and MOSEI's labels are sentiments from -3 to 3


class Part(NamedTuple):
    """One split of a data set: the steps (T, d) of each row by modality, real labels, ids of the segments."""

    rows: dict[str, list[np.ndarray]]
    target: np.ndarray
    ids: list[str]


def _steps(x: Any, where: str) -> np.ndarray:
    """(T, d) float32 of what a file holds for one row; a vector is one step."""
    try:
        return np.atleast_2d(np.asarray(x, np.float32))
    except (ValueError, TypeError):
        raise InputError(f"{where}: not a table of numbers; its steps differ in length") from None


def _join(path: Path, parts: dict[str, Part], per_token: bool) -> Features:
    """The splits train, valid and test as one data set, of tokens or pooled over them."""
    modalities, replaced, lengths = {}, {}, {}
    for name in parts["train"].rows:
        steps = [x for part in parts.values() for x in part.rows[name]]
        if wrong := {x.shape[1] for x in steps} - {steps[0].shape[1]}:
            raise InputError(f"{path}: rows of {name} have {steps[0].shape[1]} and {wrong.pop()} columns")
        modalities[name], lengths[name] = np.concatenate(steps), np.array([len(x) for x in steps])
        if lengths[name].min() == 0:
            raise InputError(f"{path}: row {lengths[name].argmin()} has no step of {name}")
        replaced[name] = int((~np.isfinite(modalities[name])).sum())
        if not per_token:
            modalities[name] = means(modalities[name], lengths[name])
    target = np.concatenate([part.target for part in parts.values()]).astype(np.float32)
    if len(wrong := np.flatnonzero(~(np.abs(target) <= LARGEST_LABEL))):
        raise InputError(f"{path}: label {target[wrong[0]]} of row {wrong[0]} is not between -3 and 3")
    split = np.repeat(list(parts), [len(part.target) for part in parts.values()])
    videos = [segment.split("$_$")[0].split("[")[0] for part in parts.values() for segment in part.ids]
    group = np.unique(videos, return_inverse=True)[1]
    folds = {"standard split": [np.flatnonzero(split == "test")]}
    features = Features(modalities, (target >= 0).astype(np.int8), group, folds, target, split == "valid", replaced)
    common = next(iter(lengths.values()))
    if per_token and all(np.array_equal(own, common) for own in lengths.values()):
        return features._replace(lengths=common)
    if per_token:
        raise InputError(f"{path}: its modalities are not aligned step by step; read it with per_token: false")
    return features


def read_mag(path: Path, encode: Encode | None = None, per_token: bool = False) -> Features:
    """mosi.pkl or mosei.pkl of MAG, rows ((words, visual, acoustic), label, id): T (words through `encode`), A, V.

    Of tokens, every piece of a word has its word's A and V, and the encoder's own signs have zeros, as published.
    """
    data = load_arrays(path, LIMIT)
    if not isinstance(data, dict) or set(data) != {"train", "dev", "test"}:
        found = sorted(map(str, data)) if isinstance(data, dict) else type(data).__name__
        hint = {"facet": ": the wrong file that MAG's old Dropbox link serves", "valid": ": perhaps format mmsa"}
        why = next((text for key, text in hint.items() if isinstance(data, dict) and key in data), "")
        raise InputError(f"{path}: keys {found}{why}; expected train, dev and test, as in MAG's mosi.pkl")
    parts, texts = {}, []
    for split, rows in data.items():
        audio, video, target, ids = [], [], [], []
        for k, row in enumerate(rows):
            words, v, a, label, segment = _mag_row(row, f"{path}: {split} row {k}")
            texts.append(words), video.append(v), audio.append(a), target.append(label), ids.append(segment)
        parts["valid" if split == "dev" else split] = Part({"A": audio, "V": video}, np.array(target), ids)
    if not encode:
        return _join(path, parts, per_token)
    tokens = encode(texts)
    ends = tokens.lengths.cumsum()
    vectors, words = (np.split(x, ends[:-1]) for x in (tokens.vectors, tokens.word))
    first = 0
    for name, part in parts.items():
        own = slice(first, first + len(part.ids))
        first = own.stop
        rows = {"T": vectors[own], **part.rows}
        if per_token:
            repeated = {m: [_repeat(x, w) for x, w in zip(rows[m], words[own], strict=True)] for m in "AV"}
            rows |= repeated
        parts[name] = part._replace(rows=rows)
    features = _join(path, parts, per_token)
    return features._replace(pieces=tokens.pieces if per_token else None)


def _mag_row(row: Any, where: str) -> tuple[list[str], np.ndarray, np.ndarray, float, str]:
    """Words, visual, acoustic, label and segment of one row."""
    try:
        (words, visual, acoustic), label, segment = row
    except (TypeError, ValueError):
        raise InputError(f"{where} is not ((words, visual, acoustic), label, segment)") from None
    if not len(words) == len(visual) == len(acoustic):
        raise InputError(
            f"{where} has {len(words)} words, {len(visual)} visual and {len(acoustic)} acoustic rows; "
            "they must be equally many"
        )
    label = float(np.asarray(label).reshape(-1)[0])
    return list(words), _steps(visual, f"{where}, visual"), _steps(acoustic, f"{where}, acoustic"), label, str(segment)


def _repeat(steps: np.ndarray, word: np.ndarray) -> np.ndarray:
    """The step of each token's word, zeros for the encoder's own signs: (T, d), (tokens,) -> (tokens, d)."""
    return np.where(word[:, None] < 0, np.float32(0), steps[word])


def read_mmsa(path: Path, encode: Encode | None = None, per_token: bool = False) -> Features:
    """aligned_50.pkl or unaligned_50.pkl of MMSA: T, A, V padded to equal length, cut to the real lengths.

    Those of T are in text_bert's mask; aligned files have no others, unaligned ones have audio_lengths and
    vision_lengths. `encode` is not needed: T is precomputed.
    """
    data = load_arrays(path, LIMIT)
    if not isinstance(data, dict) or set(data) != {"train", "valid", "test"}:
        found = sorted(map(str, data)) if isinstance(data, dict) else type(data).__name__
        hint = ": perhaps format mag" if isinstance(data, dict) and "dev" in data else ""
        raise InputError(f"{path}: keys {found}{hint}; expected train, valid and test, as in MMSA's pickles")
    parts = {}
    for split in ("train", "valid", "test"):
        part = data[split]
        if absent := {"text", "audio", "vision", "regression_labels", "id"} - set(part):
            raise InputError(f"{path}: {split} lacks {', '.join(sorted(absent))}")
        target = np.asarray(part["regression_labels"], float).reshape(-1)
        mask = part.get("text_bert")
        text = None if mask is None else np.asarray(mask)[:, 1].astype(int).sum(-1)
        aligned = text if part.get("audio_lengths") is None else None
        lengths = {"T": text, "A": part.get("audio_lengths", aligned), "V": part.get("vision_lengths", aligned)}
        rows = {}
        for name, key in zip("TAV", ("text", "audio", "vision"), strict=True):
            if len(part[key]) != len(target):
                raise InputError(f"{path}: {split} has {len(part[key])} rows of {name}, but {len(target)} labels")
            ends = [None] * len(target) if lengths[name] is None else [max(int(n), 1) for n in lengths[name]]
            rows[name] = [
                _steps(x, f"{path}: {split} row {k}, {key}")[:end]
                for k, (x, end) in enumerate(zip(part[key], ends, strict=True))
            ]
        ids = [str(i[0] if isinstance(i, np.ndarray | list) else i) for i in part["id"]]
        parts[split] = Part(rows, target, ids)
    return _join(path, parts, per_token)


def read_csd(folder: Path, encode: Encode | None = None, per_token: bool = False) -> Features:
    """A folder of the CMU SDK's .csd files, one per modality and labels.csd: a row per interval of the labels.

    A modality's rows belong to the labelled interval that holds the middle of their own, and are averaged over it.
    Folds: five, grouped by video.
    """
    if not (folder / "labels.csd").is_file():
        raise InputError(f"{folder}: no labels.csd; expected it beside one .csd file per modality")
    labels = _csd_tables(folder / "labels.csd")
    sources = {path.stem: _csd_tables(path) for path in sorted(folder.glob("*.csd")) if path.stem != "labels"}
    rows, target, videos, empty = {name: [] for name in sources}, [], [], 0
    for video, (values, intervals) in sorted(labels.items()):
        for value, (start, end) in zip(values, intervals, strict=True):
            segment = {}
            for name, source in sources.items():
                features, times = source.get(video, (np.empty((0, 1)), np.empty((0, 2))))
                inside = (times.mean(1) >= start) & (times.mean(1) < end)
                segment[name] = features[inside]
            if any(len(x) == 0 for x in segment.values()):
                empty += 1
                continue
            for name, x in segment.items():
                rows[name].append(x)
            target.append(float(np.ravel(value)[0]))
            videos.append(video.split("[")[0])
    if not target:
        raise InputError(f"{folder}: no labelled interval has rows of every modality ({empty} lack one)")
    group = np.unique(videos, return_inverse=True)[1]
    modalities, replaced = {}, {}
    for name, steps in rows.items():
        x = np.concatenate(steps).astype(np.float32)
        modalities[name], replaced[name] = means(x, np.array([len(own) for own in steps])), int((~np.isfinite(x)).sum())
    target, label = np.array(target, np.float32), (np.array(target) >= 0).astype(np.int8)
    return Features(modalities, label, group, grouped_folds(group), target, None, replaced, left_out=empty)


def _csd_tables(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Features and intervals by video."""
    import h5py  # only here: other formats do without

    try:
        with h5py.File(path) as file:
            root = next(iter(file.values())) if "data" not in file else file
            return {v: (node["features"][...], node["intervals"][...]) for v, node in root["data"].items()}
    except (OSError, KeyError, StopIteration) as error:
        raise InputError(f"{path}: {error}; expected HDF5 with data/<video>/features and intervals") from None
