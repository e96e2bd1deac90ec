"""What the reading of one model has cost on the network, for people."""

from __future__ import annotations

from rnninspect.record import Record
from rnninspect.wording import plural

UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


class Traffic(Record):
    """What was sent and fetched for one model.

    Attributes:
        requests: requests sent, redirects and second tries among them.
        fetched: bytes of their answers, without headers.
    """

    requests: int
    fetched: int

    def plus(self, other: Traffic | None) -> Traffic:
        """Both together; None is nothing."""
        if other is None:
            return self
        return Traffic(self.requests + other.requests, self.fetched + other.fetched)

    def in_words(self, size: int) -> str:
        """`3 requests, 77 kB of 8.1 GB`, of a model of this size."""
        return f"{plural(self.requests, 'request')}, {amount(self.fetched)} of {amount(size)}"


def amount(number: int) -> str:
    """A number of bytes with two digits or more: `512 bytes`, `8.1 GB`, `77 kB`."""
    value, power = float(number), 0
    while value >= 999.5 and power < len(UNITS) - 1:
        value, power = value / 1000, power + 1
    digits = 1 if power and value < 9.95 else 0
    return f"{value:.{digits}f} {UNITS[power]}"
