"""An index of shards in JSON, of any length: which files it lists, and which names are not in them.

huggingface_hub writes `{"metadata": {...}, "weight_map": {"tensor": "file", ...}}`. An index of a
million tensors takes 100 MB: it is scanned twice, so that names are in memory once, those of the
shards.
"""

from __future__ import annotations

from rnninspect.decode.json_structure.texts import scan_texts
from rnninspect.errors import UnreadableFile
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.json_structure.values import Structure
    from rnninspect.source.source import Source

_WEIGHT_MAP = "weight_map"


class WeightMap(Record):
    """What an index of shards says.

    Attributes:
        files: the shards, in the order in which the index first names them.
        metadata: of the index; None if it has none.
    """

    files: tuple[str, ...]
    metadata: Structure


def read_weight_map(source: Source, most: int) -> WeightMap:
    """The files and the metadata of an index.

    Args:
        source: the index.
        most: how many shards are supported.

    Raises:
        UnreadableFile: the index is malformed, has no weight_map, or lists more shards.
        RefusedFile: the limit `nesting` or `steps` is exceeded.
    """
    files: dict[str, None] = {}

    def take(members: dict[str, str]) -> None:
        files.update(dict.fromkeys(members.values()))
        if len(files) > most:
            raise UnreadableFile(f"index of more than {most:,} shards, which are not supported")

    index = scan_texts(source, _WEIGHT_MAP, take)
    if not files:
        raise UnreadableFile("index of shards without a weight_map")
    return WeightMap(tuple(files), index.get("metadata"))


def missing_tensors(source: Source, names: frozenset[str] | set[str], most: int) -> dict[str, str]:
    """Tensors that an index lists and that are not among these names, each with its file.

    Args:
        source: the index.
        names: the tensors of all shards.
        most: how many to look for; the first ones are given.

    Raises:
        UnreadableFile: the index is malformed.
        RefusedFile: the limit `nesting` or `steps` is exceeded.
    """
    missing: dict[str, str] = {}

    def take(members: dict[str, str]) -> None:
        if names.issuperset(members):
            return
        for name, file in members.items():
            if name not in names and (len(missing) < most or name in missing):
                missing[name] = file

    scan_texts(source, _WEIGHT_MAP, take)
    return missing
