"""A package in a zip archive: its manifest, its model and the files beside the model."""

from __future__ import annotations

from rnninspect.decode.zip_directory import open_member, read_directory
from rnninspect.plugin import RefusedFile, UnreadableFile, plural
from rnninspect_coreml.manifest import MANIFEST, model_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.decode.zip_directory import Member
    from rnninspect.plugin import Source

_MODEL = ".mlmodel"
_FORKS = "__MACOSX/"  # what macOS adds for the attributes of files
_MOST_FILES = 1_000  # in the model's folder: blob files


def has_package(source: Source) -> bool:
    """Whether an archive has a manifest and a model by their names."""
    names = [member.name for member in read_directory(source)]
    return bool(_manifests(names)) and any(name.endswith(_MODEL) for name in names)


def model_of(source: Source) -> Source:
    """The model in an archive, whose neighbours are the files beside it there.

    What is compressed is inflated in memory, within the limit `expansion`.

    Raises:
        UnreadableFile: the archive is malformed, or does not have exactly one package with a model.
        RefusedFile: a limit is exceeded.
    """
    members = _by_name(read_directory(source))
    manifests = _manifests(members)
    if len(manifests) != 1:
        found = plural(len(manifests), "package")
        raise UnreadableFile(f"{found} in a zip archive; extract it and inspect one")
    listed = source.containing({MANIFEST: open_member(source, members[manifests[0]])})
    path = manifests[0].removesuffix(MANIFEST) + model_in(listed)
    if path not in members:
        raise UnreadableFile(f"{MANIFEST} names {path[:80]}, which is not in the archive")
    folder = path[: path.rfind("/") + 1]
    beside = [name for name in members if name.startswith(folder) and not name.endswith("/")]
    if len(beside) > _MOST_FILES:
        raise RefusedFile(f"more than {_MOST_FILES:,} files in the model's folder")
    inside = {name.removeprefix(folder): open_member(source, members[name]) for name in beside}
    return inside[path.removeprefix(folder)].among(inside)


def _manifests(names: Iterable[str]) -> list[str]:
    found = (name for name in names if name.rpartition("/")[2] == MANIFEST)
    return [name for name in found if not name.startswith(_FORKS)]


def _by_name(members: Iterable[Member]) -> dict[str, Member]:
    known: dict[str, Member] = {}
    for member in members:
        if known.setdefault(member.name, member) is not member:
            raise UnreadableFile(
                f"duplicate member {member.name[:80]}: readers differ on which to use"
            )
    return known
