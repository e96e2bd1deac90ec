"""The tensors and groups of one or more HDF5 files, by path."""

from __future__ import annotations

from bisect import bisect_left

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rnninspect.decode.hdf5 import Group
    from rnninspect.plugin import Observation, StoredTensor


class Store:
    """What one or more HDF5 files contain; it grows while they are read.

    Attributes:
        tensors: path -> tensor, in the order of the file.
        groups: path -> group; None outside HDF5, where groups are names alone.
        observations: links that lead out, overlapping bytes, and the like.
        links: paths of links that were not followed.
    """

    __slots__ = ("_names", "_paths", "groups", "links", "observations", "tensors")

    def __init__(self, _names: dict[str, list[str]] | None = None) -> None:
        self.tensors: dict[str, StoredTensor] = {}
        self.groups: dict[str, Group | None] = {}
        self.observations: list[Observation] = []
        self.links: set[str] = set()
        self._paths: list[str] = []
        self._names = _names

    def hdf5_group(self, path: str) -> Group:
        """A group with attributes; KeyError if there is none."""
        group = self.groups[path]
        if group is None:
            raise KeyError(path)
        return group

    def below(self, path: str) -> dict[str, StoredTensor]:
        """The tensors under a group, by their paths from there, in the order of these paths."""
        if len(self._paths) != len(self.tensors):
            self._paths = sorted(self.tensors)
        start = f"{path}/" if path else ""
        found: dict[str, StoredTensor] = {}
        for at in range(bisect_left(self._paths, start), len(self._paths)):
            name = self._paths[at]
            if not name.startswith(start):
                break
            found[name[len(start) :]] = self.tensors[name]
        return found

    def move(self, gone: Iterable[str], tensors: Mapping[str, StoredTensor]) -> None:
        """Take tensors out of their paths and put these under theirs."""
        for path in gone:
            del self.tensors[path]
        self.tensors.update(tensors)
        self._paths = []

    def named_groups(self, name: str) -> list[str]:
        """The groups of the layers of a name, which Keras since 3.6 notes at their `vars`."""
        if self._names is None:
            self._names = {}
            for path, group in self.groups.items():
                owner, _, last = path.rpartition("/")
                label = group.text("name") if group and last == "vars" else None
                if label is not None:
                    self._names.setdefault(label, []).append(owner)
        return self._names.get(name, [])
