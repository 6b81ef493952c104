"""The one exception for what a user can put right."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class InputError(Exception):
    """Bad input: what was found, what was expected, where, and what to do, in one or two lines.

    A job that meets it writes the message to its log and ends; no traceback is shown.
    """


@contextmanager
def message_alone(before: str = "") -> Iterator[None]:
    """End the process with the message of an InputError, without traceback and what others put around it."""
    try:
        yield
    except InputError as error:
        sys.exit(f"{before}{error}")
