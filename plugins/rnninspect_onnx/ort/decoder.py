"""Decodes ONNX Runtime's format into the messages of ONNX, without payloads.

Facts: ort.fbs and graph_flatbuffers_utils.cc of ONNX Runtime. Constant nodes are initializers here,
and functions are inlined; what optimisers have replaced is stored as they left it.
"""

from __future__ import annotations

from itertools import islice

from rnninspect.decode.flatbuffers import FLOAT32, INT32, INT64, UINT8, UINT32, FlatBuffer, Table
from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_onnx.ort import schema
from rnninspect_onnx.ort.tensors import Tensors
from rnninspect_onnx.protobuf.encoded_nodes import plain
from rnninspect_onnx.protobuf.initializers import Initializers
from rnninspect_onnx.protobuf.messages import (
    AttributeProto,
    GraphProto,
    ModelProto,
    NodeProto,
    Nodes,
    by_name,
)
from rnninspect_onnx.protobuf.tensor_messages import KEPT_AXES, KEPT_INTEGERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.flatbuffers import Numbers
    from rnninspect.decode.protobuf import Message
    from rnninspect.plugin import Source

_LONGEST_WORD = 256
_PORTION = 4_000  # nodes, attributes and names whose number is checked at once
_STEPS_OF_A_GRAPH, _STEPS_OF_A_NODE = 24, 12


class OrtDecoder:
    """Decodes one file; counts nodes, attributes and names, each twice, against `nodes`.

    A type in `GraphProto.types` is where its table begins.
    """

    def __init__(self, source: Source) -> None:
        self.source, self.limits = source, source.limits
        self._buffer = FlatBuffer(source)
        self._tensors = Tensors(source, self._buffer.pages)
        self._kept = 0
        self._next_check = min(_PORTION, self.limits.nodes)

    def raw(self, offset: int, length: int) -> bytes:
        """A short run of bytes, such as a single number."""
        return self.source.read(offset, length)

    def model(self) -> ModelProto:
        """The whole file; UnreadableFile if it has no graph."""
        model = self._buffer.root().table(schema.Session.MODEL)
        graph = None if model is None else model.table(schema.Model.GRAPH)
        if model is None or graph is None:
            raise UnreadableFile(f"not a model of ONNX Runtime: no {'graph' if model else 'model'}")
        names = (schema.Model.PRODUCER_NAME, schema.Model.PRODUCER_VERSION)
        producer = " ".join(model.text(slot) or "" for slot in names)
        return ModelProto(producer.strip(), self._graph(graph, 1), (), ())

    def shape(self, declared: Message) -> tuple[int | None, ...] | None:
        """The dims of a type's tensor, None for each without a number; None for no shape."""
        tensor = self._tensor_type(declared)
        shape = None if tensor is None else tensor.table(schema.SHAPE_OF_TENSOR_TYPE)
        if shape is None:
            return None
        dims = shape.tables(schema.DIMS_OF_SHAPE)
        return tuple(map(_dim, dims)) if len(dims) <= KEPT_AXES else None

    def element_type(self, declared: Message) -> int:
        """The number of a type's element type; 0 for none."""
        tensor = self._tensor_type(declared)
        return 0 if tensor is None else tensor.integer(schema.ELEMENT_OF_TENSOR_TYPE, INT32)

    def _tensor_type(self, declared: Message) -> Table | None:
        (place, _), *_ = declared
        typed = Table(self._buffer.pages, place, 0)
        is_tensor = typed.integer(schema.TypeInfo.KIND, UINT8) == schema.TENSOR_KIND
        return typed.table(schema.TypeInfo.VALUE) if is_tensor else None

    def _graph(self, table: Table, depth: int) -> GraphProto:
        self.limits.require(Limit.NESTING, depth, "the depth of graphs")
        self._buffer.pages.spend(_STEPS_OF_A_GRAPH)
        types: dict[str, Message] = {}
        for value in table.tables(schema.Graph.VALUES):
            self._keep(3)
            declared = value.table(schema.ValueInfo.TYPE)
            if declared is not None:
                name = value.text(schema.ValueInfo.NAME) or ""
                types.setdefault(name, ((declared.offset, declared.offset),))
        tensors, sparse = self._tensors.tensor, self._tensors.sparse_tensor
        return GraphProto(
            nodes=Nodes([self._node(node, depth) for node in table.tables(schema.Graph.NODES)]),
            initializers=Initializers(map(tensors, table.tables(schema.Graph.INITIALIZERS))),
            sparse_initializers=tuple(map(sparse, table.tables(schema.Graph.SPARSE_INITIALIZERS))),
            inputs=self._names(table, schema.Graph.INPUTS),
            outputs=(outputs := self._names(table, schema.Graph.OUTPUTS)),
            types=types,
            output_types=tuple(types.get(name, ()) for name in outputs),
        )

    def _names(self, table: Table, slot: int) -> tuple[str, ...]:
        texts = table.texts(slot)
        self._keep(len(texts))
        return tuple(texts)

    def _node(self, table: Table, depth: int) -> NodeProto:
        self._keep(2)
        self._buffer.pages.spend(_STEPS_OF_A_NODE)
        attributes = tuple(
            self._attribute(attribute, depth) for attribute in table.tables(schema.Node.ATTRIBUTES)
        )
        domain = table.text(schema.Node.DOMAIN) or ""
        return NodeProto(
            operator=table.text(schema.Node.OPERATOR) or "",
            domain=plain(domain),
            overload="",
            name=table.text(schema.Node.NAME) or "",
            inputs=self._names(table, schema.Node.INPUTS),
            outputs=self._names(table, schema.Node.OUTPUTS),
            attributes=attributes,
            by_name=by_name(attributes),
        )

    def _attribute(self, table: Table, depth: int) -> AttributeProto:
        """An attribute with the one value that its type says."""
        self._keep(2)
        empty = AttributeProto(table.text(schema.Attribute.NAME) or "", table.offset)
        slots, kind = schema.Attribute, table.integer(schema.Attribute.TYPE, INT32)
        tensor, types = self._tensors.tensor, schema.AttributeType
        found = empty
        match kind:
            case types.FLOAT:
                found = empty._replace(has_real=True, bits=table.integer(slots.FLOAT, UINT32))
            case types.INT:
                found = empty._replace(number=table.integer(slots.INT, INT64))
            case types.STRING:
                found = empty._replace(text=self._word(table.numbers(slots.STRING, UINT8)))
            case types.FLOATS:
                found = empty._replace(counts=(0, len(table.numbers(slots.FLOATS, FLOAT32)), 0))
            case types.INTS:
                numbers = table.numbers(slots.INTS, INT64)
                counts = (len(numbers), 0, 0)
                found = empty._replace(integers=numbers.integers(KEPT_INTEGERS), counts=counts)
            case types.STRINGS:
                texts = table.texts(slots.STRINGS)
                few = tuple(islice(texts, KEPT_INTEGERS))
                found = empty._replace(strings=few, counts=(0, 0, len(texts)))
            case types.TENSOR | types.TENSORS:
                one = table.table(slots.TENSOR) if kind == types.TENSOR else None
                several = table.tables(slots.TENSORS) if kind == types.TENSORS else ()
                given = [one] if one is not None else several
                found = empty._replace(tensors=tuple(map(tensor, given)))
            case types.GRAPH | types.GRAPHS:
                inner = table.table(slots.GRAPH) if kind == types.GRAPH else None
                many = table.tables(slots.GRAPHS) if kind == types.GRAPHS else ()
                graphs = [inner] if inner is not None else many
                found = empty._replace(
                    graphs=tuple(self._graph(each, depth + 1) for each in graphs)
                )
        return found

    def _word(self, text: Numbers) -> str:
        """A word such as `bidirectional`; longer strings (a compiled blob) are not read."""
        if not 0 < len(text) <= _LONGEST_WORD:
            return ""
        return self._buffer.pages.text(text.offset, len(text))

    def _keep(self, count: int) -> None:
        """Count parts, and check their number against the limit now and then."""
        self._kept += 2 * count
        if self._kept > self._next_check:
            self.limits.require(Limit.NODES, self._kept, "the graph with its names")
            self._next_check = min(self._kept + _PORTION, self.limits.nodes)


def _dim(table: Table) -> int | None:
    value = table.table(schema.VALUE_OF_DIM)
    if value is None or value.integer(schema.DimValue.KIND, UINT8) != schema.NUMBER_KIND:
        return None
    size = value.integer(schema.DimValue.NUMBER, INT64)
    return size if size >= 0 else None
