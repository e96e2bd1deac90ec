"""The subcommand that compares two models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.options import AllowDownload, LimitPairs, Output
from rnninspect.cli.showing import reporting
from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.environment import terminal_width
from rnninspect.command.hints import print_unreadable
from rnninspect.command.printing import print_document, print_traffic
from rnninspect.command.waiting import Waiting
from rnninspect.errors import RnnInspectError
from rnninspect.render import DIFF
from rnninspect.render.view import View
from rnninspect.source.locations import shown

if TYPE_CHECKING:
    from rnninspect.comparison.sides import Side
    from rnninspect.source.limits import Limits

SIDE = "A saved model, or a JSON report on one; - is a report on standard input."
Old = Annotated[str, typer.Argument(metavar="OLD", help=SIDE)]
New = Annotated[str, typer.Argument(metavar="NEW", help=SIDE)]
FailOnChange = Annotated[
    bool,
    typer.Option("--fail-on-change", help="Exit 1 if anything but conventions differs."),
]


def diff(  # noqa: PLR0913 - an option each
    old: Old,
    new: New,
    *,
    output_format: Annotated[str, options.format_option(DIFF)] = "table",
    output: Output = None,
    fail_on_change: FailOnChange = False,
    limit: LimitPairs = None,
    allow_download: AllowDownload = False,
) -> None:
    """Show what changed between two models, of any two formats.

    Example: rnninspect diff old.json model.onnx --fail-on-change
    """
    from rnninspect.comparison import compare  # noqa: PLC0415 - only when used

    chosen = options.format_of(DIFF, output_format)
    limits = options.limits(limit, allow_download=allow_download)
    before, after = _read(old, new, limits), _read(new, old, limits)
    if before is None or after is None:
        raise typer.Exit(FAILED)
    with reporting():
        comparison = compare(before.outline, after.outline)
    files = [old, new, *before.files, *after.files]
    if not print_document(DIFF, chosen, comparison, View(terminal_width()), output, files):
        raise typer.Exit(FAILED)
    raise typer.Exit(FINDINGS if fail_on_change and comparison.changed else OK)


def _read(path: str, other: str, limits: Limits) -> Side | None:
    """One side; None, after an error line, if it cannot be read."""
    from rnninspect.comparison.sides import read_side  # noqa: PLC0415 - only when used

    try:
        with Waiting(shown(path)):
            side = read_side(path, other, limits)
    except RnnInspectError as error:
        print_unreadable(path, str(error))
        return None
    if side.report:
        print_traffic(side.report)
    return side


COMMANDS = (diff,)
