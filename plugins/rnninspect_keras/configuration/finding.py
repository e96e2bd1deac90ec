"""Finds the recurrent layers of a configuration, through models, wrappers and stacks of cells."""

from __future__ import annotations

from rnninspect.plugin import Fact, Limit, Observation
from rnninspect_keras.configuration.declared import Declared, read_declared
from rnninspect_keras.configuration.numbering import layer_groups, numbered
from rnninspect_keras.configuration.packed import packed_size
from rnninspect_keras.configuration.plans import (
    CellPlan,
    family_of,
    impossible_sizes,
    likely_family,
    plan_of,
)
from rnninspect_keras.configuration.shape_flow import Carrier, built_shape, graph_name
from rnninspect_keras.configuration.spot import Spot
from rnninspect_keras.configuration.units import WAYS, CellAt, Unit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.plugin import Limits
    from rnninspect_keras.configuration.shapes import Shape

OPERATIONS = ("keras.src.ops", "keras.ops")  # modules of a Functional model's entries without state
STACKED, BIDIRECTIONAL = "StackedRNNCells", "Bidirectional"
LAYERS = "the number of layers in the configuration"
# Ends of the settings that hold objects of Keras' which are no layers.
NO_LAYERS = ("_initializer", "_regularizer", "_constraint", "activation", "dtype", "_config")


class Finder:
    """Walks one configuration; its public attributes are what it found.

    `packed` has the weights of layers that pack two in a byte, by group and by name.
    """

    def __init__(self, limits: Limits, exists: Callable[[str], bool]) -> None:
        self.units: list[Unit] = []
        self.observations: list[Observation] = []
        self.packed: dict[str, int] = {}
        self._limits, self._exists, self._layers = limits, exists, 0
        self._carrier = Carrier()

    def walk_model(self, model: Declared) -> None:
        """Find everything below the model itself, whose name stands before no layer."""
        self._model(model, Spot())

    def walk_alone(self, layer: Declared, shape: Shape) -> Unit | None:
        """The unit that a layer is, through wrappers; None if it is none or contains a model."""
        spot, inner = Spot(shape=shape), layer
        for _ in range(self._limits.nesting):
            self._note(inner)
            spot = spot._replace(shape=built_shape(inner) or spot.shape)
            if unit := self._unit(inner, spot):
                return unit
            below = inner.child("layer")
            if below is None:
                break
            inner, spot = below, spot.in_wrapper(inner)
        return None

    def _walk(self, declared: Declared, spot: Spot) -> None:
        self._layers += 1
        self._limits.require(Limit.LAYERS, self._layers, LAYERS)
        self._limits.require(Limit.NESTING, spot.depth, "the depth of layers in the configuration")
        self._note(declared)
        spot = spot._replace(shape=built_shape(declared) or spot.shape)
        if size := packed_size(declared, spot.shape):
            self.packed.update({spot.place: size, declared.name: size})
        if unit := self._unit(declared, spot):
            self.units.append(unit)
        elif members := declared.children("layers"):
            if declared.class_name == "Merge":  # of Keras 1, which lists what it merges as its own
                for member in members:
                    self._model(member, spot._replace(shape=None, depth=spot.depth + 1))
            else:
                self._model(declared, spot.in_model(declared))
        elif inner := declared.child("layer"):
            self._walk(inner, spot.in_wrapper(declared))
        else:
            self._attributes(declared, spot)

    def _model(self, model: Declared, spot: Spot) -> None:
        listed = model.settings.get("layers")
        count = len(listed) if isinstance(listed, list) else 0
        self._limits.require(Limit.LAYERS, self._layers + count, LAYERS)
        layers = [layer for layer in model.children("layers") if _is_layer(layer, model)]
        places = layer_groups(spot.place, layers, self._exists)
        shapes = self._carrier.input_shapes(model, spot.shape)
        for layer, place in zip(layers, places, strict=True):
            self._walk(layer, spot._replace(place=place, shape=shapes.get(graph_name(layer))))

    def _attributes(self, declared: Declared, spot: Spot) -> None:
        """Layers that an own class keeps in its settings, under the names of its attributes."""
        for key, value in declared.settings.items():
            if not isinstance(value, dict) or key.endswith(NO_LAYERS):
                continue
            child = read_declared(value)
            if child is not None and isinstance(child.entry.get("config"), dict):
                inner = spot.in_model(declared)
                self._walk(child, inner._replace(place=f"{spot.place}/{key}", shape=None))

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

    def _unit(self, declared: Declared, spot: Spot) -> Unit | None:
        ways = self._ways(declared, spot)
        if not ways or not all(ways):
            return None
        kind = _kind(declared)
        for wrapper in reversed(spot.kinds):
            kind = f"{wrapper}({kind})"
        own = declared.name or declared.class_name
        names = spot.names if spot.kinds else (*spot.names, own)
        nested = len(names) > 1
        return Unit("/".join(names), kind, spot.top or own, spot.place, nested, declared, ways)

    def _ways(self, declared: Declared, spot: Spot) -> tuple[tuple[CellAt, ...], ...]:
        """The directions of a recurrent layer; none, or empty ones, of other layers."""
        if declared.class_name != BIDIRECTIONAL:
            return (self._cells(declared, spot),)
        ways = []
        for way, layer in enumerate(_directions(declared)):
            tokens = (*spot.tokens, declared.name, f"{WAYS[way]}_{layer.name}")
            edge = f"{WAYS[way]}_layer"
            inside = spot.at(f"{spot.place}/{edge}", edge)._replace(tokens=tokens, way=way)
            ways.append(self._cells(layer, inside))
        return tuple(ways)

    def _cells(self, layer: Declared, spot: Spot) -> tuple[CellAt, ...]:
        """The stack of cells of a layer in one direction; empty if it has none."""
        shape = built_shape(layer) or spot.shape
        inside = spot._replace(shape=shape, tokens=(*spot.tokens, layer.name))
        cell = layer.child("cell")
        if cell is not None:
            return self._stack(cell, inside.at(f"{spot.place}/cell", "cell"))
        family = family_of(layer) or likely_family(layer)
        if family is None or layer.class_name.endswith("Cell"):
            return ()
        if not layer.class_name.startswith("CuDNN"):
            inside = inside.at(f"{spot.place}/cell", "cell")
        return (_cell_at(plan_of(layer, family, shape), layer, inside),)

    def _stack(self, cell: Declared, spot: Spot) -> tuple[CellAt, ...]:
        members = _members(cell)
        names = numbered([member.class_name for member in members])
        found: list[CellAt] = []
        for level, (member, name) in enumerate(zip(members, names, strict=True)):
            inside = spot
            if cell.class_name == STACKED:
                inside = spot.at(f"{spot.place}/cells/{name}", "cells", str(level))
            found.append(self._cell(member, inside))
            below = found[-1].plan
            given = below and (below.projection or below.units)
            spot = spot._replace(shape=(None, given) if below is not None else None)
        return tuple(found)

    def _cell(self, cell: Declared, spot: Spot) -> CellAt:
        self._note(cell)
        tokens = (*spot.tokens, cell.name)
        inner = cell.child("cell")
        if inner is not None:  # a wrapper of a cell: dropout, residual
            return self._cell(inner, spot.at(f"{spot.place}/cell", "cell")._replace(tokens=tokens))
        family = family_of(cell) or likely_family(cell)
        plan = plan_of(cell, family, cell.input_shape or spot.shape) if family else None
        return _cell_at(plan, cell, spot._replace(tokens=tokens))


def _cell_at(plan: CellPlan | None, declared: Declared, spot: Spot) -> CellAt:
    return CellAt(plan, declared, spot.place, spot.tokens, spot.names, spot.way, spot.edges)


def _directions(declared: Declared) -> tuple[Declared, ...]:
    """The forward and the backward layer; Keras copies the forward one unless it is given two."""
    forward = declared.child("layer")
    return () if forward is None else (forward, declared.child("backward_layer") or forward)


def _members(cell: Declared) -> tuple[Declared, ...]:
    return cell.children("cells") if cell.class_name == STACKED else (cell,)


def _kind(declared: Declared) -> str:
    """The framework's classes: `LSTM`, `RNN(GRUCell, LSTMCell)`, `Bidirectional(GRU)`."""
    cell = declared.child("cell")
    inner = [_kind(layer) for layer in _directions(declared)]
    if declared.class_name != BIDIRECTIONAL:
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
