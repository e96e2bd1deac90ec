"""Turns the recurrent layers of a configuration into layers with their tensors."""

from __future__ import annotations

from rnninspect.plugin import SkippedLayer, Stack, no_formula
from rnninspect_keras.layers.assembling import AnyLayer, PlannedCell, Title, assemble
from rnninspect_keras.layout import DIRECTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_keras.configuration.declared_layers import DeclaredCell, DeclaredLayer
    from rnninspect_keras.layers.weights import CellWeight

CellWeights = tuple["CellWeight", ...]


def build(
    layer: DeclaredLayer, weights_of: Callable[[DeclaredCell], CellWeights]
) -> tuple[AnyLayer, ...]:
    """The layers of a layer: one for each level of its stack, or one for its directions."""
    if all(len(direction) == 1 for direction in layer.directions):
        title = Title(layer.name, layer.kind)
        return _single(title, [direction[0] for direction in layer.directions], weights_of)
    found: list[AnyLayer] = []
    for number, direction in enumerate(layer.directions):
        name = layer.name if len(layer.directions) == 1 else f"{layer.name}/{DIRECTIONS[number]}"
        for level, cell in enumerate(direction):
            label = cell.declared.name or cell.declared.class_name
            stack = Stack(name, level, len(direction)) if len(direction) > 1 else None
            title = Title(f"{name}/{label}", _kind(layer, cell), stack)
            found.extend(_single(title, [cell], weights_of))
    return tuple(found)


def _kind(layer: DeclaredLayer, cell: DeclaredCell) -> str:
    inner, classes = cell.declared.class_name, layer.kind
    outer = classes[: classes.rfind("(")] if "(" in classes else classes
    depth = outer.count("(")
    return f"{outer}({inner})" + ")" * depth


def _single(
    title: Title, cells: list[DeclaredCell], weights_of: Callable[[DeclaredCell], CellWeights]
) -> tuple[AnyLayer, ...]:
    runs = []
    for cell in cells:
        weights = weights_of(cell)
        if cell.plan is None:
            return (_unknown(title, cells, weights_of),)
        runs.append(PlannedCell(cell.plan, weights))
    return assemble(title, runs)


def _unknown(
    title: Title, cells: list[DeclaredCell], weights_of: Callable[[DeclaredCell], CellWeights]
) -> SkippedLayer:
    tensors = tuple(weight.tensor for cell in cells for weight in weights_of(cell))
    return SkippedLayer(title.name, title.kind, no_formula(), tensors)
