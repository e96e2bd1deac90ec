"""Tensors with external data: the file, and whether it contains all of their bytes.

Only the size of the file is looked up; it is not opened (ExternalData.md of the ONNX repository).
"""

from __future__ import annotations

import posixpath
from _operator import add, le  # without the module `operator` around it
from array import array
from itertools import groupby, islice, repeat

from rnninspect.lean import Counter
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
from rnninspect_onnx.protobuf.initializers import TensorKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, MutableSequence, Sequence
    from collections.abc import Set as AbstractSet

    from rnninspect.plugin import Source
    from rnninspect_onnx.protobuf.initializers import Initializers
    from rnninspect_onnx.protobuf.tensor_messages import TensorProto

_MOST_FILES = 10_000  # each costs a system call
_LONGEST_NUMBER = 19
_SHOWN = 40  # characters of what is not a number
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


class _Spans:
    """The parts of one file that contain tensors, in the order in which they were added."""

    __slots__ = ("_apart", "lengths", "places", "starts")

    def __init__(self) -> None:
        self.starts: MutableSequence[int] = array("Q")
        self.lengths: list[int] = []
        self.places: MutableSequence[int] = array("Q")
        self._apart: bool | None = None

    def apart(self) -> bool:
        """Whether none is empty, or shares a byte with another; puts them in order.

        They are in the order in which they begin then, and those that begin together in that of
        their places.
        """
        if self._apart is None:
            self._apart = self._in_order()
            if not self._apart:
                self._sort()
                self._apart = self._in_order()
        return self._apart

    def _in_order(self) -> bool:
        """Whether each begins where the one before ends, or behind it, and none is empty."""
        ends = map(add, self.starts, self.lengths)
        return all(self.lengths) and all(map(le, ends, islice(self.starts, 1, None)))

    def _sort(self) -> None:
        order = sorted(range(len(self.places)), key=self.places.__getitem__)
        order.sort(key=self.starts.__getitem__)
        self.starts = array("Q", map(self.starts.__getitem__, order))
        self.lengths = list(map(self.lengths.__getitem__, order))
        self.places = array("Q", map(self.places.__getitem__, order))


class ExternalFiles:
    """Looks each file up once, and collects contradictions."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._neighbours: dict[str, Neighbour] = {}
        self._users: dict[str, list[str]] = {}
        self._spans: dict[str, _Spans] = {}
        self._faults: list[Observation] = []

    def extent(self, tensor: TensorProto, needed: int | None) -> Extent:
        """The part of a file that a tensor's data are in, and how much of it is available."""
        entries = dict(tensor.external or ())
        location = entries.get("location", "")
        offset = _number(entries.get("offset", "0")) or 0
        length = (_number(entries["length"]) or 0) if "length" in entries else needed or 0
        neighbour = self._look_up(location)
        available = min(length, max(0, neighbour.size - offset))
        inside = neighbour.whereabouts is Whereabouts.INSIDE
        return Extent(posixpath.normpath(location), offset, length, available if inside else None)

    def add(self, tensor: TensorProto, name: str, place: int, needed: int | None) -> None:
        """Add a tensor, by its name and its place among all, to those that are compared."""
        entries = dict(tensor.external or ())
        for what in ("offset", "length"):
            if _number(entries.get(what, "0")) is None:
                detail = (
                    f"{what} of its external data is not a number of bytes: {entries[what][:40]!r}"
                )
                self._faults.append(Observation(Fact.CONTRADICTION, detail, tensor=name))
        self._users.setdefault(entries.get("location", ""), []).append(name)
        extent = self.extent(tensor, needed)
        spans = self._spans.setdefault(extent.location, _Spans())
        spans.starts.append(extent.offset)
        spans.lengths.append(extent.length)
        spans.places.append(place)

    def add_block(
        self, tensors: Initializers, needed: Sequence[int], first: int, unusual: AbstractSet[int]
    ) -> set[int]:
        """Add the plain tensors of a block but the unusual ones; which are not within their files.

        Args:
            tensors: the block.
            needed: bytes of each of its tensors.
            first: the place of the first one among all.
            unusual: the indices of those that are added one by one.
        """
        starts, outside = tensors.payloads, set[int]()
        locations, keys = self._files_of(tensors.kinds)
        rows = [at for at, key in enumerate(keys) if key < len(locations) and at not in unusual]
        rows.sort(key=keys.__getitem__)
        for key, group in groupby(rows, keys.__getitem__):
            location, indices = locations[key], list(group)
            neighbour = self._neighbours[location]
            size = neighbour.size if neighbour.whereabouts is Whereabouts.INSIDE else -1
            ends = map(add, map(starts.__getitem__, indices), map(needed.__getitem__, indices))
            if max(ends) > size:
                outside.update(at for at in indices if starts[at] + needed[at] > size)
            within = [at for at in indices if at not in outside] if outside else indices
            spans = self._spans.setdefault(posixpath.normpath(location), _Spans())
            spans.starts.extend(map(starts.__getitem__, within))
            spans.lengths += map(needed.__getitem__, within)
            spans.places.extend(map(first.__add__, within))
        return outside

    def _files_of(self, kinds: Sequence[TensorKind | TensorProto]) -> tuple[list[str], list[int]]:
        """The files with data, each looked up once, and which one has each of the plain tensors.

        Those without external data have the number of files for one.
        """
        distinct = dict(zip(map(id, kinds), kinds, strict=True))
        files: dict[str, int] = {}  # in the order of the tensors
        for kind in distinct.values():
            location = _location(kind)
            if location is not None and location not in files:
                self._look_up(location)
                files[location] = len(files)
        known = {
            key: files[kind.location]
            for key, kind in distinct.items()
            if isinstance(kind, TensorKind) and kind.location is not None
        }
        return list(files), list(map(known.get, map(id, kinds), repeat(len(files))))

    def shared(self) -> Iterator[int]:
        """The places of tensors whose bytes are those of other ones too."""
        for spans in self._spans.values():
            if spans.apart():
                continue
            extents = list(zip(spans.starts, spans.lengths, strict=True))
            often = Counter(extents)
            yield from (
                place
                for extent, place in zip(extents, spans.places, strict=True)
                if often[extent] > 1
            )

    def observations(self, names: Sequence[str]) -> Iterator[Observation]:
        """One for each unusable file, each malformed number and each overlap; names by place."""
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
        for location in sorted(self._spans):
            yield from _overlaps(self._spans[location], location, names)

    def _look_up(self, location: str) -> Neighbour:
        if location not in self._neighbours:
            if len(self._neighbours) >= _MOST_FILES:
                raise RefusedFile(f"external data in more than {_MOST_FILES:,} files")
            self._source.expect_neighbours((location,), size_only=True)
            self._neighbours[location] = self._source.neighbour(location)
        return self._neighbours[location]


def _location(kind: TensorKind | TensorProto) -> str | None:
    """The file with the data of tensors of a kind, or of a tensor; None if it is the model's."""
    if isinstance(kind, TensorKind):
        return kind.location
    return None if kind.external is None else dict(kind.external).get("location", "")


def _number(text: str) -> int | None:
    """A number of bytes; None if the text is not one."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
    return int(text) if is_number else None


def _overlaps(spans: _Spans, location: str, names: Sequence[str]) -> Iterator[Observation]:
    """Tensors that share a part of their bytes; with exactly the same bytes they are tied."""
    if spans.apart():
        return
    widest: tuple[int, int, int] | None = None
    for start, length, place in zip(spans.starts, spans.lengths, spans.places, strict=True):
        if not length:
            continue
        if widest is None:
            widest = (start, length, place)
            continue
        end = widest[0] + widest[1]
        if start < end and (start, length) != widest[:2]:
            detail = f"its bytes in {location} overlap those of {names[widest[2]]}"
            yield Observation(Fact.OVERLAP, detail, tensor=names[place])
        if start + length > end:
            widest = (start, length, place)
