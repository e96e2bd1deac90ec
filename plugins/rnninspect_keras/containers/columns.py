"""The tensors of a large HDF5 file in columns, each made when it is asked for.

They stand for a dict of a Store: values by path, in the order of the file.
"""

from __future__ import annotations

from _bisect import bisect_left  # without the module `bisect` around it
from array import array
from collections.abc import MutableMapping
from itertools import islice
from operator import add, le

from rnninspect.plugin import Purpose, StoredTensor
from rnninspect.stored.columns import TensorColumns
from rnninspect.stored.tensor import IN_COLUMNS
from rnninspect_keras.containers.groups import Paths
from rnninspect_keras.containers.runs import overlaps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Protocol

    from rnninspect.plugin import Observation
    from rnninspect.stored.kinds import Named
    from rnninspect_keras.containers.groups import GroupColumns

    class Plain(Protocol):
        """What many tensors have in common: `rnninspect.decode.hdf5.Plain` is one."""

        @property
        def shape(self) -> tuple[int, ...]:
            """In elements."""

        @property
        def datatype(self) -> Named:
            """The type of an element."""

        @property
        def bytes(self) -> int:
            """As many as the shape and the type need."""

        @property
        def in_run(self) -> bool:
            """Whether these are one run in the file."""


NO_RUN = -1  # where the bytes of a dataset are in chunks


class DatasetColumns(Paths, MutableMapping[str, StoredTensor]):
    """The tensors of one file, of which those in plain datasets are made when asked for."""

    __slots__ = (
        *("_addresses", "_columns", "_made", "_plain", "_purposes", "_sizes", "_starts"),
        "groups",
    )

    def __init__(self, groups: GroupColumns) -> None:
        super().__init__()
        self.groups = groups
        self._plain: list[Plain | None] = []
        self._made: dict[int, StoredTensor] = {}
        self._purposes: dict[int, Purpose] = {}
        self._addresses, self._starts, self._sizes = array("q"), array("q"), array("q")
        self._columns: TensorColumns | None = None

    def add(self, path: str, plain: Plain, address: int, start: int) -> None:
        """Add a dataset of numbers, whose header and whose bytes are at these addresses."""
        self.names.append(path)
        self._plain.append(plain)
        self._addresses.append(address)
        self._starts.append(start if plain.in_run else NO_RUN)
        self._sizes.append(plain.bytes)

    @property
    def weight(self) -> int:
        """How many tensors they count as towards the limit `tensors`, or a few more."""
        return len(self._made) + len(self.names) // IN_COLUMNS + 1

    def put(self, tensor: StoredTensor, address: int, run: tuple[int, int]) -> None:
        """Add a tensor that is made; the run of its bytes has no length where it is unknown."""
        self._made[len(self.names)] = tensor
        self.names.append(tensor.name)
        self._plain.append(None)
        self._addresses.append(address)
        self._starts.append(run[0])
        self._sizes.append(run[1])

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self.place(path) is not None

    def __getitem__(self, path: str) -> StoredTensor:
        return self.at(self._place(path))

    def __setitem__(self, path: str, tensor: StoredTensor) -> None:
        self._made[self._place(path)] = tensor

    def __delitem__(self, path: str) -> None:
        raise NotImplementedError(path)  # see `Store.make_all`

    def _place(self, path: str) -> int:
        place = self.place(path)
        if place is None:
            raise KeyError(path)
        return place

    def at_sorted(self, place: int) -> StoredTensor:
        """The tensor whose path has an index among the sorted ones."""
        return self.at(place if self._order is None else self._order[place])

    def at(self, place: int) -> StoredTensor:
        """The tensor of an index."""
        return self._made_at(place) if self._columns is None else self._columns[place]

    def _made_at(self, place: int) -> StoredTensor:
        made, plain = self._made.get(place), self._plain[place]
        if made is None and plain is not None:
            compared = plain.bytes if plain.in_run else None
            made = self._made[place] = StoredTensor(
                *(self.names[place], plain.shape, plain.datatype.name, plain.bytes),
                identity=f"@{self._addresses[place]}",
                purpose=self._purposes.get(place, Purpose.PARAMETER),
                needed_bytes=compared,
                held_bytes=compared,
            )
        if made is None:
            raise IndexError(place)
        return made

    def names_below(self, group: str) -> Sequence[str]:
        """The paths of the tensors under a group, by the alphabet."""
        names, start = self.sorted_names(), f"{group}/"
        first = last = bisect_left(names, start)
        while last < len(names) and names[last].startswith(start):
            last += 1
        return names[first:last]

    def is_vector(self, path: str) -> bool:
        """Whether a tensor is a parameter of one axis or none."""
        place = self._place(path)
        return len(self._shape(place)) < 2 and self._purpose(place) is Purpose.PARAMETER

    def shape_of(self, path: str) -> tuple[int, ...]:
        """The shape of the tensor of a path."""
        return self._shape(self._place(path))

    def _shape(self, place: int) -> tuple[int, ...]:
        plain = self._plain[place]
        return self._made[place].shape if plain is None else plain.shape

    def _dtype(self, place: int) -> str:
        plain = self._plain[place]
        return self._made[place].dtype if plain is None else plain.datatype.name

    def where(self, fits: Callable[[tuple[int, ...], str], bool]) -> list[int]:
        """The indices of parameters with shapes and element types that fit; kinds are asked for."""
        kinds = {id(plain): plain for plain in self._plain if plain is not None}
        fitting = {key for key, plain in kinds.items() if fits(plain.shape, plain.datatype.name)}
        rest = [at for at, tensor in self._made.items() if fits(tensor.shape, tensor.dtype)]
        found = (
            [at for at, plain in enumerate(self._plain) if id(plain) in fitting] if fitting else []
        )
        return [at for at in (*found, *rest) if self._purpose(at) is Purpose.PARAMETER]

    def _purpose(self, place: int) -> Purpose:
        made = self._made.get(place)
        return self._purposes.get(place, Purpose.PARAMETER) if made is None else made.purpose

    def mark(self, path: str, purpose: Purpose) -> None:
        """Give a tensor a purpose, if it has none but to be a parameter."""
        place = self._place(path)
        made = self._made.get(place)
        if made is None:
            self._purposes.setdefault(place, purpose)
        elif made.purpose is Purpose.PARAMETER:
            self._made[place] = made._replace(purpose=purpose)

    def overlaps(self) -> list[Observation]:
        """Datasets whose bytes reach into those of others; the first of two names has them."""
        starts, sizes = self._starts, self._sizes
        runs_at = (at for at, start in enumerate(starts) if start != NO_RUN and sizes[at])
        order = sorted(runs_at, key=starts.__getitem__)
        ends = map(add, map(starts.__getitem__, order), map(sizes.__getitem__, order))
        if all(map(le, ends, map(starts.__getitem__, islice(order, 1, None)))):
            return []
        runs: dict[int, tuple[int, int, str]] = {}
        seen: dict[int, int] = {}
        for place, address in enumerate(self._addresses):
            if seen.setdefault(address, place) != place:  # two names of one dataset
                self.at(place), self.at(seen[address])
            if sizes[place] and starts[place] != NO_RUN:
                runs.setdefault(address, (starts[place], sizes[place], self.names[place]))
        return overlaps(runs.values())

    def stored(self) -> TensorColumns:
        """All of them, as a description of a file has them."""
        if self._columns is None:
            made = self._made
            purposes = self._purposes | {
                at: tensor.purpose
                for at, tensor in made.items()
                if tensor.purpose is not Purpose.PARAMETER
            }
            every = range(len(self.names))
            sizes = self._sizes[:]
            for at, tensor in made.items():
                sizes[at] = tensor.bytes
            self._columns = TensorColumns(
                self.names,
                [self._shape(at) for at in every],
                [self._dtype(at) for at in every],
                sizes,
                self._made_at,
                purposes=purposes,
            )
            for at in list(made):
                self._columns[at]
        return self._columns
