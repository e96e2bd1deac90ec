"""The groups of a large HDF5 file in columns, each made when it is asked for.

They stand for a dict of a Store: values by path, in the order of the file.
"""

from __future__ import annotations

from _bisect import bisect_left  # without the module `bisect` around it
from array import array
from collections.abc import MutableMapping
from itertools import islice
from operator import le, lt

from rnninspect.decode.hdf5 import Group
from rnninspect.plugin import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.hdf5 import File


class Paths:
    """Paths in the order of the file, which are found by bisection.

    Attributes:
        names: the paths.
    """

    __slots__ = ("_order", "_sorted", "names")

    def __init__(self) -> None:
        self.names: list[str] = []
        self._sorted: Sequence[str] = []
        self._order: Sequence[int] | None = None  # the indices by the alphabet; None if in order

    def place(self, path: str) -> int | None:
        """The index of a path; None if there is none."""
        names = self.sorted_names()
        at = bisect_left(names, path)
        if at == len(names) or names[at] != path:
            return None
        return at if self._order is None else self._order[at]

    def sorted_names(self) -> Sequence[str]:
        """The paths by the alphabet."""
        if len(self._sorted) != len(self.names):
            names = self._sorted = self.names
            if not all(map(le, names, islice(names, 1, None))):
                self._order = array("i", sorted(range(len(names)), key=names.__getitem__))
                self._sorted = list(map(names.__getitem__, self._order))
        return self._sorted

    def are_unique(self) -> bool:
        """Whether no path is there twice."""
        names = self.sorted_names()
        return all(map(lt, names, islice(names, 1, None)))


class GroupColumns(Paths, MutableMapping[str, "Group | None"]):
    """The groups of one file; none where there is no file with groups."""

    __slots__ = ("_addresses", "_file")

    def __init__(self, file: File | None = None) -> None:
        super().__init__()
        self._file = file
        self._addresses = array("q")

    def add(self, path: str, address: int) -> None:
        """Add the group with its header at an address."""
        self.names.append(path)
        self._addresses.append(address)

    def __getitem__(self, path: str) -> Group:
        place = self.place(path)
        if place is None or self._file is None:
            raise KeyError(path)
        found = self._file.again(self._addresses[place])
        if not isinstance(found, Group):
            raise UnreadableFile("the file changed while it was read")
        return found

    def __setitem__(self, path: str, group: Group | None) -> None:
        if group is not None:
            self.add(path, group.address)

    def setdefault(self, path: str, default: Group | None = None) -> Group | None:
        """Add a group under a path, which is known to be another one's only at the end."""
        self[path] = default
        return default

    def __delitem__(self, path: str) -> None:
        raise NotImplementedError(path)  # see `Store.make_all`

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def __contains__(self, path: object) -> bool:
        return isinstance(path, str) and self.place(path) is not None
