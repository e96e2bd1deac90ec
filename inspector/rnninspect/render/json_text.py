"""JSON in ASCII with one space of indentation, as `json.dumps(value, indent=1)` writes it.

`json` would take as long to import as half of Python does to start.
"""

from __future__ import annotations

from _json import encode_basestring_ascii as quoted  # json's own
from math import isfinite

from rnninspect.lean import json, lru_cache
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


class _Own:
    """The type of `OWN`."""


OWN = _Own()  # in place of a value of a document that belongs to one of several objects alone
_MARK = "\0"  # never in JSON, where control characters are escaped
_WORDS = {None: "null", True: "true", False: "false"}
# The text of a value that has no parts, by its very type.
_PLAIN: dict[type, Callable[[Any], str]] = {
    str: quoted,
    int: int.__repr__,
    bool: _WORDS.__getitem__,
    type(None): _WORDS.__getitem__,
    _Own: lambda _: _MARK,
}


class Frame:
    """What is written of several objects that differ in few values, which have `OWN` in it."""

    def __init__(self, document: object) -> None:
        self._document = document
        self._by_margin: dict[str, str] = {}

    def at(self, margin: str) -> str:
        """The text of these objects, with `%s` in place of the values of each."""
        text = self._by_margin.get(margin)
        if text is None:
            text = json_text(self._document, margin).replace("%", "%%").replace(_MARK, "%s")
            self._by_margin[margin] = text
        return text


class Framed(Record):
    """One of the objects of a frame: its own values, directly in it or else without parts."""

    frame: Frame
    own: tuple[object, ...]


def json_text(value: object, margin: str = "\n") -> str:
    """The text of a value; each of its further lines starts with the margin.

    Raises:
        TypeError: JSON has no such value, or the key of an object is not text.
    """
    plain = _PLAIN.get(type(value))
    if plain is not None:
        return plain(value)
    inner = f"{margin} "
    if isinstance(value, Framed | dict):
        return _object(value, margin)
    if isinstance(value, list | tuple):
        text = f",{inner}".join(_texts(value, inner))
        return f"[{inner}{text}{margin}]" if text else "[]"
    if isinstance(value, str):
        return str(quoted(value))
    if isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return (int if isinstance(value, int) else float).__repr__(value)
    return json.dumps(value)


def _object(value: Framed | dict[str, Any], margin: str) -> str:
    if isinstance(value, Framed):
        frame, values = value.frame.at(margin), _texts(value.own, f"{margin} ")
    else:
        frame, values = _frame(tuple(value), margin), _texts(value.values(), f"{margin} ")
    return frame % tuple(values)


def _texts(values: Iterable[object], margin: str) -> list[str]:
    found = []
    known = _PLAIN.get
    for value in values:
        plain = known(type(value))
        found.append(json_text(value, margin) if plain is None else plain(value))
    return found


@lru_cache(maxsize=64)
def _frame(keys: tuple[str, ...], margin: str) -> str:
    """An object with these keys, and `%s` in place of each value."""
    inner = f"{margin} "
    pairs = [f"{quoted(key)}: ".replace("%", "%%") + "%s" for key in keys]
    return f"{{{inner}{f',{inner}'.join(pairs)}{margin}}}" if pairs else "{}"
