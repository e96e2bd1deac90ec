"""Archives of torch.package: pickled resources in folders, storages in `.data` (torch/package)."""

from __future__ import annotations

from rnninspect.decode.pickles.interpreter import load_from
from rnninspect.decode.pickles.values import Mapping
from rnninspect.plugin import UnreadableFile
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import describe_value
from rnninspect_torch.tensors.calls import TorchCalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel
    from rnninspect_torch.archives.archive import Archive
    from rnninspect_torch.tensors.views import Storage


def read_package(archive: Archive) -> Contents:
    """All pickles of a package as one dict, by the names of their resources."""
    calls = TorchCalls(archive.source, ".data")
    resources = Mapping()
    for name in archive.names("", ".pkl"):
        if not name.startswith(".data/"):
            value = load_from(archive.open(name), calls)
            resources.update([name.removesuffix(".pkl").replace("/", "."), value])
    if not resources.pairs:
        raise UnreadableFile("torch.package archive without a pickle")
    value = resources.pairs[1] if len(resources.pairs) == 2 else resources

    def stored_bytes(storage: Storage) -> int:
        return archive.size(f".data/{storage.key}.storage")

    return Contents("torch.package", value, calls, stored_bytes, archive.observations())


def read(archive: Archive) -> SavedModel:
    """The model in a torch.package archive."""
    return describe_value(read_package(archive))
