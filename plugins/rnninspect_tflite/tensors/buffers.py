"""Where the elements of a tensor are: in its buffer's vector, behind the tables, or elsewhere."""

from __future__ import annotations

from rnninspect.decode.flatbuffers import UINT8, UINT32, UINT64
from rnninspect.plugin import UNUSABLE, Fact, Limit, Observation, Record, plural
from rnninspect_tflite.schema.numbers import ModelSlot
from rnninspect_tflite.schema.rows import integers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.flatbuffers import Table
    from rnninspect.plugin import Source
    from rnninspect_tflite.schema.records import Tensor

_IN_THE_FILE = 1  # larger offsets are of data behind the tables
_STEPS_OF_A_BUFFER = 4
_UNREAD, _NONE = -1, -2  # in place of an index
_FAR = 2**20  # buffers from this number on are looked up in a dict


class Extent(Record):
    """A run of bytes: in the file itself, where `location` is empty, or in another one.

    Attributes:
        offset, length: where it is, and how long it is declared to be.
        held: how much of it exists; None if the file cannot be used.
    """

    location: str
    offset: int
    length: int
    held: int | None

    @property
    def identity(self) -> str:
        """Equal for the same bytes."""
        return f"{self.location}@{self.offset}+{self.length}"


class Extents:
    """The extents of buffers in the file, by the numbers of the buffers; None of empty ones."""

    __slots__ = ("_far", "_lengths", "_near", "_numbers", "_offsets", "_size")

    def __init__(self, size: int, count: int) -> None:
        self._size = size  # of the file
        self._near = integers("i", count)  # by the buffer's number, the index of its extent
        self._far: dict[int, int] = {}  # of buffers with large numbers
        self._offsets, self._lengths = integers("Q", count), integers("Q", count)
        self._numbers = integers("I", count)

    def __contains__(self, buffer: int) -> bool:
        if buffer >= _FAR:
            return buffer in self._far
        return buffer < len(self._near) and self._near[buffer] != _UNREAD

    def __getitem__(self, buffer: int) -> Extent | None:
        place = self._far[buffer] if buffer >= _FAR else self._near[buffer]
        if place == _NONE:
            return None
        offset, length = self._offsets[place], self._lengths[place]
        return Extent("", offset, length, max(0, min(length, self._size - offset)))

    def __setitem__(self, buffer: int, extent: Extent | None) -> None:
        place = _NONE if extent is None else len(self._offsets)
        if buffer >= _FAR:
            self._far[buffer] = place
        else:
            if buffer >= len(self._near):
                more = buffer + 1 - len(self._near) + len(self._near) // 4
                self._near.extend([_UNREAD] * more)
            self._near[buffer] = place
        if extent is not None:
            self._offsets.append(extent.offset)
            self._lengths.append(extent.length)
            self._numbers.append(buffer)

    def in_order(self) -> Iterator[tuple[int, int, int]]:
        """Offset, length and buffer of each, by the offset and in the order of the file."""
        offsets = self._offsets
        for place in sorted(range(len(offsets)), key=offsets.__getitem__):
            yield offsets[place], self._lengths[place], self._numbers[place]


class Buffers:
    """The buffers of a model, each looked at when a tensor has it."""

    def __init__(self, root: Table, source: Source) -> None:
        self._root, self._source = root, source
        self._tables = root.tables(ModelSlot.BUFFERS)
        self._known = Extents(source.size, len(self._tables))
        self._external: dict[int, Extent] | None = None
        self._faults: list[Observation] = []

    def of(self, tensor: Tensor) -> Extent | None:
        """The bytes of a tensor; None if it has none, since it is computed."""
        if tensor.external:
            return self._outside(tensor)
        if tensor.buffer in self._known:
            return self._known[tensor.buffer]
        self.spend(_STEPS_OF_A_BUFFER)
        found = self._known[tensor.buffer] = self._read(tensor)
        return found

    def spend(self, steps: int) -> None:
        """Book work on tensors."""
        self._source.spend(Limit.STEPS, steps)

    def data(self, extent: Extent, most: int) -> bytes:
        """The bytes of a small extent in the file itself; empty if there are more."""
        if extent.location or not extent.held or not extent.held == extent.length <= most:
            return b""
        return self._source.read(extent.offset, extent.length)

    def observations(self) -> Iterator[Observation]:
        """What is wrong with buffers: indices out of range, overlaps, files that are missing."""
        yield from self._faults
        end, other = 0, 0
        previous: tuple[int, int] | None = None
        for offset, length, at in self._known.in_order():
            if offset < end and previous != (offset, length):
                detail = f"buffer {at} at offset {offset} overlaps buffer {other}"
                yield Observation(Fact.OVERLAP, detail)
            if offset + length > end:
                end, other, previous = offset + length, at, (offset, length)

    def _read(self, tensor: Tensor) -> Extent | None:
        if not tensor.buffer < len(self._tables):
            if tensor.buffer:  # buffer 0 stands for none, whether it is listed or not
                held = plural(len(self._tables), "buffer")
                detail = f"its buffer is {tensor.buffer}: the file has {held}"
                self._faults.append(Observation(Fact.CONTRADICTION, detail, tensor=tensor.name))
            return None
        table = self._tables[tensor.buffer]
        data = table.numbers(0, UINT8)
        if len(data):
            return Extent("", data.offset, data.bytes, data.bytes)
        offset = table.integer(1, UINT64)
        if offset <= _IN_THE_FILE:
            return None
        size = table.integer(2, UINT64)
        return Extent("", offset, size, max(0, min(size, self._source.size - offset)))

    def _outside(self, tensor: Tensor) -> Extent | None:
        if self._external is None:
            self._external = self._look_up()
        found = self._external.get(tensor.external)
        if found is None:
            detail = f"its external buffer {tensor.external} is not listed"
            self._faults.append(Observation(Fact.CONTRADICTION, detail, tensor=tensor.name))
        return found

    def _look_up(self) -> dict[int, Extent]:
        groups = self._root.tables(ModelSlot.EXTERNAL_GROUPS)
        self._source.spend(Limit.MEMBERS, len(groups))
        sizes = [self._size_of(group.text(0) or "") for group in groups]
        tables = self._root.tables(ModelSlot.EXTERNAL_BUFFERS)
        self._source.spend(Limit.TENSORS, len(tables))
        return {table.integer(0, UINT32): self._extent(table, sizes) for table in tables}

    def _extent(self, table: Table, sizes: list[tuple[str, int | None]]) -> Extent:
        group, offset, length = (
            table.integer(1, UINT32),
            table.integer(2, UINT64),
            table.integer(3, UINT64),
        )
        if group >= len(sizes):
            detail = f"an external buffer is in group {group}, of {plural(len(sizes), 'group')}"
            self._faults.append(Observation(Fact.CONTRADICTION, detail))
            return Extent("?", offset, length, None)
        name, size = sizes[group]
        return Extent(
            name, offset, length, None if size is None else max(0, min(length, size - offset))
        )

    def _size_of(self, name: str) -> tuple[str, int | None]:
        found = self._source.neighbour(name)
        if found.whereabouts in UNUSABLE:
            fact, what = UNUSABLE[found.whereabouts]
            detail = f"data are in {name or 'a file without a name'}, which {what}"
            self._faults.append(Observation(fact, detail))
            return name, None
        return name, found.size
