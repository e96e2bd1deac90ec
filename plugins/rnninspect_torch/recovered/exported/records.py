"""Reads the JSON of exported programs: names, shapes and arguments, whatever their types are."""

from __future__ import annotations

from rnninspect_torch.recovered.operators.values import UNKNOWN, ListValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.graphs import Shape

_PLAIN = {"as_int": int, "as_float": float, "as_bool": bool, "as_string": str}
_BY_NAME = 2  # the kind of an argument
_HIGHEST_RANK = 64


def fields_of(value: object) -> dict[str, object]:
    """An object's fields; none if it is not an object."""
    return value if isinstance(value, dict) else {}


def items_of(value: object) -> list[object]:
    """A list's items; none if it is not a list."""
    return value if isinstance(value, list) else []


def name_in(value: object) -> str:
    """The name of a tensor argument, with or without the wrapper of its type."""
    fields = fields_of(value)
    inner = fields.get("as_tensor", fields)
    name = fields_of(inner).get("name")
    return name if isinstance(name, str) else ""


def names_in(node: Mapping[str, object]) -> list[str]:
    """The names of a node's results, those in lists included."""
    names: list[str] = []
    for output in items_of(node.get("outputs")):
        fields = fields_of(output)
        tensors = items_of(fields.get("as_tensors"))
        names += [name_in(tensor) for tensor in tensors] if tensors else [name_in(output)]
    return names


def shape_in(meta: object) -> Shape | None:
    """The shape in the description of a tensor; None for symbolic sizes."""
    sizes = fields_of(meta).get("sizes")
    if not isinstance(sizes, list) or len(sizes) > _HIGHEST_RANK:
        return None
    found = [fields_of(size).get("as_int") for size in sizes]
    return tuple(size if type(size) is int else None for size in found)


def arguments_of(
    node: Mapping[str, object], values: Mapping[str, object]
) -> tuple[list[object], dict[str, object]]:
    """The arguments of a node by position, and those by name."""
    positional: list[object] = []
    named: dict[str, object] = {}
    for given in items_of(node.get("inputs")):
        fields = fields_of(given)
        value = argument(fields.get("arg"), values)
        if fields.get("kind") == _BY_NAME:
            named[str(fields.get("name"))] = value
        else:
            positional.append(value)
    return positional, named


def argument(arg: object, values: Mapping[str, object]) -> object:
    """The value of an argument; UNKNOWN for what is of no interest."""
    fields = fields_of(arg)
    for kind, value in fields.items():
        plain = _PLAIN.get(kind)
        if plain is not None:
            return value if type(value) is plain else UNKNOWN
        if kind == "as_none":
            return None
        if kind == "as_tensor":
            return values.get(name_in(arg), UNKNOWN)
        if kind == "as_sym_int":
            return fields_of(value).get("as_int", UNKNOWN)
        if isinstance(value, list):
            return ListValue([_item(item, values) for item in value])
    return UNKNOWN


def _item(item: object, values: Mapping[str, object]) -> object:
    """An integer, or the value of a name."""
    if not isinstance(item, dict):
        return item
    return values.get(name_in(item), item.get("as_int", UNKNOWN))


def is_in_place(name: str) -> bool:
    """Whether an operator changes its first operand."""
    return name.endswith("_") and not name.endswith("__")


def target_in(node: Mapping[str, object]) -> str:
    """The name of a node's first operand."""
    inputs = items_of(node.get("inputs"))
    return name_in(fields_of(inputs[0]).get("arg")) if inputs else ""


def changed_in(program: Mapping[str, object]) -> frozenset[str]:
    """The buffers that a program changes: by their names, or by those of the graph's inputs."""
    module = fields_of(program.get("graph_module"))
    graph, signature = fields_of(module.get("graph")), fields_of(module.get("signature"))
    named = (
        str(fields_of(fields_of(spec).get("buffer_mutation")).get("buffer_name"))
        for spec in items_of(signature.get("output_specs"))
    )
    nodes = (fields_of(node) for node in items_of(graph.get("nodes")))
    in_place = (
        target_in(node)
        for node in nodes
        if is_in_place(str(node.get("target")).removesuffix(".default").partition(".Tensor")[0])
    )
    return frozenset((*named, *in_place))


def graphs_in(node: Mapping[str, object]) -> list[dict[str, object]]:
    """The graphs among a node's arguments."""
    found = (
        fields_of(fields_of(given).get("arg")).get("as_graph")
        for given in items_of(node.get("inputs"))
    )
    return [fields_of(fields_of(graph).get("graph")) for graph in found if graph is not None]
