"""The tensors of a network in columns; a NamedTensor is made for the one that is looked at."""

from __future__ import annotations

import math
from _bisect import bisect_right  # without the module `bisect` around it
from array import array
from operator import mul

from rnninspect.plugin import Purpose
from rnninspect.stored.columns import TensorColumns
from rnninspect.stored.kinds import chosen, holding
from rnninspect.stored.tensor import contiguous_strides
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.networks.purposes import WITH_SCALES, is_trained, may_mask, may_quantise
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES
from rnninspect_torch.tensors.views import Storage, TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence
    from collections.abc import Set as AbstractSet

    from rnninspect.plugin import StoredTensor
    from rnninspect_torch.networks.named_tensors import Held, Whole
    from rnninspect_torch.networks.named_tensors import InColumns as _Base
else:
    from collections.abc import Sequence as _Base


class EntryColumns:
    """Names, shapes, types and bytes of tensors, each with a storage of its own that it fills.

    Attributes:
        names: unique, but for those of an optimizer.
        shapes: in elements; equal ones are one tuple.
        dtypes: element types of whole bytes.
        sizes: bytes, which shape and type need and the file stores.
        starts: the first index of each stretch of tensors.
        scopes: that of the storages of each stretch.
        keys: those of its storages; None if they are the names.
        purposes: by index, of those that the file says are no parameters.
        views: by index, those whose storage has, or may have, other elements.
        apart: the indices of those, and of all for which the file does not store what they need, or
            may not; None as long as that is unknown.
    """

    __slots__ = (
        *("_entries", "apart", "dtypes", "keys", "names", "purposes", "scopes", "shapes"),
        *("sizes", "starts", "views"),
    )

    def __init__(self, scope: str) -> None:
        """No tensors yet; the storages of those that are added have a scope."""
        self.names: list[str] = []
        self.shapes: list[tuple[int, ...]] = []
        self.dtypes: list[str] = []
        self.sizes = array("q")
        self.starts = [0]
        self.scopes = [scope]
        self.keys: list[Sequence[str] | range | None] = [None]
        self.purposes: dict[int, Purpose] = {}
        self.views: dict[int, TensorView] = {}
        self.apart: AbstractSet[int] | None = None
        self._entries: dict[int, NamedTensor] = {}

    def extend(self, other: EntryColumns) -> None:
        """Add the tensors of another file, whose storages keep their scopes."""
        self.views |= {len(self.names) + at: view for at, view in other.views.items()}
        self.starts += [len(self.names) + start for start in other.starts]
        self.scopes += other.scopes
        self.keys += other.keys
        self.names += other.names
        self.shapes += other.shapes
        self.dtypes += other.dtypes
        self.sizes += other.sizes

    def move(self, move: Callable[[TensorView], TensorView], scope: str) -> set[str]:
        """Put the scopes of all storages below one; return what they were."""
        before = set(self.scopes)
        self.scopes = [f"{scope}/{own}" for own in self.scopes]
        self.views = {at: move(view) for at, view in self.views.items()}
        return before

    def add(self, name: str, view: TensorView, size: int) -> None:
        """Add a tensor that need not fill its storage; `size` are its bytes."""
        self.views[len(self.names)] = view
        self.names.append(name)
        self.shapes.append(view.shape)
        self.dtypes.append(view.dtype)
        self.sizes.append(size)

    def add_stretch(
        self,
        names: list[str],
        shapes: list[tuple[int, ...]],
        dtypes: list[str],
        keys: Sequence[str] | range,
    ) -> int:
        """Add tensors with storages of these keys; return the index of the first."""
        first = len(self.names)
        self.starts.append(first)
        self.scopes.append(self.scopes[-1])
        self.keys.append(keys)
        self.names += names
        self.shapes += shapes
        self.dtypes += dtypes
        widths = {dtype: int(ELEMENT_BYTES[dtype]) for dtype in set(dtypes)}
        self.sizes.extend(map(mul, map(widths.__getitem__, dtypes), map(math.prod, shapes)))
        return first

    def entry(self, place: int) -> NamedTensor:
        """The tensor of an index, always the same object."""
        made = self._entries.get(place)
        if made is None:
            made = self._entries[place] = ColumnEntry(self, place)
        return made

    def view(self, place: int) -> TensorView:
        """The tensor of an index as a view of its storage."""
        known = self.views.get(place)
        if known is not None:
            return known
        shape, dtype = self.shapes[place], self.dtypes[place]
        scope, key = self._storage(place)
        storage = Storage(scope, key, dtype, ELEMENT_BYTES[dtype], math.prod(shape))
        return TensorView(storage, 0, shape, contiguous_strides(shape), dtype)

    def whole(self, place: int) -> Whole | None:
        """What `ColumnEntry.whole` gives for the tensor of an index."""
        if self.apart is None or place in self.apart:
            return None
        return (*self._storage(place), self.shapes[place], self.dtypes[place], self.sizes[place])

    def _storage(self, place: int) -> tuple[str, str]:
        """The scope and the key of the storage that the tensor of an index fills."""
        stretch = bisect_right(self.starts, place) - 1
        keys = self.keys[stretch]
        key = self.names[place] if keys is None else str(keys[place - self.starts[stretch]])
        return self.scopes[stretch], key


class ColumnEntry(NamedTensor):
    """A tensor in columns, whose view is made when it is asked for."""

    __slots__ = ("_columns", "_view", "place")

    def __init__(self, columns: EntryColumns, place: int) -> None:  # its tensor is made later
        self.name = columns.names[place]
        self.purpose = columns.purposes.get(place, Purpose.PARAMETER)
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

    @property
    def whole(self) -> Whole | None:
        """See NamedTensor."""
        return self._columns.whole(self.place)


class ColumnEntries(_Base):
    """The entries of columns, or those of some indices."""

    __slots__ = ("_places", "columns", "names")

    def __init__(self, columns: EntryColumns, places: Sequence[int] | None = None) -> None:
        self.columns = columns
        self._places = places
        names = columns.names
        self.names = names if places is None else [names[place] for place in places]

    @property
    def shapes(self) -> Sequence[tuple[int, ...]]:
        """The shape of each."""
        shapes = self.columns.shapes
        return shapes if self._places is None else [shapes[place] for place in self._places]

    @property
    def purposes(self) -> dict[int, Purpose]:
        """See InColumns."""
        return self.columns.purposes

    def unusual(self) -> list[NamedTensor]:
        """Those of all columns that may share elements, or leave some of their storage unused."""
        return [self.columns.entry(place) for place in sorted(self.columns.views)]

    def plain_bytes(self) -> int:
        """Bytes of all others."""
        sizes = self.columns.sizes
        return sum(sizes) - sum(map(sizes.__getitem__, self.columns.views))

    def unmatched(self, held: Held | None, each: Callable[[Storage], int | None]) -> list[int]:
        """The indices of those for which the file stores more or less than they need.

        It asks `held`, if there is one, for many storages at once, else `each`.
        """
        found: list[int] = []
        columns, is_known = self.columns, True
        for start, scope, keys in zip(columns.starts, columns.scopes, columns.keys, strict=True):
            if keys is None:
                continue
            needed = columns.sizes[start : start + len(keys)]
            if held is not None:
                stored: Sequence[int | None] = held(scope, keys)
            else:
                is_known = False
                places = range(start, start + len(keys))
                stored = [
                    each(view.storage) if view.storage else None
                    for view in map(columns.view, places)
                ]
            pairs = zip(stored, needed, strict=True)
            found += [
                start + at for at, (one, other) in enumerate(pairs) if one not in (None, other)
            ]
        columns.apart = columns.views.keys() | set(found) if is_known else None
        return found

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

    def move(self, move: Callable[[TensorView], TensorView], scope: str) -> set[str]:
        """Put the scopes of all storages below one; return what they were."""
        return self.columns.move(move, scope)

    def extend(self, other: _Base) -> None:
        """Add the tensors of another file."""
        if not isinstance(other, ColumnEntries):
            raise TypeError(other)
        self.columns.extend(other.columns)

    def stored(
        self,
        describe: Callable[[NamedTensor], StoredTensor],
        purpose: Callable[[NamedTensor], Purpose],
        around: Purpose,
    ) -> TensorColumns:
        """All tensors of the columns; the functions are asked about an entry where needed.

        `around` is what all of them are kept for, where that is not as parameters.
        """
        columns, entry = self.columns, self.columns.entry
        if around is Purpose.PARAMETER:
            purposes = {
                place: kept_for
                for place in (*_perhaps_aside(columns.names), *columns.purposes)
                if (kept_for := purpose(ColumnEntry(columns, place))) is not Purpose.PARAMETER
            }
        else:
            purposes = dict.fromkeys(range(len(columns.names)), around)
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
