"""JSON in ASCII with one space of indentation, as `json.dumps(value, indent=1)` writes it.

`json` would take as long to import as half of Python does to start.
"""

from __future__ import annotations

from _json import encode_basestring_ascii as quoted  # json's own
from math import isfinite

from rnninspect.lean import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS = {None: "null", True: "true", False: "false"}


def json_text(value: object, margin: str = "\n") -> str:
    """The text of a value; each of its further lines starts with the margin.

    Raises:
        TypeError: JSON has no such value, or the key of an object is not text.
    """
    if isinstance(value, str):
        text: str = quoted(value)
        return text
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return (int if isinstance(value, int) else float).__repr__(value)
    inner = f"{margin} "
    if isinstance(value, dict):
        pairs = (f"{quoted(key)}: {json_text(each, inner)}" for key, each in value.items())
        return _enclosed("{", pairs, "}", margin)
    if isinstance(value, list | tuple):
        return _enclosed("[", (json_text(each, inner) for each in value), "]", margin)
    return json.dumps(value)


def _enclosed(start: str, parts: Iterable[str], end: str, margin: str) -> str:
    text = f",{margin} ".join(parts)
    return f"{start}{margin} {text}{margin}{end}" if text else start + end
