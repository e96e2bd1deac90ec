"""The format of torch.save since version 1.6: a zip archive of a pickle and storages."""

from __future__ import annotations

from rnninspect.decode.pickles.interpreter import load_from
from rnninspect_torch.describing.contents import Contents, bytes_in, held_in
from rnninspect_torch.describing.model import describe_value
from rnninspect_torch.tensors.calls import TorchCalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel
    from rnninspect_torch.archives.archive import Archive


def read_saved(archive: Archive) -> Contents:
    """The value in `data.pkl`, whose storages are the records in `data/`."""
    calls = TorchCalls(archive.source)
    value = load_from(archive.open("data.pkl"), calls)
    notes = archive.observations()
    return Contents("pytorch zip", value, calls, bytes_in(archive), notes, held=held_in(archive))


def read(archive: Archive) -> SavedModel:
    """The model that torch.save wrote."""
    return describe_value(read_saved(archive))
