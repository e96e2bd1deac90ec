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

CONFIG, METADATA = "config.json", "metadata.json"
WEIGHTS, PICKLED_WEIGHTS = "model.weights.h5", "model.weights.npz"
SHARDED = "model.weights.json"
KNOWN = (CONFIG, METADATA, WEIGHTS, PICKLED_WEIGHTS, SHARDED)


class Parts(Record):
    """What a model is made of, wherever it lies.

    Attributes:
        place: `archive` or `folder`, for messages.
        whereabouts: where a part of this name is, if anywhere.
        open: a part that is inside; UnreadableFile if its bytes cannot be had.
        identity: what two names of the same bytes share, for a part that is inside.
        observations: what was odd about the container.
    """

    place: str
    whereabouts: Callable[[str], Whereabouts]
    open: Callable[[str], Source]
    identity: Callable[[str], object]
    observations: tuple[Observation, ...] = ()

    def has(self, name: str) -> bool:
        """Whether there is a part of this name."""
        return self.whereabouts(name) is Whereabouts.INSIDE


def parts_of_archive(source: Source) -> Parts:
    """The members of a zip; UnreadableFile if one that makes up the model is there twice."""
    from rnninspect.decode.zip_directory import (  # noqa: PLC0415 - folders need no zip
        open_member,
        read_directory,
    )

    members: dict[str, Member] = {}
    for member in read_directory(source, shifted=True):
        if member.name in KNOWN and member.name in members:
            raise UnreadableFile(f"the archive has two members named {member.name}")
        members[member.name] = member
    return Parts(
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


def parts_of_folder(source: Source) -> Parts:
    """The files of a folder, as `save_model(zipped=False)` and the Hugging Face Hub keep them."""
    return Parts(
        "folder",
        lambda name: source.neighbour(name).whereabouts,
        source.open_neighbour,
        lambda name: source.neighbour(name).identity,
    )


def read_json(parts: Parts, name: str) -> Json:
    """A part that is JSON; None if there is none of this name."""
    if not parts.has(name):
        return None
    with parts.open(name) as part:
        part.limits.require(Limit.EXPANSION, part.size, name)
        return parse_config(part.read(0, part.size), part, name)


def read_version(parts: Parts) -> str:
    """The version of Keras that wrote the model; empty if it does not say."""
    metadata = read_json(parts, METADATA)
    version = metadata.get("keras_version") if isinstance(metadata, dict) else None
    return version if isinstance(version, str) else ""
