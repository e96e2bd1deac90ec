"""Where the elements of tensors are in a file: bytes that they need, overlaps, bytes of none."""

from __future__ import annotations

import math

from rnninspect.lean import itemgetter
from rnninspect.plugin import (
    DTYPES,
    MOST_ELEMENTS,
    Fact,
    Observation,
    Purpose,
    StoredTensor,
    plural,
)
from rnninspect_ggml.container.types import ELEMENT_TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import ElementType
    from rnninspect_ggml.container.files import Part
    from rnninspect_ggml.container.header import Entry, Header

    _Span = tuple[int, int, str]  # start, end, name

_MOST_NOTES = 20  # of one kind
_LONGEST_NAME = 63  # bytes that llama.cpp takes
_MOST_AXES = 4  # that ggml has


class Placed:
    """The tensors of one file, each once, and what is odd about them.

    Attributes:
        tensors: in the order of the file.
        notes: what was noticed.
    """

    __slots__ = ("_file", "_header", "_size", "_spans", "notes", "tensors")

    def __init__(self, part: Part, purpose: Purpose) -> None:
        self._size, self._header, self._file = part.size, part.header, part.name
        self.tensors: list[StoredTensor] = []
        self.notes: list[Observation] = []
        self._spans: list[_Span] = []
        for number, entry in enumerate(self._header.entries):
            self.tensors.append(self._placed(entry, number, purpose))
        self.notes += _unequal(self._spans, self._header, self._size)
        self.notes += self._refused_names()

    def _placed(self, entry: Entry, number: int, purpose: Purpose) -> StoredTensor:
        name = ELEMENT_TYPES.get(entry.code)
        dtype = DTYPES[name] if name else None
        needed = self._needed(entry, dtype)
        start = self._header.start + entry.offset
        held = None if needed is None else max(0, min(needed, self._size - start))
        if needed is not None:
            self._spans.append((start, start + needed, entry.name))
        if entry.offset % self._header.alignment:
            self._note(
                f"offset {entry.offset} is not a multiple of the alignment "
                f"{self._header.alignment}",
                entry,
            )
        return StoredTensor(
            name=entry.name,
            shape=entry.shape,
            dtype=name or f"type {entry.code}",
            bytes=held or 0,
            identity=f"{self._file}#{number}",
            purpose=purpose,
            needed_bytes=needed,
            held_bytes=held,
            loaded_as="float32" if dtype is not None and dtype.is_real else "",
        )

    def _needed(self, entry: Entry, dtype: ElementType | None) -> int | None:
        """Bytes by shape and type; None where they cannot be known, with a note."""
        elements = math.prod(entry.shape)
        if elements > MOST_ELEMENTS:
            return None
        if dtype is None:
            self._note(f"its element type {entry.code} is not one of ggml's", entry)
            return None
        row = entry.shape[-1] if entry.shape else 1
        if row % dtype.block:
            self._note(
                f"{plural(row, 'element')} in a row, not a multiple of {dtype.block}, the block "
                f"of {dtype.name}",
                entry,
            )
        if dtype.block_bytes:
            return -(-elements // dtype.block) * dtype.block_bytes
        return elements * dtype.whole_bytes

    def _note(self, detail: str, entry: Entry) -> None:
        if len(self.notes) < _MOST_NOTES:
            self.notes.append(Observation(Fact.CONTRADICTION, detail, tensor=entry.name))

    def _refused_names(self) -> Iterator[Observation]:
        """What the format allows and llama.cpp refuses."""
        names = [each for each in self._header.entries if len(each.name) > _LONGEST_NAME]
        if names:
            yield Observation(
                Fact.UNUSUAL,
                f"{plural(len(names), 'name')} of more than {_LONGEST_NAME} bytes, "
                "which llama.cpp refuses",
                tensor=names[0].name,
            )
        axes = [each for each in self._header.entries if len(each.shape) > _MOST_AXES]
        if axes:
            yield Observation(
                Fact.UNUSUAL,
                f"{plural(len(axes), 'tensor')} of more than {_MOST_AXES} axes, "
                "which ggml does not have",
                tensor=axes[0].name,
            )


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
    if len(spans) == len(header.entries):
        unused += max(0, size - aligned)
    if unused:
        yield Observation(Fact.UNUSUAL, f"{plural(unused, 'byte')} outside any tensor")
