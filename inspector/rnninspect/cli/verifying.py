"""The subcommand that asks the frameworks themselves."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.options import LimitPairs, Models
from rnninspect.command import FAILED, FINDINGS, OK, complain, deliver
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.limits import Limits
from rnninspect.verification.opinion import Bounds

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


def verify(
    models: Models,
    *,
    trust_file: TrustFile = False,
    timeout: Timeout = 300,
    memory: Memory = 8,
    limit: LimitPairs = None,
) -> None:
    """Ask the file's own framework to load it, and set its counts beside ours.

    The framework runs in a process of its own. It must be installed: rnninspect[torch],
    rnninspect[tensorflow], rnninspect[onnxruntime] or rnninspect[all]. Exit 0 if each framework
    loads the file and agrees, 1 if one disagrees or refuses, 2 if one could not be asked.

    Example: rnninspect verify model.pt
    """
    bounds = Bounds(timeout, int(memory * 2**30))
    limits = options.limits(limit)
    codes = [_verify(path, limits, bounds, trusted=trust_file) for path in models]
    raise typer.Exit(max(codes))


def _verify(path: str, limits: Limits, bounds: Bounds, *, trusted: bool) -> int:
    from rnninspect.render.to_verdict import sentence, verdict  # noqa: PLC0415 - only when used
    from rnninspect.verification import Verdict, verify  # noqa: PLC0415 - as above

    try:
        report = inspect_file(path, limits)
    except RnnInspectError as error:
        complain(f"{path}: {error}")
        return FAILED
    opinions = list(verify(report, bounds, _progress, trusted=trusted))
    _progress("")
    asked = [opinion for opinion in opinions if opinion.verdict is not Verdict.UNASKED]
    for opinion in opinions:
        if opinion.verdict is Verdict.UNASKED:
            complain(f"{path}: {sentence(opinion)}")
    if not opinions:
        complain(f"{path}: no framework is known that could judge {report.format}")
    if asked and not deliver(verdict(report, asked), None):
        return FAILED
    if len(asked) < len(opinions) or not opinions:
        return FAILED
    bad = {Verdict.DISAGREE, Verdict.REFUSED}
    return FINDINGS if any(opinion.verdict in bad for opinion in asked) else OK


def _progress(text: str) -> None:
    """What is going on, in one line of a terminal that is written again and again."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()


COMMANDS = (verify,)
