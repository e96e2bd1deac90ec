"""The decoded parts of ONNX's protobuf messages (onnx.proto, IR version 14)."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.decode.protobuf import Message

KEPT_INTEGERS = 64  # of a list or a tensor that may be a shape, axes or slice bounds
KEPT_AXES = 64  # of a shape; no array has more


class TensorProto(Record):
    """A TensorProto without its payload.

    Attributes:
        name: its name, which may be empty or not unique.
        dims: its shape, at most KEPT_AXES of it.
        rank: the declared number of axes.
        element_type: TensorProto.DataType.
        offset: offset of the message in the file, which identifies the tensor.
        payload: offset and length of raw_data; None without one.
        typed: number of each typed payload field and its elements, None if too many to count.
        integers: the values of a small tensor of integers.
        external: key and value pairs of external_data; None if its data are in this file.
        bits: the bits of the one number in float_data.
    """

    name: str
    dims: tuple[int, ...]
    rank: int
    element_type: int
    offset: int
    payload: tuple[int, int] | None = None
    typed: tuple[tuple[int, int | None], ...] = ()
    integers: tuple[int, ...] | None = None
    external: tuple[tuple[str, str], ...] | None = None
    bits: int | None = None

    @property
    def raw_bytes(self) -> int | None:
        """The length of raw_data; None without one."""
        return None if self.payload is None else self.payload[1]


class SparseTensorProto(Record):
    """A SparseTensorProto: the stored values, their indices, and the dense shape."""

    values: TensorProto
    indices: TensorProto
    dims: tuple[int, ...]


class AttributeProto(Record):
    """An AttributeProto; what is absent is None or empty.

    Attributes:
        name: its name.
        offset: offset of the message in the file.
        number: the value of `i`.
        text: the value of `s`.
        has_real: whether it has a value `f`.
        reference: the attribute of the enclosing function that it refers to.
        tensors: `t` and `tensors`.
        sparse_tensors: `sparse_tensor` and `sparse_tensors`.
        graphs: `g` and `graphs`.
        integers: `ints`, at most KEPT_INTEGERS of them.
        counts: how many `ints`, `floats` and `strings` there are.
        strings: `strings`.
        bits: the bits of the value `f`.
    """

    name: str
    offset: int
    number: int | None = None
    text: str | None = None
    has_real: bool = False
    reference: str = ""
    tensors: tuple[TensorProto, ...] = ()
    sparse_tensors: tuple[SparseTensorProto, ...] = ()
    graphs: tuple[GraphProto, ...] = ()
    integers: tuple[int, ...] = ()
    counts: tuple[int, int, int] = (0, 0, 0)
    strings: tuple[str, ...] = ()
    bits: int | None = None


class NodeProto(Record):
    """A NodeProto; the domain `ai.onnx` is written as the empty one, its alias.

    Attributes:
        by_name: the first attribute of each name, if there are too many to search.
    """

    operator: str
    domain: str
    overload: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: tuple[AttributeProto, ...]
    by_name: dict[str, AttributeProto] | None = None

    def attribute(self, name: str) -> AttributeProto | None:
        """The first attribute of this name."""
        if self.by_name is not None:
            return self.by_name.get(name)
        for attribute in self.attributes:
            if attribute.name == name:
                return attribute
        return None


class GraphProto(Record):
    """A GraphProto; `types` maps each input and value_info to its undecoded TypeProto.

    `output_types` are those of the outputs, empty where none is declared.
    """

    nodes: tuple[NodeProto, ...]
    initializers: tuple[TensorProto, ...]
    sparse_initializers: tuple[SparseTensorProto, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    types: Mapping[str, Message]
    output_types: tuple[Message, ...] = ()


class FunctionProto(Record):
    """A FunctionProto: a graph that nodes call by domain, name and overload."""

    domain: str
    name: str
    overload: str
    defaults: tuple[AttributeProto, ...]
    body: GraphProto


class ModelProto(Record):
    """A ModelProto; `training` lists the graphs of its training_info."""

    producer: str
    graph: GraphProto
    functions: tuple[FunctionProto, ...]
    training: tuple[GraphProto, ...]
