"""Scans JSON for its structure: short values are kept, lists of numbers are measured."""

from __future__ import annotations

from math import prod

from rnninspect.decode.json_structure.text import BYTES_IN_A_STEP, JsonText
from rnninspect.decode.json_structure.values import Irregular, Numbers, count_numbers
from rnninspect.lean import json
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Container

    from rnninspect.decode.json_structure.values import Structure
    from rnninspect.source.source import Source

_STEPS_OF_A_VALUE, _STEPS_OF_A_KEPT_ONE, _STEPS_OF_A_LIST = 1, 8, 14  # or of an object
OBJECT, END_OF_OBJECT, _LIST, _END_OF_LIST, QUOTE, _COLON = b'{}[]":'
_WORTH_A_RUN = 16  # items of one shape, after which a pattern of it is made
_SHORT = 4096  # bytes of a list of numbers and other values that is kept


def scan_json(source: Source, lists_of_arrays: Collection[str] = ()) -> Structure:
    """The structure of a JSON file.

    Objects are dicts, lists of numbers (nested ones of one shape, too) are `Numbers`, those whose
    items differ in shape `Irregular`, other lists lists, and long texts `LongText`. Memory grows
    with the values that are kept, not with the numbers; a file of 100 MB takes a block of it.

    Args:
        source: the file.
        lists_of_arrays: keys of lists that contain an array for each item, even if all have the
            same shape: they become lists, unless their items are numbers.

    Raises:
        UnreadableFile: the text is malformed or truncated, or an object has a key twice; the
            message has the offset.
        RefusedFile: the limit `nesting` or `steps` is exceeded.
    """
    return Scanner(source, frozenset(lists_of_arrays)).document()


class Scanner:
    """Reads values one inside the other."""

    def __init__(
        self,
        source: Source,
        lists_of_arrays: frozenset[str] = frozenset(),
        *,
        bytes_in_a_step: int = BYTES_IN_A_STEP,
    ) -> None:
        self.text = JsonText(source, bytes_in_a_step)
        self._lists_of_arrays = lists_of_arrays

    def document(self) -> Structure:
        """The value of the whole text."""
        value = self.value("", 1)
        if self.text.next() >= 0:
            raise self.text.error("more after the end of the document")
        return value

    def value(self, key: str, depth: int) -> Structure:
        """The value at the position, which is a member of this key."""
        text = self.text
        text.work += _STEPS_OF_A_VALUE
        byte = text.next()
        if byte == QUOTE:
            return text.string()
        if byte not in (OBJECT, _LIST):
            return text.scalar()
        text.source.limits.require(Limit.NESTING, depth, "the nesting of the JSON")
        text.work += _STEPS_OF_A_LIST
        start = text.offset
        text.at += 1
        if byte == OBJECT:
            return self._members(depth)
        return self._items(start, depth, apart=key in self._lists_of_arrays)

    def _members(self, depth: int) -> dict[str, Structure]:
        text, members = self.text, dict[str, "Structure"]()
        if text.next() == END_OF_OBJECT:
            text.at += 1
            return members
        while True:
            key = self.key(members)
            members[key] = self.value(key, depth + 1)
            text.work += _STEPS_OF_A_KEPT_ONE
            if not text.goes_on(END_OF_OBJECT):
                return members

    def key(self, members: Container[str] = ()) -> str:
        """The key at the position, up to its value; UnreadableFile if it is one of the members."""
        text = self.text
        if text.next() != QUOTE:
            raise text.error("expected a key")
        place = text.offset
        key = text.string()
        if not isinstance(key, str):
            raise text.error("a key is too long", place)
        if key in members:
            raise text.error(f"duplicate key {key[:60]!r}", place)
        if text.next() != _COLON:
            raise text.error("expected ':'")
        text.at += 1
        return key

    def _items(self, start: int, depth: int, *, apart: bool) -> Structure:
        text, items = self.text, _Items(apart=apart)
        if text.next() == _END_OF_LIST:
            text.at += 1
            return []
        while True:
            if items.is_flat:
                items.repeat((), text.pass_numbers())
            items.add(self.value("", depth + 1))
            if items.kept is not None:
                text.work += _STEPS_OF_A_KEPT_ONE
            if not text.goes_on(_END_OF_LIST):
                return items.value(text.source, start, text.offset)
            if items.shape and items.count >= _WORTH_A_RUN:
                items.repeat(items.shape, text.pass_alike(items.shape))


class _Items:
    """The items of a list so far.

    Attributes:
        shape: that all of them have, () of numbers; None if there is none, or they differ.
        count: how many there are that are not kept.
        kept: all items, if the first is neither a number nor an array.
    """

    def __init__(self, *, apart: bool) -> None:
        self.shape: tuple[int, ...] | None = None
        self.count = 0
        self.kept: list[Structure] | None = None
        self._apart, self._numbers, self._is_mixed = apart, 0, False

    @property
    def is_flat(self) -> bool:
        """Whether a run of numbers may follow, none of which need be kept."""
        return self.kept is None and not self.shape

    def repeat(self, shape: tuple[int, ...], count: int) -> None:
        """Add a number of arrays of a shape, or of numbers."""
        if count:
            self._measure(shape, count * prod(shape))
            self.count += count

    def add(self, value: Structure) -> None:
        """Add an item."""
        is_array = isinstance(value, (Numbers, Irregular))
        is_other = not is_array and type(value) not in (int, float)
        if self.kept is None and not self.count and (is_other or (is_array and self._apart)):
            self.kept = []
        if self.kept is not None:
            self.kept.append(value)
            return
        self._is_mixed |= is_other
        shape = value.shape if isinstance(value, Numbers) else None if is_array or is_other else ()
        self._measure(shape, count_numbers(value))
        self.count += 1

    def _measure(self, shape: tuple[int, ...] | None, numbers: int) -> None:
        if not self.count:
            self.shape = shape
        elif shape != self.shape:
            self.shape = None
        self._numbers += numbers

    def value(self, source: Source, start: int, stop: int) -> Structure:
        """The whole list, which is at this place."""
        if self.kept is not None:
            return self.kept
        if self.shape is not None:
            return Numbers((self.count, *self.shape), start, stop)
        if self._is_mixed and stop - start <= _SHORT:
            whole: list[Structure] = json.loads(source.read(start, stop - start))
            return whole
        return Irregular(self._numbers, start, stop)
