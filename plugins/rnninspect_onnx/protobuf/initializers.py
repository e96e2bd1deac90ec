"""The stored tensors of a graph, in columns: most of them have only a name of their own."""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_onnx.protobuf.tensor_messages import TensorProto

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableSequence


_MANY = 1_000  # tensors


class TensorKind(Record):
    """What plain tensors have in common: a shape, and an element type of which none is decoded."""

    dims: tuple[int, ...]
    element_type: int


class Initializers:
    """The stored tensors of a graph, in the order of the file.

    A plain tensor has a shape, a type, a name, and its data in `raw_data`.

    Attributes:
        names: of all tensors.
        kinds: of each plain tensor its kind; any other is here itself.
        offsets: of their messages in the file.
        payloads: where the data of each plain tensor begin.
        lengths: how many bytes they are.
    """

    __slots__ = ("kinds", "lengths", "names", "offsets", "payloads")

    def __init__(self, tensors: Iterable[TensorProto] = ()) -> None:
        self.names: list[str] = []
        self.kinds: list[TensorKind | TensorProto] = []
        self.offsets: MutableSequence[int] = []
        self.payloads: MutableSequence[int] = []
        self.lengths: MutableSequence[int] = []
        for tensor in tensors:
            self.add(tensor)

    def add(self, tensor: TensorProto) -> None:
        """Add a tensor of whatever kind."""
        self.names.append(tensor.name)
        self.kinds.append(tensor)
        self.offsets.append(tensor.offset)
        self.payloads.append(0)
        self.lengths.append(0)

    def pack(self) -> None:
        """Keep the numbers in arrays if they are many."""
        if len(self.names) >= _MANY and isinstance(self.offsets, list):
            from array import array  # noqa: PLC0415 - which few files need

            self.offsets, self.payloads, self.lengths = (
                array("Q", column) for column in (self.offsets, self.payloads, self.lengths)
            )

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[TensorProto]:
        return map(self.__getitem__, range(len(self.names)))

    def __getitem__(self, index: int) -> TensorProto:
        """One of them; a plain one is made each time."""
        kind = self.kinds[index]
        if isinstance(kind, TensorProto):
            return kind
        payload = (self.payloads[index], self.lengths[index])
        name, dims, offset = self.names[index], kind.dims, self.offsets[index]
        return TensorProto(name, dims, len(dims), kind.element_type, offset, payload)

    @property
    def in_order(self) -> bool:
        """Whether there are plain ones among them, which are in the order of their offsets."""
        return any(isinstance(kind, TensorKind) for kind in self.kinds)

    def named(self, axes: int) -> Iterator[str]:
        """The names of the tensors that have so many axes or more."""
        pairs = zip(self.names, self.kinds, strict=True)
        return (name for name, kind in pairs if len(kind.dims) >= axes)
