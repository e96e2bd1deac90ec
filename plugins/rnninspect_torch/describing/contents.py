"""What a container yields before anything is known of layers: a value, and bytes of storages."""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_torch.tensors.arrays import SCOPE as ARRAY
from rnninspect_torch.tensors.nested import INSIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.plugin import Observation
    from rnninspect_torch.archives.archive import Archive
    from rnninspect_torch.tensors.calls import TorchCalls
    from rnninspect_torch.tensors.views import Storage


class Contents(Record):
    """One pickled value with its surroundings.

    Attributes:
        format: the container, as the report names it.
        value: what the pickle holds.
        calls: what gave meaning to it: its foreign callables and nested storages.
        held: bytes that the file holds for a storage; None if it does not tell.
        observations: what the container's reader noticed.
    """

    format: str
    value: object
    calls: TorchCalls
    held: Callable[[Storage], int | None]
    observations: tuple[Observation, ...] = ()

    def stored_bytes(self, storage: Storage) -> int | None:
        """Bytes that the file holds for a storage, wherever it lies."""
        if storage.scope.startswith(INSIDE):
            return self.calls.nested.get(storage.scope)
        if storage.scope == ARRAY:
            return storage.bytes
        return self.held(storage)


def bytes_in(archive: Archive) -> Callable[[Storage], int]:
    """How many bytes an archive stores for a storage: the record `scope/key`."""
    return lambda storage: archive.size(f"{storage.scope}/{storage.key}")
