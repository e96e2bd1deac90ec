"""Describes stored tensors: the purpose of each, its bytes, its scales and zero points."""

from __future__ import annotations

from rnninspect.decode.flatbuffers import FLOAT32, INT32, INT64, UINT8
from rnninspect.plugin import DTYPES, Fact, Observation, Purpose, StoredTensor, plural
from rnninspect_tflite.schema.numbers import ELEMENT_TYPES, TensorSlot
from rnninspect_tflite.tensors.rows import StoredRows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.flatbuffers import Table
    from rnninspect.stored.columns import TensorColumns
    from rnninspect_tflite.schema.records import Key, Model, Tensor
    from rnninspect_tflite.tensors.buffers import Buffers, Extent

_SCALE, _ZERO_POINT, _DETAILS_TYPE, _DETAILS = 2, 3, 4, 5
_BLOCKWISE = 2
_SHOWN = 8
_STEPS_OF_A_TENSOR = 6  # with its scales


class Stored:
    """The stored tensors of a model.

    Attributes:
        tensors: by subgraph and index.
    """

    def __init__(self, model: Model, buffers: Buffers, states: set[Key]) -> None:
        self._buffers = buffers
        self._states, self._read = states, _read(model)
        self.tensors = StoredRows(sum([len(graph.tensors) for graph in model.subgraphs]))
        self._scales: list[StoredTensor] = []
        self._unread: list[str] = []
        self._faults: list[Observation] = []
        blocks = _block_scales(model)
        for graph in model.subgraphs:
            for tensor in graph.tensors:
                extent = buffers.of(tensor)
                if extent is not None:
                    buffers.spend(_STEPS_OF_A_TENSOR)
                    self._describe(tensor, extent, blocks)

    def all(self) -> tuple[StoredTensor, ...] | TensorColumns:
        """Each tensor, then scales and zero points; in columns if there are many."""
        return self.tensors.with_scales(self._scales)

    def observations(self) -> Iterator[Observation]:
        """Unknown element types, shapes that are impossible, and tensors that nothing reads."""
        yield from self._faults
        if self._unread:
            shown = ", ".join(self._unread[:_SHOWN])
            more = ", …" if len(self._unread) > _SHOWN else ""
            count = plural(len(self._unread), "stored tensor")
            verb = "is" if len(self._unread) == 1 else "are"
            detail = f"{count} that no operator reads {verb} not counted: {shown}{more}"
            yield Observation(Fact.UNUSUAL, detail)

    def _describe(self, tensor: Tensor, extent: Extent, blocks: set[Key]) -> None:
        name = ELEMENT_TYPES.get(tensor.element_type)
        if name is None:
            detail = f"unknown element type {tensor.element_type}"
            self._faults.append(Observation(Fact.CONTRADICTION, detail, tensor=tensor.name))
        table = tensor.table if tensor.is_detailed else None
        quantisation = None if table is None else table.table(TensorSlot.QUANTISATION)
        is_sparse = table is not None and table.place(TensorSlot.SPARSITY) is not None
        is_scaled = quantisation is not None and _is_scaled(quantisation)
        purpose = self._purpose(tensor, name, is_scaled=is_scaled)
        if tensor.key in blocks:
            purpose = Purpose.QUANTISATION
        self.tensors.add(tensor, extent, purpose, is_sparse=is_sparse)
        if quantisation is not None and is_scaled and purpose is Purpose.PARAMETER:
            self._add_scales(tensor, quantisation)

    def _purpose(self, tensor: Tensor, name: str | None, *, is_scaled: bool) -> Purpose:
        """A float with an axis is a weight, and so is a quantised tensor; others are constants."""
        known = DTYPES.get(name or "")
        if known is None or not tensor.dims or not (known.is_real or is_scaled):
            return Purpose.CONSTANT
        if tensor.key in self._states:
            return Purpose.STATE
        if not self._read[tensor.subgraph][tensor.number]:
            self._unread.append(tensor.name)
            return Purpose.CONSTANT
        return Purpose.PARAMETER

    def _add_scales(self, tensor: Tensor, quantisation: Table) -> None:
        for slot, kind, name in ((_SCALE, FLOAT32, "scale"), (_ZERO_POINT, INT64, "zero point")):
            numbers = quantisation.numbers(slot, kind)
            if len(numbers):
                self._scales.append(
                    StoredTensor(
                        f"{tensor.name} {name}",
                        (len(numbers),),
                        "float32" if kind is FLOAT32 else "int64",
                        numbers.bytes,
                        f"{name}@{numbers.offset}",
                        Purpose.QUANTISATION,
                    )
                )


def _is_scaled(quantisation: Table) -> bool:
    return len(quantisation.numbers(_SCALE, FLOAT32)) > 0 or (
        quantisation.integer(_DETAILS_TYPE, UINT8) == _BLOCKWISE
    )


def _read(model: Model) -> list[bytearray]:
    """By subgraph and tensor, whether an operator or a caller reads it; the last is for -1."""
    found: list[bytearray] = []
    for graph in model.subgraphs:
        read = bytearray(len(graph.tensors) + 1)
        for index in graph.outputs:
            read[index] = True
        for operator in graph.operators:
            for index in operator.inputs:
                read[index] = True
        found.append(read)
    return found


def _block_scales(model: Model) -> set[Key]:
    """The tensors that have the scales and the zero points of blocks of another one."""
    found: set[Key] = set()
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            table = tensor.table.table(TensorSlot.QUANTISATION) if tensor.is_detailed else None
            if table is not None and table.integer(_DETAILS_TYPE, UINT8) == _BLOCKWISE:
                details = table.table(_DETAILS)
                if details is not None:
                    found.update((graph.number, details.integer(slot, INT32)) for slot in (0, 1))
    return found
