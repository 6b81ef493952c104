"""Text to vectors: any encoder of transformers, e.g. DeBERTa-v3, from the hub or from a folder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer

from threefold.record.errors import InputError
from threefold.record.progress import progress


def encode(texts: Sequence[str], encoder: str, batch: int = 64) -> np.ndarray:
    """Mean of the last hidden state over a text's pieces, padding left out: n texts -> (n, d) float32.

    `encoder`: a model on the hub or a folder that `save_pretrained` has written, with its tokenizer. Raises InputError
    where it cannot be loaded.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(encoder)
        model = AutoModel.from_pretrained(encoder).eval()
    except (OSError, ValueError) as error:
        line = str(error).splitlines()[0]
        raise InputError(f"text encoder {encoder!r}: {line} (expected a folder or a model on the hub)") from None
    order = np.argsort([len(text) for text in texts], kind="stable")  # texts of like length together: little padding
    vectors = np.empty((len(texts), model.config.hidden_size), np.float32)
    with torch.inference_mode():
        for rows in progress(np.array_split(order, -(-len(texts) // batch)), "encode text"):
            pieces = tokenizer([texts[k] for k in rows], padding=True, truncation=True, return_tensors="pt")
            mask = pieces["attention_mask"][..., None]
            states = model(**pieces).last_hidden_state
            vectors[rows] = ((states * mask).sum(1) / mask.sum(1)).numpy()
    return vectors
