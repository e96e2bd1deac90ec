"""The output formats by name; each is imported when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.render.view import Unreadable, View
    from rnninspect.report import Report

__all__ = ["RENDERERS"]


def _table(reports: Sequence[Report], unreadable: Sequence[Unreadable], view: View) -> str:
    from rnninspect.render.to_table import table  # noqa: PLC0415 - as the module says

    return table(reports, unreadable, view)


def _json(reports: Sequence[Report], unreadable: Sequence[Unreadable], view: View) -> str:
    from rnninspect.render.to_json import as_json  # noqa: PLC0415 - as the module says

    return as_json(reports, unreadable, view)


def _markdown(reports: Sequence[Report], unreadable: Sequence[Unreadable], view: View) -> str:
    from rnninspect.render.to_markdown import markdown  # noqa: PLC0415 - as the module says

    return markdown(reports, unreadable, view)


def _csv(reports: Sequence[Report], unreadable: Sequence[Unreadable], view: View) -> str:
    from rnninspect.render.to_csv import as_csv  # noqa: PLC0415 - as the module says

    return as_csv(reports, unreadable, view)


RENDERERS: dict[str, Callable[[Sequence[Report], Sequence[Unreadable], View], str]] = {
    "table": _table,
    "json": _json,
    "markdown": _markdown,
    "csv": _csv,
}
