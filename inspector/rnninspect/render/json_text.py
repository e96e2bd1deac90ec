"""JSON in ASCII with one space of indentation, as `json.dumps(value, indent=1)` writes it.

`json` would take as long to import as half of Python does to start.
"""

from __future__ import annotations

from _json import encode_basestring_ascii as quoted  # json's own
from math import isfinite

from rnninspect.lean import json, lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

_WORDS = {None: "null", True: "true", False: "false"}
# The text of a value that has no parts, by its very type.
_PLAIN: dict[type, Callable[[Any], str]] = {
    str: quoted,
    int: int.__repr__,
    bool: _WORDS.__getitem__,
    type(None): _WORDS.__getitem__,
}


def json_text(value: object, margin: str = "\n") -> str:
    """The text of a value; each of its further lines starts with the margin.

    Raises:
        TypeError: JSON has no such value, or the key of an object is not text.
    """
    plain = _PLAIN.get(type(value))
    if plain is not None:
        return plain(value)
    inner = f"{margin} "
    if isinstance(value, dict):
        return _frame(tuple(value), margin) % tuple(_texts(value.values(), inner))
    if isinstance(value, list | tuple):
        text = f",{inner}".join(_texts(value, inner))
        return f"[{inner}{text}{margin}]" if text else "[]"
    if isinstance(value, str):
        return str(quoted(value))
    if isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return (int if isinstance(value, int) else float).__repr__(value)
    return json.dumps(value)


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
