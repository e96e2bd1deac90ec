"""The parts of a tensor's name: modules and, last, the tensor's own."""

from __future__ import annotations

SEPARATORS = "./"
_DEEPEST = 6  # parts of the names in a signature: `w_proj.linear.lora.2.weight` has five


def ends(name: str) -> list[int]:
    """Where the last one, two, three … parts of a name begin; at most six."""
    text = name.replace("/", ".")
    places: list[int] = []
    at = len(text)
    while at >= 0 and len(places) < _DEEPEST:
        at = text.rfind(".", 0, at)
        places.append(at + 1)
    return places


def first_part(name: str) -> str:
    """The part of a name before its first separator."""
    return name.partition(".")[0].partition("/")[0]
