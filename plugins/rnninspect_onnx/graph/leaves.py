"""The stored tensors that a value is made of, found by following its sources."""

from __future__ import annotations

from rnninspect.plugin import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_onnx.graph.values import Value, ValueKind

_VALUES_IN_A_STEP = 8


class Leaves:
    """Finds the stored tensors that values are made of; steps count against the limit `nodes`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._beyond: frozenset[ValueKind] = frozenset()
        self._found: dict[Value, tuple[int, ...]] = {}
        self._steps = [0]  # of all Leaves of one file

    def not_within(self, *kinds: ValueKind) -> Leaves:
        """Leaves that do not search values of these kinds, and share the count of steps."""
        other = Leaves(self._source)
        other._beyond, other._steps = frozenset(kinds), self._steps
        return other

    def of(self, value: Value) -> tuple[int, ...]:
        """The offsets of the tensors, each once, from the first source to the last."""
        found = self._found.get(value)
        if found is None:
            found = self._found[value] = tuple(
                self._search(value) if value.sources else self._own(value)
            )
        return found

    def _own(self, value: Value) -> tuple[int, ...]:
        """The offset of a value that is made of no others."""
        self._count(1)
        return () if value.offset is None or value.kind in self._beyond else (value.offset,)

    def _count(self, steps: int) -> None:
        self._steps[0] += steps
        what = "the way from weights to their tensors"
        self._source.limits.require(Limit.NODES, self._steps[0], what)

    def _search(self, value: Value) -> Iterator[int]:
        seen = {value}
        stack = [value]
        before, edges = self._steps[0], 0
        while stack:
            current = stack.pop()
            self._steps[0] += 1
            edges += len(current.sources)
            if current.kind in self._beyond:
                continue
            if current.offset is not None:
                yield current.offset
            for source in reversed(current.sources):
                if source not in seen:
                    seen.add(source)
                    stack.append(source)
        self._count(0)
        self._source.spend(Limit.STEPS, (self._steps[0] - before + edges) // _VALUES_IN_A_STEP)
