"""The JSON document of many reports, in pieces, so that it is never whole in memory."""

from __future__ import annotations

from rnninspect.render.report.json import dump, framed_json, heading
from rnninspect.report import Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from rnninspect.render.report.json import Json
    from rnninspect.render.view import View
    from rnninspect.report import Report


def render(results: Iterable[Report | Unreadable], _: View) -> Iterator[str]:
    """One document for all files, in ASCII, a piece for each report."""
    unreadable: list[Unreadable] = []

    def reports() -> Iterator[Report]:
        for result in results:
            if isinstance(result, Unreadable):
                unreadable.append(result)
            else:
                yield result

    yield from stream(document_of(reports(), lambda: unreadable))


def document_of(reports: Iterable[Report], unreadable: Callable[[], Iterable[Unreadable]]) -> Json:
    """The document for `stream`, which asks for what is unreadable after the reports."""
    return {
        **heading(),
        "reports": map(framed_json, reports),
        "unreadable": lambda: [{"path": file.path, "reason": file.reason} for file in unreadable()],
    }


def stream(document: object) -> Iterator[str]:
    """JSON as `dump` writes it, and the end of its line.

    An iterator in it is an array whose items are asked for one by one, and a function is called for
    its value when its turn comes; either must be in nothing but objects and lists. There is a piece
    for each item of an iterator, with what is before it.
    """
    waiting: list[str] = []
    for text, is_item in _parts(document, "\n"):
        waiting.append(text)
        if is_item:
            yield "".join(waiting)
            waiting.clear()
    yield "".join((*waiting, "\n"))


def _parts(value: Any, margin: str) -> Iterator[tuple[str, bool]]:  # noqa: ANN401 - any JSON
    """The text of a value, and whether it is that of an iterator's item."""
    inner, before = f"{margin} ", "["
    if callable(value):
        yield from _parts(value(), margin)
    elif hasattr(value, "__next__"):
        for item in value:
            yield f"{before}{inner}{_text(item, inner)}", True
            before = ","
        yield "[]" if before == "[" else f"{margin}]", False
    elif isinstance(value, dict) and value:
        before = "{"
        for key, part in value.items():
            yield f"{before}{inner}{dump(key)}: ", False
            yield from _parts(part, inner)
            before = ","
        yield f"{margin}}}", False
    elif isinstance(value, list) and value:
        for part in value:
            yield f"{before}{inner}", False
            yield from _parts(part, inner)
            before = ","
        yield f"{margin}]", False
    else:
        yield _text(value, margin), False


def _text(value: object, margin: str) -> str:
    return dump(value).replace("\n", margin)
