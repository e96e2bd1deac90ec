"""Leaves as Equinox serialises them: arrays of numpy one after the other, without names.

A line of JSON with hyperparameters may come first, as its documentation advises. The leaves are in
the order of the module's fields, so that shapes are the only evidence of a layer.
"""

from __future__ import annotations

from math import prod

from rnninspect.decode.npy import LONGEST, MAGIC, OBJECTS, read_header
from rnninspect.plugin import (
    Limit,
    Record,
    SavedModel,
    StoredTensor,
    UnreadableFile,
    parsing,
)
from rnninspect.spellings.unnamed_arrays import EQUINOX, possible_layers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source

FORMAT = "equinox leaves"
_LONGEST_LINE = 1 << 16
_STEPS_OF_AN_ARRAY = 60
_USUAL, _PREFIX = 128, 12  # bytes of most headers, and those before their text
_LINE = b"{"


class _Leaf(Record):
    """A tensor by its number, as the search for layers reads it."""

    name: str
    shape: tuple[int, ...]
    tensor: StoredTensor


def start_of_leaves(source: Source) -> int | None:
    """Where the first array starts; None if there are not at least two, or none at the start."""
    head = source.head(len(MAGIC))
    start = 0
    if head.startswith(_LINE):
        start = source.head(_LONGEST_LINE).find(b"\n") + 1
        head = source.head(start + len(MAGIC))[start:] if start else b""
    if head != MAGIC:
        return None
    try:
        _, end, _ = _array_at(source, start)
    except UnreadableFile:
        return None
    more = source.size - end >= len(MAGIC) and source.read(end, len(MAGIC)) == MAGIC
    return start if more or start else None


def describe(source: Source, start: int) -> SavedModel:
    """Describe a file whose first array starts at an offset in bytes.

    Raises:
        UnreadableFile: the header of an array is malformed, or something else follows an array.
        RefusedFile: a limit is exceeded.
    """
    with parsing("Equinox leaves"):
        leaves = [_Leaf(each.name, each.shape, each) for each in _tensors(source, start)]
    notes = possible_layers(leaves, None, lambda leaf: leaf.tensor, (EQUINOX,))
    return SavedModel(
        format=FORMAT,
        framework="jax",
        producer="",
        layers=(),
        tensors=tuple(leaf.tensor for leaf in leaves),
        observations=tuple(notes),
    )


def _tensors(source: Source, at: int) -> Iterator[StoredTensor]:
    number = 0
    while at < source.size:
        source.limits.require(Limit.TENSORS, number + 1)
        source.spend(Limit.STEPS, _STEPS_OF_AN_ARRAY)
        try:
            tensor, end, needed = _array_at(source, at)
        except UnreadableFile as error:
            raise UnreadableFile(f"array {number} at offset {at}: {error}") from error
        held = min(needed, source.size - (end - needed))
        yield tensor._replace(name=str(number), bytes=held, held_bytes=held)
        number, at = number + 1, end


def _array_at(source: Source, at: int) -> tuple[StoredTensor, int, int]:
    """An array without its name, the offset of its end, and the bytes of its elements."""
    rest = source.window(at, source.size - at)
    head = rest.head(_USUAL)
    if int.from_bytes(head[8:10], "little") > _USUAL - _PREFIX:
        head = rest.head(LONGEST)
    header = read_header(head)
    size = header.item_bytes
    if header.code == OBJECTS or size is None:
        raise UnreadableFile("not an array of numbers")
    needed = prod(header.shape) * size
    dtype = header.dtype or header.code
    tensor = StoredTensor("", header.shape, dtype, needed, str(at), needed_bytes=needed)
    return tensor, at + header.start + needed, needed
