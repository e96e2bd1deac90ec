"""The option --color, which each subcommand has."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rnninspect.cli.options import one_of
from rnninspect.command.environment import AUTO, COLOURS, choose_colour

if TYPE_CHECKING:
    from collections.abc import Callable

Color = Annotated[
    str,
    typer.Option(
        "--color",
        help=f"Colour in tables and text: {', '.join(COLOURS)}.",
        autocompletion=lambda: list(COLOURS),
    ),
]


def with_colour(command: Callable[..., None]) -> Callable[..., None]:
    """The command with this option, which it is not given: it holds for the whole call.

    Typer reads the signature.
    """
    signature = inspect.signature(command, eval_str=True)

    @wraps(command)
    def coloured(*, color: str, **given: Any) -> None:  # noqa: ANN401 - whatever the command is given
        choose_colour(one_of("--color", color, COLOURS))
        command(**given)

    kind = inspect.Parameter.KEYWORD_ONLY
    option = inspect.Parameter("color", kind, default=AUTO, annotation=Color)
    parameters = [*signature.parameters.values(), option]
    coloured.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined] # mypy knows no such attribute of a function
    return coloured
