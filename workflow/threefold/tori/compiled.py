"""Functions compiled by Numba, and where their machine code is kept: every copy of the project finds it."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path

import numba
from numba.core import caching


class CacheBySource(caching.UserWideCacheLocator):
    """A folder of NUMBA_CACHE_DIR, or of the user's cache, named after the text of the module and Numba's version.

    Numba's own locators go by the module's path, so that each copy of the project would compile for itself.
    """

    def __init__(self, py_func, py_file):
        super().__init__(py_func, py_file)
        name = hashlib.sha256(numba.__version__.encode() + Path(py_file).read_bytes()).hexdigest()[:16]
        root = numba.config.CACHE_DIR or Path(self._cache_path).parent
        self._cache_path = str(Path(root) / f"threefold_{name}")


# The first whose folder can be written to is taken.
numba.config.CACHE_LOCATOR_CLASSES = f"{__name__}.CacheBySource,InTreeCacheLocator"
compiled = partial(numba.njit, cache=True)
