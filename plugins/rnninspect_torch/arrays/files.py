"""Archives of numpy arrays (.npz), and array files of objects (.npy), which are pickles."""

from __future__ import annotations

from rnninspect.decode.npy import LONGEST, OBJECTS, read_header
from rnninspect.decode.pickles.values import Instance, Mapping
from rnninspect.decode.zip_directory import head_of_member, open_member, read_directory
from rnninspect.lean import re
from rnninspect.plugin import (
    DTYPES,
    Fact,
    Limit,
    Observation,
    UnknownFormat,
    UnreadableFile,
    plural,
)
from rnninspect.stored.tensor import contiguous_strides
from rnninspect_torch.arrays.describing import describe_arrays
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.networks.records import Root
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.views import Storage, TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.decode.npy import ArrayHeader
    from rnninspect.decode.zip_directory import Member
    from rnninspect.plugin import SavedModel, Source
    from rnninspect_torch.columns.entries import ColumnEntries

_ENDING = ".npy"
_SCOPE = "array of the archive"
_FORMAT = "npz of numpy arrays"
_MANY = 500  # members that are read in columns where they can be
_STEPS_OF_AN_ARRAY = 20
# Words of names that weights have; without one, an archive without layers is a data set.
_OF_WEIGHTS = re.compile(
    r"weight|kernel|bias|gamma|beta|embed|param|coef|(?:^|[\W_])[wbu](?:[\W_]|\d|$)|^arr_\d+$",
    re.IGNORECASE,
)


def read_archive(source: Source) -> SavedModel:
    """The model in an archive of arrays.

    Raises:
        UnreadableFile: the archive or the header of an array cannot be parsed.
        UnknownFormat: no array is named like a weight.
    """
    members = read_directory(source)
    source.spend(Limit.STEPS, _STEPS_OF_AN_ARRAY * len(members))
    columns = _in_columns(source, members) if len(members) >= _MANY else None
    if columns is None:
        model = _one_by_one(_Archive(source, members))
    else:
        del members  # a third of what is in memory
        calls = TorchCalls(source, _SCOPE)
        contents = Contents(_FORMAT, Mapping(), calls, lambda storage: storage.bytes)
        model = describe_arrays(contents, Root("", columns=columns))
    if not model.layers and not _may_be_weights(model):
        raise UnknownFormat("a NumPy archive (.npz) without a name of a weight: data, not a model")
    return model


def _in_columns(source: Source, members: Sequence[Member]) -> ColumnEntries | None:
    """The arrays of an archive in columns; None where one of them is not plain."""
    from rnninspect_torch.arrays.columns import read_columns  # noqa: PLC0415 - of large archives

    return read_columns(source, members, _SCOPE)


def _one_by_one(archive: _Archive) -> SavedModel:
    calls = TorchCalls(archive.source, _SCOPE)
    pairs: list[object] = []
    for member in archive.arrays:
        pairs += (_name(member), archive.value(member, calls))
    contents = Contents(_FORMAT, Mapping(pairs), calls, archive.stored)
    return describe_arrays(contents._replace(observations=archive.notes()))


def _may_be_weights(model: SavedModel) -> bool:
    if any(note.fact is Fact.POSSIBLE for note in model.observations):
        return True
    tensors = model.tensors
    names = (one.name for one in tensors) if isinstance(tensors, tuple) else tensors.names
    return any(map(_OF_WEIGHTS.search, names))


def read_objects(source: Source) -> SavedModel:
    """The model in an array file whose elements are pickled objects, such as a dict of arrays.

    Raises:
        UnreadableFile: the header or the pickle cannot be parsed.
        UnknownFormat: there are no arrays in it.
    """
    calls = TorchCalls(source)
    header = read_header(source.head(LONGEST))
    value = _unpickled(source.window(header.start, source.size - header.start), calls)
    return describe_arrays(Contents("npy of numpy arrays", value, calls, lambda _: None))


def _name(member: Member) -> str:
    return member.name.removesuffix(_ENDING)


def _unpickled(payload: Source, calls: TorchCalls) -> object:
    """The one object in a pickled array of objects, else all that is pickled."""
    from rnninspect.decode.pickles.interpreter import load_from  # noqa: PLC0415 - plain arrays need none of it

    value = load_from(payload, calls)
    items = (
        value.state[-1] if isinstance(value, Instance) and isinstance(value.state, tuple) else ()
    )
    return items[0] if isinstance(items, list) and len(items) == 1 else value


class _Archive:
    """The members of an archive, and what was noticed on the way."""

    def __init__(self, source: Source, members: Sequence[Member]) -> None:
        self.source = source
        self.arrays = [member for member in members if member.name.endswith(_ENDING)]
        self.others = [member.name for member in members if not member.name.endswith(_ENDING)]
        self.left_out: list[str] = []
        self.bytes_of: dict[str, int] = {}

    def value(self, member: Member, calls: TorchCalls) -> object:
        """The array of a member, unread; what is pickled in an array of objects; None for text.

        Raises:
            UnreadableFile: the header cannot be parsed; the message names the member.
        """
        try:
            header = read_header(head_of_member(self.source, member, LONGEST))
            if header.code == OBJECTS:
                whole = open_member(self.source, member)
                return _unpickled(whole.window(header.start, whole.size - header.start), calls)
        except UnreadableFile as error:
            raise UnreadableFile(f"{member.name[:80]}: {error}") from error
        if header.dtype not in DTYPES:
            self.left_out.append(member.name)
            return None
        return self._view(member, header)

    def _view(self, member: Member, header: ArrayHeader) -> TensorView:
        key = str(member.header_offset)
        self.bytes_of[key] = max(0, member.size - header.start)
        strides = contiguous_strides(header.shape)  # Fortran order has the same counts
        storage = Storage(_SCOPE, key, header.dtype, header.item_bytes or 0, 0)
        view = TensorView(storage, 0, header.shape, strides, header.dtype)
        storage = Storage(_SCOPE, key, header.dtype, header.item_bytes or 0, view.count)
        return view.changed(storage=storage)

    def stored(self, storage: Storage) -> int | None:
        """Bytes that the archive has for an array, by the sizes of its directory."""
        return self.bytes_of.get(storage.key)

    def notes(self) -> tuple[Observation, ...]:
        """What is not counted: members of other kinds, arrays of text."""
        found = []
        if self.others:
            shown = ", ".join(name[:60] for name in self.others[:3])
            found.append(f"{plural(len(self.others), 'member')} not an array: {shown}")
        if self.left_out:
            shown = ", ".join(name[:60] for name in self.left_out[:3])
            found.append(f"{plural(len(self.left_out), 'array')} without numbers: {shown}")
        return tuple(Observation(Fact.UNUSUAL, detail) for detail in found)
