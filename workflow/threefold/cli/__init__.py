"""The command `threefold`: what people ask of a finished run."""

from __future__ import annotations

import typer

from threefold.cli import cost, ithp, ledger, results, runs, tori
from threefold.record.errors import message_alone

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for commands in (cost, ithp, ledger, results, runs, tori):
    app.add_typer(commands.app)


def run() -> None:
    """The entry point: an InputError is a message, not a traceback."""
    with message_alone("threefold: "):
        app()
