"""Runs the nodes of a large graph in their order, without a message or a value for most of them.

What the value of a node looks like follows from its operator, its attributes and what its inputs
look like, so of nodes that agree in these one is run. A value that leads to stored tensors is made
where it is asked for.
"""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_onnx.graph.calls import Call
from rnninspect_onnx.graph.constants import stored_sparse
from rnninspect_onnx.graph.looks import Looks, StoredLooks, copy_of, leads_nowhere
from rnninspect_onnx.graph.scopes import needs
from rnninspect_onnx.graph.values import BROKEN, UNKNOWN, Value
from rnninspect_onnx.operators.table import run as run_operator
from rnninspect_onnx.protobuf.encoded_nodes import NodeRun, head_of, saying
from rnninspect_onnx.slicing import CHOSEN, IDLE, OutOfOrderError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Protocol

    from rnninspect_onnx.graph.scopes import Scope
    from rnninspect_onnx.protobuf.messages import NodeProto, Nodes

    Made = tuple[Value, ...]
else:  # what runs nodes need not be a subclass, only alike
    Protocol = object

_MOST_KNOWN = 10_000  # kinds of nodes


class Runner(Protocol):
    """What runs nodes on values, and counts the work."""

    def run_node(self, scope: Scope, node: NodeProto) -> None:
        """Run a node on values of the scope, and add the outputs that have none yet."""

    def completed(self, scope: Scope, name: str, value: Value) -> Value:
        """A value, its shape completed by the one that the graph declares of its name."""

    def passed(self, nodes: int, names: int) -> None:
        """Count nodes that were not run, and the names in them."""

    def count(self, node: NodeProto, depth: int) -> None:
        """Count a node that was run."""


class _Late(Record):
    """What a value looks like that is made when it is asked for, and the node that makes it."""

    look: Value
    run: NodeRun
    start: int
    end: int
    operator: str


class Known:
    """What nodes make, by what they are, in graphs without attributes that are given to them.

    Attributes:
        looks: of all values.
        made: the looks of what a node makes, by all that this depends on.
    """

    def __init__(self) -> None:
        self.looks = Looks()
        self.made: dict[tuple[object, ...], Made] = {}


class Forward:
    """Runs the nodes of one graph.

    Its scope gets the values that decoded nodes use; of others only their looks are kept.
    """

    def __init__(self, nodes: Nodes, scope: Scope, runner: Runner, known: Known) -> None:
        self._nodes, self._scope, self._runner = nodes, scope, runner
        known = Known() if scope.environment else known
        self._looks, self._made = known.looks, known.made
        self._stored = StoredLooks(self._looks)
        self._typed: dict[tuple[Value, object], Value] = {}
        self._free: dict[int, frozenset[str]] = {}
        self._outputs: set[str] | None = None  # of all nodes
        tensors = scope.graph.initializers
        self._stored.add(tensors)
        places = range(len(tensors) - 1, -1, -1)  # of two with the same name, the first is used
        self._seen: dict[str, Value | int | _Late] = dict(
            zip(reversed(tensors.names), places, strict=True)
        )
        self._seen.pop("", None)

    def feed(self, value: Callable[[str], Value]) -> None:
        """Bind sparse tensors, and the inputs that are neither stored nor bound."""
        values, graph = self._scope.values, self._scope.graph
        for sparse in graph.sparse_initializers:
            if sparse.values.name not in self._seen:
                values.setdefault(sparse.values.name, stored_sparse(sparse))
        for name in graph.inputs:
            if name not in self._seen and name not in values:
                values[name] = value(name)
        self._note(values)

    def run(self, places: bytearray, chosen: Mapping[int, NodeProto]) -> None:
        """Run these of the graph's nodes: the chosen ones, which are decoded, and the others.

        Raises:
            OutOfOrderError: a node uses what a later one makes.
        """
        place = 0
        for part in self._nodes.parts:
            if not isinstance(part, NodeRun):
                if places[place] != IDLE:
                    self._run_decoded(part)
                place += 1
                continue
            after = place + len(part.operators)
            if any(places[place:after]):
                self._run_encoded(part, places, place, chosen)
            place = after

    def _run_encoded(
        self, run: NodeRun, places: bytearray, place: int, chosen: Mapping[int, NodeProto]
    ) -> None:
        """Run the nodes of a run, of which the first has a place in the graph."""
        data, end, constant, nodes, names = run.data, 0, -1, 0, 0
        text, look, made = data.decode("latin-1"), self._look, self._made.get
        first = self._stored.add(run.constants) + run.first if run.constants else 0
        for at, operator in enumerate(run.operators, place):
            start, end = head_of(data, end)
            constant += operator == "Constant"
            if places[at] == CHOSEN:
                self._run_decoded(chosen[at])
            elif places[at] != IDLE:
                inputs, outputs, rest = saying(data, text, start, end)
                nodes, names = nodes + 1, names + len(inputs) + len(outputs)
                if operator == "Constant":
                    self._seen.setdefault(outputs[0], first + constant)
                    continue
                key = (rest, len(outputs), *map(look, inputs))
                found = made(key)
                if found is None:
                    found = self._learn(run, (start, end), operator, key, (inputs, outputs))
                self._add(outputs, found, (run, start, end, operator))
        self._runner.passed(nodes, names)

    def _look(self, name: str) -> Value | None:
        """What the value of a name looks like; None if it is omitted."""
        known = self._seen.get(name)
        if isinstance(known, Value):
            return known
        if isinstance(known, int):
            return self._stored.at(known)
        if known is not None:
            return known.look
        return self._missing(name) if name and name not in self._scope.values else None

    def _missing(self, name: str) -> Value:
        """The value of a name that no node so far has made."""
        if self._outputs is None:
            self._outputs = {name for node in self._nodes.links() for name in node.outputs}
        if name in self._outputs:
            raise OutOfOrderError(name)
        return BROKEN

    def _learn(
        self,
        run: NodeRun,
        span: tuple[int, int],
        operator: str,
        key: tuple[object, ...],
        names: tuple[list[str], list[str]],
    ) -> Made:
        """What a node makes looks like; kept for others that agree with it."""
        node, scope = self._nodes.decoded(run, *span, operator), self._scope
        self._runner.count(node, scope.depth)
        inputs = tuple(map(self._look, node.inputs))
        made = tuple(map(self._looks.of, run_operator(Call(node, inputs, scope.environment))))
        is_known = ([*node.inputs], [*node.outputs]) == names
        if is_known and len(self._made) < _MOST_KNOWN:
            self._made[key] = made
        return made

    def _add(self, outputs: Iterable[str], made: Made, node: tuple[NodeRun, int, int, str]) -> None:
        """Note what the outputs of a node look like."""
        seen, types = self._seen, self._scope.graph.types
        for at, name in enumerate(outputs):
            if not name or name in seen:
                continue
            look = made[at] if at < len(made) else UNKNOWN
            if name in types:
                key = look, types[name]
                typed = self._typed.get(key)
                if typed is None:
                    typed = self._looks.of(self._runner.completed(self._scope, name, look))
                    self._typed[key] = typed
                look = typed
            seen[name] = look if leads_nowhere(look) else _Late(look, *node)

    def _run_decoded(self, node: NodeProto) -> None:
        """Run a node on values."""
        self.give(needs(node, self._free))
        self.give(name for name in node.outputs if name in self._seen)  # which they keep
        self._run(node)

    def _run(self, node: NodeProto) -> None:
        self.give(node.inputs)
        self._runner.run_node(self._scope, node)
        self._note(node.outputs)

    def _note(self, names: Iterable[str]) -> None:
        """Note what the values of the scope with these names look like."""
        values, seen = self._scope.values, self._seen
        for name in names:
            value = values.get(name)
            if value is not None and name and name not in seen:
                seen[name] = self._looks.of(value)

    def give(self, names: Iterable[str]) -> None:
        """Give the scope the values of names."""
        values = self._scope.values
        for name in names:
            if not name or name in values:
                continue
            known = self._seen.get(name)
            if isinstance(known, int):
                values[name] = self._stored.value(known)
            elif isinstance(known, Value):
                values[name] = copy_of(known)
            elif known is None:
                self._missing(name)
            else:
                self._make(name)

    def _make(self, name: str) -> None:
        """Run the node that makes the value of a name, after those that it depends on."""
        waiting = [name]
        while waiting:
            late = self._late(waiting[-1])
            if late is None:
                waiting.pop()
                continue
            node = self._nodes.decoded(*late[1:])
            before = [each for each in node.inputs if self._late(each)]
            before += [each for each in node.outputs if _is_other(self._late(each), late)]
            waiting += before
            if not before:
                self._runner.passed(-1, 0)  # it is run after all
                self.give(each for each in node.outputs if self._late(each) is None)
                self._run(node)

    def _late(self, name: str) -> _Late | None:
        """The node that makes what has this name, if it is yet to be run."""
        known = None if name in self._scope.values else self._seen.get(name)
        return known if isinstance(known, _Late) else None


def _is_other(late: _Late | None, node: _Late) -> bool:
    """Whether another node makes a value."""
    return late is not None and (late.run is not node.run or late.start != node.start)
