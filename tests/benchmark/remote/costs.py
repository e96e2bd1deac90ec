"""What models behind a network cost: the rows of measurements, and the cost model made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rnninspect.record import Record

from ..measure import Summary
from .calls import DOWNLOAD, MORE, OURS, OURS_MANY
from .serving import Cost

HEAD = (
    "| format | command | runs | requests | fetched | time | fastest – slowest | × ours | "
    "processor | peak |\n|---|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
)
COST_HEAD = (
    "| format | requests | fetched | time | fastest | the link, for all | × | processor | "
    "models a second and core | a million: traffic | processor | memory |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
)
MILLION = 10**6


class Measured(Record):
    """One command on one model: medians over its runs, and what the server counted for one."""

    took: Summary
    cost: Cost


Found = Mapping[str, Measured]  # by command
Network = tuple[float, float]  # seconds before an answer, bytes a second


class Steady(Record):
    """What one more model costs in a process that has started: seconds by the wall, of the
    processor, and what the server counted; `peak` is bytes of the process that reads eleven.
    """

    seconds: float
    busy: float
    requests: float
    sent: float
    peak: int


def steady(found: Found) -> Steady:
    """The difference of a call for eleven models and one for one."""
    one, many = found[OURS], found[OURS_MANY]
    return Steady(
        (many.took.seconds - one.took.seconds) / MORE,
        (many.took.busy - one.took.busy) / MORE,
        (many.cost.requests - one.cost.requests) / MORE,
        (many.cost.sent - one.cost.sent) / MORE,
        many.took.peak,
    )


def row(family: str, command: str, measured: Measured, ours: Measured) -> str:
    """One line of the measurements; a command that failed is marked."""
    took, cost = measured
    failed = "" if took.code == 0 else f" (exit code {took.code})"
    cells = (
        *(family, f"{command}{failed}", f"{took.runs}"),
        *(f"{cost.requests:,}", _bytes(cost.sent), _time(took.seconds)),
        f"{_time(took.fastest)} – {_time(took.slowest)}",
        f"{took.seconds / ours.took.seconds:,.1f}",
        *(_time(took.busy), _bytes(took.peak)),
    )
    return f"| {' | '.join(cells)} |\n"


def cost_row(family: str, found: Found, network: Network) -> str:
    """One line of the cost model.

    A download is counted as what the link needs for it: a machine that does something else as well
    may take longer, which is no merit of ours.
    """
    one, more = found[OURS], steady(found)
    whole = network[0] + found[DOWNLOAD].cost.sent / network[1]
    cells = (
        *(family, f"{more.requests:,.0f}", _bytes(more.sent)),
        *(_time(one.took.seconds), _time(one.took.fastest)),
        *(_time(whole), f"{whole / one.took.seconds:,.0f}"),
        *(_time(more.busy), f"{1 / more.busy:,.0f}"),
        *(_bytes(MILLION * more.sent), _long(MILLION * more.busy), _bytes(more.peak)),
    )
    return f"| {' | '.join(cells)} |\n"


def arithmetic(family: str, found: Found, at_once: int) -> Iterator[str]:
    """How a million models follow from what one more has cost."""
    more = steady(found)
    sent, requests = MILLION * more.sent, MILLION * more.requests
    yield (
        f"A million models as the one of {family}: 1,000,000 × {more.requests:.1f} requests = "
        f"{requests / 1e6:.1f} million requests; 1,000,000 × {_bytes(more.sent)} = {_bytes(sent)} "
        f"of traffic; 1,000,000 × {_time(more.busy)} of the processor = "
        f"{_long(MILLION * more.busy)} of one core; 1,000,000 × {_time(more.seconds)} by the wall "
        f"= {_long(MILLION * more.seconds)} one after the other, and with {at_once} at once "
        f"{_long(MILLION * more.seconds / at_once)}, or what the processor needs on the cores that "
        f"there are, whichever is longer. Memory is that of a process, {_bytes(more.peak)}, times "
        "the processes: it does not grow with the number of models.\n"
    )


def _bytes(number: float) -> str:
    for size, unit in ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if number >= 0.9995 * size:
            value = number / size
            return f"{value:,.0f} {unit}" if value >= 9.95 else f"{value:.1f} {unit}"
    return f"{number:.0f} bytes"


def _time(seconds: float) -> str:
    return f"{seconds:,.1f} s" if seconds >= 9.95 else f"{seconds * 1e3:,.0f} ms"


def _long(seconds: float) -> str:
    return f"{seconds / 3600:,.1f} h"
