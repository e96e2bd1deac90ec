"""The storages of a large archive: records `data/0`, `data/1`, …, without a name for each."""

from __future__ import annotations

from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.decode.zip_columns import MemberColumns
    from rnninspect.decode.zip_directory import Member

_FOLDER = "data/"
_MOST_MISSING = 4  # times as many numbers as records may be missing
_DIGITS = 9


class NumberedRecords:
    """Members by the number in their names."""

    __slots__ = ("_end", "_folder", "_members", "_places")

    def __init__(
        self, folder: str, members: MemberColumns[Member], places: array[int], end: int
    ) -> None:
        """The place of each number among the members of an archive of `end` bytes; -1 for none."""
        self._folder, self._members, self._places, self._end = folder, members, places, end

    def place(self, name: str) -> int:
        """The place of the member with this name below the archive's folder; -1 if none has it."""
        digits = name.removeprefix(_FOLDER)
        if digits is name or len(digits) > _DIGITS or not _is_number(digits):
            return -1
        number = int(digits)
        return self._places[number] if number < len(self._places) else -1

    def get(self, name: str) -> Member | None:
        """The member with this name below the archive's folder."""
        place = self.place(name)
        return None if place < 0 else self._members.named(f"{self._folder}{name}", place)

    def sizes(self, folder: str, keys: Sequence[str] | range) -> Sequence[int] | None:
        """Stored bytes of the members of numbers; None if they must be looked for one by one."""
        if folder != _FOLDER or not isinstance(keys, range) or keys.stop > len(self._places):
            return None
        places = self._places[keys.start : keys.stop]
        return None if min(places) < 0 else self._members.stored(places, self._end)


def _is_number(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and (digits[0] != "0" or digits == "0")


def split_numbered(
    folder: str, members: MemberColumns[Member], end: int
) -> tuple[NumberedRecords | None, Sequence[Member]]:
    """The numbered records of an archive of `end` bytes, and its other members.

    None if numbers repeat, have leading zeros or are few among those up to the highest.
    """
    start = folder + _FOLDER
    numbered = [name.startswith(start) for name in members.names]
    labels = [name[len(start) :] for name, one in zip(members.names, numbered, strict=True) if one]
    text = "".join(labels)
    if not text.isascii() or not text.isdigit() or max(map(len, labels)) > _DIGITS:
        return None, members
    numbers = list(map(int, labels))
    highest = max(numbers)
    if list(map(str, numbers)) != labels or highest > _MOST_MISSING * len(numbers):
        return None, members
    places = array("i", [-1]) * (highest + 1)
    for number, place in zip(numbers, (at for at, one in enumerate(numbered) if one), strict=True):
        places[number] = place
    others = [members[at] for at, one in enumerate(numbered) if not one]
    if len(members) - len(others) != len(places) - places.count(-1):
        return None, members  # two have the same name
    members.forget_names()
    return NumberedRecords(folder, members, places, end), others
