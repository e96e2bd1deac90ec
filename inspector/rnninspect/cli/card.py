"""The subcommand that keeps a part of a model card up to date."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rnninspect.cli import options
from rnninspect.cli.gathering import Models, gathering_models
from rnninspect.cli.options import AllowDownload, FailOn, LimitPairs
from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.printing import deliver, print_error
from rnninspect.command.request import Gathering, Request
from rnninspect.command.running import inspected
from rnninspect.errors import RnnInspectError
from rnninspect.render import CARD
from rnninspect.render.view import View
from rnninspect.report import Unreadable
from rnninspect.results.writing import write_whole
from rnninspect.source.documents import read_document

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from rnninspect.card.described import Described
    from rnninspect.card.renewal import Content
    from rnninspect.report import Report
    from rnninspect.rules import Level

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
    seen = _Seen(update, level)
    block = "".join(CARD["markdown"](seen.of(inspected(request)), View())).removesuffix("\n")
    if seen.unreadable:  # a card without one of the models would say that it does not exist
        raise typer.Exit(FAILED)
    if update is None:
        code = OK if deliver((f"{framed(block)}\n",)) else FAILED
    else:
        content = Content(block, tuple(seen.models), append=append, metadata=metadata)
        code = _update(update, content, seen.files, write=not check)
    raise typer.Exit(code or seen.code)


@dataclass(slots=True)
class _Seen:
    """What is kept of the reports that a card has shown, which may be many.

    Attributes:
        document: the card, from which models are named.
        fail_on: the level from which a finding fails.
        models: a row for each.
        files: the paths of all their files.
        unreadable: whether one could not be read.
        code: the exit code of the findings.
    """

    document: Path | None
    fail_on: Level | None
    models: list[Described] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    unreadable: bool = False
    code: int = OK

    def of(self, results: Iterable[Report | Unreadable]) -> Iterator[Report]:
        """The reports among the results, each with its path from the card."""
        from rnninspect.card.described import described  # noqa: PLC0415 - only when used

        for result in results:
            if isinstance(result, Unreadable):
                self.unreadable = True
                continue
            if result.fails(self.fail_on):
                self.code = FINDINGS
            report = result._replace(path=_path_in(self.document, result.path))
            self.models.append(described(report))
            self.files.extend(result.files)
            yield report


def _path_in(document: Path | None, path: str) -> str:
    """A model's path as seen from the card, wherever the command is run; else its name."""
    seen = os.path.relpath(path, document.parent if document else None)
    return Path(path).name if seen.startswith("..") else Path(seen).as_posix()


def _update(path: Path, content: Content, kept: Collection[str], *, write: bool) -> int:
    """Write the card again if it changes, or report that it would; the exit code.

    Files that are `kept` are never replaced.
    """
    from rnninspect.card.renewal import renew  # noqa: PLC0415 - only when used

    try:
        old = read_document(path)
        new = renew(old, content)
        if new != old and write:
            write_whole(path, new, kept)
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
