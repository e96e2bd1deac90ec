"""What a call of `rnninspect inspect` asks for, and the calls that need no parser."""

from __future__ import annotations

from rnninspect.record import Record
from rnninspect.render import REPORT
from rnninspect.rules import Level
from rnninspect.source.limits import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rnninspect.render.report.columns import Column
    from rnninspect.walking.choice import Choice

SUBCOMMANDS = (
    "inspect", "scan", "report", "explain", "check", "card", "diff", "verify", "count", "rules",
    "rule", "readers", "cells",
)  # fmt: skip


SECONDS = 120.0  # for one model, in a process of its own


class Gathering(Record):
    """How the models of a call are found and shared out.

    Attributes:
        choice: what is taken of the folders that are walked over; None for what is usual.
        lists: files that list paths, `-` for standard input.
        jobs: processes; 0 for one if there are few models, and one for each processor if many.
        seconds: that a model may take in a process of its own.
        repositories: whether a repository of the Hub is all of its models, not its main one.
    """

    choice: Choice | None = None
    lists: tuple[str, ...] = ()
    jobs: int = 0
    seconds: float = SECONDS
    repositories: bool = False


class Request(Record):
    """The options of one call of `rnninspect inspect`.

    `fail_on` None never fails on a finding; `values` also reads values that a note depends on;
    `unfold` shows each of many equal layers; `sort`, `top` and `quiet` say which models are shown,
    and in which order, see `command.choosing`.
    """

    paths: tuple[str, ...]
    format: str = "table"
    output: Path | None = None
    columns: tuple[Column, ...] = ()
    limits: Limits = Limits()
    fail_on: Level | None = Level.ERROR
    values: bool = False
    unfold: bool = False
    sort: str = ""
    top: int = 0
    quiet: bool = False
    gathering: Gathering = Gathering()


def plain_request(arguments: Sequence[str]) -> Request | None:
    """The request of the common call, `MODEL... [--format NAME]`; None if a parser is needed."""
    paths, chosen = list(arguments), "table"
    if "--format" in paths[:-1]:
        place = paths.index("--format")
        chosen = paths[place + 1]
        del paths[place : place + 2]
    if not paths or paths[0] in SUBCOMMANDS or chosen not in REPORT:
        return None
    return None if any(path.startswith("-") for path in paths) else Request(tuple(paths), chosen)
