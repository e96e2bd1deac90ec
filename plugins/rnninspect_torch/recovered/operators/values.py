"""What a program's variables may be while it is translated, beside the core's values."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.graphs import Value


class Unknown:
    """A value of which nothing is known, or one that a path does not give (MISSING)."""

    __slots__ = ("word",)

    def __init__(self, word: str) -> None:
        self.word = word


UNKNOWN = Unknown("unknown")
MISSING = Unknown("missing")  # `uninitialized(…)`, what a branch that raises gives


class ListValue:
    """A list, which functions may change.

    Attributes:
        items: what is in it.
        depth: how many loops are around the place where it was made.
        is_open: whether a loop appends to it, so that its length is not known.
    """

    __slots__ = ("depth", "is_open", "items")

    def __init__(self, items: Sequence[object], depth: int = 0) -> None:
        self.items = list(items)
        self.depth = depth
        self.is_open = False


class Pieces:
    """All places of an axis of a value, each without the axis: what unbind gives."""

    __slots__ = ("axis", "value")

    def __init__(self, value: Value, axis: int) -> None:
        self.value, self.axis = value, axis


class Structure:
    """A named tuple: its class's fields and their values."""

    __slots__ = ("fields", "items")

    def __init__(self, fields: tuple[str, ...], items: tuple[object, ...]) -> None:
        self.fields, self.items = fields, items


def items_of(value: object) -> Sequence[object] | None:
    """The items of a list or tuple of known length; None for anything else."""
    match value:
        case ListValue():
            return None if value.is_open else value.items
        case Structure():
            return value.items
        case tuple() if type(value) is tuple:  # a record is one, too
            return value
    return None


class OptionalValue:
    """An argument that may be None; which it is, is not known."""

    __slots__ = ("inner",)

    def __init__(self, inner: object) -> None:
        self.inner = inner


class Raised(Exception):  # noqa: N818 - an answer, not a fault
    """The code raises an exception here: what was assumed does not hold."""


def unwrapped(value: object) -> object:
    """What an optional argument is if it is not None."""
    return value.inner if isinstance(value, OptionalValue) else value
