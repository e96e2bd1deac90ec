"""Models in zip archives: `.task` bundles, and archives with metadata beside the model."""

from __future__ import annotations

from rnninspect.decode.zip_directory import STORED, open_member, read_directory
from rnninspect.plugin import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.zip_directory import Member
    from rnninspect.plugin import Source

_SUFFIXES = (".tflite", ".lite")
_MOST_LOOKED_INTO = 200  # stored members whose first bytes are read
_HEAD = 8


def models_in(source: Source) -> tuple[Member, ...]:
    """The members that are models: by their first bytes if stored, else by their names."""
    try:
        members = read_directory(source)
        first = (members[at] for at in range(min(len(members), _MOST_LOOKED_INTO)))
        return tuple(member for member in first if _is_model(source, member))
    except UnreadableFile:
        return ()


def _is_model(source: Source, member: Member) -> bool:
    if member.method != STORED:
        return member.name.endswith(_SUFFIXES)
    if member.size < _HEAD:
        return False
    try:
        return open_member(source, member).head(_HEAD)[4:] == b"TFL3"
    except UnreadableFile:
        return False
