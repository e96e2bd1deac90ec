"""The bounds of a walk through values that may share, repeat and contain themselves."""

from __future__ import annotations

from rnninspect.plugin import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source


_PORTION = 4_000  # values whose steps are spent at once


class Walk:
    """Counts what a walk over one file's values costs; exceeding a limit is a RefusedFile."""

    def __init__(self, source: Source) -> None:
        self._source, self._limits = source, source.limits
        self._settled, self._due = 0, min(_PORTION, source.limits.nodes)
        self._seen: set[int] = set()
        self._steps = self._letters = 0

    def first_visit(self, value: object) -> bool:
        """Whether this very object was not visited before; it must live as long as the walk."""
        if id(value) in self._seen:
            return False
        self._seen.add(id(value))
        return True

    def step(self, steps: int = 1) -> None:
        """Book so many values looked at."""
        self._steps += steps
        if self._steps > self._due:
            self._limits.require(Limit.NODES, self._steps, "the walk through the file's values")
            self._source.spend(Limit.STEPS, self._steps - self._settled)
            self._settled, self._due = self._steps, min(self._steps + _PORTION, self._limits.nodes)

    def join(self, path: str, name: str) -> str:
        """The name of something below a path; names of names are bounded in all."""
        joined = f"{path}.{name}" if path else name
        self._letters += len(joined)
        if self._letters > self._limits.header_bytes // 4:
            self._limits.require(Limit.HEADER_BYTES, 4 * self._letters, "the text of all names")
        return joined
