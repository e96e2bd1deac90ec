"""The fields that a reader asked for, in one message."""

from __future__ import annotations

from rnninspect.decode.protobuf.wire import LENGTH, VARINT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from rnninspect.decode.protobuf.wire import Message, Span

KEPT_NUMBERS = 64  # of a repeated number that is not packed, and the last one


class Found:
    """The wanted fields of one message, by number, in the order of the file.

    An entry is wire type, value, length, as in a Field. Of numbers that are not packed only the
    first and the last are kept: a list of weights that is written so takes no memory.
    """

    __slots__ = ("_dropped", "_entries")

    def __init__(self, entries: dict[int, list[tuple[int, int, int]]]) -> None:
        self._entries = entries
        self._dropped: dict[int, int] = {}

    def add_again(self, number: int, kind: int, value: int, size: int) -> None:
        """Note one more occurrence of a field."""
        entries = self._entries[number]
        if kind == LENGTH or len(entries) <= KEPT_NUMBERS:
            entries.append((kind, value, size))
        else:
            entries[-1] = (kind, value, size)
            self._dropped[number] = self._dropped.get(number, 0) + 1

    def numbers(self) -> AbstractSet[int]:
        """The fields that occur."""
        return self._entries.keys()

    def entries(self, number: int) -> Sequence[tuple[int, int, int]]:
        """Wire type, value and length of each occurrence that was kept."""
        return self._entries.get(number, ())

    def spans(self, number: int) -> Sequence[Span]:
        """Where each occurrence of a message or a text is."""
        entries = self._entries.get(number)
        if entries is None:
            return ()
        return [(value, value + size) for kind, value, size in entries if kind == LENGTH]

    def message(self, number: int) -> Message:
        """A message that occurs at most once, else merged; empty if it does not occur."""
        return tuple(self.spans(number))

    def number(self, number: int, wire_type: int = VARINT) -> int | None:
        """The value of a field that occurs at most once: the last one counts."""
        for kind, value, _ in reversed(self._entries.get(number, ())):
            if kind == wire_type:
                return value
        return None

    def dropped(self, number: int) -> int:
        """How many single numbers were not kept."""
        return self._dropped.get(number, 0)
