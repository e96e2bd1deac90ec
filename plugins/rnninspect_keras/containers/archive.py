"""The files that make up a model in the Keras v3 format: members of a zip, or files of a folder."""

from __future__ import annotations

from rnninspect.plugin import Fact, Limit, Observation, Record, UnreadableFile, Whereabouts, plural
from rnninspect_keras.containers.json_text import parse_config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.decode.json import Json
    from rnninspect.decode.zip_directory import Member
    from rnninspect.plugin import Source

CONFIG, _METADATA = "config.json", "metadata.json"
WEIGHTS, PICKLED_WEIGHTS = "model.weights.h5", "model.weights.npz"
SHARDED = "model.weights.json"
_KNOWN = (CONFIG, _METADATA, WEIGHTS, PICKLED_WEIGHTS, SHARDED)


class Container(Record):
    """The files that make up a model, in an archive or in a folder.

    Attributes:
        kind: `archive` or `folder`, for messages.
        whereabouts: where a part of this name is, if anywhere.
        open: a part that is inside; UnreadableFile if its bytes cannot be read.
        identity: what two names of the same bytes share, for a part that is inside.
        observations: what was odd about the container.
    """

    kind: str
    whereabouts: Callable[[str], Whereabouts]
    open: Callable[[str], Source]
    identity: Callable[[str], object]
    observations: tuple[Observation, ...] = ()

    def has(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return self.whereabouts(name) is Whereabouts.INSIDE


def archive_container(source: Source) -> Container:
    """The members of a zip; UnreadableFile if one that makes up the model is there twice."""
    from rnninspect.decode.zip_directory import (  # noqa: PLC0415 - folders need no zip
        open_member,
        read_directory,
    )

    members: dict[str, Member] = {}
    for member in read_directory(source, shifted=True):
        if member.name in _KNOWN and member.name in members:
            raise UnreadableFile(f"the archive has two members named {member.name}")
        members[member.name] = member
    return Container(
        "archive",
        lambda name: Whereabouts.INSIDE if name in members else Whereabouts.MISSING,
        lambda name: open_member(source, members[name]),
        lambda name: members[name].header_offset,
        tuple(_before(members)),
    )


def _before(members: dict[str, Member]) -> list[Observation]:
    """Bytes in front of the first member, where another format may begin."""
    start = min((member.header_offset for member in members.values()), default=0)
    clause = f"{plural(start, 'byte')} before the archive"
    return [Observation(Fact.UNUSUAL, clause)] if start else []


def folder_container(source: Source) -> Container:
    """The files of a folder, as `save_model(zipped=False)` and the Hugging Face Hub keep them."""
    return Container(
        "folder",
        lambda name: source.neighbour(name).whereabouts,
        source.open_neighbour,
        lambda name: source.neighbour(name).identity,
    )


def read_json(container: Container, name: str) -> Json:
    """A part that is JSON; None if there is none of this name."""
    if not container.has(name):
        return None
    with container.open(name) as part:
        part.limits.require(Limit.EXPANSION, part.size, name)
        return parse_config(part.read(0, part.size), part, name)


def read_version(container: Container) -> str:
    """The version of Keras that wrote the model; empty if it does not say."""
    metadata = read_json(container, _METADATA)
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return version if isinstance(version, str) else ""
