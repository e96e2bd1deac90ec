"""The report as a page that needs no other file."""

from __future__ import annotations

from rnninspect.render.page.frame import page
from rnninspect.render.page.index import Entry, index_of
from rnninspect.render.page.model import entry_of, section_of
from rnninspect.report import Report
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.render.page.markup import Markup
    from rnninspect.render.view import View
    from rnninspect.report import Unreadable


def render(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """A section for each model; an index of all, if there are several, comes before them."""
    found = list(results)
    if len(found) == 1 and isinstance(found[0], Report):
        section = section_of(found[0], view, "m1", level=1)
        yield from page(f"{found[0].path} · rnninspect", [section])
        return
    entries: list[Entry] = []
    sections: list[Markup] = []
    for number, result in enumerate(found, 1):
        if isinstance(result, Report):
            entries.append(entry_of(result, f"m{number}"))
            sections.append(section_of(result, view, f"m{number}"))
        else:
            entries.append(Entry("", result.path, failure=result.reason))
    title = f"{plural(len(entries), 'model')} · rnninspect"
    yield from page(title, [index_of(entries), *sections])
