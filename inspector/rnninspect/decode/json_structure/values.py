"""What a scan of JSON keeps of lists of numbers and of long texts: shapes and places."""

from __future__ import annotations

from math import prod

from rnninspect.errors import UnreadableFile
from rnninspect.lean import json
from rnninspect.record import Record
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.source.source import Source

Structure = object  # dicts, lists, texts, numbers, booleans, None, and the records below
_LONGEST = 1 << 16  # bytes of a list whose numbers are read
_BLOCK = 1 << 18
_BYTES_IN_A_STEP = 128
_MANY = 4096  # commas that are worth counting in a whole block


class Numbers(Record):
    """A list of numbers, or of lists of the same shape.

    Attributes:
        shape: the lengths of the lists, the outermost first.
        start: the offset of its opening bracket.
        stop: the offset after its closing bracket.
    """

    shape: tuple[int, ...]
    start: int
    stop: int

    @property
    def total(self) -> int:
        """All numbers in it."""
        return prod(self.shape)


class Irregular(Record):
    """A list whose items have different shapes, which no array has.

    Attributes:
        total: all numbers in it.
        start: the offset of its opening bracket.
        stop: the offset after its closing bracket.
    """

    total: int
    start: int
    stop: int


class LongText(Record):
    """A text that is too long to keep, from its opening quote up to the offset after the last."""

    start: int
    stop: int


def count_numbers(value: Structure) -> int:
    """The numbers in a value of a scan, at any depth."""
    match value:
        case bool():
            return 0
        case int() | float():
            return 1
        case Numbers() | Irregular():
            return value.total
        case list():
            return sum(map(count_numbers, value))
    return 0


def read_numbers(source: Source, numbers: Numbers) -> list[float]:
    """The values of a short list of numbers.

    Raises:
        UnreadableFile: it takes more than 64 KiB.
    """
    length = numbers.stop - numbers.start
    if length > _LONGEST:
        raise UnreadableFile(
            f"a list of {numbers.total:,} numbers at offset {numbers.start} where few are expected",
            place=f"offset {numbers.start}",
        )
    values: list[float] = json.loads(source.read(numbers.start, length))
    return values


def split_numbers(source: Source, numbers: Numbers, counts: Iterable[int]) -> Iterator[Numbers]:
    """Consecutive runs of a flat list, each with its place in the file; the last may be shorter.

    Args:
        source: the file.
        numbers: the flat list.
        counts: how many numbers each run has; what they leave over is one more run.
    """
    source.spend(Limit.STEPS, (numbers.stop - numbers.start) // _BYTES_IN_A_STEP)
    commas = _Commas(source, numbers)
    at, left = numbers.start + 1, numbers.total
    for count in (*counts, left):
        taken = min(count, left)
        if not taken:
            continue
        left -= taken
        stop = commas.after(taken) if left else numbers.stop - 1
        yield Numbers((taken,), at, stop)
        at = stop


class _Commas:
    """The commas of a flat list, one after the other."""

    def __init__(self, source: Source, numbers: Numbers) -> None:
        self._source, self._base, self._stop = source, numbers.start, numbers.stop
        self._block, self._at = b"", 0

    def after(self, count: int) -> int:
        """The offset after the next `count` commas, so many of which must be left."""
        while count:
            if count > _MANY and (held := self._block.count(b",", self._at)) <= count:
                count -= held
                self._next()
                continue
            while count and (place := self._block.find(b",", self._at)) >= 0:
                self._at = place + 1
                count -= 1
            if count:
                self._next()
        return self._base + self._at

    def _next(self) -> None:
        self._base += len(self._block)
        length = min(_BLOCK, self._stop - self._base)
        self._block, self._at = self._source.read(self._base, length), 0
