"""Models in zip archives: `.task` bundles, and archives with metadata beside the model."""

from __future__ import annotations

from rnninspect.decode.zip_directory import STORED, open_member, read_directory
from rnninspect.plugin import Inside, Limit, RefusedFile, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.zip_directory import Member
    from rnninspect.plugin import SavedModel, Source

_SUFFIXES = (".tflite", ".lite")
_MOST_LOOKED_INTO = 200  # stored members whose first bytes are read
_MOST_MODELS = 50
_HEAD = 8


def models_in(source: Source) -> tuple[Member, ...]:
    """The members that are models: by their first bytes if stored, else by their names."""
    try:
        members = read_directory(source)
        return tuple(member for member in members[:_MOST_LOOKED_INTO] if _is_model(source, member))
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


def read_bundle(source: Source, members: tuple[Member, ...]) -> SavedModel | Inside:
    """The one model in an archive, or all of them side by side.

    Raises:
        UnreadableFile: a member cannot be read.
        RefusedFile: a limit is exceeded.
    """
    if len(members) == 1:
        return Inside(open_member(source, members[0]), "zip")
    if len(members) > _MOST_MODELS:
        raise RefusedFile(f"{len(members)} models in one archive: no more than {_MOST_MODELS}")
    source.spend(Limit.MEMBERS, len(members))
    from rnninspect_tflite.describing import describe
    from rnninspect_tflite.side_by_side import side_by_side

    models = [(member.name, describe(open_member(source, member))) for member in members]
    return side_by_side(models)
