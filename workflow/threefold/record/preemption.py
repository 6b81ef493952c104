"""Being told to go: a batch system takes a machine back, or a job's time is nearly up."""

from __future__ import annotations

import signal
import threading
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGUSR1)
EXIT_STATUS = 75  # EX_TEMPFAIL of sysexits.h: the same job, submitted again, goes on


class Preempted(Exception):
    """The state of a computation is saved, because a signal asked for its end; the next attempt goes on from it."""


class Notice:
    """Notes a SIGTERM or SIGUSR1 while its block runs, instead of dying of it: `if notice.given:` save, then raise
    Preempted."""

    def __init__(self) -> None:
        self.given: str | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Notice:
        if threading.current_thread() is threading.main_thread():  # elsewhere Python sets no handlers
            self._before = {number: signal.signal(number, self._take) for number in SIGNALS}
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, _frame) -> None:
        self.given = signal.Signals(number).name
