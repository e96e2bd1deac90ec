"""WeightParams: weights as floats, as halves, or as integers with what they are scaled by."""

from __future__ import annotations

from math import prod

from rnninspect.decode.protobuf import FIXED32
from rnninspect.plugin import Fact, Observation, Purpose, Record, StoredTensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Found, Message, WireReader

_FLOATS, _HALVES, _RAW, _INT8, _QUANTIZATION = 1, 2, 30, 31, 40
_BITS, _LINEAR, _TABLE = 1, 101, 102
_DATA = {_FLOATS: ("float32", 32), _HALVES: ("float16", 16), _RAW: ("", 0), _INT8: ("int8", 8)}
_MOST_BITS = 8


class Weights(Record):
    """Weights of a layer.

    Attributes:
        tensor: the weights; None if none are stored.
        others: what they are scaled by.
        observations: what contradicts itself.
        fits: whether they have as many elements as the layer declares.
    """

    tensor: StoredTensor | None
    others: tuple[StoredTensor, ...] = ()
    observations: tuple[Observation, ...] = ()
    fits: bool = True

    @property
    def tensors(self) -> tuple[StoredTensor, ...]:
        """All that is stored."""
        return (*(() if self.tensor is None else (self.tensor,)), *self.others)


def read_weights(
    wire: WireReader, message: Message, name: str, shape: tuple[int, ...] | None
) -> Weights:
    """Weights of a shape that the layer declares, None if it does not; no element is read.

    The elements have no shape of their own: if there are more or fewer, they are one axis.
    """
    found = wire.collect(message, (*_DATA, _QUANTIZATION))
    fields = [number for number in _DATA if _held_bytes(wire, found, number)]
    if not fields:
        return Weights(None)
    observations: tuple[Observation, ...] = ()
    if len(fields) > 1:
        detail = f"its data are in {len(fields)} fields"
        observations = (Observation(Fact.CONTRADICTION, detail, tensor=name),)
    held = _held_bytes(wire, found, fields[0])
    dtype, bits = _DATA[fields[0]]
    scales: tuple[StoredTensor, ...] = ()
    if fields[0] in (_RAW, _INT8):
        quantization = wire.collect(found.message(_QUANTIZATION), (_BITS, _LINEAR, _TABLE))
        scales = tuple(_scales(wire, quantization, name))
        if not bits:
            bits = quantization.number(_BITS) or _MOST_BITS
            dtype = f"uint{bits}" if bits <= _MOST_BITS else f"{bits} bits"
    fits = shape is None or -(-prod(shape) * bits // 8) == held
    sizes = (held * 8 // bits,) if shape is None or not fits else shape
    tensor = StoredTensor(
        name, sizes, dtype, held, str(message[0][0]), needed_bytes=held, held_bytes=held
    )
    return Weights(tensor, scales, observations, fits)


def _held_bytes(wire: WireReader, found: Found, number: int) -> int:
    if number == _FLOATS:
        return 4 * wire.count_fixed(found, _FLOATS, FIXED32)
    return sum(end - start for start, end in found.spans(number)[-1:])


def _scales(wire: WireReader, quantization: Found, name: str) -> list[StoredTensor]:
    """The scales and biases of a linear quantisation, or the values in a table."""
    made = []
    for kind, parts in ((_LINEAR, ((1, "scale"), (2, "bias"))), (_TABLE, ((1, "table"),))):
        found = wire.collect(quantization.message(kind), dict(parts))
        for number, label in parts:
            count = wire.count_fixed(found, number, FIXED32)
            if count:
                place = f"{found.entries(number)[0][1]} {label}"
                made.append(
                    StoredTensor(
                        f"{name}/{label}",
                        (count,),
                        "float32",
                        4 * count,
                        place,
                        Purpose.QUANTISATION,
                        held_bytes=4 * count,
                    )
                )
    return made
