"""Faults that change what a model computes, seeded into the arrays of one of its layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from rnninspect.cells import BIASES, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.counter import LayerCount
    from rnninspect.model import Operand, Slot

Arrays = dict[str, Any]


class Unfit(Exception):  # noqa: N818 - no mistake: the fault has no meaning in this layer
    """The layer has no place for the fault: one direction, no stack, no bias."""


@dataclass(frozen=True, slots=True)
class Place:
    """A layer to put a fault in: its count, the others of its stack, and the axis of its gates.

    `gate_axis` counts from the end; Keras and quantised ONNX have the gates in the last axis.
    """

    layer: LayerCount
    levels: tuple[LayerCount, ...]
    gate_axis: int

    def operand(self, role: Role, direction: int = 0) -> Operand:
        """The operand that alone fills a slot; Unfit if none or several do, or it is computed."""
        found = _filling(self.layer, role, direction)
        if len(found) != 1 or len(found[0].tensors) != 1:
            raise Unfit
        if found[0].shape != found[0].tensors[0].shape:
            raise Unfit
        return found[0]


@dataclass(frozen=True, slots=True)
class Due:
    """What must be found: one of these rules, at the layer, and at the tensor if it is given."""

    rules: frozenset[str]
    layer: str | None = None
    tensor: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its name for the table, and the change of a layer's arrays that makes it."""

    name: str
    seed: Callable[[Arrays, Place], Due]


def _filling(counted: LayerCount, role: Role, direction: int) -> list[Operand]:
    return [
        operand
        for operand in counted.layer.operands
        if any(slot.role is role and slot.direction == direction for slot in operand.slots)
    ]


def _due(place: Place, operand: Operand | None, *rules: str) -> Due:
    tensor = operand.name if operand else None
    return Due(frozenset(rules), place.layer.layer.name, tensor)


def _name(arrays: Arrays, operand: Operand) -> str:
    name = operand.tensors[0].name
    if name not in arrays:
        raise Unfit
    return name


def _cut(arrays: Arrays, place: Place) -> Due:
    operand = place.operand(Role.RECURRENT_KERNEL)
    name, axis = _name(arrays, operand), _gates(place, operand)
    gates = len(place.layer.cell.gates)
    if gates == 1 and arrays[name].shape[axis] < 3:
        raise Unfit
    arrays[name] = np.take(arrays[name], range(arrays[name].shape[axis] - 1), axis)
    return _due(place, operand, "R101")


def _grown(arrays: Arrays, place: Place) -> Due:
    operand = place.operand(Role.BIAS)
    name = _name(arrays, operand)
    widths = [(0, 0)] * (arrays[name].ndim - 1) + [(0, 1)]
    arrays[name] = np.pad(arrays[name], widths)
    return _due(place, operand, "R101")


def _swapped(arrays: Arrays, place: Place) -> Due:
    operand = place.operand(Role.KERNEL)
    name = _name(arrays, operand)
    if arrays[name].shape[-1] == arrays[name].shape[-2]:
        raise Unfit
    arrays[name] = np.swapaxes(arrays[name], -1, -2)
    return _due(place, operand, "R105")


def _dropped(arrays: Arrays, place: Place) -> Due:
    del arrays[_name(arrays, place.operand(Role.RECURRENT_KERNEL))]
    return _due(place, None, "R102")


def _renamed(arrays: Arrays, place: Place) -> Due:
    name = _name(arrays, place.operand(Role.KERNEL))
    arrays[f"{name}_of_another_name"] = arrays.pop(name)
    return _due(place, None, "R102")


def _retyped(arrays: Arrays, place: Place) -> Due:
    operand = place.operand(Role.RECURRENT_KERNEL)
    name = _name(arrays, operand)
    if not np.issubdtype(arrays[name].dtype, np.floating):
        raise Unfit
    arrays[name] = arrays[name].astype("float64")
    return _due(place, None, "R207")


def _fewer_gates(arrays: Arrays, place: Place) -> Due:
    operand = place.operand(Role.KERNEL)
    name, axis = _name(arrays, operand), _gates(place, operand)
    gates = len(place.layer.cell.gates)
    if gates == 1:
        raise Unfit
    size = arrays[name].shape[axis] // gates * (gates - 1)
    arrays[name] = np.take(arrays[name], range(size), axis)
    return _due(place, operand, "R108")


def _one_direction(arrays: Arrays, place: Place) -> Due:
    """The second direction is gone: its tensors, or its half of tensors with both."""
    if place.layer.layer.sizes.directions == 1:
        raise Unfit
    both = [operand for operand in place.layer.layer.operands if _directions(operand) == {0, 1}]
    for operand in place.layer.layer.operands:
        name = _name(arrays, operand)
        if operand in both:
            arrays[name] = arrays[name][:1]
        elif _directions(operand) == {1}:
            del arrays[name]
    return Due(frozenset({"R101", "R104"} if both else {"R102"}), place.layer.layer.name)


def _reordered(arrays: Arrays, place: Place) -> Due:
    """The weights of two levels have changed places."""
    if len(place.levels) < 2:
        raise Unfit
    first, second = place.levels[:2]
    if first.layer.sizes == second.layer.sizes and first.layer.cell == second.layer.cell:
        raise Unfit
    pairs = {_slot(operand): operand for operand in second.layer.operands}
    names = [layer.layer.name for layer in place.levels]
    for operand in first.layer.operands:
        other = pairs.get(_slot(operand))
        if other is None:
            raise Unfit
        one, two = _name(arrays, operand), _name(arrays, other)
        arrays[one], arrays[two] = arrays[two], arrays[one]
    same = first.layer.cell == second.layer.cell
    return Due(frozenset({"R109"} if same else {"R101", "R108", "R109"}), names[int(same)])


def _other_bias(arrays: Arrays, place: Place) -> Due:
    """One bias vector where there are two, two where there is one."""
    roles, operand = place.layer.layer.roles, place.operand(Role.BIAS)
    name, array = _name(arrays, operand), arrays[_name(arrays, operand)]
    fused = {slot.role for slot in operand.slots} == BIASES
    if not roles >= BIASES:
        arrays[name] = np.stack([array, array])
    elif fused and array.ndim == 2 and len(operand.slots) == 2 and array.shape[0] == 2:
        arrays[name] = array[0]
    elif fused:
        arrays[name] = array[..., : array.shape[-1] // 2]
    else:
        for level in place.levels:
            for direction in range(level.layer.sizes.directions):
                for other in _filling(level, Role.RECURRENT_BIAS, direction):
                    del arrays[_name(arrays, other)]
        operand = None  # type: ignore[assignment] # a missing tensor cannot be named
    return _due(place, operand, "R107")


def _gates(place: Place, operand: Operand) -> int:
    return len(operand.shape or ()) + place.gate_axis


def _directions(operand: Operand) -> set[int]:
    return {slot.direction for slot in operand.slots}


def _slot(operand: Operand) -> Slot:
    return min(operand.slots)


FAULTS = (
    Fault("shape cut", _cut),
    Fault("shape grown", _grown),
    Fault("axes swapped", _swapped),
    Fault("dropped", _dropped),
    Fault("renamed", _renamed),
    Fault("retyped", _retyped),
    Fault("gate count", _fewer_gates),
    Fault("direction", _one_direction),
    Fault("level order", _reordered),
    Fault("bias", _other_bias),
)
