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
    entries: list[Entry] = []
    sections: list[Markup] = []
    for number, result in enumerate(results, 1):
        if isinstance(result, Report):
            entries.append(entry_of(result, f"model-{number}"))
            sections.append(section_of(result, view, f"model-{number}"))
        else:
            entries.append(Entry("", result.path, failure=result.reason))
    if len(entries) == 1 and sections:
        title = entries[0].path
    else:
        title = plural(len(entries), "model")
        sections.insert(0, index_of(entries))
    yield from page(f"{title} · rnninspect", sections)
