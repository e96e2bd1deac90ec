"""The recurrent operators of a program as layers."""

from __future__ import annotations

from rnninspect.plugin import (
    CELLS,
    Fate,
    Operand,
    Origin,
    Purpose,
    RecurrentLayer,
    Role,
    Sizes,
    SkippedLayer,
    Slot,
)
from rnninspect_coreml.framework import COREML
from rnninspect_coreml.programs.layout import INPUT_BIAS, LAYOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect.plugin import StoredTensor
    from rnninspect_coreml.programs.decoding import Decoder
    from rnninspect_coreml.programs.layout import Weight
    from rnninspect_coreml.programs.records import Operation, Shape
    from rnninspect_coreml.programs.values import Value

_BOTH_WAYS = "bidirectional"


def describe_operation(
    decoder: Decoder,
    path: str,
    operation: Operation,
    values: Mapping[str, Value],
    tensors: Mapping[str, StoredTensor],
) -> RecurrentLayer | SkippedLayer:
    """An operation as a layer; a skipped one if its sizes cannot be known.

    Args:
        decoder: reads the texts of its attributes.
        path: where its function is.
        operation: the operation.
        values: what it is given.
        tensors: what is stored, by identity.
    """
    operator, name = LAYOUT[operation.kind], path + operation.name
    direction = values.get("direction")
    both = direction is not None and decoder.text(direction.literal) == _BOTH_WAYS
    given = tuple(each for each in operator.weights if each.key in values)
    if not both:
        given = tuple(each for each in given if each.direction == 0)
    sizes, origin = _sizes(operation, values, directions=2 if both else 1)
    if sizes is None:
        return SkippedLayer(name, operation.kind, "its sizes are unknown")
    if INPUT_BIAS in values:
        given = tuple(map(_of_state, given))
    return RecurrentLayer(
        name=name,
        kind=f"Bidirectional({operation.kind})" if both else operation.kind,
        cell=operator.cell,
        sizes=sizes,
        origin=origin,
        convention=COREML,
        roles=frozenset({*CELLS[operator.cell].required(), *(each.role for each in given)}),
        operands=tuple(_operands(given, values, tensors)),
        gate_order=operator.gate_order,
    )


def _of_state(weight: Weight) -> Weight:
    """A bias beside one of the input."""
    return weight._replace(role=Role.RECURRENT_BIAS) if weight.key == "bias" else weight


def _sizes(
    operation: Operation, values: Mapping[str, Value], *, directions: int
) -> tuple[Sizes | None, Origin]:
    """The sizes by the types of what it reads and gives, else by its weights."""
    read = values.get("x")
    given = operation.outputs[0].shape if operation.outputs else None
    inputs, outputs = _last(None if read is None else read.shape), _last(given)
    if inputs and outputs and outputs % directions == 0:
        return Sizes(inputs, outputs // directions, directions=directions), Origin.DECLARED
    kernel, recurrent = values.get("weight_ih"), values.get("weight_hh")
    inputs = _last(None if kernel is None else kernel.shape)
    outputs = _last(None if recurrent is None else recurrent.shape)
    if not inputs or not outputs:
        return None, Origin.INFERRED
    return Sizes(inputs, outputs, directions=directions), Origin.INFERRED


def _last(shape: Shape | None) -> int | None:
    return shape[-1] if shape else None


def _operands(
    given: tuple[Weight, ...], values: Mapping[str, Value], tensors: Mapping[str, StoredTensor]
) -> Iterator[Operand]:
    for weight in given:
        value = values[weight.key]
        known = (tensors.get(each) for each in value.literals)
        stored = tuple(each for each in known if each and each.purpose is Purpose.PARAMETER)
        fate = Fate.COMPUTED if value.fate is Fate.STORED and not stored else value.fate
        shape = value.shape
        yield Operand(
            name=stored[0].name if len(stored) == 1 else weight.key,
            slots=(Slot(weight.direction, weight.role),),
            axes=weight.axes,
            shape=None if shape is None or None in shape else tuple(size or 0 for size in shape),
            fate=fate,
            tensors=stored,
        )
