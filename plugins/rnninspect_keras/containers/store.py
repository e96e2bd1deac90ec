"""The tensors and groups of one or more HDF5 files, by path."""

from __future__ import annotations

from _bisect import bisect_left  # without the module `bisect` around it

from rnninspect.plugin import Purpose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence

    from rnninspect.decode.hdf5 import Group
    from rnninspect.plugin import Observation, StoredTensor
    from rnninspect.stored.columns import TensorColumns
    from rnninspect_keras.containers.columns import DatasetColumns


# In Keras' own format the group with the weights of a layer or a cell, and the attribute of it with
# the name of the layer.
VARIABLES, LABEL = "vars", "name"


class Store:
    """What one or more HDF5 files contain; it grows while they are read.

    Attributes:
        tensors: path -> tensor, in the order of the file.
        groups: path -> group; None outside HDF5, where groups are names alone.
        columns: the tensors again, where they are those of one large HDF5 file.
        observations: links that lead out, overlapping bytes, and the like.
        links: paths of links that were not followed.
    """

    __slots__ = (
        *("_labels", "_names", "_paths", "columns", "groups", "links", "observations", "tensors"),
    )

    def __init__(self, _names: dict[str, list[str]] | None = None) -> None:
        self.tensors: MutableMapping[str, StoredTensor] = {}
        self.groups: MutableMapping[str, Group | None] = {}
        self.columns: DatasetColumns | None = None
        self.observations: list[Observation] = []
        self.links: set[str] = set()
        self._paths: Sequence[str] = []
        self._names = _names
        self._labels: dict[str, str | None] = {}

    def are_unique(self) -> bool:
        """Whether no two tensors, and no two groups, in columns have one path."""
        columns = self.columns
        return columns is None or (columns.are_unique() and columns.groups.are_unique())

    def make_all(self) -> None:
        """Make dicts of what is in columns, for the few models whose tensors are moved."""
        if self.columns is not None:
            self.tensors, self.groups = dict(self.tensors), dict(self.groups)
            self.columns = None

    @property
    def paths(self) -> Sequence[str]:
        """The paths of the tensors, in the order of the file."""
        return list(self.tensors) if self.columns is None else self.columns.names

    @property
    def group_paths(self) -> Sequence[str]:
        """The paths of the groups, in the order of the file."""
        return list(self.groups) if self.columns is None else self.columns.groups.names

    def shape(self, path: str) -> tuple[int, ...]:
        """The shape of a tensor."""
        return self.tensors[path].shape if self.columns is None else self.columns.shape_of(path)

    def stored(self) -> tuple[StoredTensor, ...] | TensorColumns:
        """The tensors, as a description of a file has them."""
        return tuple(self.tensors.values()) if self.columns is None else self.columns.stored()

    def near_cells(self, names: Sequence[str]) -> Iterator[tuple[str, StoredTensor]]:
        """The tensors by these names, one each; in columns those that may be in a known cell."""
        if self.columns is None:
            return zip(names, self.tensors.values(), strict=True)
        from rnninspect.signatures.odd import may_be_known  # noqa: PLC0415 - for large files

        if not may_be_known(names):
            return iter(())
        from rnninspect.signatures.nearby import near_cells  # noqa: PLC0415 - few files have such names

        at = self.columns.at
        return ((names[place], at(place)) for place in near_cells(names))

    def mark(self, path: str, purpose: Purpose) -> None:
        """Give a tensor a purpose, if it has none but to be a parameter."""
        if self.columns is not None:
            self.columns.mark(path, purpose)
        elif (tensor := self.tensors[path]).purpose is Purpose.PARAMETER:
            self.tensors[path] = tensor._replace(purpose=purpose)

    def hdf5_group(self, path: str) -> Group:
        """A group with attributes; KeyError if there is none."""
        group = self.groups[path]
        if group is None:
            raise KeyError(path)
        return group

    def below(self, path: str) -> dict[str, StoredTensor]:
        """The tensors under a group, by their paths from there, in the order of these paths."""
        places, start = self._places_below(path)
        columns, names = self.columns, self._paths
        if columns is None:
            return {names[at][start:]: self.tensors[names[at]] for at in places}
        return {names[at][start:]: columns.at_sorted(at) for at in places}

    def names_below(self, path: str) -> list[str]:
        """The paths of the tensors under a group, from there and in their order."""
        places, start = self._places_below(path)
        return [self._paths[at][start:] for at in places]

    def _places_below(self, path: str) -> tuple[range, int]:
        """The indices of those under a group among the sorted paths, where each of them goes on."""
        if len(self._paths) != len(self.tensors):
            columns = self.columns
            self._paths = sorted(self.tensors) if columns is None else columns.sorted_names()
        names, start = self._paths, f"{path}/" if path else ""
        first = end = bisect_left(names, start)
        while end < len(names) and names[end].startswith(start):
            end += 1
        return range(first, end), len(start)

    def move(self, gone: Iterable[str], tensors: Mapping[str, StoredTensor]) -> None:
        """Take tensors out of their paths and put these under theirs."""
        self.make_all()
        for path in gone:
            del self.tensors[path]
        self.tensors.update(tensors)
        self._paths = []

    def note_label(self, path: str, label: str | None) -> None:
        """Note what is noted at a group in columns, before it is asked for."""
        self._labels.setdefault(path, label)

    def label(self, path: str) -> str | None:
        """The name that is noted at a group; None if there is none, or no such group."""
        if path in self._labels:
            return self._labels[path]
        group = self.groups.get(path)
        if group is None:
            return None
        label = self._labels[path] = group.text(LABEL)
        return label

    def named_groups(self, name: str) -> list[str]:
        """The groups of the layers of a name, which Keras since 3.6 notes at their `vars`."""
        if self._names is None:
            self._names = {}
            for path in self.groups:
                owner, _, last = path.rpartition("/")
                label = self.label(path) if last == "vars" else None
                if label is not None:
                    self._names.setdefault(label, []).append(owner)
        return self._names.get(name, [])
