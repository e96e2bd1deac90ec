"""Layers by the names of their variables beside those by the graph: where they differ, it wins."""

from __future__ import annotations

from rnninspect.plugin import (
    Fact,
    Observation,
    Origin,
    Purpose,
    RecurrentLayer,
    SkippedLayer,
    plural,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect_keras.layers.assembling import AnyLayer


def join(
    named: Iterable[AnyLayer], by_graph: Iterable[AnyLayer], *, by_objects: bool = False
) -> tuple[list[AnyLayer], list[Observation]]:
    """The layers of both, each once, in the order of the graph; what they disagree in.

    A layer by names whose cell and sizes the graph confirms keeps its name and its class.

    Args:
        named: the layers by names, or by objects.
        by_graph: those of the graph.
        by_objects: whether objects say which weights a layer has; then one that the graph finds
            elsewhere, under another key, is missing all the same.
    """
    found: list[AnyLayer] = []
    notes: list[Observation] = []
    rest = list(by_graph)
    for each in named:
        tensors = _tensors(each)
        own = [other for other in rest if _tensors(other) & tensors]
        layer = _with_input_size(each, own)
        if not own:
            found.append(layer)
        elif isinstance(layer, RecurrentLayer) and (
            _confirm(own, layer, tensors) or (by_objects and _lacks_weights(layer, own))
        ):
            origin = own[0].origin if isinstance(own[0], RecurrentLayer) else layer.origin
            kept = layer.origin is Origin.DECLARED
            found.append(layer if kept else layer._replace(origin=origin, inferred=()))
            rest = [other for other in rest if other not in own]
        elif _is_sure(layer) or not any(isinstance(each, RecurrentLayer) for each in own):
            found.append(layer)
            rest = [other for other in rest if other not in own]
        elif isinstance(layer, RecurrentLayer):  # else the names do not say what it is
            notes += _differing(layer, own)
    return [*found, *rest], notes


def _with_input_size(layer: AnyLayer, own: list[AnyLayer]) -> AnyLayer:
    """A layer whose kernel is missing, with the input size that the graph shows."""
    if not isinstance(layer, RecurrentLayer) or layer.sizes.input_size or not own:
        return layer
    first = own[0]
    if not isinstance(first, RecurrentLayer) or first.cell != layer.cell:
        return layer
    return layer._replace(sizes=layer.sizes._replace(input_size=first.sizes.input_size))


def _is_sure(layer: AnyLayer) -> bool:
    """Whether the file itself declares what a layer is."""
    return isinstance(layer, RecurrentLayer) and layer.origin is Origin.DECLARED


def _lacks_weights(layer: RecurrentLayer, own: list[AnyLayer]) -> bool:
    """Whether a layer without some of its weights is of the cell and the sizes of the graph."""
    filled = {slot.role for operand in layer.operands for slot in operand.slots}
    return bool(layer.roles - filled) and all(_is_alike(each, layer) for each in own)


def _is_alike(other: AnyLayer, layer: RecurrentLayer) -> bool:
    return (
        isinstance(other, RecurrentLayer)
        and other.cell == layer.cell
        and other.sizes._replace(directions=1) == layer.sizes._replace(directions=1)
    )


def _confirm(own: list[AnyLayer], layer: RecurrentLayer, tensors: frozenset[str]) -> bool:
    """Whether the graph shows the same cell of the same sizes, in each direction."""
    return all(_is_alike(each, layer) and _tensors(each) <= tensors for each in own) and len(
        {_tensors(each) for each in own}
    ) in (1, layer.sizes.directions)


def _differing(layer: RecurrentLayer, own: list[AnyLayer]) -> list[Observation]:
    other = next(each for each in own if isinstance(each, RecurrentLayer))
    by_names = f"{layer.name} looks like {layer.cell}{_sizes(layer)} by its variables' names"
    detail = f"{by_names}; by the graph it is {other.cell}{_sizes(other)}"
    return [Observation(Fact.UNUSUAL, detail, layer=other.name)]


def _sizes(layer: RecurrentLayer) -> str:
    inputs, units = plural(layer.sizes.input_size, "input"), plural(layer.sizes.hidden_size, "unit")
    return f" of {inputs} and {units}"


def _tensors(layer: AnyLayer) -> frozenset[str]:
    """The tensors of a layer; a copy that is read in place of a missing weight is not one."""
    tensors = (
        layer.tensors
        if isinstance(layer, SkippedLayer)
        else (tensor for operand in layer.operands for tensor in operand.tensors)
    )
    return frozenset(each.identity for each in tensors if each.purpose is not Purpose.COPY)
