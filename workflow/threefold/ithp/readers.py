"""Readers of the formats in which multimodal data sets are handed around, for one's own copies of them.

Source: docs/science/ithp.md#formats.

Each returns the tokens of sequences, or rows pooled over time. A value that is not finite is left out of a mean over
time, else replaced by 0 as MultiBench does with COVAREP's -inf, and counted; or it is refused, as the caller says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from threefold.ithp.features import Features, check, check_rows, grouped_folds
from threefold.ithp.pickles import load_arrays
from threefold.ithp.public import read_mustard_folds
from threefold.ithp.sequences import read_csd, read_mag, read_mmsa
from threefold.ithp.words import Encode, means
from threefold.record.errors import InputError

HOMES = {  # where the files of a format are to be had, by hand: their hosts serve no fixed bytes
    "mag": "mosi.pkl and mosei.pkl are on Google Drive, ids 12HbavGOtoVCqicvSYWl3zImli5Jz0Nou and "
    "1VJhSc2TGrPU8zJSVTYwn5kfuG47VaNQ3; MAG's old Dropbox link serves another file",
    "mmsa": "the pickles are linked from github.com/thuiar/MMSA",
    "csd": "the CMU SDK's server is often down; ask the authors where the .csd files are now",
    "mustard": "the features are on hf.co/datasets/MichiganNLP/MUStARD, the rest on github.com/soujanyaporia/MUStARD",
    "neutral": "you write this file, see docs/ithp.md",
}


def read(
    form: str,
    path: str | Path,
    order: Sequence[str] | None = None,
    missing: str = "zero",
    encode: Encode | None = None,
    per_token: bool = False,
) -> Features:
    """Read `path`, which is in the format `form`, and keep the modalities `order`, prime first.

    `missing`: `zero` replaces and counts values that are not finite, `refuse` raises InputError. `encode` turns words
    into vectors where the format holds words. `per_token` keeps the tokens of sequences, instead of their mean.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path} does not exist; it should hold a data set in the format {form}: {HOMES[form]}")
    if path.is_file():
        _refuse_impostors(path)
    features = READERS[form](path, encode, per_token)
    if per_token and features.lengths is None:
        raise InputError(f"{path}: its modalities have no tokens in common; read it with per_token: false")
    order = list(order or features.modalities)
    if absent := [name for name in order if name not in features.modalities]:
        raise InputError(
            f"{path}: no modality {', '.join(absent)}; it has {', '.join(features.modalities)}. "
            f"The first of the order, {order[0]}, is the prime one and must be there"
        )
    features = features._replace(modalities={name: features.modalities[name] for name in order})
    check_rows(str(path), features)
    replaced = {
        name: features.replaced.get(name, int((~np.isfinite(x)).sum())) for name, x in features.modalities.items()
    }
    if missing == "refuse" and (counts := {name: count for name, count in replaced.items() if count}):
        raise InputError(f"{path}: values that are not finite, by modality: {counts}; or set missing: zero")
    if not per_token:
        features = features._replace(modalities=features.pooled, lengths=None, pieces=None)
    modalities = {name: np.where(np.isfinite(x), x, np.float32(0)) for name, x in features.modalities.items()}
    features = features._replace(modalities=modalities, replaced=replaced)
    check(str(path), features)
    return features._replace(label=features.label.astype(np.int8))


def _refuse_impostors(path: Path) -> None:
    """What dead links leave behind in place of a file."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise InputError(f"{path}: an empty file; get it again")
    if head.lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise InputError(f"{path}: a web page, not data: the link is dead or asks for a confirmation in the browser")
    if head.startswith(b"version https://git-lfs"):
        raise InputError(f"{path}: a git-LFS pointer, not the data; get the file itself with `git lfs pull`")


def read_mustard_full(folder: Path, encode: Encode | None = None, per_token: bool = False) -> Features:
    """MUStARD as its authors give it: V (ResNet, HDF5), T (BERT, jsonl by position), A (audio_features.p).

    Rows are in the order of sarcasm_data.json. Audio arrays are (feature, time), so they are averaged over axis 1.
    With `encode`, T is that encoder's mean over bert-input.txt instead.
    """
    import h5py

    words = "bert-input.txt" if encode else "bert-output.jsonl"
    needed = ("sarcasm_data.json", "split_indices.p", "audio_features.p", words, "resnet_pool5.hdf5")
    if absent := [name for name in needed if not (folder / name).is_file()]:
        raise InputError(f"{folder}: no {', '.join(absent)}: {HOMES['mustard']}")
    ids, label, group, folds = read_mustard_folds(folder)
    audio = load_arrays(folder / "audio_features.p")
    lines = (folder / words).read_text().splitlines()
    if len(lines) != len(ids):
        raise InputError(f"{folder}/{words} has {len(lines)} lines, sarcasm_data.json {len(ids)} utterances")
    if encode:
        tokens = encode([line.split() for line in lines])
        text = means(tokens.vectors, tokens.lengths)
    else:  # the first piece is [CLS]; the mean of its four layers
        pieces = (json.loads(line)["features"][0]["layers"] for line in lines)
        text = np.stack([np.mean([layer["values"] for layer in layers], axis=0) for layers in pieces])
    with h5py.File(folder / "resnet_pool5.hdf5") as file:
        if absent := [i for i in ids if i not in file or i not in audio]:
            raise InputError(f"{folder}: utterance {absent[0]} lacks audio or video ({len(absent)} such)")
        video = [np.atleast_2d(file[i][...]) for i in ids]
    sound = [np.atleast_2d(np.asarray(audio[i]).T) for i in ids]
    modalities = {"V": video, "T": list(text[:, None]), "A": sound}
    if ragged := [name for name, x in modalities.items() if len({row.shape[1] for row in x}) > 1]:
        raise InputError(f"{folder}: rows of {ragged[0]} differ in their number of columns")
    modalities = {
        name: means(np.concatenate(x).astype(np.float32), np.array([len(row) for row in x]))
        for name, x in modalities.items()
    }
    return Features(modalities, label, group, folds)


def read_neutral(path: Path, encode: Encode | None = None, per_token: bool = False) -> Features:
    """One's own features: an .npz with `X_<modality>` (n, d), `label` (n,), and optionally `group` (n,), `split` (n,).

    Of sequences, `X_<modality>` are the tokens of all rows, (tokens, d), and `lengths` (n,) says how many each has.
    `text`, (n,) strings, becomes the modality T by the encoder. A JSON card of the same name beside it may set `task`
    (binary or regression) and `folds` (test rows of each fold). Without folds and split, five folds that keep groups
    together. With split, the rows called test are held out, and those called valid may choose an epoch.
    """
    arrays, card = load_neutral(path)
    modalities = {k.removeprefix("X_"): np.asarray(x, np.float32) for k, x in arrays.items() if k.startswith("X_")}
    lengths, pieces = arrays.get("lengths"), arrays.get("pieces")
    if encode and "text" in arrays:
        if lengths is not None:
            raise InputError(f"{path}: text beside lengths: their tokens need not agree; give X_T instead of text")
        tokens = encode([str(row).split() for row in arrays["text"]])
        if per_token:
            lengths, pieces, modalities = tokens.lengths, tokens.pieces, {"T": tokens.vectors}
        else:
            modalities["T"] = means(tokens.vectors, tokens.lengths)
    if not modalities or "label" not in arrays:
        raise InputError(f"{path}: arrays {sorted(arrays)}; expected label and X_<modality> for each modality")
    if wrong := [name for name, x in modalities.items() if x.ndim != 2]:
        raise InputError(f"{path}: X_{wrong[0]} has {modalities[wrong[0]].ndim} axes; expected rows and columns")
    label, validation = arrays["label"], None
    group = np.unique(arrays.get("group", np.arange(len(label))), return_inverse=True)[1]
    if "folds" in card:
        folds = {"given folds": [np.asarray(rows, int) for rows in card["folds"]]}
    elif "split" not in arrays:
        folds = grouped_folds(group)
    else:
        if not (arrays["split"] == "test").any():
            raise InputError(f"{path}: split has no row called test; it has {sorted(set(arrays['split'].tolist()))}")
        folds = {"given split": [np.flatnonzero(arrays["split"] == "test")]}
        validation = arrays["split"] == "valid" if (arrays["split"] == "valid").any() else None
    target = None
    if card.get("task") == "regression":
        target = label.astype(np.float32)
        if not np.isfinite(target).all():
            raise InputError(f"{path}: a label is not finite, row {np.flatnonzero(~np.isfinite(target))[0]}")
        label = (label >= 0).astype(np.int8)
    return Features(modalities, label, group, folds, target, validation, lengths=lengths, pieces=pieces)


def load_neutral(path: Path) -> tuple[dict[str, np.ndarray], dict]:
    """The arrays of a neutral file, and its card, empty where there is none. Raises InputError."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = dict(file)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(f"{path}: {error}; expected an .npz without pickled objects") from None
    card = path.with_suffix(".json")
    try:
        return arrays, json.loads(card.read_text()) if card.is_file() else {}
    except ValueError as error:
        raise InputError(f"{card}: {error}; expected JSON") from None


READERS = {
    "mag": read_mag,
    "mmsa": read_mmsa,
    "csd": read_csd,
    "mustard": read_mustard_full,
    "neutral": read_neutral,
}
