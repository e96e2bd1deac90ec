"""Describes the model in a tree of arrays, whose layers show by the names of their weights."""

from __future__ import annotations

from rnninspect.decode.cursor import Cursor
from rnninspect.plugin import (
    SavedModel,
    UnreadableFile,
    parsing,
    plural,
)
from rnninspect.signatures.describing import known_layers
from rnninspect.signatures.marks import possible_layers
from rnninspect.signatures.nearby import near_cells
from rnninspect.signatures.odd import may_be_known
from rnninspect.spellings import remainder
from rnninspect.stored.entries import Entries
from rnninspect_jax.tree import stored_tensors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Observation, RecurrentLayer, Source, StoredTensor
    from rnninspect.stored.columns import TensorColumns


def describe(source: Source) -> SavedModel:
    """Describe a file.

    Raises:
        UnreadableFile: truncated or malformed MessagePack, or bytes after the tree, with which
            Flax does not read it either.
        RefusedFile: a limit is exceeded.
    """
    with parsing("MessagePack file"):
        cursor = Cursor(source)
        tensors = stored_tensors(cursor)
        if cursor.left:
            raise UnreadableFile(f"{plural(cursor.left, 'trailing byte')} after the tree")
        layers, notes = layers_of(tensors, source)
        return SavedModel(
            format="flax msgpack",
            framework="jax",
            producer="",
            layers=layers,
            tensors=tensors,
            observations=notes,
        )


def layers_of(
    tensors: tuple[StoredTensor, ...] | TensorColumns, source: Source
) -> tuple[tuple[RecurrentLayer, ...], tuple[Observation, ...]]:
    """The layers among the parameters of a tree, and notes on modules that may be some."""
    entries = Entries(tensors, lambda name: name.replace("/", "."))
    near = near_cells(entries.own_names) if may_be_known(entries.own_names) else []
    named = {entries.own_names[at]: entries[at].tensor for at in near}
    layers = known_layers(named, source)
    notes = list(possible_layers(named, layers))
    taken = {
        tensor.name
        for parts in (
            *(operand.tensors for layer in layers for operand in layer.operands),
            *(note.tensors for note in notes),
        )
        for tensor in parts
    }
    rest = remainder(entries, entries.without(taken) if taken else entries, {}, source)
    if rest is None:
        return tuple(layers), tuple(notes)
    from rnninspect.spellings.building import describe_cells  # noqa: PLC0415 - few networks need it

    found = describe_cells(rest, lambda entry: entry.tensor)
    return (*layers, *found.layers), (*notes, *found.observations)
