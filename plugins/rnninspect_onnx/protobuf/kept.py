"""The nodes, attributes and names that are kept of a file, counted against the limits."""

from __future__ import annotations

from rnninspect.plugin import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_ENCODED = 8  # that count as one
_PORTION = 4_000  # nodes, attributes and names whose steps are charged at once


class Kept:
    """Counts nodes, attributes and names, each twice, against `nodes`.

    Of those that stay encoded eight count as one: they take a tenth of the memory and of the time.

    Attributes:
        count: how many there are so far.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.count = self._settled = self._light = self._passed = 0
        self._next_check = min(_PORTION, source.limits.nodes)

    def add(self, count: int) -> None:
        """Count some more; RefusedFile beyond the limit."""
        self._add(2 * count)

    def add_encoded(self, count: int) -> None:
        """Count some that stay encoded."""
        whole, self._light = divmod(self._light + 2 * count, _ENCODED)
        self._passed += 2 * count - whole
        self._add(whole)

    def decode(self, count: int) -> None:
        """Count some that are decoded now, as if they had been before."""
        rest = 2 * count - 2 * count // _ENCODED
        self._passed -= rest
        self._add(rest)

    @property
    def counted(self) -> int:
        """How many there are, whether they stay encoded or not."""
        return self.count + self._passed

    def _add(self, count: int) -> None:
        self.count += count
        if self.count > self._next_check:
            self._check_and_spend()

    def _check_and_spend(self) -> None:
        """Check the kept parts against the limit, and charge the work since the last check."""
        limits = self._source.limits
        limits.require(Limit.NODES, self.count, "the graph with its names")
        self._source.spend(Limit.STEPS, (self.count - self._settled) // 4)
        self._settled, self._next_check = self.count, min(self.count + _PORTION, limits.nodes)
