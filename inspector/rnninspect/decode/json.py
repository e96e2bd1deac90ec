"""JSON from untrusted files: its cost is bounded before parsing, and each failure has a reason.

A reader weighs the text before it parses it: `most_values` and `spend_steps` say what to book, the
reader knows which limit applies and how much it makes of a value.
"""

from __future__ import annotations

from _json import make_scanner  # what `json` parses with
from math import inf, nan

from rnninspect.errors import UnreadableFile, in_words
from rnninspect.lean import json
from rnninspect.record import Record
from rnninspect.source.limits import Limit

_MARK = b"\xef\xbb\xbf"  # of UTF-8, which some editors write at the start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from rnninspect.source.source import Source

    MakeObject = Callable[[list[tuple[str, object]]], object]

Json = object  # what json.loads gives: dicts, lists, strings, numbers, None
MOST_DIGITS = 4_300  # of a whole number: Python refuses to convert longer ones
_CONSTANTS = {"-Infinity": -inf, "Infinity": inf, "NaN": nan}
_AS_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_BLANKS = " \t\n\r"
_BYTES_IN_A_STEP, _VALUES_IN_A_STEP = 128, 2


def most_values(data: bytes | str) -> int:
    """The number of values in a JSON text, or a little more: those of strings count, too."""
    if isinstance(data, bytes):
        return data.count(b",") + data.count(b"[") + data.count(b"{")
    return data.count(",") + data.count("[") + data.count("{")


def spend_steps(source: Source, length: int, values: int = 0) -> None:
    """Book the work of parsing `length` bytes that make `values` values.

    Raises:
        RefusedFile: the limit `steps` is exceeded.
    """
    source.spend(Limit.STEPS, length // _BYTES_IN_A_STEP + values // _VALUES_IN_A_STEP)


def parse_json(
    data: bytes | str,
    what: str,
    *,
    errors: str = "strict",
    digits: int = MOST_DIGITS,
    make_object: MakeObject | None = None,
) -> Json:
    """Parse a JSON text in UTF-8, with or without a byte order mark; of equal keys the last counts.

    Args:
        data: the text, whose cost was booked.
        what: what it is, for messages: `the header`.
        errors: what to do about bytes that are not UTF-8, as `bytes.decode` takes it.
        digits: a whole number of more digits becomes a float.
        make_object: makes a value of the pairs of an object; without it they become a dict.

    Raises:
        UnreadableFile: it is not JSON, or is nested too deeply.
    """
    has_long = digits < MOST_DIGITS and _may_be_long(data, digits)
    whole = _short_integers(digits) if has_long else None
    try:
        text = data if isinstance(data, str) else data.removeprefix(_MARK).decode("utf-8", errors)
        del data  # which may be the last reference to it
        return _loads(text, whole, make_object)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"cannot parse {what}: {in_words(error)}") from error


class _Plain(Record):
    """What `json` gives its scanner, which is written in C."""

    parse_int: Callable[[str], int | float]
    object_pairs_hook: MakeObject | None
    object_hook: None = None
    parse_float: Callable[[str], float] = float
    parse_constant: Callable[[str], float] = _CONSTANTS.__getitem__
    strict: bool = True


def _loads(
    text: str, whole: Callable[[str], int | float] | None, make_object: MakeObject | None
) -> Json:
    """The value of a text as `json.loads` has it, which also says what is wrong with one."""
    how: Any = _Plain(whole or int, make_object)
    try:
        value, end = make_scanner(how)(text, len(text) - len(text.lstrip(_BLANKS)))
        if not text[end:].strip(_BLANKS):
            return value
    except (ValueError, StopIteration, SystemError):  # the last: `json` is not imported yet
        pass
    return json.loads(text, parse_int=whole, object_pairs_hook=make_object)


def _may_be_long(data: bytes | str, digits: int) -> bool:
    """Whether a text may have a whole number of more than `digits` characters, sign included."""
    return isinstance(data, str) or b"0" * digits in data.translate(_AS_ZEROS)


def _short_integers(digits: int) -> Callable[[str], int | float]:
    return lambda text: int(text) if len(text) <= digits else float(text)
