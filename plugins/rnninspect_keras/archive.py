"""`.keras` archives (Keras v3 format): a zip of `config.json`, `metadata.json` and HDF5 weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect.decode.zip_directory import open_member, read_directory
from rnninspect.plugin import UnreadableFile
from rnninspect_keras.declared import as_text, parse_json

if TYPE_CHECKING:
    from rnninspect.decode.zip_directory import Member
    from rnninspect.plugin import Source
    from rnninspect_keras.declared import Json

CONFIG, METADATA = "config.json", "metadata.json"
WEIGHTS, PICKLED_WEIGHTS = "model.weights.h5", "model.weights.npz"
SHARDED = "model.weights.json"
KNOWN = (CONFIG, METADATA, WEIGHTS, PICKLED_WEIGHTS, SHARDED)


def find_members(source: Source) -> dict[str, Member]:
    """The members of an archive that make up a model; UnreadableFile if one is there twice."""
    members: dict[str, Member] = {}
    for member in read_directory(source):
        if member.name in KNOWN and member.name in members:
            raise UnreadableFile(f"the archive has two members named {member.name}")
        members[member.name] = member
    return members


def read_json(source: Source, members: dict[str, Member], name: str) -> Json:
    """A JSON member; None if the archive has none of this name."""
    if name not in members:
        return None
    inside = _opened(source, members[name])
    source.limits.require("expansion", inside.size, name)
    return parse_json(inside.read(0, inside.size), source.limits, name)


def read_version(source: Source, members: dict[str, Member]) -> str:
    """The version of Keras that wrote the archive; empty if it does not say."""
    metadata = read_json(source, members, METADATA)
    return as_text(metadata.get("keras_version")) if isinstance(metadata, dict) else ""


def open_weights(source: Source, members: dict[str, Member]) -> Source:
    """The HDF5 file inside the archive, in place where it is stored."""
    if WEIGHTS not in members:
        if PICKLED_WEIGHTS in members:
            raise UnreadableFile(f"{PICKLED_WEIGHTS} holds pickled objects, which are not read")
        raise UnreadableFile(f"the archive has no {WEIGHTS}")
    return _opened(source, members[WEIGHTS])


def _opened(source: Source, member: Member) -> Source:
    return open_member(source, member)
