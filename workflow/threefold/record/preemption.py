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
    """Takes note of SIGTERM and SIGUSR1 while it listens, instead of the process dying of them."""

    def __init__(self) -> None:
        self.given: str | None = None
        self._before: dict[signal.Signals, Any] = {}

    def listen(self) -> None:
        """Listen from now on; outside of the main thread, where Python takes no signals, nothing happens."""
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._take) for number in SIGNALS}

    def obey(self, saved: str) -> None:
        """Raise Preempted if a signal has come; `saved` says what is saved."""
        if self.given:
            raise Preempted(f"{self.given}: {saved}; the next attempt goes on from there")

    def __enter__(self) -> Notice:
        self.listen()
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, _frame) -> None:
        self.given = signal.Signals(number).name
