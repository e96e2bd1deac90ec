"""A remote folder, walked over by one listing of all keys below it.

A key is a path below the folder, as the server has it. A bucket has no folders: they are made of
the slashes in keys, and a key that ends with one marks a folder that may be empty.
"""

from __future__ import annotations

from contextlib import closing

from rnninspect.errors import UnreadableFile
from rnninspect.lean import re
from rnninspect.source.limits import Limit
from rnninspect.source.local import LONGEST_PATH
from rnninspect.walking.filing import Likelihood, filed
from rnninspect.walking.spool import Spool
from rnninspect.walking.tree import Entry, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from rnninspect.source.limits import Limits
    from rnninspect.walking.names import Names
    from rnninspect.walking.spool import Row

    Judge = Callable[[Entry], Likelihood]

_NO_PARTS = frozenset({"", ".", ".."})
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class ListedTree:
    """Implements `rnninspect.walking.tree.Tree` for one remote folder.

    Args:
        root: the folder's location, without a slash at its end.
        keys: those below it, as they come.
    """

    is_local = False

    def __init__(self, root: str, keys: Generator[str]) -> None:
        self._root, self._keys = root, keys
        self._spool: Spool | None = None

    def names(self, folder: str, judge: Judge, limits: Limits) -> Names:
        """The names in a folder; the first time all keys are listed and kept on disk.

        Raises:
            UnreadableFile: the listing breaks off, or is too long: then no folder is walked over.
        """
        if self._spool is None:
            self._spool = Spool()
            with closing(self._keys):
                try:
                    self._spool.fill(self._rows(judge, limits))
                except OSError as error:
                    raise UnreadableFile(str(error)) from error
        return self._spool.names(folder.removeprefix(self._root).strip("/"))

    def join(self, folder: str, name: str) -> str:
        """The location of a name in a folder."""
        return f"{folder}/{name}"

    def start(self, path: str, length: int) -> bytes:  # noqa: ARG002 - a request for each file
        """Nothing: only names decide."""
        return b""

    def close(self) -> None:
        """Free the disk."""
        if self._spool:
            self._spool.close()

    def _rows(self, judge: Judge, limits: Limits) -> Iterator[Row]:
        """The names that may matter, and those of the folders that they are in."""
        above: list[str] = []
        way: list[Row] = []
        for number, key in enumerate(self._keys, 1):
            limits.require(Limit.LISTED, number, "the listing of the folder")
            *folders, name = key.split("/")
            if not name:
                continue
            if not _is_plain(key, folders):
                yield from self._refused(key, name)
                continue
            known = judge(Entry(name, Kind.FILE))
            if known is Likelihood.NONE:
                continue
            if folders != above:
                above, way = folders, list(_way_to(folders, judge))
                yield from way if _is_open(way) else ()
            if _is_open(way):
                yield "/".join(folders), name, known

    def _refused(self, key: str, name: str) -> Iterator[Row]:
        """A key that is not read, in the folder itself, if it claims to be a model."""
        if filed().likelihood(name) is Likelihood.SURE:
            yield "", key, Likelihood.REFUSED


def _is_plain(key: str, folders: list[str]) -> bool:
    if len(key) > LONGEST_PATH or key.endswith(("/.", "/..")) or key in _NO_PARTS:
        return False
    return not _CONTROL.search(key) and _NO_PARTS.isdisjoint(folders)


def _way_to(parts: list[str], judge: Judge) -> Iterator[Row]:
    """Each folder on the way to a key, as a name in the one above."""
    for depth, name in enumerate(parts):
        yield "/".join(parts[:depth]), f"{name}/", judge(Entry(name, Kind.FOLDER))


def _is_open(way: list[Row]) -> bool:
    """Whether none of the folders is left out."""
    return all(known is not Likelihood.NONE for _, _, known in way)
