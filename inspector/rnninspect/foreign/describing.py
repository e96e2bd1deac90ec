"""Describes what no reader takes, for the message on it."""

from __future__ import annotations

from itertools import zip_longest

from rnninspect import foreign
from rnninspect.decode.zip_directory import read_directory
from rnninspect.errors import RefusedFile, UnknownFormat, UnreadableFile
from rnninspect.source.folders import describe_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.source.source import Source


def describe(
    source: Source, endings: Sequence[Sequence[str]], is_model: Callable[[Source], bool]
) -> str:
    """What a source that no reader takes seems to be.

    Args:
        source: a file or a folder.
        endings: the suffixes of each reader.
        is_model: whether a reader takes what is in the folder.
    """
    if source.is_folder:
        known = foreign.name_folder(source.names_ending(""))
        return known or describe_folder(source, _mixed(endings), is_model)
    if source.size == 0:
        return "the file is empty"
    head = source.head(foreign.WINDOW)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return foreign.name_archive(_members(source))
    return foreign.name_file(head, source.name) or "no reader recognises its content"


def _mixed(endings: Sequence[Sequence[str]]) -> list[str]:
    """The first ending of each reader, then the second of each, and so on."""
    return [ending for row in zip_longest(*endings) for ending in row if ending]


def _members(source: Source) -> list[str]:
    """The names in a zip archive; UnknownFormat if its directory is not there."""
    try:
        return [member.name for member in read_directory(source)]
    except RefusedFile:
        raise
    except UnreadableFile as error:
        raise UnknownFormat(f"a truncated zip archive: {error}") from error
