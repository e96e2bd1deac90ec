"""Reads a TFLite model, or those in an archive."""

from __future__ import annotations

from rnninspect.decode.zip_directory import open_member
from rnninspect.plugin import Inside, RefusedFile, plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.zip_directory import Member
    from rnninspect.plugin import SavedModel, Source

_MOST_MODELS = 50


def read_bundle(source: Source, members: tuple[Member, ...]) -> SavedModel | Inside:
    """The one model in an archive, or all of them side by side.

    Raises:
        UnreadableFile: a member cannot be read.
        RefusedFile: a limit is exceeded.
    """
    if len(members) == 1:
        return Inside(open_member(source, members[0]), "zip")
    if len(members) > _MOST_MODELS:
        raise RefusedFile(
            f"{plural(len(members), 'model')} in one archive: no more than {_MOST_MODELS}"
        )
    from rnninspect_tflite.describing import describe
    from rnninspect_tflite.side_by_side import side_by_side

    models = [(member.name, describe(open_member(source, member))) for member in members]
    return side_by_side(models)
