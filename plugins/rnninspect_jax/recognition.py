"""Recognises trees of arrays in MessagePack: a map in which an array comes early."""

from __future__ import annotations

from itertools import islice

from rnninspect.decode.cursor import Cursor
from rnninspect.decode.msgpack import Extension, leaves
from rnninspect.plugin import RefusedFile, UnreadableFile
from rnninspect_jax.arrays import ARRAY, SCALAR, read_array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_FIRST = 200  # leaves that are looked at: the counters of an optimizer may come first


def has_arrays(source: Source) -> bool:
    """Whether one of the first leaves is an array as Flax packs it."""
    try:
        return any(_is_array(value) for _, value in islice(leaves(Cursor(source)), _FIRST))
    except (RefusedFile, UnreadableFile):
        return False


def _is_array(value: object) -> bool:
    if not isinstance(value, Extension) or value.code not in (ARRAY, SCALAR):
        return False
    read_array(value)
    return True
