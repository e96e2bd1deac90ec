"""Where the weights of a group are in its shards, by adding up sizes: no offsets are stored."""

from __future__ import annotations

import math
from _bisect import bisect_right  # without the module `bisect` around it
from itertools import accumulate

from rnninspect.plugin import DTYPES, MOST_ELEMENTS, Purpose, Record, StoredTensor
from rnninspect_keras.tfjs.manifest_weight import STRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect_keras.tfjs.manifest import WeightGroup
    from rnninspect_keras.tfjs.manifest_weight import ManifestWeight
    from rnninspect_keras.tfjs.shards import Shard


class Placed(Record):
    """A weight as a tensor; `lost` is the first shard with bytes of it that is not there."""

    tensor: StoredTensor
    lost: Shard | None = None


def place(number: int, group: WeightGroup, shards: Sequence[Shard]) -> Iterator[Placed]:
    """The weights of a group as stored tensors, in order.

    What follows a missing shard is assumed to be whole: that alone is reported. Bytes after the
    last weight are counted as its own.
    """
    needed = [_needed(weight) for weight in group.weights]
    extents = _extents(group, needed, shards)
    space = _Space(shards, sum(extent or 0 for extent in extents))
    offset: int | None = 0
    for at, (weight, extent) in enumerate(zip(group.weights, extents, strict=True)):
        held, lost = None, None
        if offset is not None and extent is not None:
            held, lost = space.held(offset, extent)
            if held == extent and at == len(extents) - 1:
                held += space.after(offset + extent)
        yield Placed(_tensor(weight, f"{number}/{at}", extent, held), lost)
        offset = None if offset is None or extent is None else offset + extent


class _Space:
    """The bytes of a group: which there are, and which are in a shard that is missing."""

    def __init__(self, shards: Sequence[Shard], needed: int) -> None:
        sizes = _sizes(shards, needed)
        self._ends = list(accumulate(sizes))
        self._shards = shards
        self._size = self._ends[-1] if self._ends else 0
        missing = (at for at, shard in enumerate(shards) if shard.size is None)
        first = next(missing, None)
        self._known = self._size if first is None else self._ends[first] - sizes[first]
        self._whole = first is None

    def held(self, offset: int, extent: int) -> tuple[int | None, Shard | None]:
        """Bytes of a run that are there, None if unknown; the missing shard that it is in."""
        if self._whole or offset + extent <= self._known:
            return max(0, min(extent, self._size - offset)), None
        first = bisect_right(self._ends, offset)
        last = bisect_right(self._ends, offset + extent - 1)
        run = self._shards[first : last + 1]
        return None, next((shard for shard in run if shard.size is None), None)

    def after(self, offset: int) -> int:
        """Bytes from an offset on; none where a shard is missing."""
        return max(0, self._size - offset) if self._whole else 0


def _sizes(shards: Sequence[Shard], needed: int) -> list[int]:
    """The size of each shard; of missing ones what is left, in parts as large as the others."""
    left = max(0, needed - sum(shard.size or 0 for shard in shards))
    lost = sum(shard.size is None for shard in shards)
    usual = max((shard.size or 0 for shard in shards), default=0) or -(-left // max(lost, 1))
    sizes = []
    for shard in shards:
        size = shard.size
        if size is None:
            lost -= 1
            size = min(usual, left) if lost else left
            left -= size
        sizes.append(size)
    return sizes


def _needed(weight: ManifestWeight) -> int | None:
    """Bytes that shape and type require, of strings those of their lengths; None if unknown."""
    if weight.width is None or min(weight.shape, default=0) < 0:
        return None
    elements = math.prod(weight.shape)
    return None if elements > MOST_ELEMENTS else elements * weight.width


def _extents(
    group: WeightGroup, needed: Sequence[int | None], shards: Sequence[Shard]
) -> list[int | None]:
    """Bytes that each weight takes: the first strings take what the others leave."""
    extents = list(needed)
    stored = [shard.size for shard in shards]
    if None in stored or None in needed:
        return extents
    surplus = sum(filter(None, stored)) - sum(filter(None, needed))
    texts = (at for at, weight in enumerate(group.weights) if weight.dtype == STRING)
    first = next(texts, None)
    if first is not None and surplus > 0:
        extents[first] = (extents[first] or 0) + surplus
    return extents


def _tensor(
    weight: ManifestWeight, identity: str, extent: int | None, held: int | None
) -> StoredTensor:
    known = DTYPES.get(weight.dtype)
    purpose = Purpose.PARAMETER if known is None or known.is_number else Purpose.CONSTANT
    return StoredTensor(
        name=weight.name,
        shape=weight.shape,
        dtype=weight.dtype,
        bytes=extent or 0,
        identity=identity,
        purpose=Purpose.OPTIMIZER if weight.of_optimizer else purpose,
        needed_bytes=extent,
        held_bytes=held,
        loaded_as=weight.loaded_as,
    )
