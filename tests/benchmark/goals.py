"""The goals next to the figures of one run: a column for each format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from rnninspect.record import Record

from .measure import Summary
from .peers import LIBRARIES, OURS, OURS_JSON, OURS_SMALL, PASS, PEERS

Found = Mapping[tuple[str, str, str], Summary]  # by format, size and command
Place = tuple[str, str]  # size and command
Of = Callable[[Place], Summary]
FEW, MANY = 100, 1_000  # files in one call; their paths alone are some hundred kilobytes
LOAD = ""  # the command that loads the file with its framework
NOTE = (
    "\nTime as ratio by the wall · by the processor, memory as ratio or difference of peaks; "
    "**what misses its goal**; – what was not measured or failed.\n\n"
)


class Goal(Record):
    """A bound, and how to compute the bounded figures from the measurements."""

    name: str
    sense: str  # "≤" or "≥"
    bound: float
    measure: Callable[[Of], tuple[float, ...]]


def files(count: int) -> str:
    """The name of a size: the number of copies of the small model."""
    return f"{count:,} files"


def _times(above: Place, below: Place) -> Callable[[Of], tuple[float, ...]]:
    def measure(of: Of) -> tuple[float, ...]:
        one, other = of(above), of(below)
        return one.seconds / other.seconds, one.busy / other.busy

    return measure


def _memory(above: Place, below: Place) -> Callable[[Of], tuple[float, ...]]:
    return lambda of: (of(above).peak / of(below).peak,)


def _growth(above: Place, below: Place) -> Callable[[Of], tuple[float, ...]]:
    return lambda of: ((of(above).peak - of(below).peak) / 1e6,)


def _files_a_second(command: str) -> Callable[[Of], tuple[float, ...]]:
    def measure(of: Of) -> tuple[float, ...]:
        many, few = of((files(MANY), command)), of((files(FEW), command))
        more = MANY - FEW
        return more / (many.seconds - few.seconds), more / (many.busy - few.busy)

    return measure


SMALL, LARGE = ("small", OURS), ("2GB", OURS)
GOALS = (
    Goal("small, table ÷ import typer, tabulate", "≤", 0.9, _times(SMALL, ("small", LIBRARIES))),
    Goal("small, JSON ÷ python -c pass", "≤", 4, _times(("small", OURS_JSON), ("small", PASS))),
    Goal("2 GB ÷ small, time", "≤", 1.15, _times(LARGE, ("2GB", OURS_SMALL))),
    Goal("2 GB − small, MB", "≤", 20, _growth(LARGE, ("2GB", OURS_SMALL))),
    Goal("small, framework's load ÷ ours", "≥", 10, _times(("small", LOAD), SMALL)),
    Goal("2 GB, framework's load ÷ ours", "≥", 20, _times(("2GB", LOAD), LARGE)),
    Goal("small, framework's memory ÷ ours", "≥", 10, _memory(("small", LOAD), SMALL)),
    Goal("2 GB, framework's memory ÷ ours", "≥", 10, _memory(("2GB", LOAD), LARGE)),
    Goal("10,000 tensors, framework's load ÷ ours", "≥", 10,
         _times(("10000", LOAD), ("10000", OURS))),
    Goal("files a second in one call", "≥", 200, _files_a_second(OURS)),
    Goal("the same as JSON", "≥", 200, _files_a_second(OURS_JSON)),
    Goal("1,000 files − 100, MB", "≤", 2, _growth((files(MANY), OURS), (files(FEW), OURS))),
    Goal("the same as JSON, MB", "≤", 2,
         _growth((files(MANY), OURS_JSON), (files(FEW), OURS_JSON))),
)  # fmt: skip


def goals(found: Found, families: Sequence[str]) -> Iterator[str]:
    """The lines of the table."""
    yield NOTE
    yield f"| goal | wanted | {' | '.join(families)} |\n"
    yield f"|---|---:|{'---:|' * len(families)}\n"
    for goal in GOALS:
        wanted = f"{goal.sense} {goal.bound:g}"
        cells = (_cell(goal, found, family) for family in families)
        yield f"| {goal.name} | {wanted} | {' | '.join(cells)} |\n"


def _cell(goal: Goal, found: Found, family: str) -> str:
    def of(place: Place) -> Summary:
        size, command = place
        summary = found[family, size, command or PEERS[family][0].name]
        if summary.code:
            raise LookupError(command)
        return summary

    try:
        values = goal.measure(of)
    except (LookupError, ZeroDivisionError):
        return "–"
    return " · ".join(_said(goal, value) for value in values)


def _said(goal: Goal, value: float) -> str:
    text = f"{value:,.0f}" if abs(value) >= 20 else f"{value:.2f}"
    met = value >= goal.bound if goal.sense == "≥" else value <= goal.bound
    return text if met else f"**{text}**"
