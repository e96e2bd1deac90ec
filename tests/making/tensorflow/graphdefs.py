"""GraphDefs by hand: nodes, constants, functions of a library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making.tensorflow.bundles import FLOAT, field, shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

INT32 = 3
UNITS, INPUTS = 2, 3


def function_name(name: str) -> bytes:
    """An attribute's value that is a function."""
    return field(10, field(1, name))


def shape(*sizes: int) -> bytes:
    """An attribute's value that is a shape."""
    return field(7, shape_of(sizes))


def number(value: int) -> bytes:
    """An attribute's value that is a whole number."""
    return field(3, value)


def text(value: str) -> bytes:
    """An attribute's value that is a text."""
    return field(2, value)


def node(name: str, operator: str, *inputs: str, **attributes: bytes) -> bytes:
    """A NodeDef."""
    given = b"".join(field(3, each) for each in inputs)
    values = (field(5, field(1, key) + field(2, value)) for key, value in attributes.items())
    return field(1, name) + field(2, operator) + given + b"".join(values)


def tensor(sizes: Sequence[int], payload: bytes | None = None, kind: int = FLOAT) -> bytes:
    """A TensorProto whose values are `tensor_content`; as many zeros as it needs, if not given."""
    count = 4
    for size in sizes:
        count *= size
    data = bytes(count) if payload is None else payload
    return field(1, kind) + field(2, shape_of(sizes)) + field(4, data)


def constant(name: str, proto: bytes) -> bytes:
    """A Const node of this TensorProto."""
    return node(name, "Const", value=field(8, proto))


def whole(name: str, value: int) -> bytes:
    """A Const node of one integer."""
    return constant(name, field(1, INT32) + field(2, b"") + field(7, value))


def function(
    name: str,
    inputs: Iterable[str],
    outputs: Iterable[str],
    nodes: Iterable[bytes],
    returns: Mapping[str, str],
) -> bytes:
    """A FunctionDef."""
    arguments = b"".join(field(2, field(1, each)) for each in inputs)
    results = b"".join(field(3, field(1, each)) for each in outputs)
    body = b"".join(field(3, each) for each in nodes)
    given = b"".join(field(4, field(1, key) + field(2, value)) for key, value in returns.items())
    return field(1, field(1, name) + arguments + results) + body + given


def graph(*nodes: bytes, functions: Iterable[bytes] = ()) -> bytes:
    """A GraphDef."""
    library = b"".join(field(1, each) for each in functions)
    return b"".join(field(1, each) for each in nodes) + (field(2, library) if library else b"")


def loop(*more: bytes, kernel: bytes | None = None, reads: str = "w") -> bytes:
    """A GraphDef of Elman's cell in a loop of TensorFlow 1, with more nodes after it.

    Args:
        more: nodes.
        kernel: the TensorProto of its one matrix.
        reads: what the product reads as that.
    """
    frame = text("rnn/while/while_context")
    enter = {"frame_name": frame, "is_constant": field(5, 1)}
    return graph(
        node("x", "Placeholder", shape=shape(5, -1, INPUTS)),
        node("array", "TensorArrayV3"),
        node("filled", "TensorArrayScatterV3", "array", "axis", "x", "array:1"),
        node("h", "Placeholder", shape=shape(-1, UNITS)),
        constant("w", tensor((INPUTS + UNITS, UNITS)) if kernel is None else kernel),
        constant("b", tensor((UNITS,))),
        whole("axis", 1),
        node("rnn/while/Enter", "Enter", "h", frame_name=frame),
        node("rnn/while/array", "Enter", "array", **enter),
        node("rnn/while/filled", "Enter", "filled", **enter),
        node("rnn/while/w", "Enter", reads, **enter),
        node("rnn/while/x", "TensorArrayReadV3", "rnn/while/array", "axis", "rnn/while/filled"),
        node("rnn/while/Merge", "Merge", "rnn/while/Enter", "rnn/while/NextIteration"),
        node("rnn/while/Switch", "Switch", "rnn/while/Merge", "rnn/while/LoopCond"),
        node("rnn/while/LoopCond", "LoopCond", "rnn/while/go"),
        node("rnn/while/go", "Placeholder", shape=shape()),
        node("rnn/while/concat", "ConcatV2", "rnn/while/x", "rnn/while/Switch:1", "axis"),
        node("rnn/while/MatMul", "MatMul", "rnn/while/concat", "rnn/while/w"),
        node("rnn/while/BiasAdd", "BiasAdd", "rnn/while/MatMul", "b"),
        node("rnn/while/Tanh", "Tanh", "rnn/while/BiasAdd"),
        node("rnn/while/NextIteration", "NextIteration", "rnn/while/Tanh"),
        node("rnn/while/Exit", "Exit", "rnn/while/Switch"),
        *more,
    )
