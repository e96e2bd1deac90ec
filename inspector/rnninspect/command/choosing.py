"""Which models of a call are shown, and in which order; all of them are read and counted."""

from __future__ import annotations

from bisect import insort

from rnninspect.report import Unreadable
from rnninspect.wording.order import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.command.request import Request
    from rnninspect.report import Report

SORTS = {
    "parameters": lambda report: -report.totals.parameters,  # the largest first
    "name": lambda report: natural(report.path),
    "bytes": lambda report: -report.file_bytes,
}


def chosen(
    results: Iterable[Report | Unreadable], request: Request
) -> Iterable[Report | Unreadable]:
    """The results that a call shows: with --quiet the failing ones, with --top the first ones.

    Without --sort, --top takes those with most parameters. Files that cannot be read come last.
    """
    if request.quiet:
        results = (each for each in results if _matters(each, request))
    if request.sort or request.top:
        return _sorted(results, request.sort or "parameters", request.top)
    return results


def _matters(result: Report | Unreadable, request: Request) -> bool:
    return isinstance(result, Unreadable) or result.fails(request.fail_on)


def _sorted(
    results: Iterable[Report | Unreadable], order: str, most: int
) -> Iterator[Report | Unreadable]:
    """The first of the results in an order; of no more than these the reports are kept."""
    kept: list[Report] = []
    unreadable: list[Unreadable] = []
    for result in results:
        if isinstance(result, Unreadable):
            unreadable.append(result)
        else:
            insort(kept, result, key=SORTS[order])
            del kept[most or len(kept) :]
    yield from kept
    yield from unreadable
