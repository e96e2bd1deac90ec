"""Every stored tensor of a model: in graphs, nodes and functions."""

from __future__ import annotations

from rnninspect.lean import Counter, StrEnum
from rnninspect.plugin import Fact, Observation, Record
from rnninspect_onnx.graph.constants import FORMS, stored_in
from rnninspect_onnx.protobuf.initializers import Initializers
from rnninspect_onnx.protobuf.tensor_messages import TensorProto

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect_onnx.protobuf.messages import AttributeProto, GraphProto, ModelProto, NodeProto
    from rnninspect_onnx.protobuf.tensor_messages import SparseTensorProto


class Container(StrEnum):
    """What contains a stored tensor."""

    INITIALIZER = "initializer"
    NODE = "node"  # the value of a Constant
    ATTRIBUTE = "attribute"  # another attribute, such as the number of a ConstantOfShape
    TRAINING = "training"  # a training graph


class TensorEntry(Record):
    """One stored tensor; `dims` is its dense shape where only some elements are stored."""

    name: str
    tensor: TensorProto
    container: Container
    dims: tuple[int, ...] | None = None


class TensorBlock(Record):
    """The initializers of one graph, or the values of Constant nodes that follow each other."""

    tensors: Initializers
    container: Container

    def entry(self, index: int) -> TensorEntry:
        """One of them."""
        return TensorEntry(self.tensors.names[index], self.tensors[index], self.container)


def entries(model: ModelProto) -> Iterator[TensorEntry]:
    """All stored tensors in the order of the file, the training graphs' last."""
    for part in parts(model):
        if isinstance(part, TensorBlock):
            yield from map(part.entry, range(len(part.tensors)))
        else:
            yield part


def parts(model: ModelProto) -> Iterator[TensorEntry | TensorBlock]:
    """All stored tensors in this order, those that are in columns together."""
    yield from _of_graph(model.graph)
    for function in model.functions:
        yield from _of_attributes(function.defaults, "")
        yield from _of_graph(function.body)
    for graph in model.training:
        for part in _of_graph(graph):
            yield part._replace(container=Container.TRAINING)


def _of_graph(graph: GraphProto) -> Iterator[TensorEntry | TensorBlock]:
    """Recurses to the depth of nested graphs, which the limits bound."""
    yield TensorBlock(graph.initializers, Container.INITIALIZER)
    for sparse in graph.sparse_initializers:
        yield from _sparse(sparse.values.name, sparse, Container.INITIALIZER)
    for part in graph.nodes.storing:
        if isinstance(part, Initializers):
            yield TensorBlock(part, Container.NODE)
        elif part.attributes:
            yield from _of_node(part)


def _sparse(name: str, tensor: SparseTensorProto, container: Container) -> Iterator[TensorEntry]:
    yield TensorEntry(name, tensor.values, container, tensor.dims)
    yield TensorEntry(f"{name} indices", tensor.indices, container)


def _of_node(node: NodeProto) -> Iterator[TensorEntry | TensorBlock]:
    name = node.outputs[0] if node.outputs else node.name
    if node.operator != "Constant" or node.domain:
        yield from _of_attributes(node.attributes, node.name or name)
        return
    for attribute in node.attributes:
        stored = stored_in(attribute) if attribute.name in FORMS else None
        if isinstance(stored, TensorProto):
            yield TensorEntry(name or stored.name, stored, Container.NODE)
        elif stored is not None:
            yield from _sparse(name, stored, Container.NODE)


def _of_attributes(
    attributes: Iterable[AttributeProto], owner: str
) -> Iterator[TensorEntry | TensorBlock]:
    for attribute in attributes:
        name = f"{owner}.{attribute.name}" if owner else attribute.name
        for tensor in attribute.tensors:
            yield TensorEntry(name, tensor, Container.ATTRIBUTE)
        for sparse in attribute.sparse_tensors:
            yield from _sparse(name, sparse, Container.ATTRIBUTE)
        for graph in attribute.graphs:
            yield from _of_graph(graph)


def duplicate_names(model: ModelProto) -> Iterator[Observation]:
    """An observation for each name that several tensors of one graph have."""
    bodies = (function.body for function in model.functions)
    for root in (model.graph, *bodies, *model.training):
        for graph in _nested(root):
            sparse = [tensor.values.name for tensor in graph.sparse_initializers]
            names = [*graph.initializers.names, *sparse]
            if len({*names}) == len(names):
                continue
            for name, count in Counter(names).items():
                if count > 1:
                    detail = f"{count} tensors of one graph have this name"
                    yield Observation(Fact.DUPLICATE_NAME, detail, tensor=name)


def _nested(root: GraphProto) -> Iterator[GraphProto]:
    graphs = [root]
    while graphs:
        graph = graphs.pop()
        yield graph
        for node in graph.nodes.holders:
            for attribute in node.attributes:
                graphs.extend(attribute.graphs)
