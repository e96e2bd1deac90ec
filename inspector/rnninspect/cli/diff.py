"""The subcommand that compares two models."""

from __future__ import annotations

from typing import Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.options import AllowDownload, LimitPairs, Output
from rnninspect.command.subcommands.diff import Asked
from rnninspect.command.subcommands.diff import diff as run
from rnninspect.render import DIFF

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
    chosen = options.format_of(DIFF, output_format)
    limits = options.limits(limit, allow_download=allow_download)
    raise typer.Exit(run(Asked(old, new, chosen, output, fail_on_change, limits)))


COMMANDS = (diff,)
