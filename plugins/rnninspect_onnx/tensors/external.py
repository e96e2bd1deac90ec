"""Tensors with external data: the file, and whether it contains all of their bytes.

Only the size of the file is looked up; it is not opened (ExternalData.md of the ONNX repository).
"""

from __future__ import annotations

import posixpath

from rnninspect.plugin import (
    UNUSABLE,
    Fact,
    Neighbour,
    Observation,
    Record,
    RefusedFile,
    Whereabouts,
    plural,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_onnx.protobuf.tensor_messages import TensorProto

_MOST_FILES = 10_000  # each costs a system call
_LONGEST_NUMBER = 19
_NO_NAME = "a file without a name"


class Extent(Record):
    """The part of a file that contains a tensor's data; sizes in bytes.

    Attributes:
        location: the path in the model, normalised.
        offset: where the part begins.
        length: the declared length, or the bytes that the tensor's shape needs.
        available: bytes of it in the file; None if the file cannot be used.
    """

    location: str
    offset: int
    length: int
    available: int | None


class ExternalFiles:
    """Looks each file up once, and collects contradictions."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._neighbours: dict[str, Neighbour] = {}
        self._users: dict[str, list[str]] = {}
        self._extents: list[tuple[Extent, str]] = []
        self._faults: list[Observation] = []

    def extent(self, tensor: TensorProto, name: str, needed: int | None) -> Extent:
        """The part of a file that a tensor's data are in, and how much of it is available."""
        entries = dict(tensor.external or ())
        location = entries.get("location", "")
        offset = self._number(entries.get("offset", "0"), "offset", name)
        length = needed or 0
        if "length" in entries:
            length = self._number(entries["length"], "length", name)
        neighbour = self._look_up(location, name)
        available = min(length, max(0, neighbour.size - offset))
        inside = neighbour.whereabouts is Whereabouts.INSIDE
        extent = Extent(posixpath.normpath(location), offset, length, available if inside else None)
        self._extents.append((extent, name))
        return extent

    def observations(self) -> Iterator[Observation]:
        """One for each unusable file, each malformed number and each overlap."""
        yield from self._faults
        for location, users in self._users.items():
            whereabouts = self._neighbours[location].whereabouts
            if whereabouts in UNUSABLE:
                fact, what = UNUSABLE[whereabouts]
                others = (
                    f" (with those of {plural(len(users) - 1, 'other tensor')})"
                    if len(users) > 1
                    else ""
                )
                detail = f"its data are in {location or _NO_NAME}{others}, which {what}"
                yield Observation(fact, detail, tensor=users[0])
        yield from self._overlaps()

    def _look_up(self, location: str, name: str) -> Neighbour:
        if location not in self._neighbours:
            if len(self._neighbours) >= _MOST_FILES:
                raise RefusedFile(f"external data in more than {_MOST_FILES:,} files")
            self._source.expect_neighbours((location,), size_only=True)
            self._neighbours[location] = self._source.neighbour(location)
        self._users.setdefault(location, []).append(name)
        return self._neighbours[location]

    def _number(self, text: str, what: str, name: str) -> int:
        if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
            return int(text)
        detail = f"{what} of its external data is not a number of bytes: {text[:40]!r}"
        self._faults.append(Observation(Fact.CONTRADICTION, detail, tensor=name))
        return 0

    def _overlaps(self) -> Iterator[Observation]:
        """Tensors that share a part of their bytes; with exactly the same bytes they are tied."""
        extents = sorted(self._extents, key=lambda pair: (pair[0].location, pair[0].offset))
        widest: tuple[Extent, str] | None = None
        for extent, name in extents:
            if not extent.length:
                continue
            if widest is None or widest[0].location != extent.location:
                widest = (extent, name)
                continue
            previous, other = widest
            end = previous.offset + previous.length
            tied = (previous.offset, previous.length) == (extent.offset, extent.length)
            if extent.offset < end and not tied:
                detail = f"its bytes in {extent.location} overlap those of {other}"
                yield Observation(Fact.OVERLAP, detail, tensor=name)
            if extent.offset + extent.length > end:
                widest = (extent, name)
