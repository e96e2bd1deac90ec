"""How a report is to be shown: what the caller may choose."""

from __future__ import annotations

from dataclasses import dataclass, field

from rnninspect.render.columns import COLUMNS, Column


@dataclass(frozen=True, slots=True)
class View:
    """Width in characters, the columns to choose from, and whether they were asked for by name."""

    width: int = 80
    columns: tuple[Column, ...] = field(default=COLUMNS)
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file without a report, and why."""

    path: str
    reason: str
