"""The bytes that ONNX tensors need and have: typed, raw and sparse; which are parameters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from making.onnx.graphs import Shape, graph, integers, node, save, value, weights
from making.onnx.results import counts, errors, only, read, report
from rnninspect.model import Purpose, StoredTensor
from rnninspect_onnx.protobuf.payload import ELEMENT_TYPES, TYPED_FIELDS

SHAPE = Shape("LSTM", 3, 2)
FIELDS = ("float_data", "int32_data", "string_data", "int64_data", "double_data", "uint64_data")


def stored(path: Path, name: str) -> StoredTensor:
    return next(tensor for tensor in read(path).tensors if tensor.name == name)


def test_every_element_type_of_onnx_is_known() -> None:
    """Name, bits and typed field as in onnx's own tables."""
    assert ELEMENT_TYPES.keys() == set(helper.get_all_tensor_dtypes()) | {TensorProto.STRING}
    for number, known in ELEMENT_TYPES.items():
        field = helper.tensor_dtype_to_field(number)
        assert FIELDS.index(field) == (4, 5, 6, 7, 10, 11).index(TYPED_FIELDS[number])
        if number != TensorProto.STRING:
            dtype = helper.tensor_dtype_to_np_dtype(number)
            assert dtype.name == known.name
            assert known.bits in (8 * dtype.itemsize, 6, 4, 2)


@pytest.mark.parametrize("number", sorted(set(ELEMENT_TYPES) - {TensorProto.STRING}))
@pytest.mark.parametrize("raw", [True, False])
def test_intact_tensors_have_the_bytes_that_they_need(
    tmp_path: Path, number: int, raw: bool
) -> None:
    dtype = helper.tensor_dtype_to_np_dtype(number)
    array = np.zeros((3, 5), dtype)
    tensor = (
        numpy_helper.from_array(array, "t")
        if raw
        else helper.make_tensor("t", number, (3, 5), array.ravel().tolist())
    )
    found = stored(save(tmp_path, graph([], [tensor])), "t")
    assert found.held_bytes == found.needed_bytes == found.bytes
    assert found.needed_bytes == len(numpy_helper.from_array(array).raw_data)
    assert (found.shape, found.dtype) == ((3, 5), dtype.name)
    assert found.parameters == 15


@pytest.mark.parametrize(("change", "rule"), [(-4, "R201"), (4, "R202"), (-96, "R201")])
def test_a_payload_of_another_length(tmp_path: Path, change: int, rule: str) -> None:
    tensors = weights(SHAPE)
    tensors[0].raw_data = bytes(96 + change)
    assert errors(report(save(tmp_path, graph([node(SHAPE)], tensors)))) == {rule}


@pytest.mark.parametrize(("count", "rule"), [(23, "R201"), (25, "R202"), (0, "R201")])
@pytest.mark.parametrize("field", ["float_data", "int32_data"])
def test_a_typed_payload_of_another_length(
    tmp_path: Path, field: str, count: int, rule: str
) -> None:
    tensors = weights(SHAPE)
    element = TensorProto.FLOAT if field == "float_data" else TensorProto.FLOAT16
    if element == TensorProto.FLOAT16:  # then B and R as well: a node has one type
        tensors = weights(SHAPE, dtype="float16")
    tensors[0].CopyFrom(TensorProto(name="W", data_type=element, dims=[1, 8, 3]))
    getattr(tensors[0], field).extend([1] * count)
    assert errors(report(save(tmp_path, graph([node(SHAPE)], tensors)))) == {rule}


def test_numbers_in_a_field_of_another_type_do_not_count(tmp_path: Path) -> None:
    tensors = weights(SHAPE)
    tensors[0].CopyFrom(TensorProto(name="W", data_type=1, dims=[1, 8, 3], int64_data=[1] * 24))
    assert errors(report(save(tmp_path, graph([node(SHAPE)], tensors)))) == {"R201"}


def test_long_packed_payloads_are_not_counted(tmp_path: Path) -> None:
    """Above a megabyte, packed varints are not counted."""
    large = TensorProto(name="t", data_type=TensorProto.INT8, dims=[2**21], int32_data=[1] * 2**21)
    found = stored(save(tmp_path, graph([], [large])), "t")
    assert (found.held_bytes, found.needed_bytes) == (None, 2**21)


def test_data_in_two_fields(tmp_path: Path) -> None:
    tensors = weights(SHAPE)
    tensors[0].float_data.extend([1.0] * 24)
    assert errors(report(save(tmp_path, graph([node(SHAPE)], tensors)))) == {"R104"}


@pytest.mark.parametrize("dims", [(1, -8, 3), (2**40, 2**40, 3), (0, -1)])
def test_impossible_shapes(tmp_path: Path, dims: tuple[int, ...]) -> None:
    tensors = weights(SHAPE)
    tensors[0].dims[:] = dims
    of = report(save(tmp_path, graph([node(SHAPE)], tensors)))
    assert errors(of) == {"R206"}


def test_a_million_axes(tmp_path: Path) -> None:
    tensors = weights(SHAPE)
    tensors[0].dims[:] = [1] * 1_000_000
    of = report(save(tmp_path, graph([node(SHAPE)], tensors)))
    assert "R104" in errors(of)
    assert all(len(finding.message) < 500 for finding in of.findings)


def test_an_element_type_of_the_future(tmp_path: Path) -> None:
    tensors = weights(SHAPE)
    tensors[0].data_type = 99
    assert errors(report(save(tmp_path, graph([node(SHAPE)], tensors)))) == {"R104"}


def sparse(name: str, dims: tuple[int, ...], held: int) -> onnx.SparseTensorProto:
    values = numpy_helper.from_array(np.ones(held, np.float32), name)
    return helper.make_sparse_tensor(values, integers("", range(held)), dims)


@pytest.mark.parametrize("in_node", [True, False])
def test_a_sparse_kernel_counts_its_stored_values(tmp_path: Path, in_node: bool) -> None:
    kernel, rest = sparse("W", (1, 8, 3), 10), weights(SHAPE)[1:]
    if in_node:
        made = helper.make_node("Constant", [], ["W"], sparse_value=kernel)
        body = graph([made, node(SHAPE)], rest)
    else:
        body = graph([node(SHAPE)], rest, sparse_initializer=[kernel])
    path = save(tmp_path, body)
    of = report(path)
    assert counts(of) == [("layer", 56, 42)]
    assert only(read(path)).operands[0].shape == (1, 8, 3)
    assert of.totals.parameters == 42
    assert of.totals.not_parameters["constants"] == 10  # the indices
    assert not errors(of)


def test_sparse_values_are_checked_too(tmp_path: Path) -> None:
    """Their data may be declared external, which runtimes have overlooked."""
    kernel = sparse("W", (1, 8, 3), 10)
    kernel.values.ClearField("raw_data")
    kernel.values.data_location = TensorProto.EXTERNAL
    kernel.values.external_data.add(key="location", value="../../etc/passwd")
    body = graph([node(SHAPE)], weights(SHAPE)[1:], sparse_initializer=[kernel])
    assert errors(report(save(tmp_path, body))) == {"R205"}


def test_scalars_and_shapes_are_not_parameters(tmp_path: Path) -> None:
    """A float tensor with an axis is a weight, PReLU's one slope too; a scalar is not.

    Nor is the number that a ConstantOfShape repeats, though it has an axis.
    """
    slope = numpy_helper.from_array(np.ones((1, 1, 1), np.float32), "slope")
    power = numpy_helper.from_array(np.float32(2), "power")
    tiny = helper.make_node("Constant", [], ["tiny"], value_floats=[1.0])
    pair = helper.make_node("Constant", [], ["pair"], value_floats=[1.0, 2.0])
    bare = helper.make_node("Constant", [], ["bare"], value_float=1.0)
    one = numpy_helper.from_array(np.ones(1, np.float32), "one")
    ones = helper.make_node("ConstantOfShape", ["axes"], ["ones"], name="fill", value=one)
    whole = helper.make_node("Constant", [], ["whole"], value_ints=[1, 2, 3])
    word = helper.make_node("Constant", [], ["word"], value_string="word")
    path = save(
        tmp_path,
        graph([tiny, pair, bare, ones, whole, word], [slope, power, integers("axes", [0, 1])]),
    )
    purposes = {tensor.name: tensor.purpose for tensor in read(path).tensors}
    kept = {name for name, purpose in purposes.items() if purpose is Purpose.PARAMETER}
    assert kept == {"slope", "tiny", "pair"}
    assert set(purposes.values()) == {Purpose.PARAMETER, Purpose.CONSTANT}
    assert len(purposes) == 9


def test_initial_states(tmp_path: Path) -> None:
    """They are states, not parameters, in initializers and nodes alike."""
    for in_node in (True, False):
        lstm = node(SHAPE)
        lstm.input.extend(["", "h", "c"])
        state = numpy_helper.from_array(np.zeros((1, 4, 2), np.float32), "h")
        made = helper.make_node("Constant", [], ["h"], value=state)
        body = graph([*[made] * in_node, lstm], [*weights(SHAPE), *[state] * (not in_node)])
        body.input.append(value("c", 1, 4, 2))
        of = report(save(tmp_path, body))
        assert of.totals.parameters == 56
        assert of.totals.not_parameters["state"] == 8
        assert counts(of) == [("layer", 56, 56)]
