"""Prints for a subcommand, which ends where that fails."""

from __future__ import annotations

import typer

from rnninspect.command import FAILED, deliver


def show(text: str) -> None:
    """Print the text; typer.Exit with the code of a failure if it cannot be printed."""
    if not deliver(text, None):
        raise typer.Exit(FAILED)
