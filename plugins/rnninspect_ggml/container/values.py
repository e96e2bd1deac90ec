"""The values of keys: what may be asked for is kept, vocabularies are skipped."""

from __future__ import annotations

from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_ggml.container.types import NUMBERS, ValueType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_ggml.container.cursor import Cursor

    # None is a value that was skipped.
    Value = int | float | str | tuple[int | float, ...] | None

_LONGEST_TEXT = 1024  # bytes; names are short, templates of a chat are long
_MOST_NUMBERS = 4096  # of an array: one for each block
_SKIPPED = None


def read_value(cursor: Cursor, source: Source) -> Value:
    """The value at the cursor: its type, then itself.

    Raises:
        UnreadableFile: it is truncated, or of an unknown type.
        RefusedFile: arrays are nested too deeply.
    """
    kind = int(cursor.take("I")[0])
    if kind in NUMBERS:
        return cursor.take(NUMBERS[kind])[0]
    if kind == ValueType.STRING:
        return _text(cursor)
    if kind == ValueType.ARRAY:
        return _array(cursor, source)
    raise UnreadableFile(
        f"malformed: unknown type {kind} of a value at offset {cursor.offset - 4}",
        place=f"offset {cursor.offset - 4}",
    )


def _text(cursor: Cursor) -> str | None:
    length = cursor.length()
    if length > _LONGEST_TEXT:
        cursor.skip(length)
        return _SKIPPED
    return cursor.bytes(length).decode("utf-8", "backslashreplace")


def _array(cursor: Cursor, source: Source) -> tuple[int | float, ...] | None:
    kind, count = _opened(cursor)
    if kind in NUMBERS and count <= _MOST_NUMBERS:
        return cursor.take(f"{count}{NUMBERS[kind]}")
    if kind == ValueType.ARRAY:
        _skip_nested(cursor, source, count)
    else:
        _skip_elements(cursor, kind, count)
    return _SKIPPED


def _opened(cursor: Cursor) -> tuple[int, int]:
    """The type of an array's elements, and their number."""
    kind = int(cursor.take("I")[0])
    if kind not in NUMBERS and kind not in (ValueType.STRING, ValueType.ARRAY):
        at = cursor.offset - 4
        raise UnreadableFile(
            f"malformed: unknown type {kind} of elements at offset {at}", place=f"offset {at}"
        )
    return kind, cursor.length()


def _skip_elements(cursor: Cursor, kind: int, count: int) -> None:
    if kind == ValueType.STRING:
        cursor.skip_texts(count)
    else:
        cursor.skip_numbers(NUMBERS[kind], count)


def _skip_nested(cursor: Cursor, source: Source, count: int) -> None:
    """Skip an array of arrays, without recursion."""
    left = [count]
    while left:
        if not left[-1]:
            left.pop()
            continue
        left[-1] -= 1
        source.spend(Limit.STEPS, 2)
        kind, inner = _opened(cursor)
        if kind == ValueType.ARRAY:
            left.append(inner)
            source.limits.require(Limit.NESTING, len(left), "the depth of arrays")
        else:
            _skip_elements(cursor, kind, inner)
