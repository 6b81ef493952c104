"""Work in separate processes: SnapPy holds the interpreter lock, and now and then ends the whole process."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import NamedTuple, TypeVar

import psutil

Item = TypeVar("Item")
Result = TypeVar("Result")

FORK = multiprocessing.get_context("fork")  # any other way of starting a worker runs the calling script again


class Limits(NamedTuple):
    """What one item may use: seconds of processor time, and gigabytes of memory beyond those of the parent process.

    By the clock it may take ten times as long, so that an item that waits for ever ends too.
    """

    seconds: float = 120
    gigabytes: float = 4


def map_in_processes(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    lost: Callable[[Item], Result],
    workers: int = 1,
    batch: int = 8,
    limits: Limits = Limits(),  # noqa: B008
) -> Iterator[Result]:
    """Yield `function(item)` for every item in order, from `workers` processes that take `batch` items at a time.

    An item that ends its process or runs past `limits`, which ends it too, gives `lost(item)` and harms no other.
    """
    limited = partial(_limited, function, limits.seconds)
    pool_of = partial(
        ProcessPoolExecutor, mp_context=FORK, initializer=_limit_memory, initargs=(int(limits.gigabytes * 2**30),)
    )
    while items:
        done = 0
        try:
            with pool_of(workers) as pool:
                for result in pool.map(limited, items, chunksize=batch):
                    yield result
                    done += 1
            return
        except BrokenProcessPool:
            suspects, items = items[done : done + batch], items[done + batch :]
        for item in suspects:
            try:
                with pool_of(1) as alone:
                    yield alone.submit(limited, item).result()
            except BrokenProcessPool:
                yield lost(item)


def _limit_memory(size: int) -> None:
    used = psutil.Process().memory_info().vms
    resource.setrlimit(resource.RLIMIT_AS, (used + size, resource.RLIM_INFINITY))


def _limited(function: Callable[[Item], Result], seconds: float, item: Item) -> Result:
    """`function(item)`; the process ends if it takes longer, even inside SnapPy, or has no memory left."""
    for alarm, timer, limit in (
        (signal.SIGVTALRM, signal.ITIMER_VIRTUAL, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, 10 * seconds),
    ):
        signal.signal(alarm, signal.SIG_DFL)
        signal.setitimer(timer, limit)
    try:
        return function(item)
    except MemoryError:
        os._exit(1)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
