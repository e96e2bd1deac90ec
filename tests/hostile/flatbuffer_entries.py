"""TFLite models whose tables lie, whose subgraphs repeat themselves, or that are large to walk."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import flatbuffers

from hostile.entry import Hostile, written
from making.tensorflow.tflite_cells import Lstm, gru, unidirectional
from making.tensorflow.tflite_models import Model
from making.tensorflow.tflite_schema import packed, schema
from making.tensorflow.tflite_steps import INPUTS, loop, one_step
from rnninspect.decode.flatbuffers import FlatBuffer
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source

LSTM = Lstm(inputs=INPUTS, hidden=4)
SUBGRAPHS, BUFFERS = 2, 4  # slots of a model
MARK = 0x5EAB1E00  # found in the file, and replaced there


def words(*numbers: int) -> bytes:
    """Words at the start of a file, the identifier among them."""
    first, *others = numbers
    return struct.pack("<i4s", first, b"TFL3") + struct.pack(f"<{len(others)}i", *others)


def repeated(table: int, count: int, tables: str, text: str = "t") -> Callable[[], bytes]:
    """A model that lists one table as often as it is asked to.

    Args:
        table: the code of the operator, where there are operators.
        count: how often.
        tables: which list: `operators`, `tensors`, `stored` ones, `subgraphs`, `buffers`, `codes`.
        text: the name of each tensor.
    """

    def make() -> bytes:
        made, builder = schema(), flatbuffers.Builder(1024)
        made.OperatorCodeStart(builder)
        made.OperatorCodeAddBuiltinCode(builder, table)
        code = made.OperatorCodeEnd(builder)
        made.BufferStart(builder)
        empty = made.BufferEnd(builder)
        data = builder.CreateByteVector(bytes(16))
        made.BufferStart(builder)
        made.BufferAddData(builder, data)
        buffer = made.BufferEnd(builder)
        scales = builder.CreateNumpyVector(_numbers(1))
        made.QuantizationParametersStart(builder)
        made.QuantizationParametersAddScale(builder, scales)
        scale = made.QuantizationParametersEnd(builder)
        shape = builder.CreateNumpyVector(_numbers(4, 4))
        name = builder.CreateString(text)
        made.TensorStart(builder)
        made.TensorAddShape(builder, shape)
        made.TensorAddName(builder, name)
        made.TensorAddType(builder, 9)
        made.TensorAddBuffer(builder, 1 if tables == "stored" else 0)
        made.TensorAddQuantization(builder, scale)
        tensor = made.TensorEnd(builder)
        edges = builder.CreateNumpyVector(_numbers(0))
        made.OperatorStart(builder)
        made.OperatorAddInputs(builder, edges)
        made.OperatorAddOutputs(builder, edges)
        operator = made.OperatorEnd(builder)
        times = {tables: count}
        operators = _vector(builder, operator, times.get("operators", 1))
        tensors = _vector(builder, tensor, times.get("tensors", times.get("stored", 1)))
        made.SubGraphStart(builder)
        made.SubGraphAddTensors(builder, tensors)
        made.SubGraphAddOperators(builder, operators)
        graph = made.SubGraphEnd(builder)
        graphs = _vector(builder, graph, times.get("subgraphs", 1))
        codes = _vector(builder, code, times.get("codes", 1))
        buffers = _vector(builder, buffer, times.get("buffers", 1), empty)
        made.ModelStart(builder)
        made.ModelAddOperatorCodes(builder, codes)
        made.ModelAddSubgraphs(builder, graphs)
        made.ModelAddBuffers(builder, buffers)
        builder.Finish(made.ModelEnd(builder), b"TFL3")
        return bytes(builder.Output())

    return make


def _numbers(*numbers: int) -> Any:  # noqa: ANN401 - numpy
    import numpy as np

    return np.array(numbers, dtype=np.int32)


def _vector(builder: flatbuffers.Builder, table: int, count: int, *first: int) -> int:
    builder.StartVector(4, count + len(first), 4)
    for each in (*(table for _ in range(count)), *first):
        builder.PrependUOffsetTRelative(each)
    return int(builder.EndVector())


def wide(count: int) -> bytes:
    """An operator with so many inputs, which a second one has too."""
    model = Model()
    graph = model.graph()
    value = graph.fed("x", 1, 4)
    for _ in range(2):
        graph.run("ADD_N", [value] * count, [graph.value("y", 1, 4)])
    return model.file()


def chain(count: int) -> bytes:
    """So many layers over one matrix, which may be steps of a sequence."""
    model = Model()
    graph = model.graph()
    matrix, value = graph.weight("matrix", 4, 4), graph.fed("x", 1, 4)
    for _ in range(count):
        value = graph.run("FULLY_CONNECTED", [value, matrix, -1], [graph.value("y", 1, 4)])
        value = graph.run("TANH", [value], [graph.value("z", 1, 4)])
    graph.give(value)
    return model.file()


def loops(depth: int, width: int) -> bytes:
    """Loops within loops, each with so many of them, all over the next subgraph."""
    model = Model()
    for level in range(depth):
        graph = model.graph(f"g{level}")
        graph.give(graph.fed("x", 1, 4))
        options = schema().WhileOptionsT(condSubgraphIndex=0, bodySubgraphIndex=level + 1)
        for _ in range(width if level + 1 < depth else 0):
            graph.run("WHILE", [0], [graph.value("y", 1, 4)], options)
    return model.file()


def edited(model: Model, change: Callable[[Any], object]) -> bytes:
    change(model.made)
    return model.file()


def kernel_of(made: Any) -> Any:  # noqa: ANN401 - a generated class
    return made.subgraphs[0].tensors[made.subgraphs[0].operators[0].inputs[2]]


def huge_shape(made: Any) -> None:  # noqa: ANN401 - as above
    kernel_of(made).shape = [2**31 - 1] * 60


def far_buffer(made: Any) -> None:  # noqa: ANN401 - as above
    buffer = made.buffers[kernel_of(made).buffer]
    buffer.data, buffer.offset, buffer.size = None, 2**64 - 8, 2**64 - 1


def outside(made: Any) -> None:  # noqa: ANN401 - as above
    made.externalBufferGroups = [schema().ExternalBufferGroupT(name="../../canary.txt")]
    made.externalBuffers = [schema().ExternalBufferT(id=1, group=0, offset=0, length=512)]
    kernel_of(made).externalBuffer = 1


def named(made: Any) -> None:  # noqa: ANN401 - as above
    """Names that a terminal, a table or a page could take for something else."""
    name = "\x1b[31m|`<script>\u202e=1\r\n::error::x"
    for tensor in made.subgraphs[0].tensors:
        tensor.name = name
    made.description = made.subgraphs[0].name = name


def endless(made: Any) -> None:  # noqa: ANN401 - as above
    """A body that repeats itself."""
    operator = made.subgraphs[0].operators[0]
    made.subgraphs[2].operators.append(operator)


def marked(model: Model, change: Callable[[Any], object], value: int) -> bytes:
    """The file with a word of its tables replaced, where the builder would not write it."""
    change(model.made)
    data = packed(model.made)
    place = data.index(struct.pack("<I", MARK))
    return data[:place] + struct.pack("<I", value) + data[place + 4 :]


def counted(slot: int, count: int) -> bytes:
    """A model in which a list of its root table has another length than it says."""
    data = unidirectional(LSTM).file()
    place = FlatBuffer(holding_source("made", data, Limits())).root().place(slot)
    assert place is not None
    start = place + int.from_bytes(data[place : place + 4], "little")
    return data[:start] + struct.pack("<I", count) + data[start + 4 :]


def marked_input(made: Any) -> None:  # noqa: ANN401 - as above
    made.subgraphs[0].operators[0].inputs[2] = MARK


def marked_code(made: Any) -> None:  # noqa: ANN401 - as above
    made.subgraphs[0].operators[0].opcodeIndex = MARK


ENTRIES: dict[str, Hostile] = {
    "sound.tflite": written(lambda: unidirectional(LSTM).file(), 0),
    "sound.loop.tflite": written(lambda: loop().file(), 0),
    "no_tables.tflite": written(words(8), 2),
    "beyond.tflite": written(words(2**31 - 1), 2),
    "itself.tflite": written(words(0), 2),
    "own_vtable.tflite": written(words(8, 0, 0), 2),
    "vtable_before.tflite": written(words(12, 0, 2**31 - 1), 2),
    "vtable_behind.tflite": written(words(8, -(2**31)), 2),
    "odd_vtable.tflite": written(words(12, 0x00040005, 4, 0), 2),
    "huge_vector.tflite": written(lambda: counted(SUBGRAPHS, 2**31 - 1), 2),
    "long_vector.tflite": written(lambda: counted(BUFFERS, 2**31 - 1), 2),
    "input_beyond.tflite": written(
        lambda: marked(unidirectional(LSTM), marked_input, 10_000_000), 2
    ),
    "code_beyond.tflite": written(lambda: marked(unidirectional(LSTM), marked_code, 77), 2),
    "huge_shape.tflite": written(lambda: edited(unidirectional(LSTM), huge_shape), 1),
    "far_buffer.tflite": written(lambda: edited(unidirectional(LSTM), far_buffer), 1),
    "outside.tflite": written(lambda: edited(unidirectional(LSTM), outside), 1),
    "names.tflite": written(lambda: edited(unidirectional(LSTM), named), 0),
    "custom_names.tflite": written(lambda: gru("\x1b[31mLSTM|<b>").file()),
    "endless_loop.tflite": written(lambda: edited(loop(), endless), 1),
    "operators.tflite": written(repeated(28, 100_000, "operators")),
    "products.tflite": written(repeated(9, 100_000, "operators")),
    "recurrent.tflite": written(repeated(44, 3_000, "operators")),
    "stored.tflite": written(repeated(28, 190_000, "stored")),
    "long_names.tflite": written(repeated(28, 190_000, "tensors", "n" * 600)),
    "more_operators.tflite": written(repeated(28, 2_100_000, "operators"), 2),
    "tensors.tflite": written(repeated(28, 190_000, "tensors")),
    "more_tensors.tflite": written(repeated(28, 300_000, "tensors"), 2),
    "subgraphs.tflite": written(repeated(28, 190_000, "subgraphs")),
    "buffers.tflite": written(repeated(28, 1_000_000, "buffers")),
    "codes.tflite": written(repeated(28, 1_000_000, "codes")),
    "wide.tflite": written(lambda: wide(100_000)),
    "chain.tflite": written(lambda: chain(3_000)),
    "loops.tflite": written(lambda: loops(60, 3), 2),
    "deep_loops.tflite": written(lambda: loops(110, 1), 2),
    "cut.tflite": written(lambda: one_step().file()[:-200], None),
    "kinds.tflite": written(
        lambda: edited(one_step(), lambda made: setattr(made.subgraphs[0].tensors[2], "type", 99)),
        1,
    ),
}
