"""The output formats by name; each is imported when it is used."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.render.view import Unreadable, View
    from rnninspect.report import Report

__all__ = ["RENDERERS", "WHOLE"]


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


def _sarif(reports: Sequence[Report], unreadable: Sequence[Unreadable], view: View) -> str:
    from rnninspect.render.places import place  # noqa: PLC0415 - as the module says
    from rnninspect.render.to_sarif import sarif  # noqa: PLC0415 - as the module says

    return sarif(place(reports), unreadable, view)


def _junit(reports: Sequence[Report], unreadable: Sequence[Unreadable], view: View) -> str:
    from rnninspect.render.to_junit import junit  # noqa: PLC0415 - as the module says

    return junit(reports, unreadable, view)


def _github(reports: Sequence[Report], unreadable: Sequence[Unreadable], view: View) -> str:
    from rnninspect.render.places import place  # noqa: PLC0415 - as the module says
    from rnninspect.render.to_github import github  # noqa: PLC0415 - as the module says

    return github(place(reports), unreadable, view)


def _gitlab(reports: Sequence[Report], unreadable: Sequence[Unreadable], view: View) -> str:
    from rnninspect.render.places import place  # noqa: PLC0415 - as the module says
    from rnninspect.render.to_gitlab import gitlab  # noqa: PLC0415 - as the module says

    return gitlab(place(reports), unreadable, view)


RENDERERS: dict[str, Callable[[Sequence[Report], Sequence[Unreadable], View], str]] = {
    "table": _table,
    "json": _json,
    "markdown": _markdown,
    "csv": _csv,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "gitlab": _gitlab,
}
WHOLE = frozenset(RENDERERS) - {"table", "markdown", "csv"}  # tell of unreadable files themselves
