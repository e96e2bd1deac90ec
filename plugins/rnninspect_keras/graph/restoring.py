"""Which variable each tensor of a checkpoint is restored into, as the graph's own saver says."""

from __future__ import annotations

from rnninspect_keras.graph.running.order import node_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rnninspect_keras.graph.messages.records import GraphDef, Node

_ASSIGNS = frozenset({"Assign", "AssignVariableOp"})
_COPIES = frozenset({"Identity", "Cast"})
_LONGEST_WAY = 4


def checkpoint_keys(graph: GraphDef) -> dict[str, list[str]]:
    """Of each variable of a graph, by its name, the keys of its tensors in the checkpoint.

    There are several where a variable was saved by way of several objects.
    """
    found: dict[str, list[str]] = {}
    main = {node.name: node for node in graph.nodes}
    for variable, key in _restored(graph.nodes, main):
        if variable in main:
            found.setdefault(variable_name(main[variable]), []).append(key)
    for function in graph.functions.values():
        inner = {node.name: node for node in function.nodes}
        pairs = list(_restored(function.nodes, inner))
        callers = [node for node in graph.nodes if node.function("f") == function.name]
        for caller in callers[:1] if pairs else ():
            given = dict(zip(function.inputs, map(node_of, caller.inputs), strict=False))
            for argument, key in pairs:
                variable = given.get(argument, "")
                if variable in main:
                    found.setdefault(variable_name(main[variable]), []).append(key)
    return found


def variable_name(node: Node) -> str:
    """The name of the variable that a node is the handle of."""
    return node.text("shared_name") or node.name


def _restored(nodes: Sequence[Node], known: Mapping[str, Node]) -> Iterator[tuple[str, str]]:
    """What each assignment of a restored tensor is to, and the tensor's key."""
    for node in nodes:
        if node.operator not in _ASSIGNS or len(node.inputs) < 2:
            continue
        reference = node.inputs[1]
        for _ in range(_LONGEST_WAY):
            source = known.get(node_of(reference))
            if source is None or source.operator not in _COPIES or not source.inputs:
                break
            reference = source.inputs[0]
        source = known.get(node_of(reference))
        if source is None or source.operator != "RestoreV2" or len(source.inputs) < 2:
            continue
        names = known.get(node_of(source.inputs[1]))
        constant = None if names is None else names.constant("value")
        place = reference.rpartition(":")[2]
        at = int(place) if place.isdecimal() and ":" in reference else 0
        if constant is not None and at < len(constant.texts):
            yield node_of(node.inputs[0]), constant.texts[at]
