"""What a file or a folder of Paddle is, by its first and last bytes, or by the names in it."""

from __future__ import annotations

from rnninspect.lean import StrEnum, re
from rnninspect.plugin import Record, UnreadableFile, Whereabouts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_PROTOCOLS = b"\x02\x03\x04\x05"  # of pickles
_HEAD = 64
# A block that says its number, 0, and that of the block around it, 0 or -1 (BlockDesc).
_PROGRAM = re.compile(rb"\n[\x80-\xff]{0,4}[\0-\x7f]\x08\0\x10(?:\0|\xff{9}\x01)")
_JSON = re.compile(rb'\s*\{\s*"base_code"\s*:\s*\{\s*"magic"\s*:\s*"pir"')
_IN_FOLDER = ("__model__", "inference.pdmodel", "inference.json")  # as Paddle's programs save
_PROGRAMS = (".pdmodel", ".json")


class Kind(StrEnum):
    """The kind of a file."""

    STATE = "state dict"
    PROGRAM = "program"
    JSON = "program in JSON"
    PARAMETERS = "parameters"


class Match(Record):
    """What was recognised.

    Attributes:
        kind: of the file to read.
        start: the name of that file, where it is another one: in a folder, or beside parameters.
    """

    kind: Kind
    start: str = ""


def recognise(source: Source) -> Match | None:
    """The kind of a file or folder; None if its content is not Paddle's."""
    try:
        if source.is_folder:
            return _in_folder(source)
        kind = _kind_of(source)
        if kind is not Kind.PARAMETERS:
            return None if kind is None else Match(kind)
        return _beside(source) or Match(Kind.PARAMETERS)
    except UnreadableFile:
        return None


def _kind_of(source: Source) -> Kind | None:
    head = source.head(_HEAD)
    if head[:1] == b"\x80" and head[1:2] in _PROTOCOLS:
        from rnninspect.decode.pickles.parameter_names import (  # noqa: PLC0415 - only for pickles
            names_parameters,
        )

        return Kind.STATE if names_parameters(source) else None
    if _PROGRAM.match(head):
        return Kind.PROGRAM
    if _JSON.match(head):
        return Kind.JSON
    return Kind.PARAMETERS if head[:4] == bytes(4) and _has_tensor(source) else None


def _has_tensor(source: Source) -> bool:
    from rnninspect_paddle.parameters import tensor_at  # noqa: PLC0415 - only for such bytes

    tensor_at(source, 0)  # raises UnreadableFile
    return True


def _beside(source: Source) -> Match | None:
    """The program that parameters belong to: beside them, with another ending."""
    stem, _, ending = source.name.rpartition(".")
    if ending != "pdiparams" or not stem:
        return None
    for name in (f"{stem}{ending}" for ending in _PROGRAMS):
        if source.neighbour(name).whereabouts is Whereabouts.INSIDE:
            with source.open_neighbour(name) as program:
                kind = _kind_of(program)
            if kind in (Kind.PROGRAM, Kind.JSON):
                return Match(kind, name)
    return None


def _in_folder(source: Source) -> Match | None:
    source.expect_neighbours(_IN_FOLDER)
    name = next((name for name in _IN_FOLDER if source.neighbour(name).path is not None), None)
    if name is None:
        return None
    with source.open_neighbour(name) as program:
        kind = _kind_of(program)
    return Match(kind, name) if kind in (Kind.PROGRAM, Kind.JSON) else None
