"""The part of a large graph that may say anything of its layers: only that is run."""

from __future__ import annotations

from rnninspect.plugin import Limit, Record
from rnninspect_onnx.graph.scopes import needs
from rnninspect_onnx.operators.quantised import has_scales
from rnninspect_onnx.operators.uses_by_name import StoredUses, UsesByName
from rnninspect_onnx.protobuf.messages import NodeProto, Nodes
from rnninspect_onnx.recurrent.nodes import may_be_recurrent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from rnninspect.plugin import Source
    from rnninspect_onnx.protobuf.messages import GraphProto, ModelProto

MANY = 1_000  # nodes of a graph
IN_A_FUNCTION = 50  # nodes that are many there
_NO_NAME = hash("")
_DYNAMIC = "DynamicQuantizeLinear"  # which has scales, and uses none
_ATTEMPTS, _STEPS = 2, 2  # to tell what is used by names, and what each costs for a node
IDLE, CHOSEN, FOLLOWED = range(3)  # what `Sliced.places` says of a node


class OutOfOrderError(Exception):
    """A node uses what a later one makes, and has to wait for it."""


class Slice(Nodes):
    """Some nodes of a graph, by their places in it."""

    def __init__(self, of: Nodes, chosen: Mapping[int, NodeProto]) -> None:
        super().__init__(tuple(chosen.values()))
        self._of, self._chosen = of, chosen

    def titles(
        self, like: Collection[NodeProto] | None = None
    ) -> Iterator[tuple[int, NodeProto | None, str, str]]:
        """Place, operator and name of the graph's nodes, and the node if it is one of these."""
        like = self._chosen.values() if like is None else like
        for place, _, operator, name in self._of.titles(like):
            yield place, self._chosen.get(place), operator, name


class Sliced(Record):
    """What of a graph is to be run.

    Attributes:
        graph: with the nodes that are decoded.
        uses: of the quantised nodes that are not run; None if all are.
        places: for each node of the whole graph IDLE, CHOSEN if it is decoded, or FOLLOWED if it
            only leads to those; None if the graph is whole.
        chosen: the nodes that are decoded, by their places.
    """

    graph: GraphProto
    uses: StoredUses | None = None
    places: bytearray | None = None
    chosen: Mapping[int, NodeProto] = {}


def may_tell(model: ModelProto) -> bool:
    """Whether a model's graph may say anything of its tensors when it is run, or has layers."""
    nodes = model.graph.nodes
    if model.functions or model.training:
        return True
    if any(map(_has_graphs, nodes.holders)):
        return True
    return any(may_be_recurrent(each) or has_scales(each) for each in nodes.operators)


def sliced(graph: GraphProto, functions: Collection[tuple[str, str]], source: Source) -> Sliced:
    """The recurrent nodes, those with graphs, and the nodes that these depend on.

    Of the nodes with scales only those that cannot be told by names; the uses of the others.
    The whole graph if it is small, or where uses are told by names if its nodes are not in the
    order of their use.
    """
    if len(graph.nodes) < MANY:
        return Sliced(graph)
    calls = {operator for _, operator in functions}
    if not any(map(has_scales, graph.nodes.operators)):
        return _with(graph, _until_last(graph.nodes, calls), None)
    untold = set[str]()
    for left in range(_ATTEMPTS, -1, -1):
        source.spend(Limit.STEPS, (_STEPS if left else 1) * len(graph.nodes))
        by_name = UsesByName(graph, untold, calls) if left else None
        places = _places(graph.nodes, calls, by_name)
        if by_name is None or not by_name.untold:
            break
        untold |= by_name.untold
    return Sliced(graph) if places is None else _with(graph, places, by_name)


def in_order(body: GraphProto, functions: Collection[tuple[str, str]]) -> Sliced:
    """All nodes of a function, of which those are decoded that `sliced` decodes.

    The whole body if it is small or has scales, or if its nodes are not in the order of their use.
    """
    nodes = body.nodes
    if len(nodes) < IN_A_FUNCTION or any(map(has_scales, nodes.operators)):
        return Sliced(body)
    passed, known = set[str](), dict[int, frozenset[str]]()
    for node in nodes.backwards():
        passed.update(node.outputs)
        if not passed.isdisjoint(
            needs(node, known) if isinstance(node, NodeProto) else node.inputs
        ):
            return Sliced(body)
    places = _chosen(nodes, {operator for _, operator in functions})
    return _with(body, places, None)


def _with(graph: GraphProto, places: bytearray, by_name: UsesByName | None) -> Sliced:
    """The graph with the chosen ones of its nodes."""
    chosen = graph.nodes.chosen([at for at, use in enumerate(places) if use == CHOSEN])
    uses = None if by_name is None else by_name.uses
    return Sliced(graph._replace(nodes=Slice(graph.nodes, chosen)), uses, places, chosen)


def _until_last(nodes: Nodes, calls: Collection[str]) -> bytearray:
    """Choose nodes, and follow what is before the last one."""
    places = _chosen(nodes, calls)
    last = places.rfind(CHOSEN) + 1
    places[last:] = bytes(len(places) - last)
    return places


def _chosen(nodes: Nodes, calls: Collection[str]) -> bytearray:
    """Choose recurrent nodes, those with graphs and calls; follow all others."""
    operators = {each for each in nodes.operators if may_be_recurrent(each)}.union(calls)
    places = bytearray()
    for part in nodes.parts:
        if isinstance(part, NodeProto):
            chosen = part.operator in operators or _has_graphs(part)
            places.append(CHOSEN if chosen else FOLLOWED)
        elif operators.isdisjoint(part.operators):
            places += bytes([FOLLOWED]) * len(part.operators)
        else:
            places += bytes([CHOSEN if each in operators else FOLLOWED for each in part.operators])
    return places


def _places(
    nodes: Nodes, calls: Collection[str], by_name: UsesByName | None = None
) -> bytearray | None:
    """What to do with each node.

    None if a node comes after its use, or a name is given twice where uses are told by names.
    """
    scaled = _with_scales(nodes)
    operators = {each for each in nodes.operators if may_be_recurrent(each)}.union(calls)
    wanted, passed, places = set[str](), set[int](), bytearray(len(nodes))
    if by_name is None:
        operators |= scaled
    else:
        wanted, passed = by_name.wanted, by_name.passed
    known: dict[int, frozenset[str]] = {}
    followed = {} if by_name is None else by_name.followed
    place = len(nodes)
    for node in nodes.backwards():
        place -= 1
        operator, outputs = node.operator, node.outputs
        graphs = isinstance(node, NodeProto) and _has_graphs(node)
        chosen = graphs or operator in operators
        runs = chosen or not wanted.isdisjoint(outputs)
        if by_name is not None:
            if not passed.isdisjoint(map(hash, outputs)):
                return None
            if operator in scaled:
                chosen = runs = runs or (operator != _DYNAMIC and not by_name.note(node))
            if followed and not followed.keys().isdisjoint(outputs):
                by_name.meet(node, graphs=graphs)
        passed.update(map(hash, outputs))
        passed.discard(_NO_NAME)
        if runs:
            names = needs(node, known) if isinstance(node, NodeProto) else node.inputs
            if not passed.isdisjoint(map(hash, names)):
                return None
            wanted.update(names)
            wanted.discard("")  # an input that is omitted
            places[place] = CHOSEN if chosen else FOLLOWED
    return places


def _has_graphs(node: NodeProto) -> bool:
    return any(attribute.graphs for attribute in node.attributes)


def _with_scales(nodes: Nodes) -> set[str]:
    """The operators of nodes that may have scales."""
    found = {each for each in nodes.operators if has_scales(each)}
    if _DYNAMIC in found:
        found.add("Mul")  # a product with a scale that is found at run time
    return found
