"""Where weights come from: a checkpoint gives blocks of its matrices and reads no more than is asked for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Protocol

import numpy as np
from safetensors import SafetensorError, safe_open
from scipy.special import ndtri

from threefold.neuromfa.neox import Shape
from threefold.record.errors import InputError

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # the increment of SplitMix64


class Checkpoint(Protocol):
    """A model's weights at one training step."""

    shape: Shape

    def block(self, name: str, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The entries rows x columns of the matrix `name` [out, in], in the checkpoint's own float type."""


class SafetensorsCheckpoint:
    """A folder in the Hugging Face layout: config.json and model.safetensors. Only the rows asked for are read."""

    def __init__(self, folder: str | Path):
        folder = Path(folder)
        self.path = folder / "model.safetensors"
        try:
            config = json.loads((folder / "config.json").read_text())
            self.shape = Shape(
                config["hidden_size"], config["num_hidden_layers"], config["num_attention_heads"], config["vocab_size"]
            )
            self._file = safe_open(self.path, framework="numpy")
        except FileNotFoundError as error:
            raise InputError(
                f"{folder}: a checkpoint is config.json and model.safetensors; {error.filename or self.path} is missing"
            ) from None
        except KeyError as error:
            raise InputError(f"{folder / 'config.json'}: no key {error}; expected a GPT-NeoX configuration") from None
        except (ValueError, SafetensorError) as error:
            raise InputError(f"{folder}: not a whole checkpoint ({error}); fetch it again") from None

    def block(self, name: str, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        try:
            matrix = self._file.get_slice(name)
        except SafetensorError:
            raise InputError(f"{self.path}: no tensor {name}; expected a GPT-NeoX model") from None
        expected = self.shape.matrices()[name][:2]
        if tuple(matrix.get_shape()) != expected:
            raise InputError(f"{self.path}: {name} has shape {matrix.get_shape()}, its config.json says {expected}")
        values = np.stack([matrix[int(row) : int(row) + 1][0, columns] for row in rows])
        if not np.isfinite(values).all():
            raise InputError(f"{self.path}: {name} holds NaN or infinity; expected finite weights")
        return values


class InitialCheckpoint:
    """The weights a model of this shape starts from: Gaussian matrices with random access, rounded to float16.

    Entry (i, j) is a function of (seed, model, matrix, i, j) alone: the (i * columns + j)-th output of SplitMix64 from
    a start that the names fix, through the inverse normal distribution. So networks sampled from one model share
    entries as they would in a file, and a sampled entry costs the same at 12B parameters as at 14M.
    """

    def __init__(self, model: str, shape: Shape, seed: int):
        self.model, self.shape, self.seed = model, shape, seed
        self._matrices = shape.matrices()

    def block(self, name: str, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        _, width, std = self._matrices[name]
        start = hashlib.sha256(f"{self.seed}/{self.model}/{name}".encode()).digest()[:8]
        entry = np.add.outer(np.asarray(rows, np.uint64) * np.uint64(width), np.asarray(columns, np.uint64))
        bits = _mix(np.frombuffer(start, np.uint64) + (entry + np.uint64(1)) * GOLDEN)
        uniform = ((bits >> np.uint64(11)) + 0.5) * 2.0**-53
        return (std * ndtri(uniform)).astype(np.float16)


def _mix(state: np.ndarray) -> np.ndarray:
    """SplitMix64's output function (Steele, Lea and Flood 2014)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
