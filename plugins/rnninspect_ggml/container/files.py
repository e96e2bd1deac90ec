"""The files of one model: one, or the parts that llama.cpp's gguf-split makes of it.

The first part has the key-values of the model; each has its own number, the number of parts and of
all tensors (`split.no`, `split.count`, `split.tensors.count`).
"""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect.plugin import (
    UNUSABLE,
    Fact,
    Limit,
    Observation,
    Record,
    RefusedFile,
    UnreadableFile,
    Whereabouts,
)
from rnninspect_ggml.container.header import read_header

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_ggml.container.header import Header

_NUMBERED = re.compile(r"(.*)-(\d{5})-of-(\d{5})(\.gguf)?")
_MOST_NOTES = 20


class Part(Record):
    """One file of a model.

    Attributes:
        name: its own name; empty where the model has only one file.
        size: bytes of the file.
        header: what it says.
    """

    name: str
    size: int
    header: Header


class Files(Record):
    """The files of a model in their order, how many it has, and what is wrong with them."""

    parts: tuple[Part, ...]
    number: int
    notes: tuple[Observation, ...]


def read_files(source: Source) -> Files:
    """The file, and those that it is a part of a model with.

    Raises:
        UnreadableFile: a header is truncated or malformed.
        RefusedFile: a limit is exceeded.
    """
    header = read_header(source)
    count = header.values.get("split.count")
    if type(count) is not int or count <= 1:
        return Files((Part("", source.size, header),), 1, ())
    source.limits.require(Limit.MEMBERS, count, "the number of the model's files")
    own = Part(source.name, source.size, header)
    found = _NUMBERED.fullmatch(source.name)
    if found is None:
        detail = f"the other parts of {count}: the file's name does not end in -00001-of-{count:05}"
        return Files((own,), count, (Observation(Fact.EXTERNAL_MISSING, detail),))
    notes: list[Observation] = []
    others = _others(source, found, count, notes)
    parts = sorted([own, *others], key=_number)
    notes += _disagreements(parts, count)
    return Files(tuple(parts), count, tuple(notes))


def _others(
    source: Source, found: re.Match[str], count: int, notes: list[Observation]
) -> Iterator[Part]:
    """The other parts by their names, in their order; a file of several names is read once."""
    stem, own, _, ending = found.groups(default="")
    read: set[object] = {source.neighbour(source.name).identity}
    for number in range(1, count + 1):
        name = f"{stem}-{number:05}-of-{count:05}{ending}"
        if number == int(own):
            continue
        neighbour = source.neighbour(name)
        part = None
        if neighbour.whereabouts is not Whereabouts.INSIDE:
            fact, words = UNUSABLE[neighbour.whereabouts]
        elif neighbour.identity in read:
            fact, words = Fact.EXTERNAL_MISSING, "is another part by a second name"
        else:
            read.add(neighbour.identity)
            fact, words = Fact.EXTERNAL_MISSING, "is not a GGUF file"
            part = _read(source, name)
        if part is not None:
            yield part
        elif len(notes) < _MOST_NOTES:
            notes.append(Observation(fact, f"{name} {words}"))


def _read(source: Source, name: str) -> Part | None:
    with source.open_neighbour(name) as part:
        if part.head(4) != b"GGUF":
            return None
        try:
            return Part(name, part.size, read_header(part))
        except RefusedFile:
            raise
        except UnreadableFile as error:
            raise error.inside(name) from error


def _number(part: Part) -> int:
    found = _NUMBERED.fullmatch(part.name)
    return int(found[2]) if found else 0


def _disagreements(parts: list[Part], count: int) -> Iterator[Observation]:
    """What the parts say of the model, beside what they are."""
    for part in parts:
        values = part.header.values
        number, stated = values.get("split.no"), values.get("split.count")
        if number != _number(part) - 1:
            detail = f"{part.name}: split.no is {number}, its name says {_number(part) - 1}"
            yield Observation(Fact.CONTRADICTION, detail)
        if stated != count:
            detail = f"{part.name}: split.count is {stated}, other parts say {count}"
            yield Observation(Fact.CONTRADICTION, detail)
    declared = parts[0].header.values.get("split.tensors.count")
    stored = sum(len(part.header.table) for part in parts)
    if len(parts) == count and type(declared) is int and declared != stored:
        detail = f"split.tensors.count is {declared}, the files have {stored} tensors"
        yield Observation(Fact.CONTRADICTION, detail)
