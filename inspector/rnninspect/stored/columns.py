"""Stored tensors in columns: lists of names, shapes, types and sizes, without a value for each."""

from __future__ import annotations

import math

from rnninspect.stored.tensor import Purpose, StoredTensor, Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet


class TensorColumns:
    """A sequence of stored tensors, each of which is made when it is asked for.

    A file may have a hundred thousand tensors of which its layers have four. A tensor that nobody
    asks for is plain: its identity is that of no other one, its shape is possible, the file stores
    the bytes that it needs, and its elements are the product of its shape. It is counted from the
    columns. One that is asked for, by its index, is remembered and looked at by itself: a reader
    takes the tensors of layers and observations, and those that are not plain, from here.

    Attributes:
        names: as the file gives them.
        shapes: in elements; equal ones may be one tuple.
        dtypes: the element types.
        sizes: bytes in the file.
        purposes: by index, of those that are no parameters.
        buffers: the indices of those that are never trained.
    """

    __slots__ = ("_made", "_make", "buffers", "dtypes", "names", "purposes", "shapes", "sizes")

    def __init__(  # noqa: PLR0913 - a column each
        self,
        names: Sequence[str],
        shapes: Sequence[tuple[int, ...]],
        dtypes: Sequence[str],
        sizes: Sequence[int],
        make: Callable[[int], StoredTensor],
        *,
        purposes: Mapping[int, Purpose] | None = None,
        buffers: AbstractSet[int] = frozenset(),
    ) -> None:
        """Columns of equal length; `make` gives the tensor of an index, equal to its columns."""
        self.names = names
        self.shapes = shapes
        self.dtypes = dtypes
        self.sizes = sizes
        self.purposes: Mapping[int, Purpose] = {} if purposes is None else purposes
        self.buffers = buffers
        self._make = make
        self._made: dict[int, StoredTensor] = {}

    @classmethod
    def of(cls, tensors: Sequence[StoredTensor]) -> TensorColumns:
        """Columns of tensors that exist."""
        return cls(
            [each.name for each in tensors],
            [each.shape for each in tensors],
            [each.dtype for each in tensors],
            [each.bytes for each in tensors],
            tensors.__getitem__,
            purposes={
                at: each.purpose
                for at, each in enumerate(tensors)
                if each.purpose is not Purpose.PARAMETER
            },
            buffers={at for at, each in enumerate(tensors) if not each.trained},
        )

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> StoredTensor:
        """The tensor of an index, always the same value; IndexError if there is none."""
        made = self._made.get(index)
        if made is not None:
            return made
        if not 0 <= index < len(self.names):
            return self[range(len(self.names))[index]]
        made = self._made[index] = self._make(index)
        return made

    def __iter__(self) -> Iterator[StoredTensor]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        """Whether the other one has equal tensors in the same order."""
        return isinstance(other, TensorColumns) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self.names))

    def row(self, place: int) -> tuple[str, tuple[int, ...], str, int]:
        """Name, shape, type and size of the tensor of an index, which need not be made for it."""
        return self.names[place], self.shapes[place], self.dtypes[place], self.sizes[place]

    def single(self) -> list[StoredTensor]:
        """The tensors that were asked for, in the order of the file."""
        return [self._made[place] for place in sorted(self._made)]

    def plain(self, purpose: Purpose) -> list[int]:
        """The indices of the tensors of a purpose that nobody has asked for."""
        made, purposes = self._made, self.purposes
        if purpose is not Purpose.PARAMETER:
            return [at for at, known in purposes.items() if known is purpose and at not in made]
        return [at for at in range(len(self)) if at not in made and at not in purposes]

    def sums(self, purpose: Purpose) -> Sums:
        """Sums over the plain tensors of a purpose."""
        places = self.plain(purpose)
        buffers = [place for place in places if place in self.buffers] if self.buffers else []
        trained = [place for place in places if place not in self.buffers] if buffers else places
        return Sums(
            len(places),
            self.elements(places),
            sum(map(self.sizes.__getitem__, places)),
            self.elements(buffers),
            sum(map(self.sizes.__getitem__, buffers)),
            frozenset(map(self.dtypes.__getitem__, trained)),
        )

    def elements(self, places: Sequence[int]) -> int:
        """The number of elements of the tensors of these indices."""
        return sum(map(math.prod, map(self.shapes.__getitem__, places)))

    def looked_at(self) -> list[int]:
        """The indices of the tensors that were asked for, in order."""
        return sorted(self._made)
