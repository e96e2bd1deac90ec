"""The recovered cells of a model once more, with the names of the values that their steps use."""

from __future__ import annotations

from rnninspect.graphs import Exhausted, Origin, View, budget_for, recognise
from rnninspect.plugin import Record, open_source
from rnninspect_onnx.graph.leaves import Leaves
from rnninspect_onnx.graph.values import Value
from rnninspect_onnx.protobuf.decoder import Decoder
from rnninspect_onnx.recovered.numbers import Numbers
from rnninspect_onnx.recovered.translation import Translation
from rnninspect_onnx.resolver import Resolver
from rnninspect_onnx.tensors.inventory import entries

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect.graphs import Graph, Recovered
    from rnninspect.graphs import Value as CoreValue
    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.scopes import Scope
    from rnninspect_onnx.protobuf.messages import GraphProto, NodeProto


class Named(Record):
    """A value with its name and where it is defined."""

    scope: Scope
    name: str
    value: Value
    core: CoreValue


class Spot(Record):
    """Units within a named value: from where on along which of its axes, and how many."""

    named: Named
    axis: int
    start: int
    width: int

    @property
    def place(self) -> tuple[Scope, str]:
        """Where the value is defined, and its name."""
        return self.named.scope, self.named.name


class Found(Record):
    """The cells of a model, and what its values are called.

    Attributes:
        root: the model's own graph.
        graph: the core's graph.
        cells: the cells in it.
        names: every named value that the graph knows, in the order of the nodes.
        entered: the node that runs each subgraph, by the subgraph's `id`.
        tensors: of each leaf the names of the stored tensors that it is made of.
    """

    root: GraphProto
    graph: Graph
    cells: tuple[Recovered, ...]
    names: tuple[Named, ...]
    entered: Mapping[int, NodeProto]
    tensors: Mapping[int, frozenset[str]]

    def spots(self, unit: int, width: int) -> Iterator[Spot]:
        """Where the units of an expression are, in the order of the nodes."""
        expressions = self.graph.expressions
        for named in self.names:
            if isinstance(named.core, View):
                data = expressions.data[unit]
                if not isinstance(data, tuple) or data[0] != named.core.leaf:
                    continue
                for axis, seen in enumerate(named.core.axes):
                    if seen.label == data[-2] and self._is(named.core, axis, unit):
                        yield Spot(named, axis, 0, width)
            elif named.core.lane is not None:
                start = 0
                for size, each in named.core.segments:
                    if each == unit and size >= width:
                        yield Spot(named, named.core.lane, start, width)
                    start += size

    def _is(self, view: View, axis: int, unit: int) -> bool:
        lanes = self.graph.lanes(view, axis)
        return lanes is not None and lanes.segments[0][1] == unit

    def whole(self, leaf: int) -> Iterator[tuple[Named, tuple[int, ...]]]:
        """Values that are all of a leaf, and for each of its axes the value's axis."""
        labels, shape = self.graph.leaves[leaf].labels, self.graph.leaves[leaf].shape
        for named in self.names:
            view = named.core
            if not isinstance(view, View) or view.leaf != leaf or view.fixed:
                continue
            places = {axis.label: at for at, axis in enumerate(view.axes)}
            full = all(
                label in places and view.axes[places[label]].size == size
                for label, size in zip(labels, shape, strict=True)
            )
            if full and len(places) == len(view.axes) == len(labels):
                yield named, tuple(places[label] for label in labels)


class _Naming(Translation):
    """A translation that remembers scopes, and the nodes that run subgraphs."""

    def __init__(self, numbers: Numbers, budget: int) -> None:
        super().__init__(numbers, budget)
        self.scopes: dict[Scope, None] = {}
        self.entries: dict[int, NodeProto] = {}

    def ran(self, scope: Scope, call: Call) -> None:
        self.scopes[scope] = None
        super().ran(scope, call)

    def entered(self, call: Call, graph: GraphProto, bound: Mapping[str, Value | None]) -> None:
        self.entries[id(graph)] = call.node
        super().entered(call, graph, bound)


def find(path: str) -> Found:
    """The recovered cells of a model without functions of its own.

    Raises:
        Exhausted: it would take too long.
    """
    with open_source(path) as source:
        decoder = Decoder(source)
        model = decoder.model()
        naming = _Naming(Numbers(decoder, entries(model)), budget_for(len(model.graph.nodes)))
        resolver = Resolver(decoder, model.functions, naming)
        naming.close(resolver.run_graph(model.graph))
        if naming.is_exhausted:
            raise Exhausted
        cells = recognise(naming.graph)
        leaves, stored = (
            Leaves(source),
            {entry.tensor.offset: entry.name for entry in entries(model)},
        )
        tensors = {
            at: frozenset(stored.get(offset, "") for offset in leaves.of(leaf.key))
            for at, leaf in enumerate(naming.graph.leaves)
            if leaf.origin is Origin.STORED and isinstance(leaf.key, Value)
        }
    names = (
        Named(scope, name, value, naming.known[value])
        for scope in naming.scopes
        for name, value in scope.values.items()
        if value is not None and value in naming.known
    )
    return Found(model.graph, naming.graph, cells, tuple(names), naming.entries, tensors)
