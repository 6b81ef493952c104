"""Foreign pickles, opened without running what is in them: an allow-list of NumPy's array makers.

Source: docs/science/ithp.md#pickle-safety.
"""

from __future__ import annotations

import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np

from threefold.record.errors import InputError

SIZE_LIMIT = 256 * 2**20  # bytes


def _empty_array(*_: Any) -> np.ndarray:
    """Stands in for `_reconstruct`: an empty array, which the pickle's state then fills, whatever it asked for."""
    return np.empty(0)


def _latin1(text: str, encoding: str) -> bytes:
    """Stands in for `_codecs.encode`, by which Python 3 writes bytes into old protocols."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"encoding {encoding!r}")
    return text.encode("latin1")


def _scalar(dtype: np.dtype, data: bytes) -> Any:
    """Stands in for NumPy's maker of scalars."""
    if not isinstance(dtype, np.dtype) or dtype.hasobject:
        raise pickle.UnpicklingError("a NumPy scalar that holds an object")
    return np.frombuffer(data.encode("latin1") if isinstance(data, str) else data, dtype)[0]


ALLOWED = {
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy._core.multiarray", "scalar"): _scalar,
    ("numpy", "dtype"): np.dtype,
    ("numpy", "ndarray"): "numpy.ndarray",  # only ever an argument of _reconstruct, so it need not be callable
    ("numpy.core.multiarray", "_reconstruct"): _empty_array,
    ("numpy._core.multiarray", "_reconstruct"): _empty_array,
    ("_codecs", "encode"): _latin1,
}


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"the global {module}.{name}")
        return ALLOWED[module, name]


def load_arrays(path: str | Path, limit: int | None = None) -> Any:
    """Read a pickle of plain containers, numbers, strings and NumPy arrays; Python 2 strings come as str.

    Raises InputError naming the offending global, for a truncated or damaged file, or above `limit` bytes.
    """
    path, limit = Path(path), limit or SIZE_LIMIT
    if path.stat().st_size > limit:
        raise InputError(f"{path}: {path.stat().st_size} bytes, but at most {limit} are read from a pickle")
    try:
        with path.open("rb") as file:
            return _Unpickler(file, encoding="latin1").load()
    except Exception as error:  # a hostile or damaged pickle can raise anything
        raise InputError(
            f"{path}: refused {error}; expected NumPy arrays in plain containers only (globals in the file: "
            f"{', '.join(globals_of(path)) or 'none'}). Get the file again from its public home."
        ) from None


def globals_of(path: Path) -> list[str]:
    """Names of the globals that a pickle asks for, read without loading it; up to where the file is readable."""
    found, strings = set(), []
    try:
        with path.open("rb") as file:
            for opcode, argument, _ in pickletools.genops(file):
                if opcode.name == "GLOBAL":
                    found.add(argument.replace(" ", "."))
                elif opcode.name == "STACK_GLOBAL":
                    found.add(".".join(strings[-2:]))
                elif isinstance(argument, str):
                    strings.append(argument)
    except (ValueError, IndexError, UnicodeDecodeError):
        pass
    return sorted(found)
