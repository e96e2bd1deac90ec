"""Describes a checkpoint: every array of its tree, with the chunks that are stored of it."""

from __future__ import annotations

from rnninspect.decode.json import most_values, parse_json, spend_steps
from rnninspect.plugin import (
    Fact,
    Limit,
    Observation,
    SavedModel,
    StoredTensor,
    UnreadableFile,
    parsing,
    plural,
)
from rnninspect_jax.describing import layers_of
from rnninspect_jax.orbax.metadata import TREE, items_of, read_tree
from rnninspect_jax.orbax.zarr import V2, V3, parse_array
from rnninspect_jax.tree import is_statistic, purpose_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_jax.orbax.folders import Store
    from rnninspect_jax.orbax.metadata import Leaf, Tree
    from rnninspect_jax.orbax.zarr import ZarrArray

_STEPS_OF_AN_ARRAY, _STEPS_OF_A_CHUNK = 30, 4
_SHOWN = 3  # names in a note


def describe(source: Source) -> SavedModel:
    """Describe a folder with a tree, or a step of a CheckpointManager with one or several.

    Raises:
        UnreadableFile: a file of metadata is missing, truncated or malformed.
        RefusedFile: a limit is exceeded.
    """
    with parsing("Orbax checkpoint"):
        tensors: list[StoredTensor] = []
        missing: list[str] = []
        forms: dict[str, None] = {}
        for folder in _folders(source):
            tree = read_tree(source, folder)
            store = _store(source, folder, tree)
            forms[f"{'ocdbt' if tree.ocdbt else 'files'} of zarr {3 if tree.zarr3 else 2}"] = None
            for leaf in tree.leaves:
                found = _tensor(leaf, folder, tree, store, source)
                if found is None:
                    missing.append("/".join(leaf.keys))
                else:
                    tensors.append(found)
                    source.limits.require(Limit.TENSORS, len(tensors))
        layers, notes = layers_of(tuple(tensors), source)
        form = next(iter(forms)) if len(forms) == 1 else "several stores"
        return SavedModel(
            format=f"orbax checkpoint, {form}",
            framework="jax",
            producer="",
            layers=layers,
            tensors=tuple(tensors),
            observations=(*notes, *_missing(missing)),
        )


def _folders(source: Source) -> tuple[str, ...]:
    """The folders that have a tree, each with a `/` at its end; that of the model is empty."""
    if source.neighbour(TREE).path is not None:
        return ("",)
    found = tuple(f"{name}/" for name in items_of(source))
    if not found:
        raise UnreadableFile(f"no item of the checkpoint has {TREE}")
    return found


def _store(source: Source, folder: str, tree: Tree) -> Store:
    if not tree.ocdbt:
        from rnninspect_jax.orbax.folders import FolderStore  # noqa: PLC0415 - a checkpoint has one store

        return FolderStore(source, folder)
    from rnninspect_jax.orbax.ocdbt import NAME, OcdbtStore  # noqa: PLC0415 - as above

    if source.neighbour(f"{folder}{NAME}").path is None:
        raise UnreadableFile(f"{folder}{NAME} is missing: the checkpoint was not completed")
    return OcdbtStore(source, folder)


def _tensor(
    leaf: Leaf, folder: str, tree: Tree, store: Store, source: Source
) -> StoredTensor | None:
    """A leaf as it is stored; None if the store has nothing of it."""
    source.spend(Limit.STEPS, _STEPS_OF_AN_ARRAY)
    key = f"{leaf.param}/{V3 if tree.zarr3 else V2}"
    data = store.value(key)
    if data is None:
        return None
    spend_steps(source, len(data), most_values(data))
    array = parse_array(parse_json(data, key[:120]), key[:120])
    bits, elements = array.item_bits, 1
    for size in array.shape:
        elements *= size
    held, stored = _held(leaf, array, store, source)
    return StoredTensor(
        "/".join(leaf.keys),
        array.shape,
        array.dtype,
        stored if held is None else held,
        f"{folder}{leaf.param}",
        purpose=purpose_of((*folder.split("/")[:-1], *leaf.keys)),
        needed_bytes=elements * bits // 8 if bits else None,
        held_bytes=held,
        trained=not is_statistic(leaf.keys),
    )


def _held(leaf: Leaf, array: ZarrArray, store: Store, source: Source) -> tuple[int | None, int]:
    """Bytes of its elements that the chunks may have, and the bytes of all chunks.

    A compressed chunk may have all of its own, unless it is missing or empty.
    """
    source.limits.require(
        Limit.MEMBERS, array.chunks(), f"the count of chunks of {leaf.param[:80]}"
    )
    source.spend(Limit.STEPS, _STEPS_OF_A_CHUNK * array.chunks())
    held, stored = 0, 0
    for key, elements in array.places():
        size = store.size(f"{leaf.param}/{key}") or 0
        needed = elements * (array.item_bits or 0) // 8
        held += min(size, needed) if array.is_plain or not size else needed
        stored += size
    return (held if array.item_bits else None), stored


def _missing(names: list[str]) -> Iterator[Observation]:
    """That the tree names arrays which the store lacks."""
    if names:
        shown = ", ".join(name[:80] for name in names[:_SHOWN]) + (
            ", …" if len(names) > _SHOWN else ""
        )
        detail = f"{plural(len(names), 'array')} of the tree without data: {shown}"
        yield Observation(Fact.EXTERNAL_MISSING, detail)
