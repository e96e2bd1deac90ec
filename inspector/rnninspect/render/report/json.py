"""The report as JSON, on which other programs rely; see SCHEMA_VERSION."""

from __future__ import annotations

from rnninspect.counter import described
from rnninspect.lean import Counter
from rnninspect.model import Fate
from rnninspect.render.json_text import OWN, Frame, Framed, json_text
from rnninspect.report import SCHEMA_VERSION
from rnninspect.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from rnninspect.counter import LayerCount, OperandCount, SlotCount
    from rnninspect.model import RecurrentLayer
    from rnninspect.report import Report, Totals
    from rnninspect.rules import Finding

    Json = dict[str, Any]


_PLACE = ("name", "original_name", "root", "also_at", "stack")  # the keys of `_place`


def heading() -> Json:
    """The first fields of each document: the version of its fields, and what wrote it."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "rnninspect", "version": __version__},
    }


def dump(document: object) -> str:
    """JSON in ASCII, without characters that a terminal or GitHub's log would act on."""
    return json_text(document).replace("\x7f", "\\u007f").replace("##[", "#\\u0023[")


def report_json(report: Report) -> Json:
    """One file's report as plain values."""
    return _report(report, [layer_json(report, counted) for counted in report.layers])


def framed_json(report: Report) -> Json:
    """The same for `json_text`, in which layers that are alike are written once."""
    alike = [_alike(report, counted) for counted in report.layers]
    several, frames = Counter(alike), {}
    layers: list[Json | Framed] = []
    for key, counted in zip(alike, report.layers, strict=True):
        if several[key] > 1 and key not in frames:
            frames[key] = Frame(_without_names(layer_json(report, counted)))
        frame = frames.get(key)
        layers.append(Framed(frame, _own(counted)) if frame else layer_json(report, counted))
    return _report(report, layers)


def _alike(report: Report, counted: LayerCount) -> object:
    """What `layer_json` depends on besides the values that `_own` has."""
    layer = counted.layer
    return (
        id(counted.in_common),
        layer.kind,
        layer.origin,
        layer.inferred,
        layer.declared_in,
        layer.declared_by,
        layer.convention,
        layer.gate_order,
        report.verdict(counted),
    )


def _without_names(layer: Json) -> Json:
    tensors = [each if each["name"] is None else {**each, "name": OWN} for each in layer["tensors"]]
    return layer | dict.fromkeys(_PLACE, OWN) | {"tensors": tensors}


def _own(counted: LayerCount) -> tuple[object, ...]:
    """The values for `_without_names`, in its order."""
    names: list[str] = []
    for operand in counted.layer.operands:
        names += [tensor.name for tensor in operand.tensors] or [operand.name]
    return *_place(counted.layer).values(), *names


def _report(report: Report, layers: Sequence[Json | Framed]) -> Json:
    return {
        "path": report.path,
        "format": report.format,
        "framework": report.framework,
        "producer": report.producer,
        "file_bytes": report.file_bytes,
        "layers": layers,
        "skipped": [
            {
                "name": layer.name,
                "kind": layer.kind,
                "reason": layer.reason,
                "parameters": sum(tensor.parameters for tensor in layer.tensors),
                "tensors": [tensor.name for tensor in layer.tensors],
            }
            for layer in report.skipped
        ],
        "searched": {
            "what": report.search.what.value,
            "number": report.search.number,
            "finished": report.search.finished,
        },
        "totals": _totals(report.totals),
        "findings": [finding_json(finding) for finding in report.findings],
    }


def finding_json(finding: Finding) -> Json:
    """One finding as plain values."""
    return {
        "rule": finding.rule,
        "name": finding.name,
        "level": finding.level.value,
        "layer": finding.layer,
        "tensor": finding.tensor,
        "message": finding.message,
    }


def layer_json(report: Report, counted: LayerCount) -> Json:
    """One layer of a report as plain values."""
    layer = counted.layer
    return {
        **_place(layer),
        **described(counted),
        "sizes_inferred": list(layer.inferred_sizes),
        "declared_in": layer.declared_in or None,
        "declared_by": dict(layer.declared_by),
        "convention": layer.convention,
        "gate_order": layer.gate_order or None,
        "formula": {
            "symbolic": counted.formula.symbolic,
            "substituted": counted.formula.substituted,
            "textbook": counted.formula.textbook,
        },
        "parameters": {"expected": counted.expected, "stored": counted.stored},
        "state_size": {"elements": counted.state_elements, "bytes": counted.state_bytes},
        "bytes": counted.bytes,
        "bits_per_weight": counted.bits_per_weight,
        "dtypes": list(counted.dtypes),
        "verdict": report.verdict(counted).text,
        "tensors": [*_tensors(counted), *_absent(counted)],
    }


def _place(layer: RecurrentLayer) -> Json:
    """Where a layer is, by its names."""
    stack = layer.stack
    return {
        "name": layer.name,
        "original_name": layer.original_name or layer.name,
        "root": layer.root,
        "also_at": list(layer.also_at),
        "stack": stack and {"name": stack.name, "level": stack.level, "levels": stack.levels},
    }


def _tensors(counted: LayerCount) -> Iterator[Json]:
    for operand in counted.operands:
        place = {
            "roles": list(dict.fromkeys(slot.role.value for slot in operand.operand.slots)),
            "direction": min((slot.direction for slot in operand.operand.slots), default=0),
        }
        yield from _stored(operand, place)


def _stored(counted: OperandCount, place: Json) -> Iterator[Json]:
    operand = counted.operand
    expected = list(counted.expected_shape) if counted.expected_shape else None
    given = None if operand.shape is None else list(operand.shape)
    if not operand.tensors:
        fate = {"dtype": None, "parameters": 0, "bytes": 0, "fate": operand.fate.value}
        yield {"name": operand.name, **place, "shape": given, "expected_shape": expected, **fate}
    for tensor in operand.tensors:
        shapes: Json = {"shape": list(tensor.shape), "expected_shape": expected}
        if list(tensor.shape) != given:  # made of it by Slice, Concat, …
            shapes = {"shape": list(tensor.shape), "expected_shape": None, "operand_shape": given}
        yield {
            "name": tensor.name,
            **place,
            **shapes,
            "dtype": tensor.dtype,
            "parameters": tensor.parameters,
            "bytes": tensor.bytes,
            "fate": operand.fate.value,
        }


def _absent(counted: LayerCount) -> Iterator[Json]:
    for slot in counted.slots:
        if slot.fate is Fate.ABSENT:
            yield _absent_slot(slot)


def _absent_slot(slot: SlotCount) -> Json:
    return {
        "name": None,
        "roles": [slot.slot.role.value],
        "direction": slot.slot.direction,
        "shape": None,
        "expected_shape": None,
        "dtype": None,
        "parameters": 0,
        "bytes": 0,
        "fate": Fate.ABSENT.value,
    }


def _totals(totals: Totals) -> Json:
    declared = totals.declared
    return {
        "parameters": totals.parameters,
        "recurrent": totals.recurrent,
        "other": totals.other,
        "bytes": totals.bytes,
        "not_parameters": {**totals.not_parameters, "buffers": totals.buffers},
        "trained": totals.trained,
        "declared": declared and {"parameters": declared.parameters, "bytes": declared.bytes},
        "state_size": {"elements": totals.state, "bytes": totals.state_bytes},
        "copies": totals.copies,
        "tensors": totals.tensors,
        "attributed": totals.attributed,
    }
