"""The tensors of a network in columns; a NamedTensor is made for the one that is looked at."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_right

from rnninspect.plugin import Purpose
from rnninspect.stored.columns import TensorColumns
from rnninspect.stored.kinds import chosen, holding
from rnninspect_torch.networks.purposes import WITH_SCALES, is_trained, may_mask, may_quantise
from rnninspect_torch.networks.records import NamedTensor
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES
from rnninspect_torch.tensors.views import Storage, TensorView, contiguous_strides

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from rnninspect.plugin import StoredTensor
    from rnninspect_torch.networks.records import InColumns as _Base
else:
    from collections.abc import Sequence as _Base


class EntryColumns:
    """Names, shapes, types and bytes of tensors, each with a storage of its own that it fills.

    Attributes:
        names: unique.
        shapes: in elements; equal ones are one tuple.
        dtypes: element types of whole bytes.
        sizes: bytes, which shape and type need and the file stores.
    """

    __slots__ = ("_entries", "_scopes", "_starts", "dtypes", "names", "shapes", "sizes")

    def __init__(self, scope: str) -> None:
        """No tensors yet; the storages of those that are added have a scope."""
        self.names: list[str] = []
        self.shapes: list[tuple[int, ...]] = []
        self.dtypes: list[str] = []
        self.sizes = array("q")
        self._starts = [0]  # the first index of each scope of storages
        self._scopes = [scope]
        self._entries: dict[int, NamedTensor] = {}

    def extend(self, other: EntryColumns) -> None:
        """Add the tensors of another file, whose storages keep their scopes."""
        self._starts += [len(self.names) + start for start in other._starts]
        self._scopes += other._scopes
        self.names += other.names
        self.shapes += other.shapes
        self.dtypes += other.dtypes
        self.sizes += other.sizes

    def entry(self, place: int) -> NamedTensor:
        """The tensor of an index, always the same object."""
        made = self._entries.get(place)
        if made is None:
            made = self._entries[place] = ColumnEntry(self, place)
        return made

    def view(self, place: int) -> TensorView:
        """The tensor of an index as a view of its storage."""
        shape, dtype = self.shapes[place], self.dtypes[place]
        scope = self._scopes[bisect_right(self._starts, place) - 1]
        width = ELEMENT_BYTES[dtype]
        storage = Storage(scope, self.names[place], dtype, width, math.prod(shape))
        return TensorView(storage, 0, shape, contiguous_strides(shape), dtype)


class ColumnEntry(NamedTensor):
    """A tensor in columns, whose view is made when it is asked for."""

    __slots__ = ("_columns", "_view", "place")

    def __init__(self, columns: EntryColumns, place: int) -> None:  # its tensor is made later
        self.name = columns.names[place]
        self.purpose = Purpose.PARAMETER
        self._view: TensorView | None = None
        self._columns = columns
        self.place = place

    @property
    def tensor(self) -> TensorView:
        """The view of its storage."""
        if self._view is None:
            self._view = self._columns.view(self.place)
        return self._view

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor."""
        return self._columns.shapes[self.place]


class ColumnEntries(_Base):
    """The entries of columns, or those of some indices."""

    __slots__ = ("_places", "columns", "names")

    def __init__(self, columns: EntryColumns, places: Sequence[int] | None = None) -> None:
        self.columns = columns
        self._places = places
        names = columns.names
        self.names = names if places is None else [names[place] for place in places]

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> NamedTensor:  # type: ignore[override]  # no slices
        places = range(len(self)) if self._places is None else self._places
        return self.columns.entry(places[index])

    def place_of(self, entry: NamedTensor) -> int:
        """The index of one of the entries in the columns."""
        if not isinstance(entry, ColumnEntry):
            raise TypeError(entry)
        return entry.place

    def without(self, places: Container[int]) -> ColumnEntries:
        """Those of other indices."""
        every = range(len(self)) if self._places is None else self._places
        return ColumnEntries(self.columns, [at for at in every if at not in places])

    def extend(self, other: _Base) -> None:
        """Add the tensors of another file."""
        if not isinstance(other, ColumnEntries):
            raise TypeError(other)
        self.columns.extend(other.columns)

    def stored(
        self,
        describe: Callable[[NamedTensor], StoredTensor],
        purpose: Callable[[NamedTensor], Purpose],
    ) -> TensorColumns:
        """All tensors of the columns; the functions are asked about an entry where needed."""
        columns, entry = self.columns, self.columns.entry
        purposes = {
            place: kept_for
            for place in _perhaps_aside(columns.names)
            if (kept_for := purpose(ColumnEntry(columns, place))) is not Purpose.PARAMETER
        }
        return TensorColumns(
            *(columns.names, columns.shapes, columns.dtypes, columns.sizes),
            lambda place: describe(entry(place)),
            purposes=purposes,
            buffers=_never_trained(columns.names, columns.dtypes),
        )


def _perhaps_aside(names: list[str]) -> list[int]:
    """The indices of what may be a mask, a scale or a zero point."""
    places = chosen(names, lambda kind: may_mask(kind) or may_quantise(kind))
    if places and not holding(names, WITH_SCALES):
        places = chosen(names, may_mask)
    return places


def _never_trained(names: list[str], dtypes: list[str]) -> set[int]:
    """The indices of buffers, by their names or their types."""
    by_type = {dtype for dtype in set(dtypes) if not is_trained("", dtype)}
    found = {place for place, dtype in enumerate(dtypes) if dtype in by_type} if by_type else set()
    return found.union(chosen(names, lambda kind: not is_trained(kind, "")))
