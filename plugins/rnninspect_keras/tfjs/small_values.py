"""The few numbers that a graph calculates with: axes, shapes, the 1 of `1 - z`.

They are stored among the weights, and nothing else in the shards is read.
"""

from __future__ import annotations

import math
import struct

from rnninspect.plugin import Limit, Record, UnreadableFile
from rnninspect_keras.graph.messages.encoding import part, scalar
from rnninspect_keras.graph.messages.records import KEPT_NUMBERS
from rnninspect_keras.graph.messages.schema import MESSAGES, WORDS, Scalar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Source
    from rnninspect_keras.tfjs.manifest import Manifest
    from rnninspect_keras.tfjs.manifest_weight import ManifestWeight
    from rnninspect_keras.tfjs.shards import Shard

_TYPES = {"float32": "DT_FLOAT", "int32": "DT_INT32", "bool": "DT_BOOL"}
_REAL = {"float32": "<f", "float16": "<e", "uint8": "<B", "uint16": "<H"}
_TENSOR, _SHAPE = MESSAGES["TensorProto"], MESSAGES["TensorShapeProto"]
_STEPS = 20  # to look a weight up and to read it


class _Place(Record):
    """A weight, its group, and where it begins there; None where that is unknown."""

    weight: ManifestWeight
    group: int
    offset: int | None


class SmallValues:
    """The tensors of a manifest, encoded for a graph; those of few numbers with the numbers."""

    def __init__(self, manifest: Manifest, shards: Sequence[Sequence[Shard]], home: Source) -> None:
        self._home, self._manifest, self._shards = home, manifest, shards
        self._places = {
            place.weight.name: place
            for number in range(len(manifest.groups))
            for place in self._in_group(number)
        }
        self._opened: dict[str, Source] = {}

    def _in_group(self, number: int) -> list[_Place]:
        offset: int | None = 0
        found = []
        for weight in self._manifest.groups[number].weights:
            found.append(_Place(weight, number, offset))
            known = weight.width is not None and weight.dtype != "string"
            size = math.prod(weight.shape) * (weight.width or 0)
            offset = offset + size if offset is not None and known and size >= 0 else None
        return found

    def close(self) -> None:
        """Close the shards that were read."""
        for source in self._opened.values():
            source.close()

    def tensor(self, name: str) -> bytes | None:
        """The TensorProto of a weight; None if the manifest does not list it."""
        place = self._places.get(name)
        if place is None:
            return None
        weight = place.weight
        kind = _TYPES.get(weight.loaded_as or weight.dtype)
        if kind is None:
            return None
        self._home.spend(Limit.STEPS, _STEPS)
        sizes = (
            part(_SHAPE["dim"].number, scalar(1, Scalar.INTEGER, size)) for size in weight.shape
        )
        encoded = scalar(_TENSOR["dtype"].number, Scalar.INTEGER, WORDS[kind])
        encoded += part(_TENSOR["tensor_shape"].number, b"".join(sizes))
        return encoded + self._content(place)

    def _content(self, place: _Place) -> bytes:
        """The field with the numbers of a weight; empty where they are many, or not there."""
        weight, number = place.weight, _TENSOR["tensor_content"].number
        count = math.prod(weight.shape)
        if place.offset is None or not 0 < count <= KEPT_NUMBERS:
            return b""
        if (weight.loaded_as or weight.dtype) != "float32":
            data = b"" if weight.loaded_as else self._read(place, count)
            return part(number, data) if data else b""
        data = self._read(place, 1) if count == 1 else b""
        if not data:
            return b""
        stored: float = struct.unpack(_REAL[weight.dtype], data)[0]
        try:
            return part(number, struct.pack("<f", stored * weight.scale + weight.least))
        except OverflowError:
            return b""

    def _read(self, place: _Place, count: int) -> bytes:
        """The bytes of the first numbers of a weight; empty if some are not there."""
        start, left = place.offset or 0, count * (place.weight.width or 0)
        group = self._manifest.groups[place.group]
        data = b""
        for path, shard in zip(group.paths, self._shards[place.group], strict=True):
            if shard.size is None:
                return b""
            if start < shard.size and left:
                taken = min(left, shard.size - start)
                data += self._open(path).read(start, taken)
                start, left = start + taken, left - taken
            start -= shard.size
        return b"" if left else data

    def _open(self, path: str) -> Source:
        if path not in self._opened:
            if len(self._opened) >= _MOST_OPEN:
                raise UnreadableFile(
                    f"the numbers of the graph are in more than {_MOST_OPEN} shards"
                )
            self._opened[path] = self._home.open_neighbour(path)
        return self._opened[path]


_MOST_OPEN = 500
