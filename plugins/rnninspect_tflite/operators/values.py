"""Values of a subgraph that is run: what each is made of, never what it is."""

from __future__ import annotations

from rnninspect.lean import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_tflite.schema.records import Operator, Shape, Tensor

_MOST_LEAVES = 64  # stored tensors that one value is made of


class Kind(StrEnum):
    """Where a value comes from."""

    STORED = "stored"  # a tensor with a buffer
    COMPUTED = "computed"  # by operators, from stored tensors alone
    INPUT = "input"  # fed from outside
    DYNAMIC = "dynamic"  # all else


class Value:
    """A tensor in one run of its subgraph; two runs have different values.

    Attributes:
        tensor: the tensor that it was declared as.
        kind: where it comes from.
        leaves: the stored tensors it is made of, if it is not dynamic.
        copied: whether it has the elements of its one leaf, in another type at most.
    """

    __slots__ = ("copied", "kind", "leaves", "tensor")

    def __init__(
        self, tensor: Tensor, kind: Kind, leaves: tuple[Tensor, ...] = (), *, copied: bool = False
    ) -> None:
        self.tensor, self.kind, self.leaves, self.copied = tensor, kind, leaves, copied

    @property
    def shape(self) -> Shape:
        """Its shape; None for sizes that are known only at run time."""
        return self.tensor.shape


class Call:
    """One run of an operator."""

    __slots__ = ("inputs", "operator", "outputs")

    def __init__(
        self,
        operator: Operator,
        inputs: tuple[Value | None, ...],
        outputs: tuple[Value | None, ...],
    ) -> None:
        self.operator, self.inputs, self.outputs = operator, inputs, outputs

    def input(self, position: int) -> Value | None:
        """An input; None if it is absent."""
        return self.inputs[position] if 0 <= position < len(self.inputs) else None

    @property
    def output(self) -> Value | None:
        """The first output."""
        return self.outputs[0] if self.outputs else None

    @property
    def label(self) -> str:
        """A name for people: that of its first output, without those of operators fused with it."""
        if self.output is None:
            return self.operator.name
        name = self.output.tensor.name.partition(";")[0]
        return _without_product(name) or self.operator.name


_PRODUCTS = ("/MatMul", "/BiasAdd", "/einsum/Einsum")


def _without_product(name: str) -> str:
    """A name without that of a product at its end, which may be numbered: `/MatMul_1`."""
    unnumbered = name.rstrip("0123456789")
    whole = name if unnumbered == name else unnumbered.removesuffix("_")
    ending = next(filter(whole.endswith, _PRODUCTS), None)
    return name if ending is None else whole.removesuffix(ending)


_COPIES = frozenset({"DEQUANTIZE", "QUANTIZE", "DENSIFY", "CAST", "RESHAPE"})


def result(operator: Operator, inputs: tuple[Value | None, ...], tensor: Tensor) -> Value:
    """What an operator makes of stored tensors alone is computed, else it is dynamic."""
    given = [value for value in inputs if value is not None]
    made = all(value.kind in (Kind.STORED, Kind.COMPUTED) for value in given)
    if not given or not made:
        return Value(tensor, Kind.DYNAMIC)
    if operator.name in _COPIES:
        first = given[0]
        copied = first.kind is Kind.STORED or first.copied
        return Value(tensor, Kind.COMPUTED, first.leaves, copied=copied)
    leaves = {leaf.key: leaf for value in given for leaf in value.leaves}
    return Value(tensor, Kind.COMPUTED, tuple(leaves.values())[:_MOST_LEAVES])
