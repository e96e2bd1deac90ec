"""Blob files: metadata of 64 bytes before the elements of each value (StorageFormat.hpp)."""

from __future__ import annotations

import struct

from rnninspect.plugin import (
    UNUSABLE,
    Fact,
    Limit,
    Observation,
    Record,
    RefusedFile,
    UnreadableFile,
    Whereabouts,
    plural,
)
from rnninspect_coreml.programs.element_types import BLOB_TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.plugin import Source
    from rnninspect_coreml.programs.records import Blob

_BESIDE = "@model_path/"  # the folder of the model
_HEADER, _VERSION = struct.Struct("<II"), 2
_METADATA, _SENTINEL = struct.Struct("<IIQQ"), 0xDEADBEEF
_MOST_FILES = 1000
_STEPS_OF_A_BLOB = 4


class Wanted(Record):
    """A blob that a value of the program is in.

    Attributes:
        blob: where it is.
        name: the value's name.
        dtype: its element type.
        needed: bytes by its shape and type; None if the type is unknown.
    """

    blob: Blob
    name: str
    dtype: str
    needed: int | None


class Blobs:
    """Looks up what is stored in blob files, all blobs of a file at once.

    Attributes:
        held: bytes that are stored for each blob; None if its file cannot be used.
        observations: what cannot be used, or contradicts the program.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._extents: list[tuple[int, int, str]] = []
        self.held: dict[Blob, int | None] = {}
        self.observations: list[Observation] = []

    def look_up(self, wanted: Sequence[Wanted]) -> None:
        """Look up blobs, each once.

        Raises:
            RefusedFile: they are in too many files.
        """
        files: dict[str, list[Wanted]] = {}
        for each in wanted:
            files.setdefault(each.blob.file, []).append(each)
        if len(files) > _MOST_FILES:
            raise RefusedFile(f"values in more than {_MOST_FILES:,} blob files")
        for name, users in files.items():
            self._in_file(name.removeprefix(_BESIDE), users)

    def _in_file(self, location: str, users: list[Wanted]) -> None:
        found = self._source.neighbour(location)
        if found.whereabouts is not Whereabouts.INSIDE:
            self._unusable(found.whereabouts, location, users)
            return
        with self._source.open_neighbour(location) as file:
            if file.size < _HEADER.size or _HEADER.unpack(file.head(_HEADER.size))[1] != _VERSION:
                raise UnreadableFile(f"{location} is not a blob file of version {_VERSION}")
            places = [(user.blob.offset, _METADATA.size) for user in users]
            file.expect(place for place in places if sum(place) <= file.size)
            self._extents = []
            for user in users:
                self._source.spend(Limit.STEPS, _STEPS_OF_A_BLOB)
                if user.blob not in self.held:
                    self.held[user.blob] = self._blob(file, location, user)
            self.observations.extend(self._overlaps(location))

    def _unusable(self, where: Whereabouts, location: str, users: list[Wanted]) -> None:
        fact, what = UNUSABLE[where]
        others = f" (with those of {plural(len(users) - 1, 'other tensor')})" if users[1:] else ""
        detail = f"its data are in {location or 'a file without a name'}{others}, which {what}"
        self.observations.append(Observation(fact, detail, tensor=users[0].name))
        self.held.update((user.blob, None) for user in users)

    def _blob(self, file: Source, location: str, user: Wanted) -> int:
        """The bytes that are stored of a blob."""
        at = user.blob.offset
        if at + _METADATA.size > file.size:
            return 0
        sentinel, code, size, offset = _METADATA.unpack(file.read(at, _METADATA.size))
        if sentinel != _SENTINEL:
            detail = f"there is no blob at offset {at} of {location}"
            self._contradict(detail, user)
            return 0
        dtype = BLOB_TYPES.get(code, f"type {code}")
        if dtype != user.dtype:
            self._contradict(f"{user.dtype} in the program, {dtype} in {location}", user)
        held: int = max(0, min(size, file.size - offset))
        if held < size and user.needed is not None and held >= user.needed:
            self._contradict(f"its {size} bytes in {location} pass the end of the file", user)
        self._extents.append((offset, offset + held, user.name))
        return held

    def _contradict(self, detail: str, user: Wanted) -> None:
        self.observations.append(Observation(Fact.CONTRADICTION, detail, tensor=user.name))

    def _overlaps(self, location: str) -> Iterator[Observation]:
        last, other = 0, ""
        for start, end, name in sorted(self._extents):
            if start < min(last, end):
                detail = f"its bytes in {location} overlap those of {other}"
                yield Observation(Fact.OVERLAP, detail, tensor=name)
            if end > last:
                last, other = end, name
