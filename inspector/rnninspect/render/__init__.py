"""The output formats by name; each is imported when it is used.

A renderer takes results as they come and yields text in pieces: one for each file where the format
allows it, so that no report need be kept, and what was printed when a call is ended is whole.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rnninspect.render.view import Unreadable, View
    from rnninspect.report import Report

__all__ = ["RENDERERS"]


def _table(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    from rnninspect.render.report.table import table  # noqa: PLC0415 - as the module says

    return table(results, view)


def _json(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    from rnninspect.render.report.json import as_json  # noqa: PLC0415 - as the module says

    return as_json(results, view)


def _markdown(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    from rnninspect.render.report.markdown import markdown  # noqa: PLC0415 - as the module says

    return markdown(results, view)


def _csv(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    from rnninspect.render.report.csv import as_csv  # noqa: PLC0415 - as the module says

    return as_csv(results, view)


def _sarif(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    from rnninspect.render.places import place  # noqa: PLC0415 - as the module says
    from rnninspect.render.report.sarif import sarif  # noqa: PLC0415 - as the module says

    yield f"{sarif(*place(results), view)}\n"


def _junit(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    from rnninspect.render.report.junit import junit  # noqa: PLC0415 - as the module says

    yield f"{junit(results, view)}\n"


def _github(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    from rnninspect.render.places import place  # noqa: PLC0415 - as the module says
    from rnninspect.render.report.github import github  # noqa: PLC0415 - as the module says

    text = github(*place(results), view)
    if text:
        yield f"{text}\n"


def _gitlab(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    from rnninspect.render.places import place  # noqa: PLC0415 - as the module says
    from rnninspect.render.report.gitlab import gitlab  # noqa: PLC0415 - as the module says

    yield f"{gitlab(*place(results), view)}\n"


RENDERERS: dict[str, Callable[[Iterable[Report | Unreadable], View], Iterator[str]]] = {
    "table": _table,
    "json": _json,
    "markdown": _markdown,
    "csv": _csv,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "gitlab": _gitlab,
}
