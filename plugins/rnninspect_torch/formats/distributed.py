"""Folders of torch.distributed.checkpoint, whose `.metadata` is a pickled index.

The index has the names, shapes, types and chunks of all tensors
(torch/distributed/checkpoint/metadata.py, filesystem.py); only the size of other files is used.
"""

from __future__ import annotations

import math

from rnninspect.decode.pickles.values import Instance, Mapping
from rnninspect.plugin import Fact, Observation, Purpose, UnreadableFile, Whereabouts
from rnninspect.stored.tensor import contiguous_strides
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import describe_model
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.networks.purposes import purpose_of_key
from rnninspect_torch.networks.records import Root
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES
from rnninspect_torch.tensors.rebuilders import dtype_name, integers
from rnninspect_torch.tensors.views import Storage, TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source

_INDEX = "torch.distributed.checkpoint.metadata.Metadata"
_SCOPE = "distributed"
_MOST = 20


def is_index(value: object) -> bool:
    """Whether a pickled value is the index of a distributed checkpoint."""
    return isinstance(value, Instance) and value.path == _INDEX


class _Chunks:
    __slots__ = ("notes", "sizes", "source", "stored")

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stored: dict[str, int | None] = {}
        self.notes: list[Observation] = []
        self.sizes: dict[str, int | None] = {}

    def file_size(self, name: str) -> int | None:
        """Bytes of a file of chunks; None with a note if it is not in the folder."""
        if name not in self.sizes:
            found = self.source.neighbour(name)
            self.sizes[name] = None if found.path is None else found.size
            if found.path is None and len(self.notes) < _MOST:
                missing = found.whereabouts is Whereabouts.MISSING
                fact = Fact.EXTERNAL_MISSING if missing else Fact.EXTERNAL_OUTSIDE
                self.notes.append(Observation(fact, f"file of chunks {name[:80]}"))
        return self.sizes[name]


def describe_checkpoint(contents: Contents) -> SavedModel:
    """The model that an index describes; UnreadableFile if it lists no tensors."""
    index = contents.value.attributes if isinstance(contents.value, Instance) else {}
    tensors, places = index.get("state_dict_metadata"), index.get("storage_data")
    if not isinstance(tensors, Mapping):
        raise UnreadableFile("distributed checkpoint: the index has no state_dict_metadata")
    chunks = _Chunks(contents.calls.source)
    stored = _stored_bytes(places, chunks)
    roots: dict[str, Root] = {}
    for name, metadata in tensors.named.items():
        if isinstance(metadata, Instance) and "size" in metadata.attributes:
            top = name.partition(".")[0]
            purpose = purpose_of_key(top, Purpose.PARAMETER)
            label = "" if purpose is Purpose.PARAMETER else top
            root = roots.setdefault(label, Root(label, purpose))
            root.entries.append(
                NamedTensor(name, _tensor(name, metadata.attributes, stored, chunks))
            )
    described = Contents(
        "torch distributed checkpoint",
        None,
        contents.calls,
        lambda storage: chunks.stored.get(storage.key),
        (*contents.observations, *chunks.notes),
    )
    return describe_model(described, list(roots.values()))


def _stored_bytes(value: object, chunks: _Chunks) -> dict[str, int]:
    """Bytes stored for each name in all its chunks, as far as their files extend."""
    stored: dict[str, int] = {}
    for key, place in value.items() if isinstance(value, Mapping) else ():
        if not isinstance(key, Instance) or not isinstance(place, Instance):
            continue
        name, attributes = key.attributes.get("fqn"), place.attributes
        path, offset, length = (
            attributes.get(what) for what in ("relative_path", "offset", "length")
        )
        if not isinstance(name, str) or not isinstance(path, str):
            continue
        start, size = integers((offset, length), "location of a chunk")
        available = chunks.file_size(path)
        stored[name] = stored.get(name, 0) + max(0, min(size, (available or 0) - start))
    return stored


def _tensor(
    name: str, attributes: dict[str, object], stored: dict[str, int], chunks: _Chunks
) -> TensorView:
    """A tensor with its full shape, which its chunks must add up to."""
    shape = integers(_size(attributes.get("size")), "shape")
    properties = attributes.get("properties")
    dtype = _dtype(properties.state if isinstance(properties, Instance) else None)
    each = ELEMENT_BYTES.get(dtype, 1)
    storage = Storage(_SCOPE, name, dtype, each, math.prod(max(0, size) for size in shape))
    tensor = TensorView(storage, 0, shape, contiguous_strides(shape), dtype)
    in_chunks = _chunked(attributes.get("chunks"))
    if in_chunks != tensor.count and len(chunks.notes) < _MOST:
        detail = f"its chunks have {in_chunks:,} elements of {tensor.count:,}"
        chunks.notes.append(Observation(Fact.CONTRADICTION, detail, tensor=name))
    # A chunk is a file with headers, so it may have more bytes than needed.
    chunks.stored[name] = min(storage.bytes, stored.get(name, 0))
    return tensor


def _chunked(value: object) -> int:
    total = 0
    for chunk in value if isinstance(value, list | tuple) else ():
        if isinstance(chunk, Instance):
            sizes = integers(_size(chunk.attributes.get("sizes")), "shape of a chunk")
            total += math.prod(max(0, size) for size in sizes)
    return total


def _size(value: object) -> object:
    """A tuple, or the argument of torch.Size."""
    return value.args[0] if isinstance(value, Instance) and value.args else value


def _dtype(state: object) -> str:
    """The dtype of TensorProperties, which is pickled as a tuple or a dict."""
    if isinstance(state, tuple) and state:
        return dtype_name(state[0])
    if isinstance(state, Mapping):
        return dtype_name(state.named.get("dtype"))
    return "uint8"
