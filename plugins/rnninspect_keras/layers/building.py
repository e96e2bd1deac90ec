"""Turns the recurrent layers of a configuration into layers with their tensors."""

from __future__ import annotations

from rnninspect.plugin import SkippedLayer, Stack, no_formula
from rnninspect_keras.configuration.units import WAYS
from rnninspect_keras.layers.assembling import Found, Run, Title, assemble

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect_keras.configuration.units import CellAt, Unit
    from rnninspect_keras.layers.pieces import Piece

Pieces = tuple["Piece", ...]


def build(unit: Unit, pieces_of: Callable[[CellAt], Pieces]) -> tuple[Found, ...]:
    """The layers of a unit: one for each level of its stack, or one for its directions."""
    if all(len(way) == 1 for way in unit.ways):
        title = Title(unit.name, unit.kind)
        return _single(title, [way[0] for way in unit.ways], pieces_of)
    found: list[Found] = []
    for number, way in enumerate(unit.ways):
        name = unit.name if len(unit.ways) == 1 else f"{unit.name}/{WAYS[number]}"
        for level, cell in enumerate(way):
            label = cell.declared.name or cell.declared.class_name
            stack = Stack(name, level, len(way)) if len(way) > 1 else None
            title = Title(f"{name}/{label}", _kind(unit, cell), stack)
            found.extend(_single(title, [cell], pieces_of))
    return tuple(found)


def _kind(unit: Unit, cell: CellAt) -> str:
    inner, classes = cell.declared.class_name, unit.kind
    outer = classes[: classes.rfind("(")] if "(" in classes else classes
    depth = outer.count("(")
    return f"{outer}({inner})" + ")" * depth


def _single(
    title: Title, cells: list[CellAt], pieces_of: Callable[[CellAt], Pieces]
) -> tuple[Found, ...]:
    runs = []
    for cell in cells:
        pieces = pieces_of(cell)
        if cell.plan is None:
            return (_unknown(title, cells, pieces_of),)
        runs.append(Run(cell.plan, pieces))
    return assemble(title, runs)


def _unknown(
    title: Title, cells: list[CellAt], pieces_of: Callable[[CellAt], Pieces]
) -> SkippedLayer:
    tensors = tuple(piece.tensor for cell in cells for piece in pieces_of(cell))
    return SkippedLayer(title.name, title.kind, no_formula(), tensors)
