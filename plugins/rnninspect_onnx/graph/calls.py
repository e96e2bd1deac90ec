"""One execution of a node: its inputs as values, and its attributes with references resolved."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_onnx.graph.values import Dims, Integers, Value
    from rnninspect_onnx.protobuf.messages import AttributeProto, NodeProto


class Call(Record):
    """One execution of a node; an omitted input is None."""

    node: NodeProto
    inputs: tuple[Value | None, ...]
    environment: dict[str, AttributeProto]

    def input(self, position: int) -> Value | None:
        """An input; None if it is omitted."""
        return self.inputs[position] if position < len(self.inputs) else None

    def present(self) -> tuple[Value, ...]:
        """The inputs that are not omitted."""
        return tuple([value for value in self.inputs if value is not None])

    def shape(self, position: int = 0) -> Dims | None:
        """The shape of an input."""
        value = self.input(position)
        return None if value is None else value.shape

    def attribute(self, name: str) -> AttributeProto | None:
        """An attribute; a reference is resolved to the attribute of the enclosing function."""
        attribute = self.node.attribute(name)
        if attribute is not None and attribute.reference:
            return self.environment.get(attribute.reference)
        return attribute

    def number(self, name: str, default: int) -> int:
        """The value of an integer attribute."""
        attribute = self.attribute(name)
        return default if attribute is None or attribute.number is None else attribute.number

    def integers(self, name: str, position: int) -> Integers | None:
        """Axes, bounds or sizes: an attribute in old operator sets, an input in later ones."""
        attribute = self.attribute(name)
        if attribute is not None:
            complete = attribute.counts[0] == len(attribute.integers)
            return attribute.integers if complete else None
        value = self.input(position)
        return None if value is None else value.integers
