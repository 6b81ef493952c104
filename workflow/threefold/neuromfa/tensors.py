"""Files of tensors that give entries and read little more: safetensors over any reader of bytes, and PyTorch's own."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable
from pathlib import Path
from pickle import UnpicklingError
from typing import NamedTuple, Protocol
from zipfile import BadZipFile, is_zipfile

import numpy as np

from threefold.record.errors import InputError

DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "BF16": "<u2", "I64": "<i8"}
LARGEST_HEADER = 100_000_000  # bytes; the limit of the format's own library
Span = tuple[int, int]  # first byte, byte after the last


class Bytes(Protocol):
    """Something with random access to its bytes."""

    name: str
    size: int

    def read(self, spans: list[Span]) -> list[bytes]:
        """The bytes of each span, in their order."""


class TensorFile(Protocol):
    """A file of tensors."""

    shapes: dict[str, tuple[int, ...]]

    def entries(self, name: str, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """The entries rows [..., r] x columns [..., c] of a tensor [rows, columns, ...]: [..., r, c, ...].

        In its own float type (bfloat16 as float32). Rows and columns must lie within its shape.
        """


class LocalBytes:
    """A file on this machine."""

    def __init__(self, path: str | Path):
        self.name, self._path = str(path), Path(path)
        self.size = self._path.stat().st_size

    def read(self, spans: list[Span]) -> list[bytes]:
        with self._path.open("rb", buffering=0) as file:
            return [os.pread(file.fileno(), stop - start, start) for start, stop in spans]

    def map(self, span: Span) -> np.ndarray:
        """The bytes of a span, mapped into memory: what is looked at is read."""
        try:
            return np.memmap(self._path, np.uint8, "r", span[0], (span[1] - span[0],))
        except (OSError, ValueError) as error:  # the file has become shorter
            raise InputError(f"{self.name}: it changed while being read ({error}); fetch it again") from None


class Stored(NamedTuple):
    """A tensor of a safetensors file: its type and shape, and the bytes of the file where it lies."""

    dtype: str
    shape: tuple[int, ...]
    span: Span


class SafetensorsFile:
    """A safetensors file: the header is read and checked at once, entries when they are asked for."""

    def __init__(self, source: Bytes):
        self._source = source
        try:
            length = int.from_bytes(source.read([(0, 8)])[0], "little")
            if not 0 < length <= min(source.size, LARGEST_HEADER):
                raise ValueError(f"a header of {length} bytes")
            header = json.loads(source.read([(8, 8 + length)])[0])
            self.metadata = dict(header.pop("__metadata__", {}))
            self._tensors, end = _stored(header, 8 + length)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InputError(f"{source.name}: not a safetensors file ({error}); fetch it again") from None
        if source.size != end:
            raise InputError(
                f"{source.name}: not a whole file: {source.size} bytes, its header says {end}; fetch it again"
            )
        self.shapes = {name: stored.shape for name, stored in self._tensors.items()}

    def entries(self, name: str, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        _, width, *rest = self.shapes[name]
        if isinstance(self._source, LocalBytes):
            values = self.whole(name)
        else:
            read, rows = _distinct(rows)
            values = self._rows(name, read)
        places = rows[..., :, None] * width + columns[..., None, :]
        found = np.asarray(values.reshape(-1, *rest).take(places, axis=0))
        return (found.astype(np.uint32) << 16).view(np.float32) if self._tensors[name].dtype == "BF16" else found

    def whole(self, name: str) -> np.ndarray:
        """A tensor of a file on this machine, mapped into memory; bfloat16 by its bits."""
        return self._source.map(self._tensors[name].span).view(self._dtype(name)).reshape(self.shapes[name])

    def _rows(self, name: str, rows: np.ndarray) -> np.ndarray:
        """The rows of a tensor, ascending; neighbours are asked for together."""
        _, (_, *rest), (start, _) = self._tensors[name]
        width = math.prod(rest) * self._dtype(name).itemsize
        runs = np.split(rows, np.flatnonzero(np.diff(rows) != 1) + 1)
        spans = [(start + int(run[0]) * width, start + int(run[-1] + 1) * width) for run in runs]
        return np.frombuffer(b"".join(self._source.read(spans)), self._dtype(name)).reshape(len(rows), *rest)

    def _dtype(self, name: str) -> np.dtype:
        dtype = self._tensors[name].dtype
        if dtype not in DTYPES:
            raise InputError(f"{self._source.name}: {name} has type {dtype}; known are {', '.join(DTYPES)}")
        return np.dtype(DTYPES[dtype])


def _stored(header: dict, start: int) -> tuple[dict[str, Stored], int]:
    """The tensors of a header, whose data begin at byte `start` and lie end to end, and the byte after the last."""
    found = {}
    for name, tensor in header.items():
        first, last = tensor["data_offsets"]
        found[name] = Stored(str(tensor["dtype"]), tuple(tensor["shape"]), (start + first, start + last))
    end = start
    for name, (dtype, shape, (first, last)) in sorted(found.items(), key=lambda item: item[1].span):
        if any(type(number) is not int or number < 0 for number in (*shape, first, last)):
            raise ValueError(f"{name} has the shape {list(shape)} at bytes {first} to {last}")
        size = math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize if dtype in DTYPES else last - first
        if first != end or last - first != size:
            raise ValueError(f"{name}, {dtype} {list(shape)}, does not fill bytes {end} to {last}")
        end = last
    return found, end


def _distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different rows, ascending, and the place of each row among them."""
    different, places = np.unique(rows, return_inverse=True)
    return different, places.reshape(rows.shape)


class TorchFile:
    """A PyTorch file (.bin, .pt) of tensors, mapped into memory where its format allows; nothing in it is ever run."""

    def __init__(self, path: str | Path):
        import torch  # here, because safetensors need it not

        try:
            mapped = is_zipfile(path)  # files of PyTorch before 1.6 are not, and are read whole
            self._tensors = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
            self._tensors = self._tensors.get("state_dict", self._tensors)
            self.shapes = {name: tuple(tensor.shape) for name, tensor in self._tensors.items()}
        except (RuntimeError, UnpicklingError, AttributeError, EOFError, BadZipFile, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"{path}: not a whole PyTorch file of tensors alone ({reason}); fetch it again") from None

    def entries(self, name: str, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        import torch

        places = (torch.from_numpy(places.astype(np.int64)) for places in (rows[..., :, None], columns[..., None, :]))
        values = self._tensors[name][tuple(places)]
        return (values.float() if values.dtype == torch.bfloat16 else values).numpy()


def write_safetensors(path: Path, tensors: Iterable[tuple[str, np.ndarray]], metadata: dict[str, str]) -> None:
    """Write a safetensors file while holding one tensor at a time."""
    codes = {np.dtype(code): name for name, code in DTYPES.items() if name != "BF16"}
    header, end = {"__metadata__": metadata}, 0
    data = path.with_name(path.name + ".data")
    try:
        with data.open("wb") as file:
            for name, values in tensors:
                start, end = end, end + values.nbytes
                header[name] = {"dtype": codes[values.dtype], "shape": values.shape, "data_offsets": [start, end]}
                file.write(np.ascontiguousarray(values).tobytes())
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        with path.open("wb") as out, data.open("rb") as file:
            out.write(len(text).to_bytes(8, "little") + text)
            while piece := file.read(1 << 24):
                out.write(piece)
    finally:
        data.unlink(missing_ok=True)
