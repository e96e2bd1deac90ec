"""Makes recurrent layers of the runs of fused operators."""

from __future__ import annotations

from rnninspect.lean import lru_cache, re
from rnninspect.plugin import (
    CELLS,
    Fate,
    Operand,
    Purpose,
    RecurrentLayer,
    Role,
    SkippedLayer,
    Slot,
    Symbol,
    no_formula,
)
from rnninspect_tflite.layout import BASIC_LSTM, BUILT_IN, CUSTOM
from rnninspect_tflite.operators.values import Kind
from rnninspect_tflite.recurrent.merged import merge_constants
from rnninspect_tflite.recurrent.sizes import measure
from rnninspect_tflite.schema.options import flag, integer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect.plugin import Axis, StoredTensor
    from rnninspect_tflite.layout import Fused, WeightInput
    from rnninspect_tflite.operators.values import Call, Value
    from rnninspect_tflite.schema.records import Key, Operator

_CUSTOM_NAME = "CUSTOM"
_KERNEL_TYPE, _DIAGONAL = 3, 5  # slots of options
_BASIC = 1
_BASIC_INPUTS = 5
_SOUNDS_RECURRENT = re.compile(r"lstm|gru(?!n)|rnn|recurrent", re.IGNORECASE)
_ZEROS = re.compile(r"/zeros_?\d*$")
_FATES = {Kind.INPUT: Fate.INPUT, Kind.DYNAMIC: Fate.COMPUTED}


def is_recurrent(operator: Operator) -> bool:
    """Whether an operator is a recurrent one, or a custom one that sounds so."""
    return operator.name in BUILT_IN or bool(
        operator.custom and _SOUNDS_RECURRENT.search(operator.custom)
    )


def fused_of(operator: Operator) -> Fused | None:
    """Where an operator has its weights; None where nobody knows."""
    if operator.name == _CUSTOM_NAME:
        return CUSTOM.get(operator.custom.upper())
    if operator.name == "LSTM" and (
        integer(operator, _KERNEL_TYPE, byte=True) == _BASIC
        or len(operator.inputs) == _BASIC_INPUTS
    ):
        return BASIC_LSTM
    return BUILT_IN.get(operator.name)


def initial_states(call: Call) -> Iterator[Key]:
    """The stored tensors that the states of a fused operator begin with."""
    fused = fused_of(call.operator)
    for direction in () if fused is None else fused.directions:
        for position in {direction.fed_back, direction.hidden}:
            value = call.input(position)
            yield from (leaf.key for leaf in (() if value is None else value.leaves))


def describe_call(call: Call, tensors: Mapping[Key, StoredTensor]) -> RecurrentLayer | SkippedLayer:
    """One run of a recurrent operator as a layer, or as a skipped one with its reason."""
    operator = call.operator
    fused = fused_of(operator)
    if fused is None:
        return _skipped(call, tensors, no_formula("this operator"))
    sizes, origin, inferred = measure(call, fused)
    if sizes is None:
        return _skipped(call, tensors, "its sizes are not in the file")
    cell = _cell(call, fused)
    given = [
        [weight for weight in direction.weights if call.input(weight.position) is not None]
        for direction in fused.directions
    ]
    roles = {role for weights in given for weight in weights for role in weight.roles}
    always = {role for each in fused.directions for weight in each.weights for role in weight.roles}
    operands = [
        operand
        for at, weights in enumerate(given)
        for operand in _operands(call, fused, (at, weights), tensors)
    ]
    return RecurrentLayer(
        name=_name(call, fused),
        kind=operator.custom or operator.name,
        cell=cell,
        sizes=sizes,
        origin=origin,
        convention="tflite",
        roles=CELLS[cell].required() | (always - fused.optional) | roles,
        operands=merge_constants(operands),
        inferred=inferred,
    )


def _cell(call: Call, fused: Fused) -> str:
    """Without both matrices of the input gate its gate is one minus the forget gate's."""
    if fused.cell != "LSTM" or fused is BASIC_LSTM:
        return fused.cell
    if call.operator.name != "BIDIRECTIONAL_SEQUENCE_LSTM" and _is_diagonal(call):
        return "IndyLSTM"
    first = [
        weight
        for weight in fused.directions[0].weights
        if weight.gate == "i" and weight.roles[0] in (Role.KERNEL, Role.RECURRENT_KERNEL)
    ]
    coupled = all(call.input(weight.position) is None for weight in first)
    return "CIFG-LSTM" if coupled else fused.cell


def _is_diagonal(call: Call) -> bool:
    """Whether the recurrent matrices are diagonal, stored as vectors."""
    vector = call.input(6)
    if vector is None or len(vector.shape) != 1:
        return False
    return call.operator.name == "UNIDIRECTIONAL_SEQUENCE_LSTM" and flag(call.operator, _DIAGONAL)


def _name(call: Call, fused: Fused) -> str:
    """The layer's own name where that of its state has it, as Keras' converter writes it."""
    state = call.input(fused.directions[0].fed_back)
    name = "" if state is None else state.tensor.name
    return _ZEROS.sub("", name) if "/zeros" in name and _ZEROS.search(name) else call.label


def _operands(
    call: Call,
    fused: Fused,
    given: tuple[int, list[WeightInput]],
    tensors: Mapping[Key, StoredTensor],
) -> Iterator[Operand]:
    direction, weights = given
    auxiliary = None if fused.auxiliary is None else call.input(fused.auxiliary)
    for weight in weights:
        value = call.input(weight.position)
        if value is None:
            continue
        axes = weight.axes
        if auxiliary is not None and weight.roles == (Role.KERNEL,):
            read = call.input(0) if weight.axes else auxiliary
            axes = _beside_another(read, value)
        yield _operand(value, direction, weight, axes, tensors)


def _beside_another(read: Value | None, matrix: Value) -> tuple[Axis, ...]:
    """The axes of a kernel that reads one of two inputs."""
    width = read.shape[-1] if read is not None and read.shape else None
    if width is None:
        width = matrix.shape[-1] if matrix.shape else None
    return () if width is None else ((Symbol.HIDDEN,), (width,))


def _operand(
    value: Value,
    direction: int,
    weight: WeightInput,
    axes: tuple[Axis, ...],
    tensors: Mapping[Key, StoredTensor],
) -> Operand:
    known = None in value.shape
    stored = [tensors[leaf.key] for leaf in value.leaves if leaf.key in tensors]
    made = tuple([tensor for tensor in stored if tensor.purpose is Purpose.PARAMETER])
    whole = value.kind is Kind.STORED or value.copied
    if len(value.shape) == 1 and axes and weight.roles == (Role.RECURRENT_KERNEL,):
        axes = ((Symbol.HIDDEN,),)
    return Operand(
        name=made[0].name if made and whole else value.tensor.name,
        slots=_slots(direction, weight.roles),
        axes=axes,
        shape=None if known else value.tensor.dims,
        fate=_FATES.get(value.kind, Fate.STORED if whole and made else Fate.COMPUTED),
        tensors=made,
    )


@lru_cache(maxsize=256)
def _slots(direction: int, roles: tuple[Role, ...]) -> tuple[Slot, ...]:
    return tuple(Slot(direction, role) for role in roles)


def _skipped(call: Call, tensors: Mapping[Key, StoredTensor], reason: str) -> SkippedLayer:
    found = {
        leaf.key: tensors[leaf.key]
        for value in call.inputs
        if value is not None
        for leaf in value.leaves
        if leaf.key in tensors and tensors[leaf.key].purpose is Purpose.PARAMETER
    }
    kind = call.operator.custom or call.operator.name
    return SkippedLayer(call.label, kind, reason, tuple(found.values()))
