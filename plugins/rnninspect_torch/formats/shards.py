"""Models in shards, with a JSON index from tensors to files (huggingface/transformers)."""

from __future__ import annotations

from rnninspect.decode.weight_map import missing_tensors, read_weight_map
from rnninspect.lean import partial
from rnninspect.plugin import (
    MOST_ELEMENTS,
    DeclaredTotals,
    Fact,
    Limit,
    Observation,
    Purpose,
    UnreadableFile,
    Whereabouts,
)
from rnninspect.stored.kinds import names_of
from rnninspect.stored.tensor import IN_COLUMNS
from rnninspect_torch.archives import archive
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import columns_in, describe_model
from rnninspect_torch.formats import legacy, safetensors
from rnninspect_torch.formats import saved_zip as zipped
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.networks.records import Root
from rnninspect_torch.networks.roots import find_roots
from rnninspect_torch.networks.walking import Walk
from rnninspect_torch.recognition import Container, container_of
from rnninspect_torch.tensors.calls import TorchCalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import SavedModel, Source
    from rnninspect_torch.tensors.views import Storage, TensorView

_MOST_SHARDS = 1_000
_DIGITS = 18  # of a total in a string
_MOST = 20  # notes of one kind


class _Shards:
    """The contents of all shards."""

    __slots__ = (
        "calls",
        "declared",
        "file_bytes",
        "format",
        "notes",
        "read",
        "root",
        "shards",
        "storage_bytes",
    )

    def __init__(self, format_: str, calls: TorchCalls) -> None:
        self.format = format_
        self.root = Root("")
        self.calls = calls
        self.storage_bytes: dict[tuple[str, str], int | None] = {}
        self.read: set[object] = set()  # the shards, by the file's identity
        # What has the tensors in columns, by the scope of their storages; and that inside the file.
        self.shards: dict[str, tuple[Contents, str]] = {}
        self.notes: list[Observation] = []
        self.declared: object = None  # the metadata of the index
        self.file_bytes = 0

    def stored_bytes(self, storage: Storage) -> int | None:
        """Bytes that a shard stores for a storage."""
        if storage.scope in self.shards:
            contents, inside = self.shards[storage.scope]
            return contents.stored_bytes(storage.in_scope(inside))
        return self.storage_bytes.get((storage.scope, storage.key))

    def held(self, scope: str, keys: Sequence[str] | range) -> Sequence[int]:
        """Bytes that a shard stores for many storages, which it has by keys of their own."""
        contents, inside = self.shards[scope]
        return contents.held(inside, keys) if contents.held is not None else []

    def add(self, root: Root) -> None:
        """Add the tensors of a shard, in columns as long as those of all shards are."""
        if root.columns is None or self.root.entries:
            self.leave_columns()
            self.root.entries.extend(root.every)
        elif self.root.columns is None:
            self.root.columns = root.columns
        else:
            self.root.columns.extend(root.columns)

    def names(self) -> Sequence[str]:
        """The names of its tensors."""
        return names_of(self.root.every)

    def weight(self) -> int:
        """How many tensors count towards the limit."""
        return len(self.root.entries) + -(-len(self.root.columns or ()) // IN_COLUMNS)

    def leave_columns(self) -> None:
        """Keep an entry for each tensor; RefusedFile if they are too many for that."""
        self.calls.source.limits.require(Limit.TENSORS, len(self.root.every))
        self.root.entries[:0] = self.root.columns or ()
        self.root.columns = None

    def note(self, fact: Fact, detail: str, tensor: str | None = None) -> None:
        if sum(known.fact is fact for known in self.notes) < _MOST:
            self.notes.append(Observation(fact, detail, tensor=tensor))


def read(source: Source) -> SavedModel:
    """The model of an index, with all shards in its folder."""
    model = _gathered(source)
    notes = tuple(model.notes)
    contents = Contents(model.format, None, model.calls, model.stored_bytes, notes, held=model.held)
    described = describe_model(contents, [model.root])
    return described._replace(declared_totals=_declared(model))


def _declared(model: _Shards) -> DeclaredTotals | None:
    """The totals that the index declares; None where it declares none that a model may have."""
    metadata = model.declared if isinstance(model.declared, dict) else {}
    elements, size = (_number(metadata.get(key)) for key in ("total_parameters", "total_size"))
    if elements is None and size is None:
        return None
    return DeclaredTotals(elements, size, model.file_bytes)


def _number(value: object) -> int | None:
    """A total, which some writers give as a float or in a string; None if it is none."""
    if isinstance(value, str) and len(value) <= _DIGITS and value.isdecimal() and value.isascii():
        return int(value)
    if isinstance(value, float) and value.is_integer() and 0 <= value <= MOST_ELEMENTS:
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MOST_ELEMENTS else None


def _gathered(source: Source) -> _Shards:
    """The contents of the shards."""
    index = read_weight_map(source, _MOST_SHARDS)
    is_safe = index.files[0].endswith(".safetensors")
    model = _Shards("sharded safetensors" if is_safe else "pytorch shards", TorchCalls(source))
    model.declared = index.metadata
    source.expect_neighbours(index.files)
    for number, name in enumerate(index.files):
        _add_shard(model, source, name, f"shard {number}")
        source.limits.require(Limit.TENSORS, model.weight(), "the number of tensors in all shards")
    names = set(model.names())
    if len(names) < len(model.root.every):  # names of several shards
        model.leave_columns()
    for name, shard in missing_tensors(source, names, _MOST).items():
        detail = f"missing from {shard[:80]}, where the index lists it"
        model.note(Fact.EXTERNAL_MISSING, detail, name)
    return model


def _add_shard(model: _Shards, source: Source, name: str, scope: str) -> None:
    found = source.neighbour(name)
    if found.path is None:
        missing = found.whereabouts is Whereabouts.MISSING
        fact = Fact.EXTERNAL_MISSING if missing else Fact.EXTERNAL_OUTSIDE
        model.note(fact, f"shard {name[:80]}")
        return
    if found.identity in model.read:  # another path of the same file
        return
    model.read.add(found.identity)
    with source.open_neighbour(name) as shard:
        model.file_bytes += shard.size
        try:
            contents, roots = _read_shard(shard, scope)
        except UnreadableFile as error:
            raise error.inside(f"shard {name[:80]}") from error
    model.calls.foreign.update(contents.calls.foreign)
    model.notes.extend(contents.observations)
    if contents.calls.scope == scope:  # its tensors have a scope of their own
        model.shards[scope] = (contents, scope)
        model.add(roots[0])
        return
    move = partial(_moved, contents=contents, scope=scope, model=model)
    (root,) = roots if len(roots) == 1 else (Root(""),)
    if root.columns is not None and root.purpose is Purpose.PARAMETER:
        for own in root.columns.move(move, scope):
            model.shards[f"{scope}/{own}"] = (contents._replace(value=None), own)
        model.add(root)
        return
    model.leave_columns()
    for root in roots:
        for entry in root.every:
            tensor = move(entry.tensor)
            model.root.entries.append(NamedTensor(entry.name, tensor, entry.purpose))


def _read_shard(source: Source, scope: str) -> tuple[Contents, list[Root]]:
    match container_of(source):
        case Container.SAFETENSORS:
            contents, root = safetensors.read_header(source, scope, is_shard=True)
            return contents, [root]
        case Container.ZIP:
            contents = zipped.read_saved(archive.Archive(source))
        case Container.LEGACY:
            contents = legacy.read_legacy(source)
        case _:
            raise UnreadableFile("neither safetensors nor a PyTorch state dict")
    return contents, find_roots(contents.value, Walk(source, columns_in(contents)))


def _moved(tensor: TensorView, contents: Contents, scope: str, model: _Shards) -> TensorView:
    """The tensor with a storage whose scope is unique among all shards."""
    parts = tuple(_moved(part, contents, scope, model) for part in tensor.parts)
    if tensor.storage is None:
        return tensor.changed(parts=parts)
    storage = tensor.storage.in_scope(f"{scope}/{tensor.storage.scope}")
    model.storage_bytes[storage.scope, storage.key] = contents.stored_bytes(tensor.storage)
    return tensor.changed(storage=storage, parts=parts)
