"""Tells which halves of a layer's B are zeros: the one place where values of weights are read.

ONNX has a recurrent half in every B; a source with one bias vector (Keras) leaves it zero. Nothing
of this runs unless the user asks for it, and then only the bytes of B are read.
"""

from __future__ import annotations

import math
from itertools import product

from rnninspect.plugin import Fact, Observation, Role
from rnninspect_onnx.payload import ELEMENT_TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect.plugin import Operand, RecurrentLayer, Sizes, Source
    from rnninspect_onnx.messages import Tensor

_BIAS, _RECURRENT = range(2)
_NAMES = {frozenset({_BIAS}): "its first half", frozenset({_RECURRENT}): "its recurrent half"}
_PIECE = 64 * 2**10
_SIGN_ONLY = bytes((0x00, 0x80))  # the last byte of 0.0 and of -0.0


def zero_halves(
    source: Source, layer: RecurrentLayer, tensors: Mapping[str, Tensor]
) -> Iterator[Observation]:
    """One observation if a half of the layer's B is zeros throughout; `tensors` by identity."""
    for operand in layer.operands:
        tensor = _stored(operand, tensors)
        if Role.RECURRENT_BIAS in {slot.role for slot in operand.slots} and tensor is not None:
            detail = _detail(source, tensor, layer.sizes)
            if detail:
                yield Observation(Fact.ZERO_BIAS, detail, layer.name, operand.name)


def _stored(operand: Operand, tensors: Mapping[str, Tensor]) -> Tensor | None:
    """The one tensor that holds an operand's elements, all of them and in their order."""
    if len(operand.tensors) != 1 or operand.shape is None:
        return None
    tensor = tensors.get(operand.tensors[0].identity)
    if tensor is None or math.prod(tensor.dims) != math.prod(operand.shape):
        return None
    return tensor


def _detail(source: Source, tensor: Tensor, sizes: Sizes) -> str | None:
    known = ELEMENT_TYPES.get(tensor.element_type)
    payload = tensor.payload
    halves = 2 * sizes.directions
    if known is None or not known.is_real or known.bits % 8 or payload is None:
        return None
    start, length = payload
    width = known.bits // 8
    if length != width * math.prod(tensor.dims) or length % (halves * width):
        return None
    each = length // halves
    places = product(range(sizes.directions), (_BIAS, _RECURRENT))
    zero = [
        half
        for at, (_, half) in enumerate(places)
        if _is_zero(source, start + at * each, each, width)
    ]
    return _said(zero, halves, each // width)


def _said(zero: list[int], halves: int, elements: int) -> str | None:
    if not zero:
        return None
    of_each = halves // 2
    which = "all of it"
    if len(zero) < halves:
        whole = len(set(zero)) == 1 and len(zero) == of_each
        which = _NAMES[frozenset(zero)] if whole else f"{len(zero)} of its {halves} halves"
    return f"stored {halves * elements:,}, of which {len(zero) * elements:,} are zeros: {which}"


def _is_zero(source: Source, start: int, length: int, width: int) -> bool:
    """Whether all numbers of a run are zero, whatever their sign; reads piece by piece."""
    for offset in range(0, length, _PIECE):  # a piece is a whole number of elements
        data = source.read(start + offset, min(_PIECE, length - offset))
        if data[width - 1 :: width].strip(_SIGN_ONLY):
            return False
        if any(any(data[at::width]) for at in range(width - 1)):
            return False
    return True
