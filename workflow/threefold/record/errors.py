"""The one exception for what a user can put right."""


class InputError(Exception):
    """Bad input: what was found, what was expected, where, and what to do, in one or two lines.

    A job that meets it writes the message to its log and ends; no traceback is shown.
    """
