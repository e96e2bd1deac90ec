"""The names of a long listing, on disk by folder: memory stays flat however many there are.

SQLite keeps them in a file without a name, which is gone when it is closed or the process ends.
"""

from __future__ import annotations

import sqlite3
from weakref import finalize

from rnninspect.walking.filing import Likelihood
from rnninspect.wording.order import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Row = tuple[str, str, Likelihood]  # folder, name, what the name says

_MAKE = """
CREATE TABLE names (folder BLOB, name BLOB, likelihood INTEGER, PRIMARY KEY (folder, name))
WITHOUT ROWID
"""
_ADD = "INSERT OR IGNORE INTO names VALUES (?, ?, ?)"
_HAS = "SELECT 1 FROM names WHERE folder = ? AND name = ?"
_ALL = "SELECT name FROM names WHERE folder = ?"
_IN_ORDER = "SELECT name, likelihood FROM names WHERE folder = ? ORDER BY as_sorted(name), name"


class Spool:
    """The names of all folders of a listing, in whatever order they came.

    Attributes:
        base: the database.
    """

    def __init__(self) -> None:
        self.base = sqlite3.connect("", isolation_level=None)
        finalize(self, self.base.close)  # where a walk is given up
        self.base.create_function("as_sorted", 1, _natural, deterministic=True)
        for setting in ("journal_mode = OFF", "synchronous = OFF", "temp_store = FILE"):
            self.base.execute(f"PRAGMA {setting}")
        self.base.execute(_MAKE)

    def fill(self, rows: Iterable[Row]) -> None:
        """Take in names; one that is there is kept as it is.

        Raises:
            OSError: the disk is full.
        """
        self.base.execute("BEGIN")
        encoded = ((_bytes(folder), _bytes(name), int(known)) for folder, name, known in rows)
        try:
            self.base.executemany(_ADD, encoded)
            self.base.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise OSError(f"cannot keep the listing on disk: {error}") from error

    def names(self, folder: str) -> SpooledNames:
        """The names in a folder."""
        return SpooledNames(self.base, _bytes(folder))

    def close(self) -> None:
        """Free the disk."""
        self.base.close()


class SpooledNames:
    """Implements `rnninspect.walking.names.Names` over a spool."""

    def __init__(self, base: sqlite3.Connection, folder: bytes) -> None:
        self._base, self._folder = base, folder

    def __contains__(self, name: object) -> bool:
        found = self._base.execute(_HAS, (self._folder, _bytes(str(name))))
        return found.fetchone() is not None

    def __iter__(self) -> Iterator[str]:
        return (_text(name) for (name,) in self._base.execute(_ALL, (self._folder,)))

    def in_order(self) -> Iterator[tuple[str, Likelihood]]:
        """The names in their natural order; they are sorted on disk."""
        for name, known in self._base.execute(_IN_ORDER, (self._folder,)):
            yield _text(name), Likelihood(known)


class OneFolder(SpooledNames):
    """The names in the one folder of a spool, which lives as long as they do."""

    def __init__(self, spool: Spool) -> None:
        super().__init__(spool.base, b"")
        self._spool = spool  # collecting it closes the database


def spooled(names: Iterable[tuple[str, Likelihood]]) -> OneFolder:
    """The names of one folder on disk.

    Raises:
        OSError: the disk is full.
    """
    spool = Spool()
    found = OneFolder(spool)
    spool.fill(("", name, known) for name, known in names)
    return found


def _natural(name: bytes) -> bytes:
    return _bytes(natural(_text(name)))


def _bytes(text: str) -> bytes:
    """As a server may send it: half of a surrogate pair is kept too."""
    return text.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
