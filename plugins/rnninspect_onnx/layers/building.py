"""Builds a recurrent layer from a recurrent node and the values of its inputs."""

from __future__ import annotations

from rnninspect.lean import lru_cache
from rnninspect.plugin import (
    CELLS,
    Fact,
    Fate,
    Observation,
    Operand,
    Purpose,
    Record,
    RecurrentLayer,
    SkippedLayer,
    Slot,
    StoredTensor,
    no_formula,
)
from rnninspect_onnx.graph.values import ValueKind
from rnninspect_onnx.layers.contradictions import Contradictions
from rnninspect_onnx.layout import LAYOUT
from rnninspect_onnx.recurrent.nodes import foreign_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import Role, Sizes
    from rnninspect_onnx.graph.leaves import Leaves
    from rnninspect_onnx.graph.values import Value
    from rnninspect_onnx.layout import WeightInput
    from rnninspect_onnx.recurrent.nodes import RecurrentCall
    from rnninspect_onnx.tensors.columns import Collected

_FATES = {
    ValueKind.CONSTANT: Fate.STORED,
    ValueKind.CHOSEN: Fate.STORED,
    ValueKind.GATHERED: Fate.STORED,
    ValueKind.SCALED: Fate.COMPUTED,
    ValueKind.COMPUTED: Fate.COMPUTED,
    ValueKind.INPUT: Fate.INPUT,
    ValueKind.DYNAMIC: Fate.COMPUTED,
}


_SHOWN = 8  # names of tensors shown in one message
_OWN = (ValueKind.CONSTANT, ValueKind.CHOSEN, ValueKind.SCALED)


class WeightTensors(Record):
    """Finds the stored weights that a value is made of."""

    leaves: Leaves
    tensors: Collected

    def of(self, value: Value | None) -> tuple[StoredTensor, ...]:
        """The stored weights, each once, without axes, exponents or scales."""
        offsets = () if value is None else self.leaves.of(value)
        found = filter(None, map(self.tensors.get, offsets))
        return tuple([tensor for tensor in found if tensor.purpose is Purpose.PARAMETER])


class DescribedNode(Record):
    """A recurrent node as a layer or as a skipped one, with observations on it."""

    layer: RecurrentLayer | SkippedLayer
    observations: tuple[Observation, ...] = ()


def describe_nodes(
    calls: Iterable[RecurrentCall], weights: WeightTensors
) -> Iterator[DescribedNode]:
    """Describe each execution of a recurrent node."""
    contradictions = Contradictions(weights.tensors)
    return (_describe_node(call, weights, contradictions) for call in calls)


def _describe_node(
    recurrent: RecurrentCall, weights: WeightTensors, contradictions: Contradictions
) -> DescribedNode:
    call = recurrent.call
    operator = LAYOUT.get((call.node.domain, call.node.operator))
    measured = recurrent.measured
    if operator is None or measured is None:
        return _skipped(recurrent, weights, no_formula("this operator"))
    if measured.sizes is None:
        return _skipped(recurrent, weights, measured.missing)
    given = tuple(weight for weight in operator.weights if call.input(weight.position) is not None)
    layer = RecurrentLayer(
        name=recurrent.name,
        kind=_kind(recurrent, measured.sizes),
        cell=operator.cell,
        sizes=measured.sizes,
        origin=measured.origin,
        inferred=measured.inferred,
        convention="onnx",
        roles=_roles(operator.cell, tuple([role for weight in given for role in weight.roles])),
        operands=tuple(_operands(recurrent, given, measured.sizes, weights)),
        gate_order=operator.gate_order,
    )
    noticed = contradictions.of(recurrent, operator, measured)
    return DescribedNode(layer, (*noticed, *_choices(layer)))


def _choices(layer: RecurrentLayer) -> Iterator[Observation]:
    for operand in layer.operands:
        if not operand.chosen:
            continue
        names = ", ".join(tensor.name for tensor in operand.tensors[:_SHOWN])
        if len(operand.tensors) > 1:
            count = len(operand.tensors)
            detail = f"chosen at run time from {count} stored tensors: {names}"
            yield Observation(Fact.UNUSUAL, detail, layer.name, operand.name)
        else:
            detail = f"a part of {names}, chosen at run time"
            yield Observation(Fact.UNUSUAL, detail, layer.name, operand.name)


def _skipped(recurrent: RecurrentCall, weights: WeightTensors, reason: str) -> DescribedNode:
    tensors = {
        tensor.identity: tensor
        for value in recurrent.call.present()
        if value.kind in _OWN  # not an embedding that it reads, nor the layer before it
        for tensor in weights.of(value)
    }
    kind = foreign_name(recurrent.call.node)
    return DescribedNode(SkippedLayer(recurrent.name, kind, reason, tuple(tensors.values())))


def _kind(recurrent: RecurrentCall, sizes: Sizes) -> str:
    operator = recurrent.call.node.operator
    return operator if sizes.directions == 1 else f"Bidirectional({operator})"


@lru_cache(maxsize=64)
def _roles(cell: str, given: tuple[Role, ...]) -> frozenset[Role]:
    return CELLS[cell].required() | {*given}


@lru_cache(maxsize=64)
def _slots(roles: tuple[Role, ...], directions: int) -> tuple[Slot, ...]:
    return tuple(Slot(direction, role) for direction in range(directions) for role in roles)


def _operands(
    recurrent: RecurrentCall, given: tuple[WeightInput, ...], sizes: Sizes, weights: WeightTensors
) -> Iterator[Operand]:
    for weight in given:
        value = recurrent.call.input(weight.position)
        if value is None or value.kind is ValueKind.BROKEN:
            continue
        tensors = weights.of(value)
        fate = _FATES[value.kind]
        alone = len(tensors) == 1 and value.offset is not None
        yield Operand(
            name=tensors[0].name if alone else recurrent.call.node.inputs[weight.position],
            slots=_slots(weight.roles, sizes.directions),
            axes=weight.axes,
            shape=value.whole_shape,
            fate=Fate.COMPUTED if fate is Fate.STORED and not tensors else fate,
            tensors=tensors,
            chosen=value.kind in (ValueKind.CHOSEN, ValueKind.GATHERED) and bool(tensors),
        )
