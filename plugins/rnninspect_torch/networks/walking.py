"""Bounds for a walk through values that may be shared or contain themselves."""

from __future__ import annotations

from rnninspect.plugin import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from rnninspect.decode.pickles.values import Instance, Mapping
    from rnninspect.plugin import Purpose, Source
    from rnninspect_torch.networks.named_tensors import InColumns
    from rnninspect_torch.networks.records import ModulesAlike, Root

    Child = tuple[str, Instance | ModulesAlike]  # with its path

    class FindColumns(Protocol):
        """Finds tensors that are in columns, or can be."""

        def of_dict(self, value: Mapping, purpose: Purpose, walk: Walk) -> InColumns | None:
            """The tensors of a dict that is there for a purpose; None if anything is unusual."""

        def children(self, path: str, modules: Mapping, walk: Walk) -> list[Child] | None:
            """The modules of a registry, those that are alike at once; None if any is unusual."""

        def settle(self, root: Root) -> None:
            """Put the tensors of a root in columns, or make those of all modules that are alike."""


_PORTION = 4_000  # steps between two checks of the limits


class Walk:
    """Counts the cost of a walk over one file's values; RefusedFile beyond a limit."""

    def __init__(self, source: Source, in_columns: FindColumns | None = None) -> None:
        """Columns of a dict are those that `in_columns` gives; without it there are none."""
        self.in_columns = in_columns
        self._source, self._limits = source, source.limits
        self._reported, self._next_report = 0, min(_PORTION, source.limits.nodes)
        self._seen: set[int] = set()
        self._steps = self._characters = 0

    def first_visit(self, value: object) -> bool:
        """Whether this object was not visited before; it must live as long as the walk."""
        if id(value) in self._seen:
            return False
        self._seen.add(id(value))
        return True

    def first_visits(self, values: Sequence[object]) -> bool:
        """Whether none of these objects was visited before; only then are they visited."""
        new = set(map(id, values))
        if len(new) < len(values) or not new.isdisjoint(self._seen):
            return False
        self._seen |= new
        return True

    def step(self, steps: int = 1) -> None:
        """Count visited values."""
        self._steps += steps
        if self._steps > self._next_report:
            self._limits.require(Limit.NODES, self._steps, "the number of visited values")
            self._source.spend(Limit.STEPS, self._steps - self._reported)
            self._reported, self._next_report = (
                self._steps,
                min(self._steps + _PORTION, self._limits.nodes),
            )

    def join(self, path: str, name: str) -> str:
        """The path of a name below `path`; the total length of all paths is limited."""
        joined = f"{path}.{name}" if path else name
        self._characters += len(joined)
        if self._characters > self._limits.header_bytes // 4:
            self._limits.require(
                Limit.HEADER_BYTES, 4 * self._characters, "the length of all names"
            )
        return joined
