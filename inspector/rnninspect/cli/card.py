"""The subcommand that keeps a part of a model card up to date."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.gathering import Models, gathering_models
from rnninspect.cli.options import AllowDownload, FailOn, LimitPairs
from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.printing import deliver, print_error
from rnninspect.command.request import Gathering, Request
from rnninspect.command.running import inspect_all
from rnninspect.errors import RnnInspectError
from rnninspect.render import CARD
from rnninspect.render.view import View
from rnninspect.results.writing import write_whole
from rnninspect.source.documents import read_document

if TYPE_CHECKING:
    from rnninspect.card.renewal import Content

Update = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Replace the text between the markers in this file."),
]
Append = Annotated[
    bool, typer.Option("--append", help="Append markers and text to a file without markers.")
]
Check = Annotated[
    bool, typer.Option("--check", help="Write nothing; exit 1 if the file would change.")
]
Metadata = Annotated[
    bool, typer.Option("--metadata", help="Fill the front matter of a Hugging Face card too.")
]


@gathering_models
def card(  # noqa: PLR0913 - an option each
    models: Models = None,
    *,
    update: Update = None,
    append: Append = False,
    check: Check = False,
    metadata: Metadata = False,
    fail_on: FailOn = "error",
    limit: LimitPairs = None,
    allow_download: AllowDownload = False,
    gathering: Gathering,
) -> None:
    """Describe models in Markdown, and keep a model card up to date.

    The description goes between two lines, <!-- rnninspect:start --> and <!-- rnninspect:end -->;
    the rest of the file is left unchanged.

    Example: rnninspect card model.onnx --update README.md
    """
    from rnninspect.card.block import framed  # noqa: PLC0415 - only when used
    from rnninspect.card.renewal import Content  # noqa: PLC0415 - only when used

    if update is None and (append or check or metadata):
        raise typer.BadParameter("--append, --check and --metadata need --update FILE")
    level = options.level(fail_on)
    limits = options.limits(limit, allow_download=allow_download)
    request = Request(tuple(models or ()), limits=limits, gathering=gathering)
    reports, unreadable = inspect_all(request)
    if unreadable:  # a card without one of the models would say that it does not exist
        raise typer.Exit(FAILED)
    reports = [report._replace(path=_path_in(update, report.path)) for report in reports]
    block = "".join(CARD["markdown"](reports, View())).removesuffix("\n")
    if update is None:
        code = OK if deliver((f"{framed(block)}\n",)) else FAILED
    else:
        content = Content(block, tuple(reports), append=append, metadata=metadata)
        code = _update(update, content, write=not check)
    if code == OK and any(report.fails(level) for report in reports):
        code = FINDINGS
    raise typer.Exit(code)


def _path_in(document: Path | None, path: str) -> str:
    """A model's path as seen from the card, wherever the command is run; else its name."""
    seen = os.path.relpath(path, document.parent if document else None)
    return Path(path).name if seen.startswith("..") else Path(seen).as_posix()


def _update(path: Path, content: Content, *, write: bool) -> int:
    """Write the card again if it changes, or report that it would; the exit code."""
    from rnninspect.card.renewal import renew  # noqa: PLC0415 - only when used

    try:
        old = read_document(path)
        new = renew(old, content)
        if new != old and write:
            write_whole(path, new, [name for report in content.reports for name in report.files])
    except OSError as error:
        print_error(f"{path}: {error.strerror or error}")
        return FAILED
    except RnnInspectError as error:
        print_error(f"{path}: {error}")
        return FAILED
    if new == old or write:
        return OK
    print_error(f"{path}: out of date; `rnninspect card` without --check updates it")
    return FINDINGS


COMMANDS = (card,)
