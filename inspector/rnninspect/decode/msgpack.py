"""MessagePack as a flat list of leaves (github.com/msgpack/msgpack/blob/master/spec.md).

Bytes and extensions are not read: they are windows of the source. Containers become paths, so that
memory grows with the number of leaves that the caller keeps.
"""

from __future__ import annotations

import struct

from rnninspect.decode.cursor import Cursor
from rnninspect.errors import UnreadableFile
from rnninspect.record import Record
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rnninspect.source.source import Source

_DEEPEST = 64
_LONGEST_KEY = 4096  # bytes
_HEAD = 64  # bytes of an extension that are looked at first
_STEPS_OF_A_LEAF, _CHARACTERS_IN_A_STEP = 4, 16
_PORTION = 1_000  # steps that are spent at once
_TEXTS = {0xD9: 1, 0xDA: 2, 0xDB: 4}  # bytes of a length, by the first byte of a value
_BYTES = {0xC4: 1, 0xC5: 2, 0xC6: 4}
_EXTENSIONS = {0xC7: 1, 0xC8: 2, 0xC9: 4}
_FIXED_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}
_LISTS, _MAPS = {0xDC: 2, 0xDD: 4}, {0xDE: 2, 0xDF: 4}
_NUMBERS = {
    0xCA: "f",
    0xCB: "d",
    0xCC: "B",
    0xCD: "H",
    0xCE: "I",
    0xCF: "Q",
    0xD0: "b",
    0xD1: "h",
    0xD2: "i",
    0xD3: "q",
}
_CONSTANTS = {0xC0: None, 0xC2: False, 0xC3: True}


class Extension(Record):
    """A value of a type that an application defines: its number, and its bytes, unread.

    `head` has the first of them, if they were read with what is before them.
    """

    code: int
    data: Source
    head: bytes


class Container(Record):
    """The start of a list, or of a map, of `length` values."""

    length: int
    named: bool


def leaves(cursor: Cursor) -> Iterator[tuple[str, object]]:
    """Each value that is no container, with its path: keys and indices separated by `/`.

    The cursor is at the end of the one value at the top when the last leaf was given.

    Raises:
        UnreadableFile: truncated, nested too deeply, or not MessagePack; it says at which offset.
        RefusedFile: a limit would be exceeded.
    """
    waiting = [("", iter([""]))]
    steps = 0
    while waiting:
        path, keys = waiting[-1]
        key = next(keys, None)
        if key is None:
            waiting.pop()
            continue
        name = f"{path}/{key}" if path else key
        steps += _STEPS_OF_A_LEAF + len(name) // _CHARACTERS_IN_A_STEP
        if steps > _PORTION:
            cursor.source.spend(Limit.STEPS, steps)
            steps = 0
        value = next_value(cursor)
        if not isinstance(value, Container):
            yield name, value
        elif len(waiting) < _DEEPEST:
            waiting.append((name, _keys(cursor, value)))
        else:
            raise UnreadableFile(
                f"nested more than {_DEEPEST} deep at offset {cursor.offset}",
                place=f"offset {cursor.offset}",
            )
    cursor.source.spend(Limit.STEPS, steps)


def _keys(cursor: Cursor, container: Container) -> Iterator[str]:
    """The keys of a map, each read when its value is next; the indices of a list."""
    for index in range(container.length):
        key = next_value(cursor) if container.named else str(index)
        if not isinstance(key, str):
            raise UnreadableFile(
                f"a key that is not a string at offset {cursor.offset}",
                place=f"offset {cursor.offset}",
            )
        yield key[:_LONGEST_KEY]


def next_value(cursor: Cursor) -> object:
    """The value at the cursor, or the start of a container.

    Raises:
        UnreadableFile: truncated, or a byte that starts no value.
    """
    first = cursor.byte()
    if first < 0x80:
        return first
    if first < 0xA0:
        return Container(first & 15, named=first < 0x90)
    if first < 0xC0:
        return _text(cursor, first & 31)
    if first >= 0xE0:
        return first - 256
    sized = _OF_A_LENGTH.get(first)
    if sized is not None:
        width, make = sized
        return make(cursor, int.from_bytes(cursor.take(width)))
    return _fixed(cursor, first)


def _fixed(cursor: Cursor, first: int) -> object:
    """A value whose length its first byte says."""
    if first in _NUMBERS:
        layout = struct.Struct(">" + _NUMBERS[first])
        return layout.unpack(cursor.take(layout.size))[0]
    if first in _FIXED_EXTENSIONS:
        return _extension(cursor, _FIXED_EXTENSIONS[first])
    if first in _CONSTANTS:
        return _CONSTANTS[first]
    raise UnreadableFile(
        f"byte {first:#x} at offset {cursor.offset - 1} starts no value",
        place=f"offset {cursor.offset - 1}",
    )


def _text(cursor: Cursor, length: int) -> str:
    if length > _LONGEST_KEY:
        return cursor.skip(length).head(_LONGEST_KEY).decode("utf-8", "replace")
    return cursor.take(length).decode("utf-8", "replace")


def _extension(cursor: Cursor, length: int) -> Extension:
    code = cursor.byte()
    head = cursor.data[cursor.at : cursor.at + min(length, _HEAD)]
    return Extension(code, cursor.skip(length), head)


def _list(_: Cursor, length: int) -> Container:
    return Container(length, named=False)


def _map(_: Cursor, length: int) -> Container:
    return Container(length, named=True)


_OF_A_LENGTH: dict[int, tuple[int, Callable[[Cursor, int], object]]] = {
    first: (width, make)
    for widths, make in (
        (_TEXTS, _text),
        (_EXTENSIONS, _extension),
        (_MAPS, _map),
        (_LISTS, _list),
        (_BYTES, Cursor.skip),
    )
    for first, width in widths.items()
}
