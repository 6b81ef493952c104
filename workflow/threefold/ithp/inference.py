"""Predictions of a saved network for rows of one's own, from the prime modality alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from threefold.ithp.artifacts import load_network
from threefold.ithp.network import predict
from threefold.ithp.readers import load_neutral
from threefold.ithp.words import find_encoder, means
from threefold.record.errors import InputError


def predict_rows(model: str | Path, features: str | Path) -> pd.DataFrame:
    """What a saved network says of each row of a neutral file (docs/ithp.md): the table ithp/inference.

    The file needs the prime modality only, `X_<name>` (n, d), or (tokens, d) with `lengths` (n,); where that is T,
    `text`, (n,) strings, serves as well if the network's features were made by a text encoder. A control that sees all
    modalities needs them all. Raises InputError.
    """
    network, about = load_network(model)
    arrays, _ = load_neutral(Path(features))
    chain = about["modalities"].split("-")
    needed = chain if about["model"] == "concatenation" else chain[:1]
    if about.get("text_encoder") and needed == ["T"] and "text" in arrays:
        tokens = find_encoder(about["text_encoder"])([str(row).split() for row in arrays["text"]])
        arrays |= {"X_T": tokens.vectors, "lengths": tokens.lengths, "pieces": tokens.pieces}
    if absent := [f"X_{name}" for name in needed if f"X_{name}" not in arrays]:
        raise InputError(f"{features}: no {', '.join(absent)}; the network predicts from {', '.join(needed)} alone")
    x0 = _prime(str(features), [arrays[f"X_{name}"] for name in needed], network.architecture.sizes[0])
    lengths, pieces = arrays.get("lengths"), arrays.get("pieces") if network.backbone else None
    if network.backbone and pieces is None:
        raise InputError(f"{features}: no text; the network reads it with its own copy of {about['text_encoder']}")
    if lengths is not None and (lengths.min() < 1 or lengths.sum() != len(x0)):
        raise InputError(f"{features}: lengths add up to {lengths.sum()}, but there are {len(x0)} tokens")
    if about["per_token"] and lengths is None:
        raise InputError(f"{features}: no lengths; the network was trained on the tokens of sequences")
    if lengths is not None and not about["per_token"]:
        x0, lengths = means(x0, lengths), None
    said = predict(network, np.where(np.isfinite(x0), x0, 0), lengths, pieces)
    score = said.mean(0)
    return pd.DataFrame(
        {
            "row": np.arange(len(score)),
            "score": score,
            "sd": said.std(0, ddof=1) if len(said) > 1 else np.zeros_like(score),
            "replicas": len(said),
            "predicted": (score > (0.0 if network.architecture.regression else 0.5)).astype(int),
        }
    )


def _prime(name: str, parts: list[np.ndarray], columns: int) -> np.ndarray:
    if any(x.ndim != 2 or len(x) != len(parts[0]) for x in parts):
        raise InputError(f"{name}: modalities must have rows and columns, and equally many rows")
    x0 = np.concatenate(parts, axis=1).astype(np.float32)
    if x0.shape[1] != columns:
        raise InputError(f"{name}: {x0.shape[1]} columns, but the network was trained on {columns}")
    return x0
