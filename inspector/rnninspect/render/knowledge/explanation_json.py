"""The arithmetic of layers as JSON: each weight in symbols and numbers, slots against tensors.

A layer has the fields that it has in a report, and more; see SCHEMA_VERSION.
"""

from __future__ import annotations

from rnninspect.cells import Symbol
from rnninspect.cells.formula import axis_in_symbols, term_forms
from rnninspect.cells.spelling import gate_names
from rnninspect.render.knowledge.arithmetic import layer_equations
from rnninspect.render.report.json import dump, finding_json, heading, layer_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.counter import LayerCount, OperandCount, SlotCount
    from rnninspect.render.knowledge.explanation import Explanation
    from rnninspect.render.report.json import Json
    from rnninspect.render.view import View
    from rnninspect.report import Report

_SUBSCRIPTS = "₁₂₃"  # of the axes of a convolution's window


def render(explanation: Explanation, _: View) -> Iterator[str]:
    """One document for all layers that are explained."""
    report = explanation.report
    layers = [_layer(report, counted) for counted in explanation.layers]
    document = {**heading(), "path": report.path, "format": report.format, "layers": layers}
    yield f"{dump(document)}\n"


def _layer(report: Report, counted: LayerCount) -> Json:
    """A layer of the report with its gates, its step, and its slots beside its operands."""
    layer = counted.layer
    names = gate_names(counted.cell)
    stored = set(layer.gate_order) == set(names)
    return {
        **layer_json(report, counted),
        "gates": [
            {"letter": letter, "name": names[letter]}
            for letter in (layer.gate_order if stored else names)
        ],
        "equations": list(layer_equations(counted)),
        "slots": [_slot(counted, slot) for slot in counted.slots],
        "operands": [_operand(counted, operand) for operand in counted.operands],
        "findings": [finding_json(finding) for finding in report.findings_of(layer.name)],
    }


def _slot(counted: LayerCount, slot: SlotCount) -> Json:
    """An expected weight; `operands` are the places of those that fill it."""
    role = slot.slot.role
    symbolic, substituted = term_forms(counted.cell, role, counted.layer.sizes)
    places = {id(operand): place for place, operand in enumerate(counted.operands)}
    return {
        "role": role.value,
        "direction": slot.slot.direction,
        "formula": {"symbolic": symbolic, "substituted": substituted},
        "expected": slot.expected,
        "fate": slot.fate.value,
        "operands": [places[id(operand)] for operand in slot.operands],
    }


def _operand(counted: LayerCount, counted_operand: OperandCount) -> Json:
    """What fills slots; a shape is null where it is not known, or the layout fixes none."""
    operand, expected = counted_operand.operand, counted_operand.expected_shape
    return {
        "name": operand.name,
        "slots": [{"role": slot.role.value, "direction": slot.direction} for slot in operand.slots],
        "shape": None if operand.shape is None else list(operand.shape),
        "expected_shape": expected
        and {"symbolic": list(_axes(counted, counted_operand)), "substituted": list(expected)},
        "expected": counted_operand.expected,
        "stored": counted_operand.parameters,
        "fate": operand.fate.value,
        "tensors": [tensor.name for tensor in operand.tensors],
    }


def _axes(counted: LayerCount, counted_operand: OperandCount) -> Iterator[str]:
    sizes = counted.layer.sizes
    for axis in counted_operand.operand.axes:
        if axis == (Symbol.TAPS,):
            yield from (f"k{_SUBSCRIPTS[at]}" for at in range(len(sizes.kernel_size)))
        else:
            yield axis_in_symbols(axis, counted.cell, sizes)
