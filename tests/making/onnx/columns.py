"""ONNX tensors and Constant nodes that are kept in columns, and some that are not quite plain."""

from __future__ import annotations

import onnx
from onnx import TensorProto, helper, numpy_helper


def typed(count: int, first: int = 0) -> list[TensorProto]:
    """Tensors with their data in typed fields: scales, zero points, shapes; some not quite."""
    made = []
    for at in range(first, first + count):
        sizes = [at, -1, 1 << 40][: at % 4]
        made += [
            helper.make_tensor(f"scale{at}", TensorProto.FLOAT, [], [at / 7]),
            helper.make_tensor(f"zero{at}", TensorProto.INT8, [], [at % 99 - 2]),
            helper.make_tensor(f"shape{at}", TensorProto.INT64, [len(sizes)], sizes),
            helper.make_tensor(f"row{at}", TensorProto.FLOAT, [at % 3], [1.5] * (at % 3)),
            helper.make_tensor(f"half{at}", TensorProto.FLOAT16, [2], [at, 2]),
            TensorProto(name=f"odd{at}", data_type=TensorProto.INT64, int32_data=[at, 300]),
        ]
    return made


def constants(count: int, first: int = 0) -> list[onnx.NodeProto]:
    """Constant nodes of all forms, small and large, with other nodes between; some not quite."""
    made = []
    for at in range(first, first + count):
        values: list[dict[str, object]] = [
            {"value": tensor} for tensor in (*typed(1, at), *elsewhere(1, "w.data"))
        ]
        large = helper.make_tensor(f"c{at}", 1, [5, at], bytes(20 * at), raw=True)
        bare = numpy_helper.from_array(numpy_helper.np.arange(at + 1))
        values += [
            {"value": large},
            {"value": bare},
            {"value_int": 1 - at},
            {"value_float": at / 3},
        ]
        values += [
            {"value_ints": [at, -at, 300][: 1 + at % 3]},
            {"value_floats": [1.5] * (1 + at % 4)},
        ]
        values += [{"value_ints": [7] * (63 + at % 3)}, {"value_string": "s"}, {}]
        for number, value in enumerate(values):
            label = f"c{at}" if number == at % 20 else f"c{at}.{number}"
            more = {"name": f"n{at}"} if at % 2 else {}
            made.append(helper.make_node("Constant", [], [label], **more, **value))
        made.append(helper.make_node("Relu", ["Y"], [f"r{at}"], name=f"n{at}"))
        odd = helper.make_node("Constant", [], ["a", "b"][: at % 3], value_int=at)
        odd.domain = ("", "ai.onnx", "own")[at % 3]
        odd.attribute.extend(made[-2].attribute if at % 4 == 3 else [])
        made += [odd, helper.make_node("If", ["Y"], [f"i{at}"], then_branch=branch(at))]
    return made


def branch(at: int) -> onnx.GraphProto:
    """A graph with a constant, within a node."""
    inner = helper.make_node("Constant", [], [f"inner{at}"], value_float=at / 7)
    return helper.make_graph([inner], "then", [], [])


def elsewhere(count: int, file: str, **changed: str) -> list[TensorProto]:
    """Tensors whose data follow each other in another file; of the last one entries are changed."""
    made = [
        TensorProto(name=f"weight{at}", data_type=TensorProto.FLOAT, dims=[2, 1 + at % 3])
        for at in range(count)
    ]
    offset = 0
    for tensor in made:
        length = 8 * tensor.dims[1]
        entries = {"location": file, "offset": str(offset), "length": str(length)}
        for key, value in (entries | changed if tensor is made[-1] else entries).items():
            tensor.external_data.add(key=key, value=value)
        tensor.data_location = TensorProto.EXTERNAL
        offset += length
    return made
