"""The attribute forms in which a Constant node stores its value (https://onnx.ai/onnx/operators)."""

from __future__ import annotations

import math

from rnninspect_onnx.graph.values import UNKNOWN, Value, ValueKind
from rnninspect_onnx.protobuf.initializers import TensorKind
from rnninspect_onnx.protobuf.payload import TYPED_FIELDS
from rnninspect_onnx.protobuf.tensor_decoder import INTEGER_SIZES
from rnninspect_onnx.protobuf.tensor_messages import TensorProto

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.protobuf.initializers import Initializers
    from rnninspect_onnx.protobuf.messages import AttributeProto
    from rnninspect_onnx.protobuf.tensor_messages import SparseTensorProto

_FLOAT, _INT64, _STRING = 1, 7, 8  # TensorProto.DataType of values without a TensorProto
FORMS = (
    "value",
    "sparse_value",
    "value_float",
    "value_floats",
    "value_int",
    "value_ints",
    "value_string",
    "value_strings",
)


def constant(call: Call) -> tuple[Value, ...]:
    """The value of a Constant node."""
    found = (call.attribute(form) for form in FORMS)
    attribute = next((attribute for attribute in found if attribute is not None), None)
    return (UNKNOWN if attribute is None else _value(attribute),)


def _value(attribute: AttributeProto) -> Value:
    match stored_in(attribute):
        case TensorProto() as tensor:
            return stored(tensor)
        case None:
            return UNKNOWN
        case sparse:
            return stored_sparse(sparse)


def stored(tensor: TensorProto) -> Value:
    """A tensor of the file as a value."""
    shape = tensor.dims if tensor.rank == len(tensor.dims) else None
    return Value(ValueKind.CONSTANT, shape, tensor.integers, offset=tensor.offset)


def stored_at(tensors: Initializers, place: int) -> Value:
    """One of many tensors of the file as a value."""
    kind = tensors.kinds[place]
    if isinstance(kind, TensorKind) and kind.element_type not in INTEGER_SIZES:
        return Value(ValueKind.CONSTANT, kind.dims, offset=tensors.offsets[place])
    return stored(tensors[place])


def stored_sparse(tensor: SparseTensorProto) -> Value:
    """A sparse tensor of the file as a value, with its dense shape, and its values' offset."""
    return Value(ValueKind.CONSTANT, tensor.dims, offset=tensor.values.offset)


def stored_in(attribute: AttributeProto) -> TensorProto | SparseTensorProto | None:
    """The tensor in a Constant's attribute; one is made for numbers without a TensorProto."""
    if attribute.tensors:
        return attribute.tensors[0]
    if attribute.sparse_tensors:
        return attribute.sparse_tensors[0]
    return _numbers_in(attribute)


def _numbers_in(attribute: AttributeProto) -> TensorProto | None:
    integers, floats, strings = attribute.counts
    known = attribute.integers if integers == len(attribute.integers) else None
    given = (
        (attribute.number is not None, (), _INT64, (attribute.number or 0,)),
        (attribute.has_real, (), _FLOAT, None),
        (attribute.text is not None, (), _STRING, None),
        (floats > 0, (floats,), _FLOAT, None),
        (integers > 0, (integers,), _INT64, known),
        (strings > 0, (strings,), _STRING, None),
    )
    for is_given, dims, element_type, numbers in given:
        if is_given:
            return _made(attribute, dims, element_type, numbers)
    return None


def _made(
    attribute: AttributeProto,
    dims: tuple[int, ...],
    element_type: int,
    integers: tuple[int, ...] | None,
) -> TensorProto:
    return TensorProto(
        name="",
        dims=dims,
        rank=len(dims),
        element_type=element_type,
        offset=attribute.offset,
        typed=((TYPED_FIELDS[element_type], math.prod(dims)),),
        integers=integers,
        bits=None if dims else attribute.bits,
    )
