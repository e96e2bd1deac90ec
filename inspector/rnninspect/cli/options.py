"""Options that several subcommands share, and the values that they accept."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from rnninspect.cells.naming import cell_named, similar_names
from rnninspect.cli import words
from rnninspect.cli.words import LEVELS
from rnninspect.policy.amounts import NEVER
from rnninspect.render.report.columns import BY_NAME, Column
from rnninspect.rules import Level
from rnninspect.source.limits import Limits
from rnninspect.wording.nearest import nearest, suggestion

if TYPE_CHECKING:
    from rnninspect.render import Formats

LIMITS = Limits._fields


class PlainUsage(TyperCommand):
    """A subcommand whose usage line shows an argument as manuals do: no braces around it."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ANN401 - typer hides its type
        """The parts of the usage line."""
        pieces = super().collect_usage_pieces(ctx)
        # typer 0.29 shows several as {MODEL...}..., with the dots of the metavar and its own
        return [re.sub(r"[{}]|\.{3}(?=\}\.{3})", "", piece) for piece in pieces]


Models = Annotated[list[str], typer.Argument(metavar="MODEL...", help="Saved models.")]
Model = Annotated[str, typer.Argument(metavar="MODEL", help="A saved model.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to this file, whole or not at all.")
]
Columns = Annotated[
    str | None,
    typer.Option(
        "--columns",
        help=f"Some of {', '.join(BY_NAME)}, separated by commas.",
        autocompletion=words.columns,
    ),
]
FailOn = Annotated[
    str,
    typer.Option(
        "--fail-on",
        help=f"Exit 1 from this level on: {', '.join(LEVELS)}.",
        autocompletion=words.levels,
    ),
]
Values = Annotated[
    bool,
    typer.Option(
        "--values", help="Also report stored bias vectors that are all zeros, in formats with two."
    ),
]
Unfold = Annotated[
    bool, typer.Option("--unfold", help="A row for each of many equal layers in tables.")
]
LimitPairs = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        help=f"Raise a limit: {', '.join(LIMITS)}.",
        autocompletion=words.limits,
    ),
]

MOST_DOWNLOADED = 2 * 2**30  # bytes
AllowDownload = Annotated[
    bool,
    typer.Option(
        "--allow-download",
        help="Download a remote file whole, up to 2 GiB, if its server does not send parts of it.",
    ),
]


def format_option(formats: Formats) -> Any:  # noqa: ANN401 - typer hides its type
    """The option that chooses one of a document's formats."""
    return typer.Option(
        "--format",
        "-f",
        help=f"One of {', '.join(formats)}.",
        autocompletion=lambda: list(formats),
    )


def one_of(option: str, name: str, known: tuple[str, ...]) -> str:
    """The known word that equals `name`, ignoring case; else a usage error on the option."""
    for word in known:
        if word.lower() == name.lower():
            return word
    text = f"{name!r} is not one of {', '.join(known)}{suggestion(nearest(name, known))}"
    raise typer.BadParameter(text, param_hint=f"'{option}'")


def format_of(formats: Formats, name: str) -> str:
    """The name of one of a document's formats."""
    return one_of("--format", name, tuple(formats))


def cell(name: str) -> str:
    """The name of a cell as CELLS has it, from one of those that people write."""
    found = cell_named(name)
    if found is None:
        text = f"no cell {name!r}{suggestion(similar_names(name)) or ';'}"
        raise typer.BadParameter(f"{text} `rnninspect cells` lists them", param_hint="'CELL'")
    return found


def columns(names: str | None) -> tuple[Column, ...]:
    """The columns of these names, in this order; empty if none are named."""
    wanted = [name.strip() for name in names.split(",")] if names else []
    return tuple(BY_NAME[one_of("--columns", name, tuple(BY_NAME))] for name in wanted)


def limits(pairs: list[str] | None, *, allow_download: bool = False) -> Limits:
    """The default limits, changed by pairs such as `tensors=500000`."""
    changed = Limits(download_bytes=MOST_DOWNLOADED) if allow_download else Limits()
    for pair in pairs or ():
        name, _, value = pair.partition("=")
        if name not in LIMITS or not value.isdecimal():
            text = f"--limit {pair!r}: expected NAME=NUMBER; NAME is one of {', '.join(LIMITS)}"
            near = [] if name in LIMITS else nearest(name, LIMITS)
            raise typer.BadParameter(f"{text}{suggestion(near)}")
        changed = changed._replace(**{name: int(value)})
    return changed


def level(name: str) -> Level | None:
    """The level from which a finding fails the call; None for `never`."""
    word = one_of("--fail-on", name, LEVELS)
    return None if word == NEVER else Level(word)


def kernel_size(text: str | None) -> tuple[int, ...]:
    """`3x3` as (3, 3)."""
    parts = text.lower().split("x") if text else []
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise typer.BadParameter(
            f"--kernel-size {text!r}: expected numbers joined by x, such as 3x3"
        )
    return tuple(int(part) for part in parts)


def sizes_by_symbol(pairs: list[str] | None) -> dict[str, int]:
    """`B=128` as a size."""
    given: dict[str, int] = {}
    for pair in pairs or ():
        name, _, value = pair.partition("=")
        if not value.isdecimal() or not int(value):
            raise typer.BadParameter(f"--size {pair!r}: expected {name or 'SYMBOL'}=NUMBER")
        given[name] = int(value)
    return given
