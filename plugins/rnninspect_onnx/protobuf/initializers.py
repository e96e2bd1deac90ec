"""Stored tensors in columns: of most of them only the name and the place of the data differ."""

from __future__ import annotations

from itertools import accumulate, islice

from rnninspect.decode.protobuf import read_varint, signed
from rnninspect.plugin import Record
from rnninspect_onnx.protobuf.tensor_decoder import (
    FLOAT_DATA,
    INTEGER_SIZES,
    REAL_SIZE,
    words_of,
)
from rnninspect_onnx.protobuf.tensor_messages import KEPT_INTEGERS, TensorProto

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableSequence, Sequence


_MANY = 1_000  # tensors


class TensorKind(Record):
    """What plain tensors have in common: a shape, an element type, and where their data are.

    Attributes:
        dims: the shape.
        element_type: TensorProto.DataType.
        typed: number and elements of the typed field with the data; None if they are elsewhere.
        location: of the file with the data; None if that is this one.
        name: what the messages call the tensors; None if it is their name in the column.
    """

    dims: tuple[int, ...]
    element_type: int
    typed: tuple[int, int] | None = None
    location: str | None = None
    name: str | None = None

    def tensor(self, name: str, offset: int, data: tuple[int, int], numbers: bytes) -> TensorProto:
        """The message at an offset; where its data begin, their length, and a few of them."""
        name = name if self.name is None else self.name
        dims, element_type, typed = self.dims, self.element_type, self.typed
        if self.location is not None:
            keys = ("location", self.location), ("offset", str(data[0])), ("length", str(data[1]))
            return TensorProto(name, dims, len(dims), element_type, offset, external=keys)
        width = INTEGER_SIZES.get(element_type)
        if typed is None:
            integers = words_of(numbers, width) if width and len(numbers) == data[1] else None
            return TensorProto(name, dims, len(dims), element_type, offset, data, (), integers)
        is_number = typed[0] == FLOAT_DATA and len(numbers) == REAL_SIZE
        return TensorProto(
            *(name, dims, len(dims), element_type, offset),
            typed=(typed,),
            integers=_varints(numbers) if width and typed[1] <= KEPT_INTEGERS else None,
            bits=int.from_bytes(numbers, "little") if is_number else None,
        )


def _varints(numbers: bytes) -> tuple[int, ...]:
    values, index = list[int](), 0
    while index < len(numbers):
        value, index = read_varint(numbers, index, 0, len(numbers))
        values.append(signed(value))
    return tuple(values)


class Initializers:
    """Stored tensors of a graph, in the order of the file.

    A plain tensor has a shape, a type, perhaps a name, and its data in one place.

    Attributes:
        names: of all tensors.
        kinds: of each plain tensor its kind; any other is here itself.
        offsets: of their messages in the file.
        payloads: where the data of each plain tensor begin, if they are in `raw_data` or elsewhere.
        lengths: how many bytes they are, in memory for a typed field.
    """

    __slots__ = ("_ends", "_numbers", "kinds", "lengths", "names", "offsets", "payloads")

    def __init__(self, tensors: Iterable[TensorProto] = ()) -> None:
        self.names: list[str] = []
        self.kinds: list[TensorKind | TensorProto] = []
        self.offsets: MutableSequence[int] = []
        self.payloads: MutableSequence[int] = []
        self.lengths: MutableSequence[int] = []
        self._numbers = bytearray()  # the data of those whose values may be asked for
        self._ends: MutableSequence[int] = []  # of each in them
        for tensor in tensors:
            self.add(tensor)

    def add(self, tensor: TensorProto) -> None:
        """Add a tensor of whatever kind."""
        self.names.append(tensor.name)
        self.kinds.append(tensor)
        self.offsets.append(tensor.offset)
        self.payloads.append(0)
        self.lengths.append(0)
        self._ends.append(len(self._numbers))

    def extend(
        self,
        kinds: Iterable[TensorKind],
        names: Iterable[str],
        offsets: Iterable[int],
        payloads: Iterable[int],
        lengths: Iterable[int],
        numbers: Sequence[bytes],
    ) -> None:
        """Add plain tensors; very many numbers are kept in arrays."""
        self._pack()
        self.kinds += kinds
        self.names += names
        self.offsets.extend(offsets)
        self.payloads.extend(payloads)
        self.lengths.extend(lengths)
        ends = accumulate(map(len, numbers), initial=len(self._numbers))
        self._ends.extend(islice(ends, 1, None))
        self._numbers += b"".join(numbers)

    def _pack(self) -> None:
        if len(self.names) >= _MANY and isinstance(self.offsets, list):
            from array import array  # noqa: PLC0415 - which few files need

            self.offsets, self.payloads, self.lengths, self._ends = (
                array("Q", column)
                for column in (self.offsets, self.payloads, self.lengths, self._ends)
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
        data = (self.payloads[index], self.lengths[index])
        numbers = bytes(self._numbers[self._ends[index - 1] if index else 0 : self._ends[index]])
        return kind.tensor(self.names[index], self.offsets[index], data, numbers)

    @property
    def in_order(self) -> bool:
        """Whether there are plain ones among them, which are in the order of their offsets."""
        return any(isinstance(kind, TensorKind) for kind in self.kinds)

    def named(self, axes: int) -> Iterator[str]:
        """The names of the tensors that have so many axes or more."""
        pairs = zip(self.names, self.kinds, strict=True)
        return (name for name, kind in pairs if len(kind.dims) >= axes)
