"""Name lookup: in the graph's own values first, then in those of the scopes around it."""

from __future__ import annotations

from rnninspect_onnx.graph.constants import stored_at, stored_sparse
from rnninspect_onnx.graph.values import BROKEN, Value, ValueKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rnninspect_onnx.graph.values import Dims
    from rnninspect_onnx.protobuf.messages import AttributeProto, GraphProto, NodeProto

_MANY = 1_000  # initializers of a graph
_LONGEST_STEP, _LONGEST_PATH = 200, 1000  # characters of a name


class Scope:
    """One execution of a graph.

    Attributes:
        graph: the graph, or a function's body.
        path: prefix of the names of its nodes, unique to this execution.
        parent: the scope around a subgraph; a function sees nothing around it.
        environment: the attributes that a function was called with, by name.
        depth: the number of enclosing scopes.
        values: the value of each name; None for an input that the caller omits.
    """

    __slots__ = ("_labels", "depth", "environment", "graph", "parent", "path", "values")

    def __init__(
        self,
        graph: GraphProto,
        path: str = "",
        parent: Scope | None = None,
        environment: dict[str, AttributeProto] | None = None,
        depth: int = 0,
        values: dict[str, Value | None] | None = None,
    ) -> None:
        self.graph = graph
        self.path = path
        self.parent = parent
        self.environment = {} if environment is None else environment
        self.depth = depth
        self.values = {} if values is None else values
        self._labels: dict[int, str] = {}

    def lookup(self, name: str) -> Value | None:
        """The value of a name; None if it is omitted, BROKEN if nothing defines it."""
        if not name:
            return None
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        return BROKEN

    def add_stored(self, known: dict[int, frozenset[str]] | None = None) -> None:
        """Bind the names of initializers; of two with the same name, the first is used.

        Of very many only those that the graph uses, if `known` is given, as `free_names` has it.
        """
        tensors, names = self.graph.initializers, self.graph.initializers.names
        places: Iterable[int] = range(len(names))
        if known is not None and len(names) >= _MANY:
            used = _used(self.graph, known)
            places = [place for place, name in enumerate(names) if name in used]
        for place in places:
            self.values.setdefault(names[place], stored_at(tensors, place))
        for sparse in self.graph.sparse_initializers:
            self.values.setdefault(sparse.values.name, stored_sparse(sparse))

    def add_fed(self, kind: ValueKind, shape: Callable[[GraphProto, str], Dims | None]) -> None:
        """Bind the inputs that are neither bound nor stored to values of their declared shapes."""
        for name in self.graph.inputs:
            if name not in self.values:
                self.values[name] = Value(kind, shape(self.graph, name))

    def label(self, node: NodeProto) -> str:
        """The path of a node: the scope's path and its name, or its operator and a number."""
        if not self._labels:
            self._labels = _labels(self.graph)
        own = self._labels[id(node)]
        return self.path + own[:_LONGEST_STEP] if self.path else own

    def names_besides(self) -> int:
        """Names of a subgraph besides nodes: each gets a value every time the subgraph is run."""
        graph = self.graph
        stored = len(graph.initializers) + len(graph.sparse_initializers)
        return stored + len(graph.inputs) + len(graph.outputs) if self.depth else 0

    def inside(self, step: str) -> str:
        """The path of a scope inside this one; a long one is cut at its start."""
        return f"{step}/"[-_LONGEST_PATH:]


def _labels(graph: GraphProto) -> dict[int, str]:
    """A label for each node, by its `id`; no two of one graph have the same."""
    counts: dict[str, int] = {}
    labels: dict[int, str] = {}
    for _, node, operator, name in graph.nodes.titles():
        stem = name or f"{operator}_"
        number = counts.get(stem, 0)
        counts[stem] = number + 1
        if node is not None:
            repeated = f"{name}#{number + 1}" if number else name
            labels[id(node)] = repeated if name else f"{stem}{number}"
    return labels


def _used(graph: GraphProto, known: dict[int, frozenset[str]]) -> set[str]:
    """The names that a graph or those inside it look up, or that it is fed or gives."""
    looked_up = {name for node in graph.nodes for name in needs(node, known)}
    return looked_up.union(graph.inputs, graph.outputs)


def free_names(graph: GraphProto, known: dict[int, frozenset[str]]) -> frozenset[str]:
    """The names that a graph takes from enclosing scopes; `known` caches them by `id`."""
    if id(graph) not in known:
        used = {name for node in graph.nodes for name in needs(node, known)} | {*graph.outputs}
        made = {name for node in graph.nodes for name in node.outputs} | {*graph.inputs}
        made.update(graph.initializers.names)
        made.update(sparse.values.name for sparse in graph.sparse_initializers)
        known[id(graph)] = frozenset(used - made)
    return known[id(graph)]


def needs(node: NodeProto, known: dict[int, frozenset[str]]) -> tuple[str, ...]:
    """The names that must have values before a node can be run."""
    if not node.attributes or not any(attribute.graphs for attribute in node.attributes):
        return node.inputs
    captured = (
        name
        for attribute in node.attributes
        for graph in attribute.graphs
        for name in free_names(graph, known)
    )
    return (*node.inputs, *captured)
