"""Prints for a subcommand, and ends it where that fails."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from rnninspect.command import FAILED
from rnninspect.command.environment import terminal_width
from rnninspect.command.printing import deliver, print_document, print_error
from rnninspect.errors import RnnInspectError
from rnninspect.render.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.render import Formats


def show(formats: Formats, document: object, name: str = "") -> None:
    """Print a document, in its first format if none is named.

    Raises:
        typer.Exit: it could not be written; with the code of a failure.
    """
    chosen = name or next(iter(formats))
    if not print_document(formats, chosen, document, View(terminal_width())):
        raise typer.Exit(FAILED)


def show_text(text: str) -> None:
    """Print a line; typer.Exit as above."""
    if not deliver((f"{text}\n",)):
        raise typer.Exit(FAILED)


@contextmanager
def reporting() -> Iterator[None]:
    """Turn an error of ours into a line on standard error and the code of a failure."""
    try:
        yield
    except RnnInspectError as error:
        print_error(str(error))
        raise typer.Exit(FAILED) from error
