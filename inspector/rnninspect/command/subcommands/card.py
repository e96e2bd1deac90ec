"""Describes models in Markdown, whoever has parsed the options."""

from __future__ import annotations

import os

from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.printing import deliver, print_error
from rnninspect.command.running import inspected
from rnninspect.errors import RnnInspectError
from rnninspect.record import Record
from rnninspect.render import CARD
from rnninspect.render.view import View
from rnninspect.report import Unreadable
from rnninspect.rules import Level

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

    from rnninspect.card.described import Described
    from rnninspect.card.renewal import Content
    from rnninspect.command.request import Request
    from rnninspect.report import Report


class Asked(Record):
    """What one call asks for.

    Attributes:
        request: the models.
        update: the file that has the card; None to print it.
        append: whether markers and text are appended to a file without markers.
        check: whether nothing is written.
        metadata: whether the front matter is filled, too.
        fail_on: the level from which a finding fails.
    """

    request: Request
    update: Path | None = None
    append: bool = False
    check: bool = False
    metadata: bool = False
    fail_on: Level | None = Level.ERROR


def card(asked: Asked) -> int:
    """Print the card, or renew it in its file, and return the exit code."""
    from rnninspect.card.block import framed  # noqa: PLC0415 - only when used

    seen = _Seen(asked.update, asked.fail_on)
    results = inspected(asked.request)
    block = "".join(CARD["markdown"](seen.of(results), View())).removesuffix("\n")
    if seen.unreadable:  # a card without one of the models would say that it does not exist
        return FAILED
    if asked.update is None:
        code = OK if deliver((f"{framed(block)}\n",)) else FAILED
    else:
        from rnninspect.card.renewal import Content  # noqa: PLC0415 - only when used

        models = tuple(seen.models)
        content = Content(block, models, append=asked.append, metadata=asked.metadata)
        code = _update(asked.update, content, seen.files, write=not asked.check)
    return code or seen.code


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

    __slots__ = ("code", "document", "fail_on", "files", "models", "unreadable")

    def __init__(self, document: Path | None, fail_on: Level | None) -> None:
        self.document, self.fail_on = document, fail_on
        self.models: list[Described] = []
        self.files: list[str] = []
        self.unreadable, self.code = False, OK

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
    if seen.startswith(".."):
        return os.path.basename(os.path.normpath(path))  # noqa: PTH119 - pathlib costs time
    return seen.replace(os.sep, "/")


def _update(path: Path, content: Content, kept: Collection[str], *, write: bool) -> int:
    """Write the card again if it changes, or report that it would; the exit code.

    Files that are `kept` are never replaced.
    """
    from rnninspect.card.renewal import renew  # noqa: PLC0415 - only when used
    from rnninspect.results.writing import write_whole  # noqa: PLC0415 - as above
    from rnninspect.source.documents import read_document  # noqa: PLC0415 - as above

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
