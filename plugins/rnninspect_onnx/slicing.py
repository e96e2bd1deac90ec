"""The part of a large graph that may say anything of its layers: only that is decoded and run."""

from __future__ import annotations

from rnninspect.plugin import Limit
from rnninspect_onnx.graph.scopes import needs
from rnninspect_onnx.operators.quantised import has_scales
from rnninspect_onnx.operators.uses_by_name import StoredUses, UsesByName
from rnninspect_onnx.protobuf.messages import NodeProto, Nodes
from rnninspect_onnx.recurrent.nodes import may_be_recurrent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from rnninspect.plugin import Source
    from rnninspect_onnx.protobuf.messages import GraphProto

MANY = 1_000  # nodes of a graph
_NO_NAME = hash("")
_DYNAMIC = "DynamicQuantizeLinear"  # which has scales, and uses none
_ATTEMPTS, _STEPS = 2, 2  # to tell what is used by names, and what each costs for a node
_MOST = 0.9  # of the nodes, above which nothing is gained


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


def sliced(
    graph: GraphProto, functions: Collection[tuple[str, str]], source: Source
) -> tuple[GraphProto, StoredUses | None]:
    """The nodes that recurrent nodes and those with graphs depend on, and these.

    Of the nodes with scales only those that cannot be told by names; the uses of the others.
    The whole graph if that is most of it, or if its nodes are not in the order of their use.
    """
    if len(graph.nodes) < MANY:
        return graph, None
    calls = {operator for _, operator in functions}
    untold, by_name = set[str](), None
    attempts = _ATTEMPTS if any(map(has_scales, graph.nodes.operators)) else 0
    for left in range(attempts, -1, -1):
        source.spend(Limit.STEPS, (_STEPS if left else 1) * len(graph.nodes))
        by_name = UsesByName(graph, untold, calls) if left else None
        places = _places(graph.nodes, calls, by_name)
        if by_name is None or not by_name.untold:
            break
        untold |= by_name.untold
    if places is None or len(places) > _MOST * len(graph.nodes):
        return graph, None
    return graph._replace(nodes=Slice(graph.nodes, graph.nodes.chosen(places))), (
        None if by_name is None else by_name.uses
    )


def _places(
    nodes: Nodes, calls: Collection[str], by_name: UsesByName | None = None
) -> list[int] | None:
    """The places of these nodes, from the last to the first.

    None if a node comes after its use, or a name is given twice where uses are told by names.
    """
    scaled = _with_scales(nodes)
    operators = {each for each in nodes.operators if may_be_recurrent(each)}.union(calls)
    wanted, passed, places = set[str](), set[int](), list[int]()
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
        runs = graphs or operator in operators or not wanted.isdisjoint(outputs)
        if by_name is not None:
            if not passed.isdisjoint(map(hash, outputs)):
                return None
            if operator in scaled and not runs:
                runs = operator != _DYNAMIC and not by_name.note(node)
            if followed and not followed.keys().isdisjoint(outputs):
                by_name.meet(node, graphs=graphs)
        if runs:
            names = needs(node, known) if isinstance(node, NodeProto) else node.inputs
            if not passed.isdisjoint(map(hash, names)):
                return None
            wanted.update(names)
            places.append(place)
            wanted.discard("")  # an input that is omitted
        else:
            passed.update(map(hash, outputs))
            passed.discard(_NO_NAME)
    return places


def _has_graphs(node: NodeProto) -> bool:
    return any(attribute.graphs for attribute in node.attributes)


def _with_scales(nodes: Nodes) -> set[str]:
    """The operators of nodes that may have scales."""
    found = {each for each in nodes.operators if has_scales(each)}
    if _DYNAMIC in found:
        found.add("Mul")  # a product with a scale that is found at run time
    return found
