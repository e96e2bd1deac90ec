"""The entries of a checkpoint's index: of one tensor its type, its shape, and where its bytes are.

Follows BundleEntryProto of `tensorflow/core/protobuf/tensor_bundle.proto`.
"""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect.plugin import UnreadableFile
from rnninspect_keras.graph.messages.types import Shapes, type_of
from rnninspect_keras.tensorflow.checkpoints.records import IndexEntry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import WireReader

    Kind = tuple[str, int, tuple[int, ...]]  # element type, bytes of an element, shape

FEW = 512  # entries that are decoded before a pattern is used, which takes as long to import
_MOST_KINDS = 512
_VARINT = rb"([\x80-\xff]{0,7}[\x00-\x7f])"
# dtype, shape and its length; what TensorFlow writes after them: shard_id, offset, size, crc32c
_KIND_BYTES = 4
_PLACE = re.compile(
    rb"(?:\x18%b)?(?:\x20%b)?(?:\x28%b)?(?:\x35.{4})?" % ((_VARINT,) * 3), re.DOTALL
)


class Entries:
    """Reads entries; those of tensors of one type and shape begin alike, which is decoded once."""

    def __init__(self, wire: WireReader) -> None:
        self._wire, self._shapes = wire, Shapes(wire)
        self._kinds: dict[bytes, Kind] = {}
        self._decodings = 0

    def read(self, key: str, value: bytes) -> IndexEntry:
        """The entry of a key.

        Raises:
            UnreadableFile: it is malformed.
        """
        start = _KIND_BYTES + value[3] if len(value) >= _KIND_BYTES else 0
        kind = self._kinds.get(value[:start])
        found = _PLACE.fullmatch(value, start) if kind is not None else None
        if kind is None or found is None:
            return self._decoded(key, value, start)
        shard, offset, size = map(_number, found.groups())
        return IndexEntry(key, *kind, shard, offset, size, sliced=False)

    def _decoded(self, key: str, value: bytes, start: int) -> IndexEntry:
        """The entry, field by field."""
        numbers, parts = self._wire.held(value, 0)
        dtype, itemsize = type_of(numbers.get(1, 0))
        shard, offset, size = numbers.get(3, 0), numbers.get(4, 0), numbers.get(5, 0)
        if max(shard, offset, size) >> 63:
            raise UnreadableFile(
                f"the entry {key} of the index has a negative shard, offset or size",
                place=f"entry {key}",
            )
        shape = self._shapes.read(parts.get(2, ()))
        self._decodings += 1
        is_one_of_many = self._decodings > FEW and len(self._kinds) < _MOST_KINDS
        if is_one_of_many and _is_plain(value, start):
            self._kinds[value[:start]] = dtype, itemsize, shape
        return IndexEntry(key, dtype, itemsize, shape, shard, offset, size, 7 in parts)


def _is_plain(value: bytes, start: int) -> bool:
    """Whether a type and a shape of so many bytes come first, in this order, and a place after."""
    starts = value[:1] == b"\x08" and value[1:2] < b"\x80" and value[2:3] == b"\x12"
    return starts and start < _KIND_BYTES + 0x80 and _PLACE.fullmatch(value, start) is not None


def _number(varint: bytes | None) -> int:
    """The number of a field; 0 where it is not written."""
    number = 0
    for byte in reversed(varint or b""):
        number = number << 7 | byte & 0x7F
    return number
