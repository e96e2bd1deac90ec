"""The subcommands that open models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rnninspect.cli import options, words
from rnninspect.cli.gathering import Models, gathering_models
from rnninspect.cli.options import (
    AllowDownload,
    Columns,
    FailOn,
    LimitPairs,
    Model,
    Output,
    Unfold,
    Values,
)
from rnninspect.cli.showing import reporting, show
from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.choosing import SORTS
from rnninspect.command.hints import print_unreadable
from rnninspect.command.printing import print_error, print_traffic
from rnninspect.command.request import Gathering, Request
from rnninspect.command.running import run
from rnninspect.command.waiting import Waiting
from rnninspect.errors import RnnInspectError
from rnninspect.inspection import inspect_file
from rnninspect.render import EXPLANATION, REPORT
from rnninspect.render.report.sentences import no_layer
from rnninspect.source.locations import shown
from rnninspect.wording.nearest import nearest, suggestion

if TYPE_CHECKING:
    from rnninspect.report import Report

Layer = Annotated[
    str | None,
    typer.Argument(metavar="LAYER", help="Only this layer.", autocompletion=words.layers),
]
MOST_NAMED = 20  # layers in an error


Sort = Annotated[
    str | None,
    typer.Option(
        "--sort",
        help=f"Order of the models, one of {', '.join(SORTS)}: the largest first.",
        autocompletion=lambda: list(SORTS),
    ),
]
Top = Annotated[
    int,
    typer.Option(
        "--top", min=0, help="Show only this many models, by --sort or parameters; 0 for all."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show only the models that fail.")]


@gathering_models
def inspect(  # noqa: PLR0913 - one parameter for each option
    models: Models = None,
    *,
    output_format: Annotated[str, options.format_option(REPORT)] = "table",
    output: Output = None,
    columns: Columns = None,
    fail_on: FailOn = "error",
    limit: LimitPairs = None,
    allow_download: AllowDownload = False,
    values: Values = False,
    unfold: Unfold = False,
    sort: Sort = None,
    top: Top = 0,
    quiet: Quiet = False,
    gathering: Gathering,
) -> None:
    """Report each recurrent layer: formula, stored tensors, verdict.

    Exit 1 if a rule of the level of --fail-on is broken, 2 if a file cannot be read.

    Example: rnninspect inspect model.onnx weights.h5 --format markdown
    """
    chosen = options.format_of(REPORT, output_format)
    if chosen != "table" and (top or quiet):
        raise typer.BadParameter(f"{'--top' if top else '--quiet'} needs --format table")
    request = Request(
        paths=tuple(models or ()),
        format=chosen,
        output=output,
        columns=options.columns(columns),
        limits=options.limits(limit, allow_download=allow_download),
        fail_on=options.level(fail_on),
        values=values,
        unfold=unfold,
        sort=options.one_of("--sort", sort, tuple(SORTS)) if sort else "",
        top=top,
        quiet=quiet,
        gathering=gathering,
    )
    raise typer.Exit(run(request))


def explain(
    model: Model,
    layer: Layer = None,
    *,
    output_format: Annotated[str, options.format_option(EXPLANATION)] = "text",
    limit: LimitPairs = None,
    allow_download: AllowDownload = False,
) -> None:
    """Show the arithmetic of each weight, and what is stored for it.

    Example: rnninspect explain model.pt encoder.lstm
    """
    from rnninspect.render.knowledge.explanation import Explanation  # noqa: PLC0415 - heavy

    chosen_format = options.format_of(EXPLANATION, output_format)
    try:
        with Waiting(shown(model)):
            report = inspect_file(model, options.limits(limit, allow_download=allow_download))
    except RnnInspectError as error:
        print_unreadable(model, str(error))
        raise typer.Exit(FAILED) from error
    print_traffic(report)
    chosen = [each for each in report.layers if layer is None or layer in words.names_of(each)]
    if not chosen:
        print_error(f"{report.path}: {_no_layer(report, layer)}")
        if layer:
            raise typer.Exit(FAILED)
    with reporting():  # the conventions of installed readers
        show(EXPLANATION, Explanation(report, tuple(chosen)), chosen_format)
    wrong = any(report.findings_of(counted.layer.name) for counted in chosen)
    raise typer.Exit(FINDINGS if wrong else OK)


def _no_layer(report: Report, layer: str | None) -> str:
    layers = [counted.layer.name for counted in report.layers]
    if not layers:
        return no_layer(report)
    more = len(layers) - MOST_NAMED
    names = f"{', '.join(layers[:MOST_NAMED])}{f' and {more:,} more' if more > 0 else ''}"
    near = suggestion(nearest(layer or "", words.every_name(report)))
    return f"no layer named {layer!r}{near or ';'} its layers are {names}"


COMMANDS = (inspect, explain)
