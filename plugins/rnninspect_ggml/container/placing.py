"""Where the elements of tensors are in a file: bytes that they need, overlaps, bytes of none."""

from __future__ import annotations

import math
from itertools import islice

from rnninspect.lean import itemgetter
from rnninspect.plugin import (
    DTYPES,
    MOST_ELEMENTS,
    Fact,
    Observation,
    Purpose,
    Record,
    StoredTensor,
    plural,
)
from rnninspect.stored.columns import TensorColumns
from rnninspect_ggml.container.types import ELEMENT_TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import ElementType
    from rnninspect_ggml.container.files import Part
    from rnninspect_ggml.container.header import Header
    from rnninspect_ggml.container.table import Kind

    _Span = tuple[int, int, str]  # start, end, name

_MOST_NOTES = 20  # of one kind
_LONGEST_NAME = 63  # bytes that llama.cpp takes
_MOST_AXES = 4  # that ggml has


class _Placing(Record):
    """What all tensors of a kind need.

    Attributes:
        kind: their shape and the code of their type.
        dtype: the name of the type.
        loaded_as: the type that loaders convert it to; empty if none.
        needed: bytes by shape and type; None where they cannot be known.
        fault: what contradicts the format; empty if nothing does.
    """

    kind: Kind
    dtype: str
    loaded_as: str
    needed: int | None
    fault: str


class Placed:
    """The tensors of one file, each once, and what is odd about them.

    Attributes:
        tensors: in the order of the file.
        notes: what was noticed.
    """

    __slots__ = (
        "_file",
        "_header",
        "_needed",
        "_placings",
        "_purpose",
        "_room",
        "notes",
        "tensors",
    )

    def __init__(self, part: Part, purpose: Purpose) -> None:
        self._header, self._file, self._purpose = part.header, part.name, purpose
        self._room = part.size - part.header.start
        table = part.header.table
        self._placings = [_placing(kind) for kind in table.kinds]
        needed = [each.needed or 0 for each in self._placings]
        self._needed = [needed[kind] for kind in table.kind_of]
        self.tensors = self._columns()
        self.notes = [*islice(self._contradictions(), _MOST_NOTES)]
        if not self._is_contiguous():
            self.notes += _unequal(self._spans(), part.header, part.size)
        self.notes += self._refused_names()

    def _columns(self) -> TensorColumns:
        """All tensors; those without known bytes, or not stored in full, are asked for."""
        table, needed, room = self._header.table, self._needed, self._room
        unknown = {at for at, each in enumerate(self._placings) if each.needed is None}
        sizes, single = needed[:], []
        for at, (offset, kind) in enumerate(zip(table.offsets, table.kind_of, strict=True)):
            if offset + needed[at] > room or kind in unknown:
                sizes[at] = max(0, min(needed[at], room - offset))
                single.append(at)
        aside = self._purpose is not Purpose.PARAMETER
        purposes = dict.fromkeys(range(len(table)), self._purpose) if aside else {}
        columns = TensorColumns(
            table.names,
            [table.kinds[kind].shape for kind in table.kind_of],
            [self._placings[kind].dtype for kind in table.kind_of],
            sizes,
            self._tensor,
            purposes=purposes,
        )
        for at in single:
            _ = columns[at]
        return columns

    def _tensor(self, place: int) -> StoredTensor:
        table = self._header.table
        placing = self._placings[table.kind_of[place]]
        needed, held = placing.needed, None
        if needed is not None:
            held = max(0, min(needed, self._room - table.offsets[place]))
        return StoredTensor(
            name=table.names[place],
            shape=placing.kind.shape,
            dtype=placing.dtype,
            bytes=held or 0,
            identity=f"{self._file}#{place}",
            purpose=self._purpose,
            needed_bytes=needed,
            held_bytes=held,
            loaded_as=placing.loaded_as,
        )

    def _contradictions(self) -> Iterator[Observation]:
        table, alignment = self._header.table, self._header.alignment
        faults = [each.fault for each in self._placings]
        for name, kind, offset in zip(table.names, table.kind_of, table.offsets, strict=True):
            if faults[kind]:
                yield Observation(Fact.CONTRADICTION, faults[kind], tensor=name)
            if offset % alignment:
                detail = f"offset {offset} is not a multiple of the alignment {alignment}"
                yield Observation(Fact.CONTRADICTION, detail, tensor=name)

    def _is_contiguous(self) -> bool:
        """Whether each tensor begins where the one before ends, and the last ends the file."""
        alignment, end = self._header.alignment, 0
        for offset, needed in zip(self._header.table.offsets, self._needed, strict=True):
            if offset != end:
                return False
            end = -(-(offset + needed) // alignment) * alignment
        return self._room <= end and all(each.needed is not None for each in self._placings)

    def _spans(self) -> list[_Span]:
        """Where the tensors of known bytes are."""
        table, first = self._header.table, self._header.start
        rows = zip(table.names, table.kind_of, table.offsets, self._needed, strict=True)
        return [
            (first + offset, first + offset + needed, name)
            for name, kind, offset, needed in rows
            if self._placings[kind].needed is not None
        ]

    def _refused_names(self) -> Iterator[Observation]:
        """What the format allows and llama.cpp refuses."""
        table = self._header.table
        names = [name for name in table.names if len(name) > _LONGEST_NAME]
        if names:
            yield Observation(
                Fact.UNUSUAL,
                f"{plural(len(names), 'name')} of more than {_LONGEST_NAME} bytes, "
                "which llama.cpp refuses",
                tensor=names[0],
            )
        many = {at for at, kind in enumerate(table.kinds) if len(kind.shape) > _MOST_AXES}
        places = [at for at, kind in enumerate(table.kind_of) if kind in many] if many else []
        if places:
            yield Observation(
                Fact.UNUSUAL,
                f"{plural(len(places), 'tensor')} of more than {_MOST_AXES} axes, "
                "which ggml does not have",
                tensor=table.names[places[0]],
            )


def _placing(kind: Kind) -> _Placing:
    name = ELEMENT_TYPES.get(kind.code)
    elements = math.prod(kind.shape)
    if name is None:
        fault = f"its element type {kind.code} is not one of ggml's"
        return _Placing(
            kind, f"type {kind.code}", "", None, "" if elements > MOST_ELEMENTS else fault
        )
    dtype = DTYPES[name]
    loaded_as = "float32" if dtype.is_real else ""
    if elements > MOST_ELEMENTS:
        return _Placing(kind, name, loaded_as, None, "")
    if dtype.block_bytes:
        needed = -(-elements // dtype.block) * dtype.block_bytes
    else:
        needed = elements * dtype.whole_bytes
    return _Placing(kind, name, loaded_as, needed, _broken_row(kind.shape, dtype))


def _broken_row(shape: tuple[int, ...], dtype: ElementType) -> str:
    """That a row is no whole number of blocks; empty if it is."""
    row = shape[-1] if shape else 1
    if not row % dtype.block:
        return ""
    elements = plural(row, "element")
    return f"{elements} in a row, not a multiple of {dtype.block}, the block of {dtype.name}"


def _unequal(spans: list[_Span], header: Header, size: int) -> Iterator[Observation]:
    """Overlaps, and bytes of no tensor beyond what alignment leaves between two."""
    unused, reached, before, overlaps = 0, header.start, "", 0
    for start, end, name in sorted(spans, key=itemgetter(0, 1)):
        if start < reached and start < end and before:
            overlaps += 1
            if overlaps <= _MOST_NOTES:
                yield Observation(Fact.OVERLAP, f"shares bytes with {before}", tensor=name)
        elif start > reached:
            aligned = -(-reached // header.alignment) * header.alignment
            unused += max(0, min(start, size) - aligned)
        if end > reached:
            reached, before = end, name
    aligned = -(-reached // header.alignment) * header.alignment
    if len(spans) == len(header.table):
        unused += max(0, size - aligned)
    if unused:
        yield Observation(Fact.UNUSUAL, f"{plural(unused, 'byte')} outside any tensor")
