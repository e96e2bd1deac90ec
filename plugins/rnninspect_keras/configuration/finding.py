"""Finds the recurrent layers of a configuration, through models, wrappers and stacks of cells."""

from __future__ import annotations

from rnninspect.plugin import Fact, Limit, Observation, Search, Searched
from rnninspect_keras.configuration.declared import Declared, read_declared
from rnninspect_keras.configuration.declared_layers import DeclaredCell, DeclaredLayer
from rnninspect_keras.configuration.numbering import layer_groups, numbered
from rnninspect_keras.configuration.packed import packed_size
from rnninspect_keras.configuration.plans import (
    CellPlan,
    family_of,
    impossible_sizes,
    likely_family,
    plan_of,
)
from rnninspect_keras.configuration.position import Position
from rnninspect_keras.configuration.shape_flow import Carrier, graph_name
from rnninspect_keras.layout import DIRECTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.plugin import Limits
    from rnninspect_keras.configuration.shapes import Shape

OPERATIONS = ("keras.src.ops", "keras.ops")  # modules of a Functional model's entries without state
_STACKED, _BIDIRECTIONAL = "StackedRNNCells", "Bidirectional"
LAYERS = "the number of layers in the configuration"
# Ends of the settings that contain objects of Keras that are not layers.
_NO_LAYERS = ("_initializer", "_regularizer", "_constraint", "activation", "dtype", "_config")


class Finder:
    """Walks one configuration; its public attributes are what it found.

    `packed` has the weights of layers that pack two in a byte, by group and by name.
    """

    def __init__(self, limits: Limits, exists: Callable[[str], bool]) -> None:
        self.found: list[DeclaredLayer] = []
        self.observations: list[Observation] = []
        self.packed: dict[str, int] = {}
        self._limits, self._exists, self._layers = limits, exists, 0
        self._carrier = Carrier()

    @property
    def search(self) -> Search | None:
        """The layers that were looked through; None without a configuration."""
        return Search(Searched.LAYERS, self._layers) if self._layers else None

    def walk_model(self, model: Declared) -> None:
        """Find everything below the model itself, whose name is not part of its layers' names."""
        self._model(model, Position())

    def walk_alone(self, layer: Declared, shape: Shape) -> DeclaredLayer | None:
        """The recurrent layer that an entry is, through wrappers; None if it contains a model."""
        position, inner = Position(shape=shape), layer
        for _ in range(self._limits.nesting):
            self._note(inner)
            position = position._replace(shape=inner.input_shape or position.shape)
            if found := self._recurrent(inner, position):
                return found
            below = inner.child("layer")
            if below is None:
                break
            inner, position = below, position.in_wrapper(inner)
        return None

    def _walk(self, declared: Declared, position: Position) -> None:
        self._layers += 1
        self._limits.require(Limit.LAYERS, self._layers, LAYERS)
        self._limits.require(
            Limit.NESTING, position.depth, "the depth of layers in the configuration"
        )
        self._note(declared)
        if declared.input_shape:
            position = position._replace(shape=declared.input_shape)
        if size := packed_size(declared, position.shape):
            self.packed.update({position.place: size, declared.name: size})
        if found := self._recurrent(declared, position):
            self.found.append(found)
        elif members := declared.children("layers"):
            if declared.class_name == "Merge":  # of Keras 1, which lists what it merges as its own
                for member in members:
                    self._model(member, position._replace(shape=None, depth=position.depth + 1))
            else:
                self._model(declared, position.in_model(declared))
        elif inner := declared.child("layer"):
            self._walk(inner, position.in_wrapper(declared))
        else:
            self._attributes(declared, position)

    def _model(self, model: Declared, position: Position) -> None:
        listed = model.settings.get("layers")
        count = len(listed) if isinstance(listed, list) else 0
        self._limits.require(Limit.LAYERS, self._layers + count, LAYERS)
        layers = [layer for layer in self._carrier.layers(model) if _is_layer(layer, model)]
        places = layer_groups(position.place, layers, self._exists)
        shapes = self._carrier.input_shapes(model, position.shape)
        for layer, place in zip(layers, places, strict=True):
            self._walk(layer, position._replace(place=place, shape=shapes.get(graph_name(layer))))

    def _attributes(self, declared: Declared, position: Position) -> None:
        """Layers that an own class keeps in its settings, under the names of its attributes."""
        for key, value in declared.settings.items():
            if not isinstance(value, dict) or key.endswith(_NO_LAYERS):
                continue
            child = read_declared(value)
            if child is not None and isinstance(child.entry.get("config"), dict):
                inner = position.in_model(declared)
                self._walk(child, inner._replace(place=f"{position.place}/{key}", shape=None))

    def _note(self, declared: Declared) -> None:
        name = declared.name or None
        if declared.class_name == "Lambda":
            self.observations.append(Observation(Fact.CODE, f"Lambda layer {declared.name!r}"))
        elif declared.foreign and declared.module:
            what = f"{declared.module}.{declared.class_name}"
            self.observations.append(Observation(Fact.CODE, what))
        if family_of(declared):
            self.observations.extend(
                Observation(Fact.CONTRADICTION, clause, layer=name)
                for clause in impossible_sizes(declared)
            )

    def _recurrent(self, declared: Declared, position: Position) -> DeclaredLayer | None:
        directions = self._in_each_direction(declared, position)
        if not directions or not all(directions):
            return None
        kind = _kind(declared)
        for wrapper in reversed(position.kinds):
            kind = f"{wrapper}({kind})"
        own = declared.name or declared.class_name
        names = position.names if position.kinds else (*position.names, own)
        nested = len(names) > 1
        return DeclaredLayer(
            "/".join(names), kind, position.top or own, position.place, nested, declared, directions
        )

    def _in_each_direction(
        self, declared: Declared, position: Position
    ) -> tuple[tuple[DeclaredCell, ...], ...]:
        """The directions of a recurrent layer; none, or empty ones, of other layers."""
        if declared.class_name != _BIDIRECTIONAL:
            return (self._cells(declared, position),)
        directions = []
        for direction, layer in enumerate(_directions(declared)):
            tokens = (*position.tokens, declared.name, f"{DIRECTIONS[direction]}_{layer.name}")
            edge = f"{DIRECTIONS[direction]}_layer"
            inside = position.at(f"{position.place}/{edge}", edge)._replace(
                tokens=tokens, direction=direction
            )
            directions.append(self._cells(layer, inside))
        return tuple(directions)

    def _cells(self, layer: Declared, position: Position) -> tuple[DeclaredCell, ...]:
        """The stack of cells of a layer in one direction; empty if it has none."""
        shape = layer.input_shape or position.shape
        inside = position._replace(shape=shape, tokens=(*position.tokens, layer.name))
        cell = layer.child("cell")
        if cell is not None:
            return self._stack(cell, inside.at(f"{position.place}/cell", "cell"))
        family = family_of(layer) or likely_family(layer)
        if family is None or layer.class_name.endswith("Cell"):
            return ()
        if not layer.class_name.startswith("CuDNN"):
            inside = inside.at(f"{position.place}/cell", "cell")
        return (_declared_cell(plan_of(layer, family, shape), layer, inside),)

    def _stack(self, cell: Declared, position: Position) -> tuple[DeclaredCell, ...]:
        members = _members(cell)
        names = numbered([member.class_name for member in members])
        found: list[DeclaredCell] = []
        for level, (member, name) in enumerate(zip(members, names, strict=True)):
            inside = position
            if cell.class_name == _STACKED:
                inside = position.at(f"{position.place}/cells/{name}", "cells", str(level))
            found.append(self._cell(member, inside))
            below = found[-1].plan
            given = below and (below.projection or below.units)
            position = position._replace(shape=(None, given) if below is not None else None)
        return tuple(found)

    def _cell(self, cell: Declared, position: Position) -> DeclaredCell:
        self._note(cell)
        tokens = (*position.tokens, cell.name)
        inner = cell.child("cell")
        if inner is not None:  # a wrapper of a cell: dropout, residual
            return self._cell(
                inner, position.at(f"{position.place}/cell", "cell")._replace(tokens=tokens)
            )
        family = family_of(cell) or likely_family(cell)
        plan = plan_of(cell, family, cell.input_shape or position.shape) if family else None
        return _declared_cell(plan, cell, position._replace(tokens=tokens))


def _declared_cell(plan: CellPlan | None, declared: Declared, position: Position) -> DeclaredCell:
    return DeclaredCell(
        plan,
        declared,
        position.place,
        position.tokens,
        position.names,
        position.direction,
        position.edges,
    )


def _directions(declared: Declared) -> tuple[Declared, ...]:
    """The forward and the backward layer; Keras copies the forward one unless it is given two."""
    forward = declared.child("layer")
    return () if forward is None else (forward, declared.child("backward_layer") or forward)


def _members(cell: Declared) -> tuple[Declared, ...]:
    return cell.children("cells") if cell.class_name == _STACKED else (cell,)


def _kind(declared: Declared) -> str:
    """The framework's classes: `LSTM`, `RNN(GRUCell, LSTMCell)`, `Bidirectional(GRU)`."""
    cell = declared.child("cell")
    inner = [_kind(layer) for layer in _directions(declared)]
    if declared.class_name != _BIDIRECTIONAL:
        inner = [member.class_name for member in _members(cell)] if cell is not None else []
    return (
        f"{declared.class_name}({', '.join(dict.fromkeys(inner))})"
        if inner
        else declared.class_name
    )


def _is_layer(layer: Declared, model: Declared) -> bool:
    """Whether a model's entry is a layer with a group of its own."""
    if layer.module.startswith(OPERATIONS):
        return False
    return layer.class_name != "InputLayer" or model.class_name != "Sequential"
