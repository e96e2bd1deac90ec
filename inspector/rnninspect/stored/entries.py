"""Parameters by the names that searches for cells read; an object for each one looked at."""

from __future__ import annotations

from _collections_abc import Sequence  # without the module `collections`

from rnninspect.stored.tensor import Purpose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from rnninspect.stored.columns import TensorColumns
    from rnninspect.stored.tensor import StoredTensor


class Entry:
    """A parameter by the name that searches read; its tensor is made when it is asked for."""

    __slots__ = ("_place", "_tensors", "name", "shape")

    def __init__(
        self,
        name: str,
        shape: tuple[int, ...],
        tensors: tuple[StoredTensor, ...] | TensorColumns,
        place: int,
    ) -> None:
        self.name, self.shape = name, shape
        self._tensors, self._place = tensors, place

    @property
    def tensor(self) -> StoredTensor:
        """The stored tensor."""
        return self._tensors[self._place]


class Entries(Sequence[Entry]):
    """The parameters among stored tensors, or some of them, in the order of the file.

    Of several with one name it has the last, in the place of the first.

    Attributes:
        names: those that searches read.
        own_names: those in the file.
    """

    __slots__ = ("_made", "_places", "_tensors", "names", "own_names")

    def __init__(
        self,
        tensors: tuple[StoredTensor, ...] | TensorColumns,
        spelled: Callable[[str], str] = str,
    ) -> None:
        """All parameters; `spelled` gives the name to read for that in the file."""
        if isinstance(tensors, tuple):
            names: Sequence[str] = [one.name for one in tensors]
        else:
            names = tensors.names
        places = _parameters(tensors)
        if len(set(names)) < len(names):
            places = list({names[place]: place for place in places}.values())
        self._tensors = tensors
        self._places = places
        self._made: dict[int, Entry] = {}
        self.own_names = [names[place] for place in places]
        self.names = list(map(spelled, self.own_names))

    def without(self, names: Container[str]) -> Entries:
        """Those of other names in the file; the same objects."""
        rest = Entries.__new__(Entries)
        rest._tensors, rest._made = self._tensors, self._made  # noqa: SLF001 - its own class
        kept = [at for at, name in enumerate(self.own_names) if name not in names]
        rest._places = [self._places[at] for at in kept]  # noqa: SLF001 - as above
        rest.own_names = [self.own_names[at] for at in kept]
        rest.names = [self.names[at] for at in kept]
        return rest

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> Entry:  # type: ignore[override]  # no slices
        place = self._places[index]
        made = self._made.get(place)
        if made is None:
            shape = _shape(self._tensors, place)
            made = self._made[place] = Entry(self.names[index], shape, self._tensors, place)
        return made


def _parameters(tensors: tuple[StoredTensor, ...] | TensorColumns) -> Sequence[int]:
    """The indices of those that are parameters."""
    if isinstance(tensors, tuple):
        return [at for at, one in enumerate(tensors) if one.purpose is Purpose.PARAMETER]
    if not tensors.purposes:
        return range(len(tensors))
    return [at for at in range(len(tensors)) if at not in tensors.purposes]


def _shape(tensors: tuple[StoredTensor, ...] | TensorColumns, place: int) -> tuple[int, ...]:
    return tensors[place].shape if isinstance(tensors, tuple) else tensors.shapes[place]
