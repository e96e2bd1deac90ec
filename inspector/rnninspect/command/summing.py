"""Counts the models of a call together: the summary of what was found, and its exit code."""

from __future__ import annotations

from rnninspect.command import FAILED, FINDINGS, OK
from rnninspect.command.gathering import Gathered, results_of
from rnninspect.command.hints import print_unreadable
from rnninspect.command.printing import print_error
from rnninspect.lean import partial
from rnninspect.rows.inspecting import RowOptions, inspect_met, unreadable_row
from rnninspect.rows.schema import Verdict
from rnninspect.rules import RULES
from rnninspect.source.locations import shown
from rnninspect.source.traffic import Traffic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rnninspect.command.gathering import Found
    from rnninspect.command.request import Request
    from rnninspect.results.storing import Results
    from rnninspect.rows.inspecting import ModelRows
    from rnninspect.rows.summary import Summary
    from rnninspect.rules import Level


class Spent:
    """What the remote models of a call have cost together."""

    def __init__(self) -> None:
        self._traffic, self._size = Traffic(0, 0), 0

    def add(self, traffic: Traffic | None, size: int) -> None:
        """Count models of this size; those of this machine cost None."""
        if traffic:
            self._traffic, self._size = self._traffic.plus(traffic), self._size + size

    def say(self, listing: Traffic) -> None:
        """Say it on standard error, with the cost of listings, if there was a remote model."""
        if self._traffic.requests:
            print_error(self._traffic.plus(listing).in_words(self._size))


def described(
    request: Request, skip: Callable[[Found], bool] = lambda _: False
) -> Iterator[ModelRows]:
    """The rows of each model of a call; one that cannot be read has an error line too.

    At the end a line says what remote models have cost.
    """
    gathered, spent = Gathered(request, skip), Spent()
    for found in results_of(gathered, request, describing(request), unreadable_row):
        if found.verdict is Verdict.UNREADABLE:
            print_unreadable(found.path, str(found.model["reason"]))
        spent.add(found.traffic, found.file_bytes)
        yield found
    spent.say(gathered.traffic)


def store(request: Request, results: Results) -> None:
    """Put the rows of each model of a call into results, but for those that are there.

    Raises:
        ResultsError: they cannot be written.
        PoolError: no other process starts.
    """
    for found in described(request, lambda one: results.has(shown(one.path))):
        results.add(found)


def code_of(summary: Summary, fail_on: Level | None) -> int:
    """The exit code for models: the worst of what is said of each."""
    if summary.total.verdicts[Verdict.UNREADABLE]:
        return FAILED
    failing = any(RULES[code].level.reaches(fail_on) for code in summary.rules if code in RULES)
    return FINDINGS if failing else OK


def describing(request: Request) -> Callable[[Found], ModelRows | None]:
    """The function that makes the rows of one model, as a call asks for it."""
    return partial(inspect_met, options=RowOptions(request.limits, request.values))
