"""Finds halves of a layer's B that are all zeros: the only module that reads values of weights.

B always has a recurrent half in ONNX; converters from a framework with one bias vector (Keras)
fill it with zeros. This runs only on request, and reads only the bytes of B, in this file or in a
file of external data in the model's folder. If they cannot be read, a note says why.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from itertools import product

from rnninspect.plugin import Fact, Fate, Observation, Role, UnreadableFile, plural
from rnninspect_onnx.protobuf.payload import ELEMENT_TYPES, needed_bytes
from rnninspect_onnx.tensors.external import ExternalFiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager

    from rnninspect.plugin import Operand, RecurrentLayer, Sizes, Source
    from rnninspect_onnx.protobuf.tensor_messages import TensorProto

_BIAS, _RECURRENT = range(2)
_NAMES = {frozenset({_BIAS}): "its first half", frozenset({_RECURRENT}): "its recurrent half"}
_PIECE = 64 * 2**10
_MOST_BYTES = 64 * 2**20  # of B in all layers together
_SIGN_ONLY = bytes((0x00, 0x80))  # the last byte of 0.0 and of -0.0


class ZeroBiasSearch:
    """Searches the B of one layer after another; `tensors` by identity."""

    def __init__(self, source: Source, tensors: Mapping[str, TensorProto]) -> None:
        self._source, self._tensors = source, tensors
        self._files = ExternalFiles(source)
        self._left = _MOST_BYTES

    def observations(self, layer: RecurrentLayer) -> Iterator[Observation]:
        """One if a half of the layer's B is all zeros, or if B cannot be read."""
        for operand in layer.operands:
            if Role.RECURRENT_BIAS not in {slot.role for slot in operand.slots}:
                continue
            if operand.fate is Fate.INPUT:
                continue
            try:
                detail = self._detail(operand, layer.sizes)
            except UnreadableFile as error:
                text = f"not searched for zeros: {error}"
                yield Observation(Fact.UNUSUAL, text, layer.name, operand.name)
            else:
                if detail:
                    yield Observation(Fact.ZERO_BIAS, detail, layer.name, operand.name)

    def _detail(self, operand: Operand, sizes: Sizes) -> str | None:
        tensor, halves = self._stored(operand), 2 * sizes.directions
        known = ELEMENT_TYPES.get(tensor.element_type)
        if known is None or not known.is_real or known.bits % 8:
            raise UnreadableFile(
                f"type {known.name if known else tensor.element_type} is not supported"
            )
        width = known.bits // 8
        length = width * math.prod(tensor.dims)
        if length % (halves * width):
            raise UnreadableFile(f"it does not divide into {halves} halves")
        each = length // halves
        opened, start = self._open(tensor, length)
        with opened as source:
            data = source.window(start, length)
            places = product(range(sizes.directions), (_BIAS, _RECURRENT))
            zero = [
                half
                for at, (_, half) in enumerate(places)
                if self._is_zero(data.window(at * each, each), width)
            ]
        return _detail_of(zero, halves, each // width)

    def _stored(self, operand: Operand) -> TensorProto:
        """The tensor that consists of an operand's elements, all of them and in order."""
        if len(operand.tensors) != 1 or operand.shape is None:
            made = plural(len(operand.tensors), "tensor")
            raise UnreadableFile(f"it is computed from {made} at run time")
        tensor = self._tensors.get(operand.tensors[0].identity)
        if tensor is None or math.prod(tensor.dims) != math.prod(operand.shape):
            raise UnreadableFile(f"it is a part of {operand.tensors[0].name}")
        return tensor

    def _open(self, tensor: TensorProto, length: int) -> tuple[AbstractContextManager[Source], int]:
        """The file with the bytes of a tensor, and their offset in it."""
        if tensor.external is not None:
            needed = needed_bytes(tensor.dims, tensor.element_type)
            extent = self._files.extent(tensor, needed)
            if extent.available != length:
                raise UnreadableFile(f"{extent.location} does not contain its {length:,} bytes")
            return self._source.open_neighbour(extent.location), extent.offset
        if tensor.payload is None:
            raise UnreadableFile("it is stored in a typed field, not as raw bytes")
        start, stored = tensor.payload
        if stored != length:
            raise UnreadableFile(f"the file contains {stored:,} of its {length:,} bytes")
        return nullcontext(self._source), start

    def _is_zero(self, data: Source, width: int) -> bool:
        """Whether all numbers are zero, of either sign; reads piece by piece."""
        for offset in range(0, data.size, _PIECE):  # a piece is a whole number of elements
            piece = data.read(offset, min(_PIECE, data.size - offset))
            self._left -= len(piece)
            if self._left < 0:
                raise UnreadableFile(f"more than {_MOST_BYTES:,} bytes of biases were read")
            if piece[width - 1 :: width].strip(_SIGN_ONLY):
                return False
            if any(any(piece[at::width]) for at in range(width - 1)):
                return False
        return True


def _detail_of(zero: list[int], halves: int, elements: int) -> str | None:
    if not zero:
        return None
    of_each = halves // 2
    which = "all of it"
    if len(zero) < halves:
        whole = len(set(zero)) == 1 and len(zero) == of_each
        which = _NAMES[frozenset(zero)] if whole else f"{len(zero)} of its {halves} halves"
    return f"{len(zero) * elements:,} of {halves * elements:,} stored values are zeros: {which}"
