"""The parts of a tensor's name: modules and, last, the tensor's own."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

SEPARATORS = "./"
_DEEPEST = 6  # parts of the names in a signature: `w_proj.linear.lora.2.weight` has five


def ends(name: str) -> Iterator[int]:
    """Where the last one, two, three … parts of a name begin; at most six."""
    at = len(name)
    for _ in range(_DEEPEST):
        at = max(name.rfind(".", 0, at), name.rfind("/", 0, at))
        yield at + 1
        if at < 0:
            return


def first_part(name: str) -> str:
    """The part of a name before its first separator."""
    return name.partition(".")[0].partition("/")[0]
