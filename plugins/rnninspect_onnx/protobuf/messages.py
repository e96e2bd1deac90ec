"""The decoded parts of ONNX's protobuf messages (onnx.proto, IR version 14)."""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_onnx.protobuf.encoded_nodes import Links, NodeRun, links_of, names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Protocol

    from rnninspect.decode.protobuf import Message
    from rnninspect_onnx.protobuf.initializers import Initializers
    from rnninspect_onnx.protobuf.tensor_messages import SparseTensorProto, TensorProto
else:  # what decodes need not be a subclass, only alike
    Protocol = object


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
        by_name: as `by_name` makes it.
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


_FEW = 16  # attributes of one node, or words in encoded nodes, that are searched one by one


def by_name(attributes: Sequence[AttributeProto]) -> dict[str, AttributeProto] | None:
    """The first attribute of each name, if there are too many to search one by one."""
    if len(attributes) <= _FEW:
        return None
    return {attribute.name: attribute for attribute in reversed(attributes)}


class Decoded(Protocol):
    """What decodes the nodes of runs."""

    def nodes(self, run: NodeRun, chosen: Collection[int] | None) -> Iterable[NodeProto]:
        """Those of these indices, or all."""

    def node(self, run: NodeRun, at: int, end: int, operator: str) -> NodeProto:
        """The one between two indices of the data, which is no Constant."""


class Nodes:
    """The nodes of a graph in the order of the file; some stay encoded until they are asked for.

    To iterate decodes all of them, once.

    Attributes:
        holders: the nodes that may have tensors or graphs in their attributes, but plain Constants.
        storing: the holders, and between them the values of plain Constants.
    """

    def __init__(
        self,
        parts: Sequence[NodeProto | NodeRun],
        decoded: Decoded | None = None,
    ) -> None:
        self._parts, self._decoded = parts, decoded
        self.holders = tuple([part for part in parts if not isinstance(part, NodeRun)])
        self.storing = tuple(_storing(parts))
        runs = [part for part in parts if isinstance(part, NodeRun)]
        self._count = len(self.holders) + sum(len(run.operators) for run in runs)
        self._whole = None if runs else self.holders

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[NodeProto]:
        return iter(self.whole)

    @property
    def whole(self) -> tuple[NodeProto, ...]:
        """All nodes, decoded."""
        if self._whole is None:
            nodes: list[NodeProto] = []
            for part in self._parts:
                if isinstance(part, NodeRun):
                    nodes += self._decoded.nodes(part, None) if self._decoded else ()
                else:
                    nodes.append(part)
            self._whole, self._parts = tuple(nodes), nodes
        return self._whole

    @property
    def parts(self) -> Sequence[NodeProto | NodeRun]:
        """The nodes that are decoded, and between them those that are not."""
        return self._parts

    def decoded(self, run: NodeRun, at: int, end: int, operator: str) -> NodeProto:
        """The node of a run that is between two indices of its data, which is no Constant."""
        if self._decoded is None:
            raise ValueError("there are no encoded nodes")
        return self._decoded.node(run, at, end, operator)

    def release(self) -> None:
        """Free the encoded nodes, when all have been asked for that will be: the holders stay."""
        self._parts = self._whole = self.holders

    def chosen(self, places: Collection[int]) -> dict[int, NodeProto]:
        """The nodes at these places, decoded; those around them stay encoded."""
        found: dict[int, NodeProto] = {}
        first, left = 0, sorted(places, reverse=True)
        for part in self._parts:
            after = first + (len(part.operators) if isinstance(part, NodeRun) else 1)
            here = []
            while left and left[-1] < after:
                here.append(left.pop())
            if not isinstance(part, NodeRun):
                found |= dict.fromkeys(here, part)
            elif here and self._decoded:
                nodes = self._decoded.nodes(part, {place - first for place in here})
                found |= dict(zip(here, nodes, strict=True))
            first = after
        return found

    def backwards(self) -> Iterator[NodeProto | Links]:
        """The nodes from the last to the first, of those that are encoded what they connect."""
        for part in reversed(self._parts):
            if isinstance(part, NodeRun):
                yield from reversed(list(links_of(part, None)))
            else:
                yield part

    def titles(
        self, like: Collection[NodeProto] | None = None
    ) -> Iterator[tuple[int, NodeProto | None, str, str]]:
        """Each node's place, the node if it is decoded, its operator and its name.

        If `like` is given, at least of the nodes of the same names, or operators without a name.
        """
        place, words = 0, None if like is None else words_of(like)
        for part in self._parts:
            if not isinstance(part, NodeRun):
                yield place, part, part.operator, part.name
                place += 1
                continue
            if words is None or any(word in part.data for word in words):
                pairs = zip(part.operators, names_of(part), strict=True)
                for at, (operator, name) in enumerate(pairs, place):
                    yield at, None, operator, name
            place += len(part.operators)

    @property
    def operators(self) -> set[str]:
        """The names of the operators, of whatever domain."""
        found = set[str]()
        for part in self._parts:
            found.update(part.operators if isinstance(part, NodeRun) else (part.operator,))
        return found

    def links(self, operators: Collection[str] | None = None) -> Iterator[Links]:
        """What the nodes connect, of these operators or of all."""
        for part in self._parts:
            if isinstance(part, NodeRun):
                yield from links_of(part, operators)
            elif operators is None or part.operator in operators:
                yield Links(part.operator, part.domain, part.inputs, part.outputs)


def words_of(nodes: Collection[NodeProto]) -> set[bytes] | None:
    """Words one of which is in each encoded node with the name of one of these; None if too many.

    A node without a name is called as its operator, and so may another one be.
    """
    names = {node.name or node.operator for node in nodes}
    return (
        {name.encode("utf-8", "surrogateescape") for name in names} if len(names) <= _FEW else None
    )


def _storing(parts: Iterable[NodeProto | NodeRun]) -> Iterator[NodeProto | Initializers]:
    last: Initializers | None = None
    for part in parts:
        if not isinstance(part, NodeRun):
            yield part
        elif part.constants is not last and part.constants:
            last = part.constants
            yield last


class GraphProto(Record):
    """A GraphProto; `types` maps each input and value_info to its undecoded TypeProto.

    `output_types` are those of the outputs, empty where none is declared.
    """

    nodes: Nodes
    initializers: Initializers
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
