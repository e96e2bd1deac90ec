"""How a report is to be shown: what the caller may choose."""

from __future__ import annotations

from dataclasses import dataclass, field

from rnninspect.render.columns import COLUMNS, Column
from rnninspect.rules import Level


@dataclass(frozen=True, slots=True)
class View:
    """How the caller wants it.

    Attributes:
        width: in characters.
        columns: those to choose from.
        chosen: whether they were asked for by name.
        root: the folder that CI systems name files from; the current one if empty.
        fail_on: the level from which a finding is shown as a failure, where a format has such.
    """

    width: int = 80
    columns: tuple[Column, ...] = field(default=COLUMNS)
    chosen: bool = False
    root: str = ""
    fail_on: Level | None = Level.ERROR


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file without a report, and why."""

    path: str
    reason: str
