"""Files of tensors that give rows and read no more: safetensors over any reader of byte ranges, and PyTorch's own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from pickle import UnpicklingError
from typing import Protocol
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

    def rows(self, name: str, rows: np.ndarray) -> np.ndarray:
        """The rows of a tensor, ascending, in its own float type (bfloat16 as float32)."""


class LocalBytes:
    """A file on this machine."""

    def __init__(self, path: str | Path):
        self.name, self._path = str(path), Path(path)
        self.size = self._path.stat().st_size

    def read(self, spans: list[Span]) -> list[bytes]:
        with self._path.open("rb", buffering=0) as file:
            return [os.pread(file.fileno(), stop - start, start) for start, stop in spans]


class SafetensorsFile:
    """A safetensors file: the header is read at once, rows when they are asked for."""

    def __init__(self, source: Bytes):
        self._source = source
        try:
            length = int.from_bytes(source.read([(0, 8)])[0], "little")
            if not 0 < length <= min(source.size, LARGEST_HEADER):
                raise ValueError(f"a header of {length} bytes")
            header = json.loads(source.read([(8, 8 + length)])[0])
            self.metadata = header.pop("__metadata__", {})
            self._tensors = {
                name: (t["dtype"], tuple(t["shape"]), 8 + length + t["data_offsets"][0]) for name, t in header.items()
            }
            end = 8 + length + max((t["data_offsets"][1] for t in header.values()), default=0)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{source.name}: not a safetensors file ({error}); fetch it again") from None
        if source.size != end:
            raise InputError(
                f"{source.name}: not a whole file: {source.size} bytes, its header says {end}; fetch it again"
            )
        self.shapes = {name: shape for name, (_, shape, _) in self._tensors.items()}

    def rows(self, name: str, rows: np.ndarray) -> np.ndarray:
        dtype, (_, *rest), offset = self._tensors[name]
        if dtype not in DTYPES:
            raise InputError(f"{self._source.name}: {name} has type {dtype}; known are {', '.join(DTYPES)}")
        width = int(np.prod(rest)) * np.dtype(DTYPES[dtype]).itemsize
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1  # neighbouring rows are one span
        runs = [(run[0], run[-1] + 1) for run in np.split(np.asarray(rows), breaks)]
        spans = [(offset + int(first) * width, offset + int(last) * width) for first, last in runs]
        values = np.frombuffer(b"".join(self._source.read(spans)), DTYPES[dtype]).reshape(len(rows), *rest)
        return (values.astype(np.uint32) << 16).view(np.float32) if dtype == "BF16" else values


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

    def rows(self, name: str, rows: np.ndarray) -> np.ndarray:
        import torch

        values = self._tensors[name][torch.from_numpy(np.asarray(rows, np.int64))]
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
