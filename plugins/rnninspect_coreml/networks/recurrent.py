"""Recurrent layers of neural networks: each gate has its own weights."""

from __future__ import annotations

from rnninspect.plugin import (
    CELLS,
    LARGEST_SIZE,
    Factor,
    Operand,
    Origin,
    Record,
    RecurrentLayer,
    Role,
    Sizes,
    Slot,
    Symbol,
    UnreadableFile,
)
from rnninspect_coreml.framework import COREML
from rnninspect_coreml.networks.layout import FORGET_GATE
from rnninspect_coreml.networks.weights import read_weights

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.protobuf import Found, Message, WireReader
    from rnninspect_coreml.networks.layout import Gate, Recurrent
    from rnninspect_coreml.networks.weights import Weights

_INPUT, _OUTPUT = 1, 2
_HAS_PEEPHOLES, _COUPLED = 40, 50
_WAYS = ("", "backward/")


class Described(Record):
    """A recurrent layer, and all weights in it."""

    layer: RecurrentLayer
    weights: tuple[Weights, ...]


class _Part(Record):
    """A weight of a direction."""

    direction: int
    gate: Gate
    weights: Weights


def describe_layer(wire: WireReader, message: Message, kind: Recurrent, name: str) -> Described:
    """Describe a layer.

    Raises:
        UnreadableFile: it is malformed, or its sizes are impossible.
    """
    params, packed = kind.within or (0, 0)
    found = wire.collect(message, {_INPUT, _OUTPUT, kind.has_bias, params, packed})
    sizes = _sizes(found.number(_INPUT) or 0, found.number(_OUTPUT) or 0, kind, name)
    flags = wire.collect(found.message(params), (kind.has_bias, _HAS_PEEPHOLES, _COUPLED))
    said = flags if kind.within else found
    parts = [
        part
        for direction, one in enumerate(_messages(message, found, kind, name))
        for part in _parts(wire, one, kind, f"{name}/{_WAYS[direction]}", sizes, direction)
    ]
    cell = kind.cell
    stored = {part.gate.field for part in parts}
    if flags.number(_COUPLED) and not stored & FORGET_GATE:
        cell = "CIFG-LSTM"
    roles = set(CELLS[cell].required())
    roles |= {Role.BIAS} if said.number(kind.has_bias) else set()
    roles |= {Role.PEEPHOLE} if flags.number(_HAS_PEEPHOLES) else set()
    layer = RecurrentLayer(
        name=name,
        kind=kind.name,
        cell=cell,
        sizes=sizes,
        origin=Origin.DECLARED,
        convention=COREML,
        roles=frozenset(roles),
        operands=tuple(_operands(parts)),
    )
    return Described(layer, tuple(part.weights for part in parts))


def _messages(message: Message, found: Found, kind: Recurrent, name: str) -> list[Message]:
    """The messages with the weights of each direction."""
    if kind.within is None:
        return [message]
    if kind.directions == 1:
        return [found.message(kind.within[1])]
    spans = found.spans(kind.within[1])
    if len(spans) > kind.directions:
        raise UnreadableFile(f"layer {name[:80]!r} has weights of {len(spans)} directions")
    return [(span,) for span in spans]


def _sizes(inputs: int, outputs: int, kind: Recurrent, name: str) -> Sizes:
    if max(inputs, outputs) > LARGEST_SIZE:
        raise UnreadableFile(f"layer {name[:80]!r} declares an impossible size")
    return Sizes(inputs, outputs, directions=kind.directions)


def _parts(
    wire: WireReader, message: Message, kind: Recurrent, path: str, sizes: Sizes, direction: int
) -> Iterator[_Part]:
    found = wire.collect(message, {gate.field for gate in kind.weights})
    for gate in kind.weights:
        span = found.message(gate.field)
        if span:
            weights = read_weights(wire, span, path + gate.label, _shape(gate, sizes))
            if weights.tensor is not None:
                yield _Part(direction, gate, weights)


def _shape(gate: Gate, sizes: Sizes) -> tuple[int, ...]:
    known: dict[Factor, int] = {Symbol.HIDDEN: sizes.hidden_size, Symbol.INPUT: sizes.input_size}
    return tuple(known[axis[0]] for axis in gate.axes)


def _operands(parts: list[_Part]) -> Iterator[Operand]:
    for part in parts:
        tensor = part.weights.tensor
        if tensor is not None:
            yield Operand(
                name=tensor.name,
                slots=(Slot(part.direction, part.gate.role),),
                axes=part.gate.axes,
                shape=tensor.shape,
                tensors=(tensor,),
            )
