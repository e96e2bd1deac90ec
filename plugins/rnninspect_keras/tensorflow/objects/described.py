"""Recurrent layers of a graph of objects that Keras describes: their configuration is stored."""

from __future__ import annotations

from rnninspect.lean import partial
from rnninspect_keras.configuration.shape_flow import Carrier
from rnninspect_keras.layers.building import build
from rnninspect_keras.tensorflow.objects.outermost import models_around

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_keras.configuration.declared_layers import DeclaredCell, DeclaredLayer
    from rnninspect_keras.configuration.finding import Finder
    from rnninspect_keras.configuration.shapes import Shape
    from rnninspect_keras.layers.assembling import AnyLayer
    from rnninspect_keras.layers.building import CellWeights
    from rnninspect_keras.tensorflow.objects.cells import ObjectCells
    from rnninspect_keras.tensorflow.objects.graph import GraphObject


def described_layers(cells: ObjectCells, finder: Finder) -> list[AnyLayer]:
    """The described layers; objects inside of a layer are not reported again."""
    found: list[AnyLayer] = []
    inside: set[int] = set()
    shapes, around = _shapes(cells.items), models_around(cells.items)
    for number, item in enumerate(cells.items):
        if item.declared is None or number in inside:
            continue
        layer = finder.walk_alone(item.declared, shapes.get(number))
        if layer is not None:
            inside.update(_inside(cells, number, layer))
            layer = layer._replace(name="/".join((*around.get(number, ()), layer.name)))
            found.extend(build(layer, partial(_weights_of, cells, number)))
    return found


def _shapes(items: list[GraphObject]) -> dict[int, Shape]:
    """Input shapes of layers that a model around them states."""
    carrier, shapes = Carrier(), dict[int, "Shape"]()
    for number, item in enumerate(items):
        if item.declared is None or not item.declared.children("layers"):
            continue
        stated = carrier.input_shapes(item.declared, shapes.get(number))
        for child in item.children.values():
            layer = items[child].declared
            if layer is not None and layer.name in stated:
                shapes.setdefault(child, stated[layer.name])
    return shapes


def _inside(cells: ObjectCells, number: int, layer: DeclaredLayer) -> set[int]:
    """The objects between a layer and its cells."""
    paths = (
        cells.follow(number, cell.edges) for direction in layer.directions for cell in direction
    )
    return {inner for path in paths for inner in path}


def _weights_of(cells: ObjectCells, number: int, cell: DeclaredCell) -> CellWeights:
    path = cells.follow(number, cell.edges)
    return cells.take(path[-1]) if len(path) == len(cell.edges) + 1 else ()
