"""Progress of long work: a bar on a terminal, a line now and then in a log."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

from tqdm import tqdm

T = TypeVar("T")
log = logging.getLogger(__name__)

terminal: TextIO | None = None  # set by record.job when the job runs under a terminal


class _LogLines(io.StringIO):
    def write(self, text: str) -> int:
        if line := text.strip():
            log.info(line)
        return len(text)


def progress(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """Pass `items` through and show how far they have come; `what` names the work, `total` its length if unknown."""
    shown = {"file": terminal, "leave": False} if terminal else {"file": _LogLines(), "mininterval": 10, "ncols": 100}
    return iter(tqdm(items, desc=what, total=total, **shown))
