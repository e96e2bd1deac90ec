"""Where each array is in the file of weights: one after the other, in the order of the layers.

Source: ModelBinFromDataReader of ncnn (src/modelbin.cpp). Of an array only its tag is read.
"""

from __future__ import annotations

from rnninspect.plugin import Limit, Record
from rnninspect_ncnn.weights import elements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_ncnn.weights import Weight

_TAG = 4  # bytes
_STEPS_OF_AN_ARRAY = 10
# The types of elements by their tags: names, bytes of an element.
_TYPES = {
    0: ("float32", 4),
    0x0002C056: ("float32", 4),
    0x01306B47: ("float16", 2),
    0x01348B83: ("bfloat16", 2),
    0x000D4B38: ("int8", 1),
}
_TABLE_VALUES = 256  # of any other tag: elements are indices of a table of numbers
_PACKED = {4: "uint4", 6: "uint6", 8: "int8"}


class Place(Record):
    """An array in the file.

    Attributes:
        offset: where its elements begin.
        dtype: their type.
        size: the bytes that they need.
        held: how many of these the file has.
        table: bytes of a table of numbers before the elements.
        tag: the array's tag where it is none of the known ones.
    """

    offset: int
    dtype: str
    size: int
    held: int
    table: int = 0
    tag: int = 0


class Places:
    """Goes through the file of weights.

    Attributes:
        at: where the next array begins.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self.at = 0

    @property
    def left(self) -> int:
        """The bytes after the last array; below zero if it reaches beyond the end."""
        return self._source.size - self.at

    def next(self, weight: Weight) -> Place:
        """The place of the next array."""
        self._source.spend(Limit.STEPS, _STEPS_OF_AN_ARRAY)
        count, table, tag, known = elements(weight), 0, 0, 0
        if weight.bits:
            rows, columns = weight.shape
            dtype, size = _PACKED[weight.bits], rows * -(-columns * weight.bits // 8)
        elif not weight.is_tagged:
            dtype, size = "float32", 4 * count
        else:
            tag = self._tag()
            if tag not in _TYPES:
                known, table = tag, 4 * _TABLE_VALUES
            dtype, width = _TYPES.get(tag, ("uint8", 1))
            size = width * count
            self.at += _TAG + table
        offset = self.at
        held = max(0, min(size, self._source.size - offset))
        self.at += size if dtype == "float32" else -(-size // 4) * 4
        return Place(offset, dtype, size, held, table, known)

    def _tag(self) -> int:
        """The next tag; zero beyond the end, where all is missing."""
        if self.left < _TAG:
            return 0
        return int.from_bytes(self._source.read(self.at, _TAG), "little")
