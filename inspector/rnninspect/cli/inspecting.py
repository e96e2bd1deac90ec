"""The subcommands that open models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.options import (
    Columns,
    FailOn,
    Format,
    LimitPairs,
    Model,
    Models,
    Output,
    Values,
)
from rnninspect.cli.showing import show
from rnninspect.command.running import FAILED, FINDINGS, OK, Request, complain, run, terminal_width
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file

if TYPE_CHECKING:
    from rnninspect.counter import LayerCount
    from rnninspect.report import Report


def inspect(  # noqa: PLR0913 - one parameter for each option
    models: Models,
    *,
    output_format: Format = "table",
    output: Output = None,
    columns: Columns = None,
    fail_on: FailOn = "error",
    limit: LimitPairs = None,
    values: Values = False,
) -> None:
    """Report each recurrent layer: formula, stored tensors, verdict.

    Exit 1 if the formula and the stored tensors of a file do not agree, or another rule of the
    level of --fail-on is broken; 2 if a file cannot be read.

    Example: rnninspect inspect model.onnx weights.h5 --format markdown
    """
    request = Request(
        paths=tuple(models),
        format=options.renderer(output_format),
        output=output,
        columns=options.columns(columns),
        limits=options.limits(limit),
        fail_on=options.level(fail_on),
        values=values,
    )
    raise typer.Exit(run(request))


def explain(
    model: Model,
    layer: Annotated[str | None, typer.Argument(metavar="LAYER", help="Only this.")] = None,
    *,
    limit: LimitPairs = None,
) -> None:
    """Show the arithmetic of each weight, and what is stored beside it.

    Example: rnninspect explain model.pt encoder.lstm
    """
    from rnninspect.render.knowledge.explanation import explain as explain_layers  # noqa: PLC0415 - heavy

    try:
        report = inspect_file(model, options.limits(limit))
    except RnnInspectError as error:
        complain(f"{model}: {error}")
        raise typer.Exit(FAILED) from error
    chosen = [counted for counted in report.layers if layer in _names(counted)]
    if not chosen:
        complain(f"{model}: {_nothing(report, layer)}")
        raise typer.Exit(FAILED if layer else OK)
    show(explain_layers(report, chosen, terminal_width()))
    wrong = any(report.findings_of(counted.layer.name) for counted in chosen)
    raise typer.Exit(FINDINGS if wrong else OK)


def _names(counted: LayerCount) -> set[str | None]:
    """What a layer may be called by; None chooses every one."""
    layer = counted.layer
    stack = layer.stack.name if layer.stack else None
    return {None, layer.name, layer.original_name, stack}


def _nothing(report: Report, layer: str | None) -> str:
    names = ", ".join(counted.layer.name for counted in report.layers)
    if not names:
        return "it has no recurrent layer"
    return f"no layer {layer!r}; it has {names}"


COMMANDS = (inspect, explain)
