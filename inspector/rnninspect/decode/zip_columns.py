"""The members of a large zip archive in columns, without an object for each.

Entries are read many at once where they have neither extra fields nor comments, and names in ASCII;
the others one by one, by `zip_directory`, which has the words for what is wrong with them.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Sequence

from rnninspect.lean import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    Member = TypeVar("Member", bound=tuple[str, int, int, int, int, int, int])
else:
    Member = object

_MARK = b"PK\1\2"
_HEAD = struct.Struct("<6H3L5H2L")  # APPNOTE 4.3.12, after its mark
_LOCAL = 30  # bytes of a local file header
_FULL_LONG = 0xFFFFFFFF  # the value is in an extra field instead
_PIECE = 2**16  # bytes of entries that are read at once
_ASIDE = 500  # entries that are read one by one after an unusual one
_NAME = itemgetter(slice(_HEAD.size, None))


class MemberColumns(Sequence[Member]):
    """Members in the directory's order; one is made when it is asked for by its index.

    Attributes:
        names: as in the directory.
        sizes: bytes of each as it is unpacked.
    """

    __slots__ = ("_columns", "_make", "names", "sizes")

    def __init__(self, make: Callable[..., Member]) -> None:
        """No members yet; `make` makes one of its fields."""
        self._make = make
        self.names: list[str] = []
        self.sizes = array("Q")
        # methods, packed sizes, sizes, offsets of local headers, checksums, flags
        self._columns = (array("H"), array("Q"), self.sizes, array("Q"), array("I"), array("H"))

    def __len__(self) -> int:
        return len(self.sizes)

    def __getitem__(self, index: int) -> Member:  # type: ignore[override]  # no slices
        return self._make(self.names[index], *(column[index] for column in self._columns))

    def named(self, name: str, index: int) -> Member:
        """The member of an index, whose name is given."""
        return self._make(name, *(column[index] for column in self._columns))

    def stored(self, places: Sequence[int], end: int) -> list[int]:
        """Bytes of some members in an archive of `end` bytes; of a packed one its claimed size."""
        methods, packed, sizes, offsets, *_ = self._columns
        return [sizes[at] if methods[at] else min(packed[at], end - offsets[at]) for at in places]

    def forget_names(self) -> None:
        """Drop the names, which then must be given."""
        self.names = []

    def read(
        self,
        data: bytes,
        entries: int,
        start: int,
        shift: int,
        one: Callable[[bytes, int], tuple[Member, int]],
    ) -> None:
        """Add the entries of a directory that starts at an offset, `shift` bytes after the stated.

        `one` reads the entry at a place in the directory, and returns where the next one is.
        """
        at = 0
        while len(self) < entries:
            stop = data.rfind(_MARK, at + 1, at + _PIECE) if at + _PIECE < len(data) else len(data)
            left = entries - len(self)
            if stop > at and self._add(data[at:stop], left, start, shift):
                at = stop
                continue
            for _ in range(min(_ASIDE, left)):
                member, at = one(data, at)
                self._append(member)

    def _append(self, member: Member) -> None:
        self.names.append(member[0])
        for column, value in zip(self._columns, member[1:], strict=True):
            column.append(value)

    def _add(self, piece: bytes, most: int, start: int, shift: int) -> bool:
        """Add the entries that a piece consists of; False, and none is added, if one is unusual."""
        parts = piece.split(_MARK)
        if parts.pop(0) or len(parts) > most:
            return False
        try:
            fields = tuple(zip(*map(_HEAD.unpack_from, parts), strict=True))
        except struct.error:  # the mark is in a name, or in a number
            return False
        flags, methods, crcs, packed, sizes = (fields[at] for at in (2, 3, 6, 7, 8))
        lengths, offsets = fields[9], fields[15]
        names = list(map(_NAME, parts))
        text = b"\n".join(names)
        if (
            any(fields[10])
            or any(fields[11])
            or list(map(len, names)) != list(lengths)
            or max(*packed, *sizes, *offsets) == _FULL_LONG
            or max(offsets) + _LOCAL + max(lengths) > start
            or not text.isascii()
            or text.count(b"\n") >= len(names)
        ):
            return False
        self.names += text.decode("ascii").split("\n")
        places = [offset + shift for offset in offsets] if shift else offsets
        for column, values in zip(
            self._columns, (methods, packed, sizes, places, crcs, flags), strict=True
        ):
            column.extend(values)
        return True
