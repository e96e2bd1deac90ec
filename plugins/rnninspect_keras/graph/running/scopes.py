"""The values of one run of a graph or of a function's body, looked up by what nodes refer to."""

from __future__ import annotations

from rnninspect_keras.graph.operators.table import OUTPUTS
from rnninspect_keras.graph.running.values import MISSING, UNKNOWN, Kind, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnninspect_keras.graph.messages.records import Node
    from rnninspect_keras.graph.running.order import Order

_LONGEST_PATH = 1_000  # characters


class Loop:
    """A loop of TensorFlow 1 that is being run: for each Merge its value, and what it began with.

    Attributes:
        carried: of each Merge that the loop changes, by number: its value, the initial one.
    """

    __slots__ = ("carried",)

    def __init__(self) -> None:
        self.carried: dict[int, tuple[Value, Value]] = {}


class Scope:
    """One run of nodes.

    Attributes:
        nodes, order: what is run, and in which order.
        path: prefix of the names of its nodes.
        depth: how many functions are around it.
        loops: by the name of their frame.
        origins: of nodes that were asked for, the ones that they are copies of.
    """

    __slots__ = (
        "_arguments",
        "_mask",
        "depth",
        "loops",
        "nodes",
        "order",
        "origins",
        "path",
        "values",
    )

    def __init__(
        self,
        nodes: Sequence[Node],
        order: Order,
        path: str = "",
        depth: int = 0,
        arguments: Mapping[str, Value] | None = None,
    ) -> None:
        self.nodes, self.order, self.path, self.depth = nodes, order, path, depth
        self.values: dict[str, Sequence[Value]] = {}
        self.loops: dict[str, Loop] = {}
        self.origins: dict[int, int] = {}
        self._arguments = {} if arguments is None else arguments
        self._mask: Value | None = None

    def lookup(self, reference: str) -> Value:
        """The value of `node`, `node:1` or, in a function, `node:output:1`; MISSING if none is."""
        name, _, place = reference.partition(":") if ":" in reference else (reference, "", "")
        outputs = self.values.get(name)
        if outputs is None:
            found = self._arguments.get(name)
            return found or (UNKNOWN if name in self.order.places else MISSING)
        at = self._position(name, place) if place else 0
        return outputs[at] if at < len(outputs) else UNKNOWN

    def _position(self, name: str, place: str) -> int:
        output, _, number = place.rpartition(":")
        if not output and not place.isdecimal():
            output, number = place, "0"
        at = int(number) if number.isdecimal() and len(number) < _DIGITS else 0
        names = OUTPUTS.get(self.nodes[self.order.places[name]].operator, ())
        return at + names.index(output) if output in names else at

    def label(self, node: Node) -> str:
        """The path of a node."""
        return self.path + node.name

    def inside(self, node: Node) -> str:
        """The path of what a node calls; a long one is cut at its start."""
        return f"{self.path}{node.name}/"[-_LONGEST_PATH:]

    def mask(self) -> Value:
        """Which branch of a condition is taken: one truth, whatever it depends on."""
        if self._mask is None:
            self._mask = Value(Kind.DYNAMIC, ())
        return self._mask


_DIGITS = 10
