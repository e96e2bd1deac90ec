"""The subcommand that asks the frameworks themselves."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.options import LimitPairs, Models, Output
from rnninspect.command.running import FAILED, FINDINGS, OK, complain, deliver
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.render.view import Unreadable
from rnninspect.verification.opinion import Bounds, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.report import Report
    from rnninspect.source.limits import Limits
    from rnninspect.verification.opinion import Opinion

VERDICT_FORMATS = ("table", "json")

TrustFile = Annotated[
    bool,
    typer.Option(
        "--trust-file",
        help="Let the framework run the code that the file holds or names: a whole torch module, "
        "TorchScript, a Lambda, a SavedModel. That code can do all that you can; the child "
        "process bounds its time and memory, and nothing else.",
    ),
]
Timeout = Annotated[float, typer.Option(min=1, help="Seconds for each framework.")]
Memory = Annotated[float, typer.Option(min=0.1, help="Gigabytes for each framework.")]


def verify(  # noqa: PLR0913 - an option each
    models: Models,
    *,
    trust_file: TrustFile = False,
    output_format: Annotated[
        str, typer.Option("--format", "-f", help=f"One of {', '.join(VERDICT_FORMATS)}.")
    ] = "table",
    output: Output = None,
    timeout: Timeout = 300,
    memory: Memory = 8,
    limit: LimitPairs = None,
) -> None:
    """Ask a file's own framework to load it, and compare the counts.

    The framework runs in a process of its own. It must be installed: rnninspect[torch],
    rnninspect[tensorflow], rnninspect[onnxruntime] or rnninspect[all]. Exit 0 if each framework
    loads the file and agrees, 1 if one disagrees or refuses, 2 if one could not be asked.

    Example: rnninspect verify model.pt
    """
    from rnninspect.render.verdict.json import verdicts_json  # noqa: PLC0415 - as above
    from rnninspect.render.verdict.table import verdict  # noqa: PLC0415 - only when used

    chosen = options.one_of("--format", output_format, VERDICT_FORMATS)
    bounds, limits = Bounds(timeout, int(memory * 2**30)), options.limits(limit)
    results = [_judge(path, limits, bounds, trusted=trust_file) for path in models]
    unreadable = [result for result in results if isinstance(result, Unreadable)]
    judged = [result for result in results if not isinstance(result, Unreadable)]
    asked = [(report, _asked(opinions)) for report, opinions in judged]
    blocks = [verdict(report, opinions) for report, opinions in asked if opinions]
    text = verdicts_json(judged, unreadable) if chosen == "json" else "\n\n".join(blocks)
    files = [*models, *(name for report, _ in judged for name in report.files)]
    if text and not deliver(text, output, files):
        raise typer.Exit(FAILED)
    codes = [_code(opinions) for _, opinions in judged]
    raise typer.Exit(FAILED if unreadable else max(codes))


def _judge(
    path: str, limits: Limits, bounds: Bounds, *, trusted: bool
) -> tuple[Report, list[Opinion]] | Unreadable:
    """All opinions of one file; what could not be had is told on standard error at once."""
    from rnninspect.render.verdict.table import sentence  # noqa: PLC0415 - only when used
    from rnninspect.verification import verify as ask  # noqa: PLC0415 - as above

    try:
        report = inspect_file(path, limits)
    except RnnInspectError as error:
        complain(f"{path}: {error}")
        return Unreadable(path, str(error))
    opinions = list(ask(report, bounds, _progress, limits, trusted=trusted))
    _progress("")
    for opinion in opinions:
        if opinion.verdict is Verdict.UNASKED:
            complain(f"{path}: {sentence(opinion)}")
    if not opinions:
        complain(f"{path}: no framework is known that could judge {report.format}")
    return report, opinions


def _asked(opinions: Sequence[Opinion]) -> list[Opinion]:
    return [opinion for opinion in opinions if opinion.verdict is not Verdict.UNASKED]


def _code(opinions: Sequence[Opinion]) -> int:
    verdicts = {opinion.verdict for opinion in opinions}
    if not verdicts or Verdict.UNASKED in verdicts:
        return FAILED
    return FINDINGS if verdicts & {Verdict.DISAGREE, Verdict.REFUSED} else OK


def _progress(text: str) -> None:
    """What is going on, in one line of a terminal that is written again and again."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


COMMANDS = (verify,)
