"""The subcommand that asks the frameworks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.options import LimitPairs, Models, Output
from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.environment import terminal_width
from rnninspect.command.hints import print_unreadable
from rnninspect.command.printing import print_document, print_error, show_progress
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.render import VERDICT
from rnninspect.render.view import View
from rnninspect.report import Unreadable
from rnninspect.source.locations import is_remote, shown
from rnninspect.verification.opinion import Bounds, Judged, Outcome

if TYPE_CHECKING:
    from rnninspect.source.limits import Limits

TrustFile = Annotated[
    bool,
    typer.Option(
        "--trust-file",
        help="Let the framework run code that the file contains or names: a pickled module, "
        "a script, a Lambda layer, a SavedModel. That code can do whatever you can; the child "
        "process limits its time and memory, and nothing else.",
    ),
]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds for each framework.")]
Memory = Annotated[float, typer.Option(min=0.1, help="Gigabytes for each framework.")]


def verify(  # noqa: PLR0913 - an option each
    models: Models,
    *,
    trust_file: TrustFile = False,
    output_format: Annotated[str, options.format_option(VERDICT)] = "table",
    output: Output = None,
    timeout: Timeout = 300,
    memory: Memory = 8,
    limit: LimitPairs = None,
) -> None:
    """Ask a file's own framework to load it, and compare the counts.

    The framework runs in a process of its own. It must be installed, as rnninspect[all] does for
    those of the built-in readers; a missing one is named with its extra. Exit 0 if each framework
    loads the file and agrees, 1 if one disagrees or refuses, 2 if one could not be asked.

    Example: rnninspect verify model.pt
    """
    chosen = options.format_of(VERDICT, output_format)
    bounds, limits = Bounds(timeout, int(memory * 2**30)), options.limits(limit)
    results = [_judge(path, limits, bounds, trusted=trust_file) for path in models]
    judged = [result for result in results if not isinstance(result, Unreadable)]
    files = [*models, *(name for file in judged for name in file.report.files)]
    if not print_document(VERDICT, chosen, results, View(terminal_width()), output, files):
        raise typer.Exit(FAILED)
    raise typer.Exit(max(_code(result) for result in results))


def _judge(path: str, limits: Limits, bounds: Bounds, *, trusted: bool) -> Judged | Unreadable:
    """All opinions of one file; each framework that could not be asked is an error line."""
    from rnninspect.render.verdict.table import sentence  # noqa: PLC0415 - only when used
    from rnninspect.verification import verify as ask  # noqa: PLC0415 - as above

    if is_remote(path):
        reason = "a framework loads local files alone: download it first"
        print_error(f"{shown(path)}: {reason}")
        return Unreadable(shown(path), reason)
    try:
        report = inspect_file(path, limits)
        opinions = tuple(ask(report, bounds, show_progress, limits, trusted=trusted))
    except RnnInspectError as error:
        print_unreadable(path, str(error))
        return Unreadable(path, str(error))
    show_progress("")
    for opinion in opinions:
        if opinion.verdict is Outcome.UNASKED:
            print_error(f"{path}: {sentence(opinion)}")
    if not opinions:
        print_error(f"{path}: no framework is known that loads {report.format}")
    return Judged(report, opinions)


def _code(result: Judged | Unreadable) -> int:
    if isinstance(result, Unreadable):
        return FAILED
    verdicts = {opinion.verdict for opinion in result.opinions}
    if not verdicts or Outcome.UNASKED in verdicts:
        return FAILED
    return FINDINGS if verdicts & {Outcome.DISAGREE, Outcome.REFUSED} else OK


COMMANDS = (verify,)
