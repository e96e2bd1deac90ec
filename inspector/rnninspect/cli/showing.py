"""Prints for a subcommand, which ends where that fails."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from rnninspect.command.running import FAILED, complain, deliver
from rnninspect.errors import RnnInspectError

if TYPE_CHECKING:
    from collections.abc import Iterator


def show(text: str) -> None:
    """Print the text; typer.Exit with the code of a failure if it cannot be printed."""
    if not deliver(text, None):
        raise typer.Exit(FAILED)


@contextmanager
def reporting() -> Iterator[None]:
    """Turn an error of ours into a line on standard error and the code of a failure."""
    try:
        yield
    except RnnInspectError as error:
        complain(str(error))
        raise typer.Exit(FAILED) from error
