"""The subcommand for many models."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.gathering import Models, gathering_models
from rnninspect.cli.options import AllowDownload, FailOn, LimitPairs, Output, Values
from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.ending import Stopped
from rnninspect.command.environment import terminal_width
from rnninspect.command.gathering import results_of
from rnninspect.command.hints import hint_on
from rnninspect.command.printing import deliver, print_error
from rnninspect.command.request import Gathering, Request
from rnninspect.command.running import inspected
from rnninspect.render import REPORT, SCAN
from rnninspect.render.scan.counting import counting
from rnninspect.render.view import View
from rnninspect.rows.inspecting import RowOptions, inspect_met, unreadable_row
from rnninspect.rows.schema import Verdict
from rnninspect.rows.summary import Summary
from rnninspect.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.render import Render
    from rnninspect.rules import Level

REPORTED = ("table", "markdown")  # formats in which reports and a summary can follow each other
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Print the report on each model first.")
]


@gathering_models
def scan(  # noqa: PLR0913 - an option each
    models: Models = None,
    *,
    output_format: Annotated[str, options.format_option(SCAN)] = "table",
    output: Output = None,
    verbose: Verbose = False,
    fail_on: FailOn = "error",
    limit: LimitPairs = None,
    allow_download: AllowDownload = False,
    values: Values = False,
    gathering: Gathering,
) -> None:
    """Summarise the models in folders, by format and verdict; each is counted once.

    Exit 1 if a model has a fault of the level of --fail-on, 2 if one cannot be read.

    Example: rnninspect scan models/ --exclude 'old/'
    """
    request = Request(
        paths=tuple(models or ()),
        format=options.format_of(SCAN, output_format),
        output=output,
        limits=options.limits(limit, allow_download=allow_download),
        fail_on=options.level(fail_on),
        values=values,
        gathering=gathering,
    )
    if verbose and request.format not in REPORTED:
        raise typer.BadParameter(f"--verbose needs --format {' or '.join(REPORTED)}")
    summary, view = Summary(), View(terminal_width())
    pieces = _reports(request, summary, view) if verbose else _counted(request, summary)
    try:
        whole = chain(pieces, _lazily(SCAN[request.format], summary, view))
        done = deliver(whole, output, request.paths)
    except Stopped:
        if summary.total.models and output is None:
            print_error("stopped early: the summary is of the models so far")
            deliver(SCAN[request.format](summary, view))
        raise
    raise typer.Exit(_code(summary, request.fail_on) if done else FAILED)


def _lazily(render: Render, summary: Summary, view: View) -> Iterator[str]:
    yield from render(summary, view)


def _reports(request: Request, summary: Summary, view: View) -> Iterator[str]:
    """The report on each model, as `inspect` prints it, and a blank line."""
    results = counting(inspected(request), summary)
    yield from REPORT[request.format](results, view)
    yield "\n"


def _counted(request: Request, summary: Summary) -> Iterator[str]:
    """Nothing to print: each model is counted; one that cannot be read has an error line."""
    describe = partial(inspect_met, options=RowOptions(request.limits, request.values))
    for found in results_of(request, describe, unreadable_row):
        if found.verdict is Verdict.UNREADABLE:
            print_error(f"{found.path}: {found.model['reason']}{hint_on(found.path)}")
        summary.add(found.model)
    yield from ()


def _code(summary: Summary, fail_on: Level | None) -> int:
    if summary.total.verdicts[Verdict.UNREADABLE]:
        return FAILED
    failing = any(RULES[code].level.reaches(fail_on) for code in summary.rules)
    return FINDINGS if failing else OK


COMMANDS = (scan,)
