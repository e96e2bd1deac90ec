"""A checkpoint as it was read, and an entry of its index."""

from __future__ import annotations

from rnninspect.plugin import (
    Observation,
    Record,
    StoredTensor,
)

TYPE_CHECKING = False


class Checkpoint:
    """A checkpoint.

    Attributes:
        tensors: by key.
        observations: what was noticed.
        graph: its object graph as encoded; None if it has none or its shard is missing.
        missing: identities of the tensors whose shard is missing, each with the shard's name.
        stored: False where the tensors are only described and no checkpoint stores them.
    """

    __slots__ = ("graph", "missing", "observations", "stored", "tensors")

    def __init__(self, graph: bytes | None = None) -> None:
        self.tensors: dict[str, StoredTensor] = {}
        self.observations: list[Observation] = []
        self.graph = graph
        self.missing: dict[str, str] = {}
        self.stored = True


class IndexEntry(Record):
    """What an index says of one tensor, or of one slice of it, whose `key` is then the whole's."""

    key: str
    dtype: str
    itemsize: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    sliced: bool


OBJECT_PATH_END = "/.ATTRIBUTES/"  # follows the path of an object, in a checkpoint of objects
