"""A step cut out of a model: the nodes between its states, with random numbers for what is fed."""

from __future__ import annotations

import math

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from rnninspect.plugin import Record
from rnninspect.verification.question import NoOpinion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from typing import Any

    from numpy.typing import NDArray

    from rnninspect_onnx.graph.scopes import Scope
    from rnninspect_onnx.protobuf.messages import GraphProto, NodeProto

    Array = NDArray[Any]
    Arrays = Mapping[str, Array]
    Place = tuple[Scope, str]

MOST_NODES = 20_000
MOST_NUMBERS = 2**24  # that are fed in one input
_SEED = 20_261_129
_BOUND = 2  # inputs of a Loop and its body before those that it carries


class Filling(Record):
    """What masks, lengths and places are filled with; no number draws floats."""

    integer: int
    real: float | None


class Slice:
    """Nodes, stored tensors and inputs that some values of a model are computed from.

    Attributes:
        nodes: in an order in which they can run.
        stored: the stored tensors that they read.
        fed: the places whose values must be given.
        drawn: names of those that are states or inputs of the step.
    """

    def __init__(
        self,
        model: onnx.ModelProto,
        graphs: Mapping[int, onnx.GraphProto],
        entered: Mapping[int, NodeProto],
    ) -> None:
        self._graphs = graphs
        self._entered = entered
        self._makers: dict[int, dict[str, onnx.NodeProto]] = {}
        self._model = model
        self.nodes: list[onnx.NodeProto] = []
        self.stored: dict[str, onnx.TensorProto] = {}
        self.fed: dict[str, Scope] = {}
        self.drawn: set[str] = set()

    def take(self, wanted: Collection[Place], given: Collection[Place]) -> None:
        """Collect what computes the wanted values; the given ones are fed."""
        self.fed |= {name: scope for scope, name in given}
        done: set[str] = {name for _, name in given}
        stack: list[tuple[Scope, str, bool]] = [(*place, False) for place in wanted]
        placed: set[int] = set()
        while stack:
            scope, name, ready = stack.pop()
            if name in done or name in self.stored or not name:
                continue
            home, node = self._origin(scope, name)
            if node is None:
                done.add(name)
            elif ready:
                done.update(node.output)
                if id(node) not in placed:
                    placed.add(id(node))
                    self.nodes.append(node)
            else:
                stack.append((scope, name, True))
                stack += [(home, each, False) for each in _needs(node) if each not in done]
            if len(self.nodes) + len(stack) > MOST_NODES * 8:
                raise NoOpinion("its step has too many nodes")

    def _origin(self, scope: Scope, name: str) -> tuple[Scope, onnx.NodeProto | None]:
        """The node that makes a value, and its scope; what none makes is noted."""
        at: Scope | None = scope
        while at is not None:
            graph = self._graphs[id(at.graph)]
            maker = self._makers_of(graph).get(name)
            if maker is not None:
                return at, maker
            tensor = self._initializers(graph).get(name)
            if tensor is not None:
                self.stored[name] = tensor
                return at, None
            if name in at.graph.inputs:
                return self._formal(at, name)
            at = at.parent
        raise NoOpinion(f"no node makes {name}")

    def _formal(self, scope: Scope, name: str) -> tuple[Scope, onnx.NodeProto | None]:
        """An input of a body: what came in where it stays, a turn of what is walked along."""
        position, node = scope.graph.inputs.index(name), self._entered.get(id(scope.graph))
        if node is None or scope.parent is None:
            self.fed[name] = scope
            return scope, None
        if node.operator == "Loop" and position < _BOUND:
            number = np.array(0) if position == 0 else np.array(True)  # noqa: FBT003 - of an array
            self.stored[name] = numpy_helper.from_array(number, name)
            return scope, None
        if position < len(node.inputs):
            actual = node.inputs[position]
            if scope.values.get(name) is scope.parent.lookup(actual):
                return scope.parent, helper.make_node("Identity", [actual], [name])
            states = _states(node, len(scope.graph.inputs))
            if node.operator == "Scan" and position >= states:
                return scope.parent, self._turn(node, position - states, actual, name)
        self.fed[name] = scope
        return scope, None

    def _turn(self, node: NodeProto, position: int, actual: str, name: str) -> onnx.NodeProto:
        attribute = node.attribute("scan_input_axes")
        axes = () if attribute is None else attribute.integers
        axis = axes[position] if position < len(axes) else 0
        self.stored["first turn"] = numpy_helper.from_array(np.array(0), "first turn")
        return helper.make_node("Gather", [actual, "first turn"], [name], axis=axis)

    def _makers_of(self, graph: onnx.GraphProto) -> dict[str, onnx.NodeProto]:
        if id(graph) not in self._makers:
            made = {name: node for node in graph.node for name in node.output if name}
            self._makers[id(graph)] = made
        return self._makers[id(graph)]

    def _initializers(self, graph: onnx.GraphProto) -> dict[str, onnx.TensorProto]:
        return {tensor.name: tensor for tensor in graph.initializer}

    def run(self, wanted: Collection[str], types: Mapping[str, int], others: Filling) -> Arrays:
        """What onnxruntime computes of random numbers, with what it is fed and what is stored.

        Args:
            wanted: names of values.
            types: element types of values by their names.
            others: what inputs are filled with that are neither states nor inputs of the step.
        """
        feeds = self._feeds(types, others)
        known = {**feeds}
        known |= {
            name: numpy_helper.to_array(tensor)
            for name, tensor in self.stored.items()
            if name in wanted
        }
        asked = [name for name in wanted if name not in known]
        model = self._as_model(asked, feeds)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
            known |= zip(asked, session.run(asked, feeds), strict=True)
        except Exception as error:  # whatever it raises says nothing of the report
            reason = str(error).strip().partition("\n")[0] or type(error).__name__
            raise NoOpinion(f"onnxruntime does not run its step: {reason}") from error
        return known

    def _as_model(self, wanted: Collection[str], feeds: Arrays) -> onnx.ModelProto:
        """A model that computes the wanted values of what is fed."""
        inputs = [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
            )
            for name, array in feeds.items()
        ]
        outputs = [onnx.ValueInfoProto(name=name) for name in wanted]
        graph = helper.make_graph(
            self.nodes, "step", inputs, outputs, initializer=list(self.stored.values())
        )
        return helper.make_model(
            graph, opset_imports=self._model.opset_import, ir_version=self._model.ir_version
        )

    def _feeds(self, types: Mapping[str, int], others: Filling) -> dict[str, Array]:
        """Random numbers for each input of floats; of others the same number in each place."""
        draw = np.random.default_rng(_SEED)
        found: dict[str, Array] = {}
        for name, scope in self.fed.items():
            value = scope.values.get(name)
            shape = None if value is None else value.shape
            if shape is None:
                raise NoOpinion(f"the shape of {name} is not known")
            sizes = tuple(1 if size is None else size for size in shape)
            if math.prod(sizes) > MOST_NUMBERS:
                raise NoOpinion(f"{name} is too large to be drawn")
            kind = helper.tensor_dtype_to_np_dtype(types.get(name, onnx.TensorProto.FLOAT))
            numbers = draw.standard_normal(sizes)
            floats = kind.kind == "f" or kind.name == "bfloat16"
            if not floats:
                numbers = np.full(sizes, others.integer)
            elif others.real is not None and name not in self.drawn:
                numbers = np.full(sizes, others.real)
            found[name] = numbers.astype(kind)
        return found


def types_of(model: onnx.ModelProto) -> dict[str, int]:
    """The element type of each value that is declared or inferred, in all graphs."""
    found: dict[str, int] = {}
    for graph in all_graphs(model):
        for value in (*graph.input, *graph.value_info, *graph.output):
            found.setdefault(value.name, value.type.tensor_type.elem_type or onnx.TensorProto.FLOAT)
        for tensor in graph.initializer:
            found.setdefault(tensor.name, tensor.data_type)
    return found


def all_graphs(model: onnx.ModelProto) -> Iterator[onnx.GraphProto]:
    """The model's graph, and those inside of its nodes."""
    graphs = [model.graph]
    for graph in graphs:  # which grows
        yield graph
        graphs += [inner for node in graph.node for inner in _graphs(node)]


def _states(node: NodeProto, inputs: int) -> int:
    attribute = node.attribute("num_scan_inputs")
    return inputs - ((attribute.number or 0) if attribute is not None else 0)


def _graphs(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    for attribute in node.attribute:
        yield from [attribute.g] if attribute.HasField("g") else []
        yield from attribute.graphs


def _needs(node: onnx.NodeProto) -> Iterator[str]:
    """What a node reads, through its subgraphs too."""
    yield from node.input
    for graph in _graphs(node):
        made = {value.name for value in graph.input} | {each.name for each in graph.initializer}
        made |= {name for inner in graph.node for name in inner.output}
        for inner in graph.node:
            yield from (name for name in _needs(inner) if name not in made)
        yield from (value.name for value in graph.output if value.name not in made)


def pairs(ours: GraphProto, theirs: onnx.GraphProto) -> Iterator[tuple[int, onnx.GraphProto]]:
    """Each decoded graph by its `id`, and onnx's."""
    stack = [(ours, theirs)]
    while stack:
        one, other = stack.pop()
        yield id(one), other
        for node, same in zip(one.nodes, other.node, strict=True):
            graphs = [graph for attribute in node.attributes for graph in attribute.graphs]
            stack += zip(graphs, _graphs(same), strict=True)
