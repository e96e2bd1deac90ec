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
    named: Iterable[AnyLayer], by_graph: Iterable[AnyLayer]
) -> tuple[list[AnyLayer], list[Observation]]:
    """The layers of both, each once, in the order of the graph; what they disagree in.

    A layer by names whose cell and sizes the graph confirms keeps its name and its class.
    """
    found: list[AnyLayer] = []
    notes: list[Observation] = []
    rest = list(by_graph)
    for layer in named:
        tensors = _tensors(layer)
        own = [each for each in rest if _tensors(each) & tensors]
        if not own:
            found.append(layer)
        elif isinstance(layer, RecurrentLayer) and _confirm(own, layer, tensors):
            origin = own[0].origin if isinstance(own[0], RecurrentLayer) else layer.origin
            kept = layer.origin is Origin.DECLARED
            found.append(layer if kept else layer._replace(origin=origin, inferred=()))
            rest = [each for each in rest if each not in own]
        elif _is_sure(layer) or not any(isinstance(each, RecurrentLayer) for each in own):
            found.append(layer)
            rest = [each for each in rest if each not in own]
        elif isinstance(layer, RecurrentLayer):  # else the names do not say what it is
            notes += _differing(layer, own)
    return [*found, *rest], notes


def _is_sure(layer: AnyLayer) -> bool:
    """Whether the file itself declares what a layer is."""
    return isinstance(layer, RecurrentLayer) and layer.origin is Origin.DECLARED


def _confirm(own: list[AnyLayer], layer: RecurrentLayer, tensors: frozenset[str]) -> bool:
    """Whether the graph shows the same cell of the same sizes, in each direction."""
    sizes = layer.sizes._replace(directions=1)
    return all(
        isinstance(each, RecurrentLayer)
        and each.cell == layer.cell
        and each.sizes._replace(directions=1) == sizes
        and _tensors(each) <= tensors
        for each in own
    ) and len({_tensors(each) for each in own}) in (1, layer.sizes.directions)


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
