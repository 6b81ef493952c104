"""Readers of the formats in which multimodal data sets are handed around (spec §3), for one's own copies of them.

Each returns rows pooled over time. A value that is not finite is replaced by 0 and counted, as MultiBench does with
COVAREP's -inf, or refused, as the caller says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold

from threefold.ithp.features import Features, check, read_mustard_folds
from threefold.ithp.pickles import load_arrays
from threefold.record.errors import InputError

LIMIT = 16 * 2**30  # bytes of a data set's pickle
SPLITS = ("train", "valid", "test")
Encode = Callable[[Sequence[str]], np.ndarray]  # texts -> (n, d)


def read(
    form: str, path: str | Path, order: Sequence[str] | None = None, missing: str = "zero", encode: Encode | None = None
) -> Features:
    """Read `path`, which is in the format `form`, and keep the modalities `order`, prime first.

    `missing`: `zero` replaces and counts values that are not finite, `refuse` raises InputError. `encode` turns texts
    into vectors where the format holds words (mag).
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path} does not exist; it should hold a data set in the format {form}")
    if path.is_file():
        _refuse_impostors(path)
    features = READERS[form](path, encode)
    order = list(order or features.modalities)
    if absent := [name for name in order if name not in features.modalities]:
        raise InputError(
            f"{path}: no modality {', '.join(absent)}; it has {', '.join(features.modalities)}. "
            f"The first of the order, {order[0]}, is the prime one and must be there"
        )
    modalities, replaced = {}, {}
    for name in order:
        x = features.modalities[name]
        wild = ~np.isfinite(x)
        replaced[name] = features.replaced.get(name, 0) + int(wild.sum())
        modalities[name] = np.where(wild, 0, x) if missing == "zero" else x
    if missing == "refuse" and (counts := {name: count for name, count in replaced.items() if count}):
        raise InputError(f"{path}: values that are not finite, by modality: {counts}; or set missing: zero")
    result = features._replace(modalities=modalities, replaced=replaced)
    check(str(path), result.modalities, result.label)
    return result


def _refuse_impostors(path: Path) -> None:
    """What dead links leave behind in place of a file."""
    with path.open("rb") as file:
        head = file.read(64)
    if head.lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise InputError(f"{path}: a web page, not data: the link is dead or asks for a confirmation in the browser")
    if head.startswith(b"version https://git-lfs"):
        raise InputError(f"{path}: a git-LFS pointer, not the data; get the file itself with `git lfs pull`")


def _pool(x: Any, length: int | None = None) -> np.ndarray:
    """Mean over time of (T, d) or a vector as it is; values that are not finite are left out and stay where all are."""
    x = np.atleast_2d(np.asarray(x, np.float64))[:length]
    finite = np.isfinite(x)
    counts = finite.sum(0)
    mean = np.where(finite, x, 0).sum(0) / np.maximum(counts, 1)
    return np.where(counts > 0, mean, np.nan).astype(np.float32)


def _wild(rows: Sequence[Any]) -> int:
    """How many values are not finite though their column of the row is not wholly so: those that pooling leaves out."""
    arrays = [~np.isfinite(np.atleast_2d(np.asarray(x, np.float64))) for x in rows]
    return sum(int(a.sum()) - int(a.all(0).sum()) for a in arrays)


def _from_splits(
    parts: dict[str, tuple[dict[str, list], np.ndarray, list[str]]], lengths: dict[str, dict[str, Any]] | None = None
) -> Features:
    """Parts by split: raw rows of each modality, real labels, segment ids -> Features of a standard split."""
    names = list(next(iter(parts.values()))[0])
    modalities, replaced = {}, {}
    for name in names:
        raw = [x for rows, *_ in parts.values() for x in rows[name]]
        ends = [n for split in parts for n in (lengths or {}).get(split, {}).get(name, [None] * len(parts[split][1]))]
        modalities[name] = np.stack([_pool(x, end) for x, end in zip(raw, ends, strict=True)])
        replaced[name] = _wild([np.atleast_2d(x)[:end] for x, end in zip(raw, ends, strict=True)])
    target = np.concatenate([y for _, y, _ in parts.values()]).astype(np.float32)
    split = np.repeat(list(parts), [len(y) for _, y, _ in parts.values()])
    videos = [segment.split("$_$")[0].split("[")[0] for *_, ids in parts.values() for segment in ids]
    group = np.unique(videos, return_inverse=True)[1]
    folds = {"standard split": [np.flatnonzero(split == "test")]}
    return Features(modalities, (target >= 0).astype(np.int8), group, folds, target, split == "valid", replaced)


def read_mag(path: Path, encode: Encode | None = None) -> Features:
    """mosi.pkl or mosei.pkl of MAG, rows ((words, visual, acoustic), label, id): T (words through `encode`), A, V."""
    data = load_arrays(path, LIMIT)
    if not isinstance(data, dict) or set(data) != {"train", "dev", "test"}:
        found = sorted(map(str, data)) if isinstance(data, dict) else type(data).__name__
        hint = {"facet": ": the wrong file that MAG's old Dropbox link serves", "valid": ": perhaps format mmsa"}
        why = next((text for key, text in hint.items() if isinstance(data, dict) and key in data), "")
        raise InputError(f"{path}: keys {found}{why}; expected train, dev and test, as in MAG's mosi.pkl")
    parts = {}
    for split, rows in data.items():
        words, visual, acoustic, labels, ids = [], [], [], [], []
        for k, row in enumerate(rows):
            try:
                (word, v, a), label, segment = row
            except (TypeError, ValueError):
                raise InputError(
                    f"{path}: {split} row {k} is not ((words, visual, acoustic), label, segment)"
                ) from None
            if not len(word) == len(v) == len(a):
                raise InputError(
                    f"{path}: {split} row {k} has {len(word)} words, {len(v)} visual and {len(a)} acoustic rows; "
                    "they must be equally many"
                )
            words.append(" ".join(word))
            visual.append(v), acoustic.append(a), ids.append(str(segment))
            labels.append(float(np.asarray(label).reshape(-1)[0]))
        text = {"T": list(encode(words))} if encode else {}
        parts["valid" if split == "dev" else split] = ({**text, "A": acoustic, "V": visual}, np.array(labels), ids)
    return _from_splits(parts)


def read_mmsa(path: Path, encode: Encode | None = None) -> Features:
    """aligned_50.pkl or unaligned_50.pkl of MMSA: T, A, V padded to equal length, with the real lengths where given."""
    data = load_arrays(path, LIMIT)
    if not isinstance(data, dict) or set(data) != set(SPLITS):
        found = sorted(map(str, data)) if isinstance(data, dict) else type(data).__name__
        hint = ": perhaps format mag" if isinstance(data, dict) and "dev" in data else ""
        raise InputError(f"{path}: keys {found}{hint}; expected train, valid and test, as in MMSA's pickles")
    parts, lengths = {}, {}
    for split in SPLITS:
        part = data[split]
        if absent := {"text", "audio", "vision", "regression_labels", "id"} - set(part):
            raise InputError(f"{path}: {split} lacks {', '.join(sorted(absent))}")
        target = np.asarray(part["regression_labels"], float).reshape(-1)
        rows = {name: list(part[key]) for name, key in zip("TAV", ("text", "audio", "vision"), strict=True)}
        for name, x in rows.items():
            if len(x) != len(target):
                raise InputError(f"{path}: {split} has {len(x)} rows of {name}, but {len(target)} labels")
        ids = [str(i[0] if isinstance(i, np.ndarray | list) else i) for i in part["id"]]
        parts[split] = (rows, target, ids)
        known = {"A": part.get("audio_lengths"), "V": part.get("vision_lengths")}
        lengths[split] = {name: list(map(int, n)) for name, n in known.items() if n is not None and len(n)}
    return _from_splits(parts, lengths)


def read_csd(folder: Path, encode: Encode | None = None) -> Features:
    """A folder of the CMU SDK's .csd files, one per modality and labels.csd: a row per interval of the labels.

    A modality's rows belong to the labelled interval that holds the middle of their own. Folds: five, grouped by video.
    """
    import h5py  # only here: other formats do without

    def tables(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        try:
            with h5py.File(path) as file:
                root = next(iter(file.values())) if "data" not in file else file
                return {v: (node["features"][...], node["intervals"][...]) for v, node in root["data"].items()}
        except (OSError, KeyError) as error:
            raise InputError(f"{path}: {error}; expected HDF5 with data/<video>/features and intervals") from None

    if not (folder / "labels.csd").is_file():
        raise InputError(f"{folder}: no labels.csd; expected it beside one .csd file per modality")
    labels = tables(folder / "labels.csd")
    sources = {path.stem: tables(path) for path in sorted(folder.glob("*.csd")) if path.stem != "labels"}
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
    modalities = {name: np.stack([_pool(x) for x in raw]) for name, raw in rows.items()}
    target = np.array(target, np.float32)
    replaced = {name: _wild(raw) for name, raw in rows.items()}
    return Features(
        modalities, (target >= 0).astype(np.int8), group, grouped_folds(group), target, None, replaced, left_out=empty
    )


def read_mustard_full(folder: Path, encode: Encode | None = None) -> Features:
    """MUStARD as its authors give it: V (ResNet, HDF5), T (BERT, jsonl by position), A (audio_features.p).

    Rows are in the order of sarcasm_data.json. Audio arrays are (feature, time), so they are averaged over axis 1.
    """
    import h5py

    needed = ("sarcasm_data.json", "split_indices.p", "audio_features.p", "bert-output.jsonl", "resnet_pool5.hdf5")
    if absent := [name for name in needed if not (folder / name).is_file()]:
        raise InputError(f"{folder}: no {', '.join(absent)}; get them from hf.co/datasets/MichiganNLP/MUStARD")
    ids, label, group, folds = read_mustard_folds(folder)
    audio = load_arrays(folder / "audio_features.p")
    text = []
    with (folder / "bert-output.jsonl").open() as file:
        for line in file:
            layers = json.loads(line)["features"][0]["layers"]  # the first piece is [CLS]
            text.append(np.mean([layer["values"] for layer in layers], axis=0))
    if len(text) != len(ids):
        raise InputError(f"{folder}/bert-output.jsonl has {len(text)} lines, sarcasm_data.json {len(ids)} utterances")
    with h5py.File(folder / "resnet_pool5.hdf5") as file:
        if absent := [i for i in ids if i not in file or i not in audio]:
            raise InputError(f"{folder}: utterance {absent[0]} lacks audio or video ({len(absent)} such)")
        video = np.stack([_pool(file[i][...]) for i in ids])
    sound = np.stack([_pool(np.asarray(audio[i]).T) for i in ids])
    return Features({"V": video, "T": np.stack(text).astype(np.float32), "A": sound}, label, group, folds)


def read_neutral(path: Path, encode: Encode | None = None) -> Features:
    """One's own features: an .npz with X_<modality> (n, d), label (n,), and optionally group (n,) and split (n,).

    A JSON card of the same name beside it may set `task` (binary or regression). Without split, five folds that keep
    groups together. With it, the rows called test are held out, and those called valid may choose an epoch.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path}: {error}; expected an .npz without pickled objects") from None
    modalities = {k.removeprefix("X_"): np.asarray(x, np.float32) for k, x in arrays.items() if k.startswith("X_")}
    if not modalities or "label" not in arrays:
        raise InputError(f"{path}: arrays {sorted(arrays)}; expected label and X_<modality> for each modality")
    if wrong := [name for name, x in modalities.items() if x.ndim != 2]:
        raise InputError(f"{path}: X_{wrong[0]} has {modalities[wrong[0]].ndim} axes; expected rows and columns")
    label, card = arrays["label"], path.with_suffix(".json")
    task = json.loads(card.read_text()).get("task", "binary") if card.is_file() else "binary"
    group = np.unique(arrays.get("group", np.arange(len(label))), return_inverse=True)[1]
    if "split" not in arrays:
        folds, validation = grouped_folds(group), None
    else:
        if not (arrays["split"] == "test").any():
            raise InputError(f"{path}: split has no row called test; it has {sorted(set(arrays['split'].tolist()))}")
        folds = {"given split": [np.flatnonzero(arrays["split"] == "test")]}
        validation = arrays["split"] == "valid" if (arrays["split"] == "valid").any() else None
    if task == "regression":
        return Features(modalities, (label >= 0).astype(np.int8), group, folds, label.astype(np.float32), validation)
    check(str(path), {}, label)
    return Features(modalities, label.astype(np.int8), group, folds, None, validation)


def grouped_folds(group: np.ndarray) -> dict[str, list[np.ndarray]]:
    """Five folds, or as many as there are groups, that keep groups together."""
    count = min(5, len(np.unique(group)))
    return {"grouped folds": [rows for _, rows in GroupKFold(count).split(group, groups=group)]}


READERS = {
    "mag": read_mag,
    "mmsa": read_mmsa,
    "csd": read_csd,
    "mustard": read_mustard_full,
    "neutral": read_neutral,
}
