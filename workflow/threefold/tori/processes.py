"""Work in separate processes: SnapPy holds the interpreter lock, and now and then ends the whole process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

FORK = multiprocessing.get_context("fork")  # any other way of starting a worker runs the calling script again


def map_in_processes(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    lost: Callable[[Item], Result],
    workers: int = 1,
    batch: int = 32,
) -> Iterator[Result]:
    """Yield `function(item)` for every item in order, from `workers` processes that take `batch` items at a time.

    An item that ends its process gives `lost(item)` and harms no other.
    """
    while items:
        done = 0
        try:
            with ProcessPoolExecutor(workers, FORK) as pool:
                for result in pool.map(function, items, chunksize=batch):
                    yield result
                    done += 1
            return
        except BrokenProcessPool:
            suspects, items = items[done : done + batch], items[done + batch :]
        for item in suspects:
            try:
                with ProcessPoolExecutor(1, FORK) as alone:
                    yield alone.submit(function, item).result()
            except BrokenProcessPool:
                yield lost(item)
