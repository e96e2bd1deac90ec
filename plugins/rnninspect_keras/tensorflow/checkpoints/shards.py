"""The files with the data of a checkpoint, beside its index."""

from __future__ import annotations

from rnninspect.plugin import (
    UnreadableFile,
    Whereabouts,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_keras.tensorflow.checkpoints.records import IndexEntry

_MOST_SHARDS = 5_000  # that are looked up
_SHOWN = 3  # names of missing shards in a message


class Shards:
    """The files of data beside an index, each looked up when an entry first refers to it."""

    def __init__(self, home: Source, prefix: str, number: int) -> None:
        self.home = home
        self._prefix, self._number = prefix, number
        self._sizes: dict[int, int | None] = {}
        self._names: dict[int, str] = {}

    def name(self, shard: int) -> str:
        """The name of a shard; UnreadableFile if the index has fewer shards."""
        if shard >= self._number:
            raise UnreadableFile(f"an entry of the index refers to shard {shard} of {self._number}")
        if shard not in self._names:
            self._names[shard] = f"{self._prefix}.data-{shard:05}-of-{self._number:05}"
        return self._names[shard]

    def size(self, shard: int) -> int | None:
        """Bytes of a shard; None if it is not there."""
        if shard not in self._sizes:
            if len(self._sizes) == _MOST_SHARDS:
                raise UnreadableFile(f"the tensors are spread over more than {_MOST_SHARDS} shards")
            if not self._sizes:
                names = map(self.name, range(min(self._number, _MOST_SHARDS)))
                self.home.expect_neighbours(names, size_only=True)
            found = self.home.neighbour(self.name(shard))
            inside = found.whereabouts is Whereabouts.INSIDE
            self._sizes[shard] = found.size if inside else None
        return self._sizes[shard]

    def stored_bytes(self, entry: IndexEntry) -> int | None:
        """Bytes of an entry that its shard stores; None if the shard is not there."""
        size = self.size(entry.shard)
        return None if size is None else max(0, min(entry.size, size - entry.offset))

    @property
    def missing(self) -> str:
        """Names of the shards that are not there; of many the first ones."""
        names = [self.name(shard) for shard, size in sorted(self._sizes.items()) if size is None]
        more = [f"and {len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
        return ", ".join([*names[:_SHOWN], *more])
