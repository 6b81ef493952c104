"""Where weights come from: a checkpoint gives blocks of its matrices and reads no more than is asked for."""

from __future__ import annotations

import fnmatch
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from threefold.neuromfa.architectures import Layout, Tensor, find_layout
from threefold.neuromfa.neox import Shape
from threefold.neuromfa.tensors import LocalBytes, SafetensorsFile, TensorFile, TorchFile, write_safetensors
from threefold.record.errors import InputError
from threefold.record.files import atomic

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # the increment of SplitMix64
WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin", "*.safetensors", "*.bin", "*.pt")  # the first found is taken


class Checkpoint(Protocol):
    """A model's weights at one training step."""

    layout: Layout

    def block(self, tensor: Tensor, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The entries rows [..., r] x columns [..., c] of a matrix [out, in], in the checkpoint's own float type.

        Leading axes are networks: [..., r, c]. Of a convolution the entries are the L2 norms of its kernel slices.
        """


class FileCheckpoint:
    """A model in the layout of the Hugging Face hub: its config.json and files of tensors, each opened lazily.

    files: tensor -> the file that holds it.
    """

    def __init__(self, where: str, config: Mapping[str, Any], files: Mapping[str, TensorFile]):
        self.where, self.config, self._files = where, config, files
        self.layout = find_layout(config, files.keys(), f"{where}/config.json")

    def block(self, tensor: Tensor, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        if tensor.name not in self._files:
            raise InputError(f"{self.where}: no tensor {tensor.name}, which its config.json calls for")
        file = self._files[tensor.name]
        expected = (tensor.columns, tensor.rows) if tensor.transposed else (tensor.rows, tensor.columns)
        found = tuple(file.shapes[tensor.name])
        if found[:2] != expected:
            raise InputError(f"{self.where}: {tensor.name} has shape {found}, its config.json says {expected}")
        outer, inner = (columns, rows) if tensor.transposed else (rows, columns)
        values = file.entries(tensor.name, outer, inner)
        if not np.isfinite(values).all():
            raise InputError(f"{self.where}: {tensor.name} holds NaN or infinity; expected finite weights")
        if len(found) > 2:
            kernels = values.reshape(*values.shape[: outer.ndim + 1], -1).astype(np.float32)
            values = np.sqrt((kernels * kernels).sum(axis=-1))
        return values.swapaxes(-1, -2) if tensor.transposed else values


def open_folder(folder: str | Path) -> FileCheckpoint:
    """The checkpoint in a folder: config.json, and safetensors or PyTorch files, one or several, with index or not."""
    folder = Path(folder)
    config = read_json(folder / "config.json")
    names = [path.name for path in folder.iterdir()]
    files: dict[str, TensorFile] = {}
    for name in weight_files(names, lambda name: read_json(folder / name)):
        file = open_file(folder / name)
        files |= dict.fromkeys(file.shapes, file)
    if not files:
        raise InputError(f"{folder}: no weights; expected one of {', '.join(WEIGHT_FILES)}")
    return FileCheckpoint(str(folder), config, files)


def read_json(path: Path) -> dict:
    """A JSON file of a checkpoint; raises InputError if it is missing or damaged."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise InputError(f"{path}: missing; a checkpoint is config.json and files of weights") from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error}); fetch it again") from None


def weight_files(names: Iterable[str], read: Callable[[str], dict]) -> list[str]:
    """Those of a checkpoint's files that hold its weights: one, or the shards that an index names.

    names: all its files; read: gives the content of an index.
    """
    for pattern in WEIGHT_FILES:
        if (index := f"{pattern}.index.json") in names:
            found = read(index).get("weight_map")
            if not isinstance(found, dict):
                raise InputError(f"{index}: no weight_map; expected an index of shards")
            return sorted(set(found.values()))
        if found := sorted(fnmatch.filter(names, pattern)):
            return found
    return []


def open_file(path: Path) -> TensorFile:
    """A file of tensors on this machine, of either kind."""
    if not path.is_file():
        raise InputError(f"{path}: missing; an index of shards names it")
    return SafetensorsFile(LocalBytes(path)) if path.suffix == ".safetensors" else TorchFile(path)


class SampledCheckpoint:
    """The sampled entries of a checkpoint, as `save_sample` writes them; opened lazily."""

    def __init__(self, path: str | Path):
        self._path = Path(path)
        self._file = SafetensorsFile(LocalBytes(self._path))
        if "layout" not in self._file.metadata:
            raise InputError(f"{path}: not the sampled weights of a checkpoint; delete it and run again")
        sizes, edges = json.loads(self._file.metadata["layout"])
        stacks = {edge: [[Tensor(*t) for t in stack] for stack in blocks] for edge, blocks in edges.items()}
        self.layout = Layout(sizes, stacks)

    def block(self, tensor: Tensor, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        places = []
        for axis, wanted in (("rows", rows), ("columns", columns)):
            kept = self._file.whole(f"{tensor.name}:{axis}")
            if not np.isin(wanted, kept).all():
                raise InputError(f"{self._path}: lacks {axis} of {tensor.name}; delete it and run again")
            places.append(np.searchsorted(kept, wanted))
        return self._file.entries(tensor.name, *places)


def save_sample(
    path: str | Path, checkpoint: Checkpoint, wanted: Iterable[tuple[Tensor, np.ndarray, np.ndarray]]
) -> None:
    """Write the entries of a checkpoint that its sampled networks need, holding one matrix of them at a time.

    wanted: matrix, rows, columns (ascending). The file is safetensors: of each matrix the entries rows x columns under
    its own name, [out, in], and their places as `<name>:rows` and `<name>:columns`; its metadata hold the layout.
    """

    def entries():
        for tensor, rows, columns in wanted:
            yield tensor.name, checkpoint.block(tensor, rows, columns)
            yield f"{tensor.name}:rows", np.asarray(rows, np.int64)
            yield f"{tensor.name}:columns", np.asarray(columns, np.int64)

    with atomic(path) as part:
        write_safetensors(part, entries(), {"layout": json.dumps(checkpoint.layout)})


class InitialCheckpoint:
    """The weights a model of this shape starts from: Gaussian matrices with random access, rounded to float16.

    Entry (i, j) is a function of (seed, model, matrix, i, j) alone: the (i * columns + j)-th output of SplitMix64 from
    a start that the names fix, through the inverse normal distribution. So networks sampled from one model share
    entries as they would in a file, and a sampled entry costs the same at 12B parameters as at 14M.
    """

    def __init__(self, model: str, shape: Shape, seed: int):
        self.model, self.seed = model, seed
        self.layout = find_layout(shape.config())
        self._std = {name: std for name, (_, _, std) in shape.matrices().items()}

    def block(self, tensor: Tensor, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        from scipy.special import ndtri  # here: checkpoints in files need no SciPy

        start = hashlib.sha256(f"{self.seed}/{self.model}/{tensor.name}".encode()).digest()[:8]
        starts, columns = np.asarray(rows, np.uint64) * np.uint64(tensor.columns), np.asarray(columns, np.uint64)
        entry = starts[..., :, None] + columns[..., None, :]
        bits = _mix(np.frombuffer(start, np.uint64) + (entry + np.uint64(1)) * GOLDEN)
        uniform = ((bits >> np.uint64(11)) + 0.5) * 2.0**-53
        return (self._std[tensor.name] * ndtri(uniform)).astype(np.float16)


def _mix(state: np.ndarray) -> np.ndarray:
    """SplitMix64's output function (Steele, Lea and Flood 2014)."""
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))
