"""Safetensors: a length, a JSON header, the bytes of all tensors (huggingface/safetensors)."""

from __future__ import annotations

import math

from rnninspect.decode.json import parse_json, spend_steps
from rnninspect.lean import Counter, itemgetter
from rnninspect.plugin import Fact, Limit, Observation, Record, UnreadableFile, plural
from rnninspect.stored.tensor import IN_COLUMNS, contiguous_strides
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import describe_model
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.networks.records import Root
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES, SAFETENSORS
from rnninspect_torch.tensors.rebuilders import integers
from rnninspect_torch.tensors.views import Storage, TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import SavedModel, Source

    # Start and end of a tensor in the data after the header, and its name.
    _Span = tuple[int, int, str]
_PREFIX = 8
_LONGEST_HEADER = 100_000_000  # bytes; limit of the library
_SCOPE = "tensors"
# Marks in the header for a tensor of six axes: bounds the number of parsed values.
_MARKS = {b",": 10, b'"': 10, b"[": 2, b"{": 1}
# Number of copies of the header in memory: encoded, decoded, as names and as identities. With a
# character beyond ASCII, each character of the decoded text may take four bytes.
_TIMES, _TIMES_UNICODE = 4, 8
_MOST = 20  # notes of one kind
_STEPS, _MARKS_IN_A_STEP = 12, 4  # of a tensor, and of other values
_STEPS_IN_COLUMNS = 1  # of a tensor in columns, beside those of its bytes
_BLOCK = 2**22  # bytes that are read at once of a very large header
_LEAST = 2**16  # bytes of a header below which reading it in columns saves no time


class _HeaderFields(Record):
    """The fields of a tensor in the header, lists as tuples."""

    dtype: object
    shape: object
    data_offsets: object


_FIELDS = frozenset(_HeaderFields._fields)


def read_header(
    source: Source, scope: str = _SCOPE, *, is_shard: bool = False
) -> tuple[Contents, Root]:
    """The tensors of a file, in the header's order, and the bytes stored for each.

    `scope` distinguishes its storages from those of other files. A large header and that of a shard
    are read in columns, if nothing in them is unusual.

    Raises:
        UnreadableFile: the header is truncated or malformed.
        RefusedFile: the header exceeds a limit.
    """
    length = int.from_bytes(source.read(0, _PREFIX), "little")
    if length > source.size - _PREFIX:
        fault = "truncated" if length <= _LONGEST_HEADER else "malformed"
        raise UnreadableFile(f"{fault}: a header of {length} bytes in a file of {source.size}")
    source.limits.require(Limit.HEADER_BYTES, length, "the header in memory")
    spend_steps(source, length)
    is_small = _TIMES * length <= source.limits.header_bytes
    encoded = source.read(_PREFIX, length) if is_small else b""
    if is_shard or length >= _LEAST:
        blocks = [encoded] if is_small else _blocks(source, length)
        found = _in_columns(source, blocks, length, scope)
        if found is not None:
            return found
    source.limits.require(Limit.HEADER_BYTES, _TIMES * length, "the header in memory")
    repeated: list[str] = []
    header = _parsed(source, encoded, repeated)
    del encoded  # a third of what is in memory
    if not isinstance(header, dict):
        raise UnreadableFile("the header is not a JSON object")
    notes = [
        Observation(Fact.DUPLICATE_NAME, f"{name} occurs twice in the header") for name in repeated
    ]
    contents = Contents("safetensors", None, TorchCalls(source, scope), lambda _: 0, tuple(notes))
    return _describe(contents, header, source.size - _PREFIX - length)


def _blocks(source: Source, length: int) -> Iterator[bytes]:
    """A header that is too large to have all of it in memory."""
    for start in range(0, length, _BLOCK):
        yield source.read(_PREFIX + start, min(_BLOCK, length - start))


def _in_columns(
    source: Source, blocks: Iterable[bytes], length: int, scope: str
) -> tuple[Contents, Root] | None:
    """The tensors of a header in which nothing is unusual; None for the others."""
    from rnninspect_torch.columns.entries import ColumnEntries  # noqa: PLC0415 - of large files
    from rnninspect_torch.columns.header import read_columns  # noqa: PLC0415 - as above

    most = IN_COLUMNS * source.limits.tensors
    columns = read_columns(blocks, source.size - _PREFIX - length, scope, most)
    if columns is None:
        return None
    source.spend(Limit.STEPS, _STEPS_IN_COLUMNS * len(columns.names))
    calls = TorchCalls(source, scope)
    contents = Contents("safetensors", None, calls, lambda storage: storage.bytes)
    return contents, Root("", columns=ColumnEntries(columns))


def _parsed(source: Source, encoded: bytes, repeated: list[str]) -> object:
    """The parsed header, tensors as _HeaderFields; adds duplicate names to `repeated`."""
    if not encoded.isascii():
        size = _TIMES_UNICODE * len(encoded)
        source.limits.require(Limit.HEADER_BYTES, size, "the header in memory")
    for mark, each in _MARKS.items():
        source.limits.require(Limit.TENSORS, encoded.count(mark) // each, "the header")
    steps = encoded.count(b",") // _MARKS_IN_A_STEP + _STEPS * encoded.count(b"{")
    source.spend(Limit.STEPS, steps)
    return parse_json(encoded, "the header", make_object=lambda pairs: _object(pairs, repeated))


def _object(
    pairs: list[tuple[str, object]], repeated: list[str]
) -> _HeaderFields | dict[str, object]:
    """An object of the header; _HeaderFields take a third of the memory of a dict."""
    fields = dict(pairs)
    if len(fields) != len(pairs) and len(repeated) < _MOST:
        counts = Counter(name for name, _ in pairs)
        repeated.append(next(name for name, times in counts.items() if times > 1))
    if fields.keys() != _FIELDS:
        return fields
    shape, offsets = fields["shape"], fields["data_offsets"]
    return _HeaderFields(
        fields["dtype"],
        tuple(shape) if type(shape) is list else shape,
        tuple(offsets) if type(offsets) is list else offsets,
    )


def _describe(contents: Contents, header: dict[str, object], size: int) -> tuple[Contents, Root]:
    """The contents and the root of a header that is followed by `size` bytes."""
    root, scope = Root(""), contents.calls.scope
    metadata = header.pop("__metadata__", None)
    spans = [_add(root, scope, name, header.pop(name)) for name in list(header)]
    _restore_aliases(root, metadata)
    stored = {name: max(0, min(stop, size) - max(start, 0)) for start, stop, name in spans}
    notes = (*contents.observations, *_gaps(spans, size))
    return contents._replace(
        payload_bytes=lambda storage: stored.get(storage.key, 0), observations=notes
    ), root


def _add(root: Root, scope: str, name: str, fields: object) -> _Span:
    """Add a tensor to the root, and return its span."""
    if isinstance(fields, dict):  # with missing or unknown fields
        fields = _HeaderFields(*map(fields.get, _HeaderFields._fields))
    if not isinstance(fields, _HeaderFields):
        raise UnreadableFile(f"malformed header: {name[:80]} is not an object")
    code, shape = fields.dtype, integers(fields.shape, "shape")
    start, stop = (*integers(fields.data_offsets, "data_offsets"), -1, -1)[:2]
    dtype = SAFETENSORS.get(code) if isinstance(code, str) else None
    if dtype is None:
        raise UnreadableFile(f"{name[:80]} has an unknown dtype: {str(code)[:20]}")
    count = math.prod(shape) if min(shape, default=0) >= 0 else 0
    storage = Storage(scope, name, dtype, ELEMENT_BYTES[dtype], count)
    root.entries.append(
        NamedTensor(name, TensorView(storage, 0, shape, contiguous_strides(shape), dtype))
    )
    return start, stop, name


def _restore_aliases(root: Root, metadata: object) -> None:
    """Restore the names that `save_model` dropped, which are listed in the metadata."""
    if not isinstance(metadata, dict):
        return
    kept = {entry.name: entry.tensor for entry in root.entries}
    for dropped, name in metadata.items():
        if isinstance(name, str) and name in kept and dropped not in kept:
            root.entries.append(NamedTensor(dropped, kept[name]))


def _gaps(spans: list[_Span], size: int) -> list[Observation]:
    """Overlaps and unused bytes, which the library rejects."""
    notes: list[Observation] = []
    ordered = sorted(spans, key=itemgetter(0, 1))
    unused = reached = ordered[0][0] if ordered else 0
    before = ""
    for start, stop, name in ordered:
        if start > reached:
            unused += start - reached
        elif start < reached and start < stop and len(notes) < _MOST:
            notes.append(Observation(Fact.OVERLAP, f"shares bytes with {before}", tensor=name))
        reached, before = max(reached, stop), name
    unused += max(0, size - reached)
    for start, _, name in ordered[:1]:
        if start < 0:
            detail = f"data offset {start} is negative"
            notes.append(Observation(Fact.CONTRADICTION, detail, tensor=name))
    if unused > 0:
        notes.append(Observation(Fact.UNUSUAL, f"{plural(unused, 'byte')} outside any tensor"))
    return notes


def read(source: Source) -> SavedModel:
    """The model in a safetensors file."""
    contents, root = read_header(source)
    return describe_model(contents, [root])
