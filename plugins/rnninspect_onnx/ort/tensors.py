"""Decodes the tensors of ONNX Runtime's format: shapes, types, and where their bytes are."""

from __future__ import annotations

from rnninspect.decode.flatbuffers import INT32, INT64, UINT8
from rnninspect.plugin import Limit
from rnninspect_onnx.ort import schema
from rnninspect_onnx.protobuf.tensor_decoder import INTEGER_SIZES, STRING_DATA, words_of
from rnninspect_onnx.protobuf.tensor_messages import (
    KEPT_AXES,
    KEPT_INTEGERS,
    SparseTensorProto,
    TensorProto,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.flatbuffers import Numbers, Pages, Table
    from rnninspect.plugin import Source

_PORTION, _STEPS = 1_000, 10  # tensors whose steps are spent at once, and the steps of each
_STRING = 8  # TensorProto.DataType
_HERE = -1  # the external offset of data that are in this file


class Tensors:
    """Decodes tensors; counts them against the limit."""

    def __init__(self, source: Source, pages: Pages) -> None:
        self._source, self._pages = source, pages
        self._count, self._next_check = 0, min(_PORTION, source.limits.tensors)

    def tensor(self, table: Table) -> TensorProto:
        """A tensor; of its payload only the length, and the values of a few integers."""
        self._count += 1
        if self._count > self._next_check:
            self._source.limits.require(Limit.TENSORS, self._count)
            self._source.spend(Limit.STEPS, _STEPS * _PORTION)
            self._next_check = min(self._count + _PORTION, self._source.limits.tensors)
        dims = table.numbers(schema.Tensor.DIMS, INT64)
        element_type = table.integer(schema.Tensor.TYPE, INT32)
        data = table.numbers(schema.Tensor.RAW_DATA, UINT8)
        external = table.integer(schema.Tensor.EXTERNAL_OFFSET, INT64, _HERE)
        strings = len(table.texts(schema.Tensor.STRING_DATA)) if element_type == _STRING else 0
        return TensorProto(
            name=table.text(schema.Tensor.NAME) or "",
            dims=dims.integers(KEPT_AXES),
            rank=len(dims),
            element_type=element_type,
            offset=table.offset,
            payload=(data.offset, len(data)) if data.offset else None,
            typed=((STRING_DATA, strings),) if strings else (),
            integers=self._integers(data, element_type),
            external=None if external == _HERE else (("offset", str(external)),),
        )

    def sparse_tensor(self, table: Table) -> SparseTensorProto:
        """A sparse tensor: its values, their indices and its dense shape."""
        values, indices = (
            table.table(slot) for slot in (schema.SparseTensor.VALUES, schema.SparseTensor.INDICES)
        )
        absent = TensorProto("", (0,), 1, 0, table.offset)
        return SparseTensorProto(
            values=absent if values is None else self.tensor(values),
            indices=absent if indices is None else self.tensor(indices),
            dims=table.numbers(schema.SparseTensor.DIMS, INT64).integers(KEPT_AXES),
        )

    def _integers(self, data: Numbers, element_type: int) -> tuple[int, ...] | None:
        """The values of a small tensor of integers: a shape, axes, the bounds of a slice."""
        width = INTEGER_SIZES.get(element_type)
        if width is None or len(data) > KEPT_INTEGERS * width:
            return None
        found = self._pages.run(data.offset, len(data), "a tensor") if len(data) else b""
        return words_of(found, width)
