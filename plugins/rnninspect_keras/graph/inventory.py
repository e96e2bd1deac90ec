"""The constants of a graph as stored tensors, each with its purpose."""

from __future__ import annotations

from rnninspect.plugin import DTYPES, ElementKind, Limit, Purpose, StoredTensor
from rnninspect_keras.graph.messages.tensors import needed_bytes
from rnninspect_keras.graph.messages.types import type_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from rnninspect.plugin import Source
    from rnninspect_keras.graph.messages.records import Constant, GraphDef, Node
    from rnninspect_keras.graph.running.values import Value

_QUANTISED = frozenset({11, 12, 13, 15, 16, 29, 30, 31, 32})  # DataTypes that only weights have
_READERS = ("Dequantize", "Quantized", "UniformDequantize", "UniformQuantized")
_VALUES_IN_A_STEP = 4


def constants(graph: GraphDef) -> Iterator[tuple[str, Node, Constant]]:
    """Every constant of the graph and of its functions, with its name for people."""
    bodies = [("", graph.nodes)]
    bodies += [(f"{name}/", function.nodes) for name, function in graph.functions.items()]
    for path, nodes in bodies:
        for node in nodes:
            constant = node.constant("value") if node.operator == "Const" else None
            if constant is not None:
                yield f"{path}{node.name}", node, constant


def stored_tensors(
    graph: GraphDef,
    states: Collection[int],
    unused: Collection[int],
    elsewhere: Mapping[str, StoredTensor],
) -> dict[int, StoredTensor]:
    """The constants by their places; those of these places are states, or not used.

    `elsewhere` has, by the names of nodes, those whose elements the graph does not contain.
    """
    quantised = _quantised(graph)
    found: dict[int, StoredTensor] = {}
    for name, node, constant in constants(graph):
        purpose = _purpose(constant, is_weight=node.name in quantised)
        if constant.place in states:
            purpose = Purpose.STATE
        elif constant.place in unused:
            purpose = Purpose.CONSTANT
        beside = elsewhere.get(node.name)
        if beside is not None:
            found[constant.place] = beside._replace(purpose=purpose)
            continue
        found[constant.place] = StoredTensor(
            name=name,
            shape=(-1,) if constant.shape is None else constant.shape,
            dtype=type_of(constant.type)[0],
            bytes=constant.stored,
            identity=str(constant.place),
            purpose=purpose,
            needed_bytes=needed_bytes(constant),
            held_bytes=constant.stored,
        )
    return found


def _purpose(constant: Constant, *, is_weight: bool) -> Purpose:
    """Real numbers along an axis are weights, others are shapes, axes and scalars."""
    element = DTYPES.get(type_of(constant.type)[0])
    is_real = element is not None and element.kind is ElementKind.FLOAT
    if constant.shape != () and (is_real or is_weight or constant.type in _QUANTISED):
        return Purpose.PARAMETER
    return Purpose.CONSTANT


def _quantised(graph: GraphDef) -> frozenset[str]:
    """The names of nodes that operators of quantised models read."""
    bodies = [graph.nodes, *(function.nodes for function in graph.functions.values())]
    return frozenset(
        reference.partition(":")[0]
        for nodes in bodies
        for node in nodes
        if node.operator.startswith(_READERS)
        for reference in node.inputs
    )


class Leaves:
    """Finds the stored tensors and the variables that values are made of."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._known: dict[Value, tuple[int | str, ...]] = {}

    def of(self, value: Value) -> tuple[int | str, ...]:
        """The keys, each once, from the first source to the last."""
        found = self._known.get(value)
        if found is None:
            found = self._known[value] = self._search(value)
        return found

    def _search(self, value: Value) -> tuple[int | str, ...]:
        keys: dict[int | str, None] = {}
        seen, stack = {value}, [value]
        while stack:
            at = stack.pop()
            if at.key is not None:
                keys[at.key] = None
            for source in reversed(at.sources):
                if source not in seen:
                    seen.add(source)
                    stack.append(source)
        self._source.spend(Limit.STEPS, len(seen) // _VALUES_IN_A_STEP)
        return tuple(keys)
