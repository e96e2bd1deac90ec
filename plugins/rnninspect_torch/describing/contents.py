"""The contents of a container: a value, and the bytes stored for each storage."""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_torch.tensors.arrays import SCOPE as ARRAY
from rnninspect_torch.tensors.views import INSIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rnninspect.plugin import Observation
    from rnninspect_torch.archives.archive import Archive
    from rnninspect_torch.networks.named_tensors import Held
    from rnninspect_torch.tensors.calls import TorchCalls
    from rnninspect_torch.tensors.views import Storage


class Contents(Record):
    """The contents of a file, before networks and layers are known.

    Attributes:
        format: name of the format in reports.
        value: the pickled value; None without a pickle.
        calls: the interpretation of its calls: foreign callables, nested storages.
        payload_bytes: bytes stored in the file for a storage; None if unknown.
        observations: notes on the container.
        names: names in the file of tensors that are searched by other ones.
        held: bytes stored for many storages at once, like `payload_bytes`; None if unknown.
    """

    format: str
    value: object
    calls: TorchCalls
    payload_bytes: Callable[[Storage], int | None]
    observations: tuple[Observation, ...] = ()
    names: Mapping[str, str] | None = None
    held: Held | None = None

    def stored_bytes(self, storage: Storage) -> int | None:
        """Bytes stored for a storage, in the container or in the pickle; None if unknown."""
        if storage.scope.startswith(INSIDE):
            return self.calls.nested.get(storage.scope)
        if storage.scope == ARRAY:
            return storage.bytes
        return self.payload_bytes(storage)


def bytes_in(archive: Archive) -> Callable[[Storage], int]:
    """How many bytes an archive stores for a storage: the record `scope/key`."""
    return lambda storage: archive.size(f"{storage.scope}/{storage.key}")


def held_in(archive: Archive) -> Held:
    """How many bytes an archive stores for many storages: the records `scope/…`."""
    return lambda scope, keys: archive.sizes(f"{scope}/", keys)
