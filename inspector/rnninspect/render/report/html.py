"""The report as a page that needs no other file."""

from __future__ import annotations

from itertools import chain, islice

from rnninspect.render.page.frame import page
from rnninspect.render.page.index import Entry, index_of
from rnninspect.render.page.model import entry_of, section_of
from rnninspect.report import Report
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.render.view import View
    from rnninspect.report import Unreadable


def render(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """A section for each model; an index of all, if there are several, comes before them."""
    found = iter(results)
    first = list(islice(found, 2))
    if len(first) == 1 and isinstance(first[0], Report):
        section = section_of(first[0], view, "m1", level=1)
        yield from page(f"{first[0].path} · rnninspect", [section])
    else:
        yield from _of_several(chain(first, found), view)


def _of_several(results: Iterable[Report | Unreadable], view: View) -> Iterator[str]:
    """The page of an index, which is known last: until then the sections are on disk."""
    from rnninspect.render.kept import Kept  # noqa: PLC0415 - not for one model

    entries: list[Entry] = []
    with Kept() as sections:
        for number, result in enumerate(results, 1):
            if isinstance(result, Report):
                entries.append(entry_of(result, f"m{number}"))
                sections.add(section_of(result, view, f"m{number}"))
            else:
                entries.append(Entry("", result.path, failure=result.reason))
        title = f"{plural(len(entries), 'model')} · rnninspect"
        yield from page(title, chain([index_of(entries)], sections))
