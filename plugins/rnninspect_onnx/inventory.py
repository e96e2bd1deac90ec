"""Every tensor that a model stores, wherever it stands: in graphs, nodes and functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnninspect.plugin import Fact, Observation
from rnninspect_onnx.constants import FORMS, stored_in
from rnninspect_onnx.messages import SparseTensor, Tensor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect_onnx.messages import Attribute, Graph, Model, Node


@dataclass(frozen=True, slots=True)
class Entry:
    """One stored tensor; `dims` is its dense shape where only some elements are stored."""

    name: str
    tensor: Tensor
    in_training: bool
    dims: tuple[int, ...] | None = None


def entries(model: Model) -> Iterator[Entry]:
    """All stored tensors in the order of the file, the training graphs' last."""
    for name, tensor in _of_graph(model.graph):
        yield from _each(name, tensor, in_training=False)
    for function in model.functions:
        for name, tensor in (*_of_attributes(function.defaults, ""), *_of_graph(function.body)):
            yield from _each(name, tensor, in_training=False)
    for graph in model.training:
        for name, tensor in _of_graph(graph):
            yield from _each(name, tensor, in_training=True)


def _each(name: str, tensor: Tensor | SparseTensor, *, in_training: bool) -> Iterator[Entry]:
    if isinstance(tensor, Tensor):
        yield Entry(name or tensor.name, tensor, in_training)
        return
    yield Entry(name or tensor.values.name, tensor.values, in_training, tensor.dims)
    yield Entry(f"{name or tensor.values.name} indices", tensor.indices, in_training)


def _of_graph(graph: Graph) -> Iterator[tuple[str, Tensor | SparseTensor]]:
    """Recurses as deep as graphs are nested, which the limits bound."""
    for tensor in graph.initializers:
        yield "", tensor
    for sparse in graph.sparse_initializers:
        yield "", sparse
    for node in graph.nodes:
        if node.attributes:
            yield from _of_node(node)


def _of_node(node: Node) -> Iterator[tuple[str, Tensor | SparseTensor]]:
    name = node.outputs[0] if node.outputs else node.name
    if node.operator == "Constant" and not node.domain:
        for attribute in node.attributes:
            if attribute.name in FORMS and (held := stored_in(attribute)) is not None:
                yield name, held
        return
    yield from _of_attributes(node.attributes, node.name or name)


def _of_attributes(
    attributes: Iterable[Attribute], owner: str
) -> Iterator[tuple[str, Tensor | SparseTensor]]:
    for attribute in attributes:
        name = f"{owner}.{attribute.name}" if owner else attribute.name
        for tensor in attribute.tensors:
            yield name, tensor
        for sparse in attribute.sparse_tensors:
            yield name, sparse
        for graph in attribute.graphs:
            yield from _of_graph(graph)


def duplicate_names(model: Model) -> Iterator[Observation]:
    """An observation for each tensor whose name another of the same graph has."""
    bodies = (function.body for function in model.functions)
    for root in (model.graph, *bodies, *model.training):
        for graph in _nested(root):
            seen: set[str] = set()
            names = [tensor.name for tensor in graph.initializers]
            names += [sparse.values.name for sparse in graph.sparse_initializers]
            for name in names:
                if name in seen:
                    detail = f"two tensors of one graph are named {name}"
                    yield Observation(Fact.DUPLICATE_NAME, detail, tensor=name)
                seen.add(name)


def _nested(root: Graph) -> Iterator[Graph]:
    graphs = [root]
    while graphs:
        graph = graphs.pop()
        yield graph
        for node in graph.nodes:
            for attribute in node.attributes:
                graphs.extend(attribute.graphs)
