"""The tree of a checkpoint: `_METADATA`, and the items of `_CHECKPOINT_METADATA`.

Sources: orbax/checkpoint/_src/metadata/tree.py and value_metadata_entry.py.
"""

from __future__ import annotations

from rnninspect.decode.json import most_values, parse_json, spend_steps
from rnninspect.plugin import Limit, Record, RefusedFile, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source

TREE, ITEMS = "_METADATA", "_CHECKPOINT_METADATA"
_MARK, _HEAD = b'"tree_metadata"', 200  # of a tree, and bytes in which it is
_BESIDE = frozenset({"string"})  # types of values that are kept in a file of their own


class Leaf(Record):
    """A value of the tree that is stored as an array.

    Attributes:
        keys: its path in the tree.
        param: its name in the store.
    """

    keys: tuple[str, ...]
    param: str


class Tree(Record):
    """What `_METADATA` says.

    Attributes:
        leaves: the values that are stored as arrays.
        zarr3: whether they are arrays of zarr 3, not 2.
        ocdbt: whether they are in OCDBT.
    """

    leaves: tuple[Leaf, ...]
    zarr3: bool
    ocdbt: bool


def is_checkpoint(source: Source) -> bool:
    """Whether a folder has the tree of a checkpoint, or is a step with items that have one."""
    source.expect_neighbours((TREE, ITEMS))
    if source.neighbour(TREE).path is not None:
        with source.open_neighbour(TREE) as tree:
            return _MARK in tree.head(_HEAD)
    if source.neighbour(ITEMS).path is None:
        return False
    try:
        return bool(items_of(source))
    except (RefusedFile, UnreadableFile):
        return False


def read_object(source: Source, name: str) -> dict[str, object]:
    """The JSON object in a file of the folder.

    Raises:
        UnreadableFile: there is no such file, or it has another content.
        RefusedFile: a limit is exceeded.
    """
    with source.open_neighbour(name) as file:
        source.limits.require(Limit.HEADER_BYTES, file.size, f"the size of {name}")
        data = file.head(file.size)
    spend_steps(source, len(data), most_values(data))
    value = parse_json(data, name)
    if not isinstance(value, dict):
        raise UnreadableFile(f"{name} is not a JSON object")
    return value


def items_of(source: Source) -> tuple[str, ...]:
    """The folders with a tree that a step of a CheckpointManager consists of, in their order.

    Raises:
        UnreadableFile: `_CHECKPOINT_METADATA` has another content.
    """
    handlers = read_object(source, ITEMS).get("item_handlers")
    names = handlers if isinstance(handlers, dict) else ()
    plain = (name for name in names if name and "/" not in name and "\\" not in name)
    return tuple(name for name in plain if source.neighbour(f"{name}/{TREE}").path is not None)


def read_tree(source: Source, folder: str = "") -> Tree:
    """The tree of a folder, or of the folder of an item in it.

    Raises:
        UnreadableFile: it is malformed; the message names the place.
        RefusedFile: it has too many leaves.
    """
    found = read_object(source, f"{folder}{TREE}")
    values = found.get("tree_metadata")
    if not isinstance(values, dict):
        raise UnreadableFile(f"{TREE} has no tree_metadata")
    source.limits.require(Limit.TENSORS, len(values))
    leaves = tuple(_leaves(values))
    return Tree(leaves, found.get("use_zarr3") is True, found.get("use_ocdbt") is not False)


def _leaves(values: dict[str, object]) -> Iterator[Leaf]:
    for name, entry in values.items():
        parts = entry.get("key_metadata") if isinstance(entry, dict) else None
        value = entry.get("value_metadata") if isinstance(entry, dict) else None
        if not isinstance(parts, list) or not isinstance(value, dict):
            raise UnreadableFile(f"{TREE}: {name[:80]} has no keys or no value")
        keys = tuple(str(part.get("key")) for part in parts if isinstance(part, dict))
        if not keys or len(keys) != len(parts):
            raise UnreadableFile(f"{TREE}: {name[:80]} has malformed keys")
        if value.get("skip_deserialize") is not True and value.get("value_type") not in _BESIDE:
            yield Leaf(keys, ".".join(keys))
