"""Nodes of a graph that have to wait for values which later nodes in the file compute."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_onnx.protobuf.messages import NodeProto


class WaitingNodes:
    """Nodes of one graph, some of which wait for values that come later in the file."""

    def __init__(self, nodes: tuple[NodeProto, ...]) -> None:
        self._nodes = nodes
        self._missing: dict[int, int] = {}
        self._waiting: dict[str, list[int]] = {}

    def must_wait(self, position: int, awaited: set[str]) -> bool:
        """Whether a node has to wait for any of these names."""
        for name in awaited:
            self._waiting.setdefault(name, []).append(position)
        if awaited:
            self._missing[position] = len(awaited)
        return bool(awaited)

    def released_by(self, position: int) -> Iterator[int]:
        """A node that can run, then those that waited only for its outputs."""
        ready = [position]
        while ready:
            current = ready.pop()
            yield current  # the caller runs it before it asks for the next
            for name in self._nodes[current].outputs:
                for waiting in self._waiting.pop(name, ()):
                    self._missing[waiting] -= 1
                    if not self._missing[waiting]:
                        del self._missing[waiting]
                        ready.append(waiting)

    def stuck(self) -> list[int]:
        """The nodes that still wait when all others have run: a cycle."""
        return sorted(self._missing)
