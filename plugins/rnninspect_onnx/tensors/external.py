"""Tensors whose data lie in another file: where, and whether that file holds enough of them.

The file is looked up and measured here, not opened (ExternalData.md of the ONNX repository).
"""

from __future__ import annotations

import posixpath

from rnninspect.plugin import Fact, Neighbour, Observation, Record, RefusedFile, Whereabouts, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_onnx.protobuf.messages import TensorProto

_MOST_FILES = 10_000  # each costs a look at the disk
_LONGEST_NUMBER = 19
_NOWHERE = "a file without a name"
_MEANING = {
    Whereabouts.MISSING: (Fact.EXTERNAL_MISSING, "is not there"),
    Whereabouts.IRREGULAR: (Fact.EXTERNAL_OUTSIDE, "is no regular file"),
    Whereabouts.OUTSIDE: (Fact.EXTERNAL_OUTSIDE, "lies outside of the model's folder"),
}


class Extent(Record):
    """The part of another file that a tensor's data take; sizes in bytes.

    Attributes:
        location: the path as the model gives it, normalised.
        offset: where the part begins.
        length: how long it is by the model's word, or by the tensor's shape where it says nothing.
        held: how much of it the file has; None if that cannot be looked up.
    """

    location: str
    offset: int
    length: int
    held: int | None


class ExternalFiles:
    """Looks each file up once, and collects what is wrong."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._neighbours: dict[str, Neighbour] = {}
        self._users: dict[str, list[str]] = {}
        self._extents: list[tuple[Extent, str]] = []
        self._faults: list[Observation] = []

    def extent(self, tensor: TensorProto, name: str, needed: int | None) -> Extent:
        """Where the data of a tensor lie, and how much of them is there."""
        entries = dict(tensor.external or ())
        location = entries.get("location", "")
        offset = self._number(entries.get("offset", "0"), "offset", name)
        length = needed or 0
        if "length" in entries:
            length = self._number(entries["length"], "length", name)
        neighbour = self._look_up(location, name)
        held = min(length, max(0, neighbour.size - offset))
        inside = neighbour.whereabouts is Whereabouts.INSIDE
        extent = Extent(posixpath.normpath(location), offset, length, held if inside else None)
        self._extents.append((extent, name))
        return extent

    def observations(self) -> Iterator[Observation]:
        """One for each file that cannot be used, each number that is none, each overlap."""
        yield from self._faults
        for location, users in self._users.items():
            whereabouts = self._neighbours[location].whereabouts
            if whereabouts in _MEANING:
                fact, what = _MEANING[whereabouts]
                others = (
                    f", as those of {plural(len(users) - 1, 'other')}" if len(users) > 1 else ""
                )
                detail = f"its data lie in {location or _NOWHERE}{others}: that {what}"
                yield Observation(fact, detail, tensor=users[0])
        yield from self._overlaps()

    def _look_up(self, location: str, name: str) -> Neighbour:
        if location not in self._neighbours:
            if len(self._neighbours) >= _MOST_FILES:
                raise RefusedFile(f"its data lie in more than {_MOST_FILES} other files")
            self._neighbours[location] = self._source.neighbour(location)
        self._users.setdefault(location, []).append(name)
        return self._neighbours[location]

    def _number(self, text: str, what: str, name: str) -> int:
        if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
            return int(text)
        detail = f"the {what} of its data in another file is no number of bytes: {text[:40]}"
        self._faults.append(Observation(Fact.CONTRADICTION, detail, tensor=name))
        return 0

    def _overlaps(self) -> Iterator[Observation]:
        """Tensors over part of another's bytes; over the very same bytes they are tied."""
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
                detail = f"its bytes in {extent.location} are in part those of {other}"
                yield Observation(Fact.OVERLAP, detail, tensor=name)
            if extent.offset + extent.length > end:
                widest = (extent, name)
