"""The part of a large graph that may say anything of its layers: only that is decoded and run."""

from __future__ import annotations

from rnninspect.plugin import Limit
from rnninspect_onnx.graph.scopes import needs
from rnninspect_onnx.operators.quantised import has_scales
from rnninspect_onnx.protobuf.messages import NodeProto, Nodes
from rnninspect_onnx.recurrent.nodes import may_be_recurrent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from rnninspect.plugin import Source
    from rnninspect_onnx.protobuf.messages import GraphProto

MANY = 1_000  # nodes of a graph
_NO_NAME = hash("")
_MOST = 0.9  # of the nodes, above which nothing is gained


class Slice(Nodes):
    """Some nodes of a graph, by their places in it."""

    def __init__(self, of: Nodes, chosen: Mapping[int, NodeProto]) -> None:
        super().__init__(tuple(chosen.values()))
        self._of, self._chosen = of, chosen

    def titles(self) -> Iterator[tuple[NodeProto | None, str, str]]:
        """Operator and name of each node of the graph, and the node if it is one of these."""
        for place, (_, operator, name) in enumerate(self._of.titles()):
            yield self._chosen.get(place), operator, name


def sliced(graph: GraphProto, functions: Collection[tuple[str, str]], source: Source) -> GraphProto:
    """The nodes that recurrent nodes and those with scales or graphs depend on, and these.

    The whole graph if that is most of it, or if its nodes are not in the order of their use.
    """
    if len(graph.nodes) < MANY:
        return graph
    source.spend(Limit.STEPS, len(graph.nodes))
    places = _places(graph.nodes, functions)
    if places is None or len(places) > _MOST * len(graph.nodes):
        return graph
    return graph._replace(nodes=Slice(graph.nodes, graph.nodes.chosen(places)))


def _places(nodes: Nodes, functions: Collection[tuple[str, str]]) -> list[int] | None:
    """The places of these nodes, from the last to the first; None if one comes after its use."""
    operators = {each for each in nodes.operators if may_be_recurrent(each) or has_scales(each)}
    if "DynamicQuantizeLinear" in operators:
        operators.add("Mul")  # a product with a scale that is found at run time
    operators.update(operator for _, operator in functions)
    wanted, places = set[str](), list[int]()
    passed = set[int]()  # hashes of names, which take less memory
    known: dict[int, frozenset[str]] = {}
    place = len(nodes)
    for node in nodes.backwards():
        place -= 1
        graphs = isinstance(node, NodeProto) and any(each.graphs for each in node.attributes)
        if graphs or node.operator in operators or not wanted.isdisjoint(node.outputs):
            names = needs(node, known) if isinstance(node, NodeProto) else node.inputs
            if not passed.isdisjoint(map(hash, names)):
                return None
            wanted.update(names)
            places.append(place)
        else:
            passed.update(map(hash, node.outputs))
        wanted.discard("")  # an input that is omitted
        passed.discard(_NO_NAME)
    return places
