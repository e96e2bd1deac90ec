"""The subcommands for many models: to scan them, and to report what was found."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.gathering import Models, gathering_models
from rnninspect.cli.options import AllowDownload, FailOn, LimitPairs, Output, Values
from rnninspect.cli.showing import reporting
from rnninspect.command import FAILED
from rnninspect.command.distributing import Cluster, distribute
from rnninspect.command.ending import Stopped
from rnninspect.command.environment import has_colour, terminal_width
from rnninspect.command.printing import deliver, print_error
from rnninspect.command.request import Gathering, Request
from rnninspect.command.running import inspected
from rnninspect.command.summing import code_of, described, store
from rnninspect.errors import ResultsError
from rnninspect.render import REPORT, SCAN
from rnninspect.render.scan.counting import counting
from rnninspect.render.view import View
from rnninspect.results.files import Format, read_results
from rnninspect.rows.summary import Summary
from rnninspect.wording import installing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.render import Render
    from rnninspect.rules import Level

REPORTED = ("table", "markdown")  # formats in which reports and a summary can follow each other
ENGINES = ("pool", "dask")
ENDINGS = tuple(f".{kind}" for kind in Format)
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Print the report on each model first.")
]
Rows = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="Write the summary to this file, whole or not at all; or, if its name ends in "
        f"{', '.join(ENDINGS)}, a row for each model and each layer, and print the summary.",
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume", help="Go on with a file of rows: leave out models whose files are unchanged."
    ),
]
Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        help="Who inspects: a pool of processes, or dask, which needs --output FILE of rows.",
        autocompletion=lambda: list(ENGINES),
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="The scheduler of a Dask cluster, tcp://HOST:PORT; if not set, processes of this "
        "machine. The file of rows must be in a folder that all of them share.",
    ),
]


@gathering_models
def scan(  # noqa: PLR0913 - an option each
    models: Models = None,
    *,
    output_format: Annotated[str, options.format_option(SCAN)] = "table",
    output: Rows = None,
    resume: Resume = False,
    engine: Engine = "pool",
    scheduler: Scheduler = None,
    verbose: Verbose = False,
    fail_on: FailOn = "error",
    limit: LimitPairs = None,
    allow_download: AllowDownload = False,
    values: Values = False,
    gathering: Gathering,
) -> None:
    """Summarise the models in folders, by format and verdict.

    Exit 1 if a model has a fault of the level of --fail-on, 2 if one cannot be read.

    Example: rnninspect scan models/ --output results.parquet --resume
    """
    request = Request(
        paths=tuple(models or ()),
        format=options.format_of(SCAN, output_format),
        output=output,
        limits=options.limits(limit, allow_download=allow_download),
        fail_on=options.level(fail_on),
        values=values,
        gathering=gathering._replace(repositories=True),
    )
    cluster = _cluster(engine, scheduler)
    stores = output is not None and output.suffix.lower() in ENDINGS
    _require_fitting(request, cluster, stores=stores, resume=resume, verbose=verbose)
    if not stores:
        raise typer.Exit(_summarised(request, verbose=verbose))
    with reporting():
        summary = _stored(request, cluster, resume=resume)
    raise typer.Exit(_shown(summary, request.format, request.fail_on))


def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="A file of rows.")],
    *,
    output_format: Annotated[str, options.format_option(SCAN)] = "table",
    output: Output = None,
    fail_on: FailOn = "error",
) -> None:
    """Summarise the rows that a scan has stored, as the scan did.

    Exit codes are those of the scan.

    Example: rnninspect report results.parquet --format markdown
    """
    chosen, level = options.format_of(SCAN, output_format), options.level(fail_on)
    with reporting():
        summary = Summary(rows.model for rows in read_results(results))
    raise typer.Exit(_shown(summary, chosen, level, output, (str(results),)))


def _require_fitting(
    request: Request, cluster: Cluster | None, *, stores: bool, resume: bool, verbose: bool
) -> None:
    """A usage error if two of the options exclude each other."""
    if verbose and request.format not in REPORTED:
        raise typer.BadParameter(f"--verbose needs --format {' or '.join(REPORTED)}")
    if not stores and (resume or cluster):
        option = "--engine dask" if cluster else "--resume"
        raise typer.BadParameter(f"{option} needs --output FILE that ends in {', '.join(ENDINGS)}")
    if stores and verbose:
        raise typer.BadParameter("--verbose and a file of rows exclude each other")
    if cluster and "-" in request.paths:
        raise typer.BadParameter("--engine dask does not read a model from standard input")


def _cluster(engine: str, scheduler: str | None) -> Cluster | None:
    """What --engine and --scheduler ask for; None for the pool."""
    if options.one_of("--engine", engine, ENGINES) == "pool":
        if scheduler is not None:
            raise typer.BadParameter("--scheduler needs --engine dask")
        return None
    if scheduler == "":
        raise typer.BadParameter("--scheduler needs an address, tcp://HOST:PORT")
    from importlib.util import find_spec  # noqa: PLC0415 - only with --engine

    if find_spec("distributed") is None:
        raise typer.BadParameter(f"--engine dask needs distributed: {installing('dask')}")
    return Cluster(scheduler)


def _summarised(request: Request, *, verbose: bool) -> int:
    """Print the summary, and with `verbose` the reports before it; the exit code."""
    summary = Summary()
    view = View(terminal_width(), colour=has_colour(request.output))
    pieces = _reports(request, summary, view) if verbose else _counted(request, summary)
    try:
        whole = chain(pieces, _lazily(SCAN[request.format], summary, view))
        done = deliver(whole, request.output, request.paths)
    except Stopped:
        if summary.total.models and request.output is None:
            print_error("stopped early: the summary is of the models so far")
            deliver(SCAN[request.format](summary, view))
        raise
    return code_of(summary, request.fail_on) if done else FAILED


def _stored(request: Request, cluster: Cluster | None, *, resume: bool) -> Summary:
    """Store the rows; the summary of all that are in the file.

    Raises:
        ResultsError: they cannot be written.
    """
    from rnninspect.results.storing import Results  # noqa: PLC0415 - only with such an --output

    if request.output is None:  # it was looked at
        raise ResultsError("no file to write to")
    results = Results(request.output, resume=resume, kept=request.paths)
    try:
        with results:
            if cluster is None:
                store(request, results)
            else:
                distribute(request, results, cluster)
    except Stopped:
        if results.folder.exists():
            print_error(f"{results.folder} has the rows so far; --resume goes on with them")
        raise
    return results.summary


def _shown(
    summary: Summary,
    chosen: str,
    fail_on: Level | None,
    output: Path | None = None,
    kept: tuple[str, ...] = (),
) -> int:
    """Print a summary of what is stored; the exit code."""
    view = View(terminal_width(), colour=has_colour(output))
    done = deliver(SCAN[chosen](summary, view), output, kept)
    return code_of(summary, fail_on) if done else FAILED


def _lazily(render: Render, summary: Summary, view: View) -> Iterator[str]:
    yield from render(summary, view)


def _reports(request: Request, summary: Summary, view: View) -> Iterator[str]:
    """The report on each model, as `inspect` prints it, and a blank line."""
    results = counting(inspected(request), summary)
    yield from REPORT[request.format](results, view)
    yield "\n"


def _counted(request: Request, summary: Summary) -> Iterator[str]:
    """Nothing to print: each model is counted."""
    for found in described(request):
        summary.add(found.model)
    yield from ()


COMMANDS = (scan, report)
