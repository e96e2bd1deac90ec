"""The subcommands that carry a report elsewhere: into a model card, and beside another report."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.options import FailOn, LimitPairs, Models, Output
from rnninspect.command.running import (
    FAILED,
    FINDINGS,
    OK,
    Request,
    complain,
    deliver,
    fails,
    inspect_all,
    terminal_width,
)
from rnninspect.command.writing import write_whole
from rnninspect.errors import RnnInspectError, UnreadableFile
from rnninspect.inspection import inspect_file
from rnninspect.readers import open_model
from rnninspect.source.documents import read_document
from rnninspect.source.source import holding_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.comparison import Outline
    from rnninspect.report import Report
    from rnninspect.source.limits import Limits
    from rnninspect.source.source import Source

DIFF_FORMATS = ("table", "markdown", "json")
STDIN = "-"
SIDE = "A saved model, or a JSON report on one; - is a report on standard input."
Old = Annotated[str, typer.Argument(metavar="OLD", help=SIDE)]
New = Annotated[str, typer.Argument(metavar="NEW", help=SIDE)]


Update = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Replace what stands between the markers in this file."),
]
Append = Annotated[
    bool, typer.Option("--append", help="Put block and markers at its end if it has none.")
]
Check = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit 1 if the file would change.")
]
Metadata = Annotated[
    bool, typer.Option("--metadata", help="Fill the front matter of a Hugging Face card too.")
]


def card(  # noqa: PLR0913 - an option each
    models: Models,
    *,
    update: Update = None,
    append: Append = False,
    check: Check = False,
    metadata: Metadata = False,
    fail_on: FailOn = "error",
    limit: LimitPairs = None,
) -> None:
    """Describe models in Markdown for a model card, and keep it fresh.

    The block stands between two lines, <!-- rnninspect:start --> and <!-- rnninspect:end -->; all
    else in the file stays as it is.

    Example: rnninspect card model.onnx --update README.md
    """
    from rnninspect.card.block import framed  # noqa: PLC0415 - only when used
    from rnninspect.render.card import card as block_of  # noqa: PLC0415 - only when used

    if update is None and (append or check or metadata):
        raise typer.BadParameter("--append, --check and --metadata need --update FILE")
    level = options.level(fail_on)
    reports, unreadable = inspect_all(Request(tuple(models), limits=options.limits(limit)))
    if unreadable:  # a card that leaves a model out would say that there is none
        raise typer.Exit(FAILED)
    reports = [report._replace(path=_path_in(update, report.path)) for report in reports]
    block = block_of(reports)
    if update is None:
        code = OK if deliver(framed(block), None) else FAILED
    else:
        wish = _Wish(block, tuple(reports), append=append, metadata=metadata)
        code = _renew(update, wish, write=not check)
    if code == OK and any(fails(report, level) for report in reports):
        code = FINDINGS
    raise typer.Exit(code)


def diff(
    old: Old,
    new: New,
    *,
    output_format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help=f"One of {', '.join(DIFF_FORMATS)}.",
            autocompletion=lambda: list(DIFF_FORMATS),
        ),
    ] = "table",
    output: Output = None,
    fail_on_change: Annotated[
        bool, typer.Option("--fail-on-change", help="Exit 1 if more than conventions differs.")
    ] = False,
    limit: LimitPairs = None,
) -> None:
    """Say what changed between two models, of one format or of two.

    Example: rnninspect diff old.json model.onnx --fail-on-change
    """
    from rnninspect.comparison import compare  # noqa: PLC0415 - only when used
    from rnninspect.render.diff.table import DIFF_RENDERERS  # noqa: PLC0415 - only when used

    render = DIFF_RENDERERS[options.one_of("--format", output_format, DIFF_FORMATS)]
    limits, files = options.limits(limit), [old, new]
    sides = [_outline(path, other, limits, files) for path, other in ((old, new), (new, old))]
    before, after = sides
    if before is None or after is None:
        raise typer.Exit(FAILED)
    comparison = compare(before, after)
    if not deliver(render(comparison, terminal_width()), output, files):
        raise typer.Exit(FAILED)
    raise typer.Exit(FINDINGS if fail_on_change and comparison.changed else OK)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a document is to hold."""

    block: str
    reports: tuple[Report, ...]
    append: bool
    metadata: bool


def _path_in(document: Path | None, path: str) -> str:
    """A model's path as seen from the card, wherever the command is run; else its name."""
    seen = os.path.relpath(path, document.parent if document else None)
    return Path(path).name if seen.startswith("..") else Path(seen).as_posix()


def _renew(path: Path, wish: _Wish, *, write: bool) -> int:
    """Write the document anew, or say that it would change; one that is fresh is not touched."""
    try:
        old = read_document(path)
        new = _renewed(old, wish)
        if new != old and write:
            write_whole(path, new, [name for report in wish.reports for name in report.files])
    except OSError as error:
        complain(f"{path}: {error.strerror or error}")
        return FAILED
    except RnnInspectError as error:
        complain(f"{path}: {error}")
        return FAILED
    if new == old or write:
        return OK
    complain(f"{path}: stale; `rnninspect card` without --check renews it")
    return FINDINGS


def _renewed(document: bytes, wish: _Wish) -> bytes:
    from rnninspect.card.block import append_block, replace_block  # noqa: PLC0415 - only when used

    put = append_block if wish.append else replace_block
    fresh = put(document, wish.block)
    if not wish.metadata:
        return fresh
    from rnninspect.card.front_matter import fill  # noqa: PLC0415 - an extra

    return fill(fresh, wish.reports)


def _outline(path: str, other: str, limits: Limits, files: list[str]) -> Outline | None:
    """One side of a comparison; None, and a line on standard error, if it cannot be read.

    The files of a model are added to `files`.
    """
    from rnninspect.comparison import outline  # noqa: PLC0415 - only when used
    from rnninspect.comparison.saved_report import is_report, read_reports  # noqa: PLC0415 - as above

    try:
        with _standard_input(limits) if path == STDIN else open_model(path, limits) as source:
            if is_report(source):
                return _chosen(read_reports(source), other)
        if path == STDIN:
            raise UnreadableFile("no JSON report; a model is given by its path")
        report = inspect_file(path, limits)
        files.extend(report.files)
        return outline(report)
    except RnnInspectError as error:
        complain(f"{path}: {error}")
        return None


def _standard_input(limits: Limits) -> Source:
    """All of it, as far as a report may go."""
    from rnninspect.comparison.saved_report import MEMORY_OF_A_BYTE  # noqa: PLC0415 - only when used

    most = limits.header_bytes // MEMORY_OF_A_BYTE + 1
    try:
        data = sys.stdin.buffer.read(most) if sys.stdin else b""
    except OSError as error:  # a folder
        raise UnreadableFile(error.strerror or str(error)) from error
    return holding_source(STDIN, data, limits)


def _chosen(outlines: Sequence[Outline], other: str) -> Outline:
    """The one file of a report, or the one with the name of the other side."""
    name = Path(other).name
    for fitting in (
        outlines,
        [known for known in outlines if known.path == other],
        [known for known in outlines if Path(known.path).name == name],
    ):
        if len(fitting) == 1:
            return fitting[0]
    raise UnreadableFile(f"a report on {len(outlines):,} files, and not on one called {name}")


COMMANDS = (card, diff)
