"""Arrays in MessagePack, as Flax packs them (flax/serialization.py)."""

from __future__ import annotations

from rnninspect.decode.cursor import Cursor
from rnninspect.decode.msgpack import Container, next_value
from rnninspect.plugin import LARGEST_SIZE, Record, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.msgpack import Extension

ARRAY, COMPLEX, SCALAR = 1, 2, 3  # numbers of extensions
_MOST_AXES = 64
_LONGEST_TYPE = 32  # characters
_MOST_ALIKE = 8  # arrays of one size that are compared


class PackedArray(Record):
    """An array as it is packed.

    Attributes:
        shape: sizes of the axes.
        dtype: numpy's name of the element type.
        bytes: bytes that are stored for its elements.
    """

    shape: tuple[int, ...]
    dtype: str
    bytes: int


class KnownArrays:
    """Arrays by the bytes before their elements, which most of a network have like others."""

    __slots__ = ("_by_size",)

    def __init__(self) -> None:
        self._by_size: dict[int, list[tuple[bytes, PackedArray]]] = {}

    def get(self, extension: Extension) -> PackedArray | None:
        """The array of an extension that is equal to one before, up to its elements."""
        for head, array in self._by_size.get(extension.data.size, ()):
            if extension.head.startswith(head):
                return array
        return None

    def add(self, extension: Extension, array: PackedArray, start: int) -> None:
        """Remember an array whose elements begin at an offset in the extension."""
        alike = self._by_size.setdefault(extension.data.size, [])
        if start <= len(extension.head) and len(alike) < _MOST_ALIKE:
            alike.append((extension.head[:start], array))


def read_array(extension: Extension, known: KnownArrays | None = None) -> PackedArray:
    """The shape and type of an array; its elements are not read.

    Raises:
        UnreadableFile: it is not packed as Flax does it.
    """
    cursor = Cursor(extension.data)
    whole, axes = next_value(cursor), next_value(cursor)
    if whole != Container(3, named=False) or not isinstance(axes, Container) or axes.named:
        raise UnreadableFile("malformed array: expected (shape, type, bytes)")
    if axes.length > _MOST_AXES:
        raise UnreadableFile(f"an array of {axes.length} axes")
    shape = tuple(_size(next_value(cursor)) for _ in range(axes.length))
    dtype, length = next_value(cursor), _length_of_bytes(cursor)
    if not isinstance(dtype, str) or len(dtype) > _LONGEST_TYPE:
        raise UnreadableFile("malformed array: its type is no name")
    array = PackedArray(shape, dtype, length)
    if known is not None:
        known.add(extension, array, cursor.offset - length)
    return array


def _size(value: object) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_SIZE:
        raise UnreadableFile("malformed array: a size that is no number of elements")
    return value


def _length_of_bytes(cursor: Cursor) -> int:
    """How many bytes follow, of which some may be missing in a truncated array."""
    left = cursor.left
    value = next_value(cursor)
    size = getattr(value, "size", None)
    if not isinstance(size, int):
        raise UnreadableFile(f"malformed array: no bytes among the last {left}")
    return size
