"""Safetensors: a length, a JSON header, the bytes of all tensors (huggingface/safetensors)."""

from __future__ import annotations

import json
import math
from collections import Counter
from itertools import accumulate, pairwise

from rnninspect.plugin import Fact, Observation, Record, UnreadableFile
from rnninspect_torch.describing import describe_model
from rnninspect_torch.dtypes import ELEMENT_BYTES, SAFETENSORS
from rnninspect_torch.rebuild import TorchCalls
from rnninspect_torch.rebuilders import integers
from rnninspect_torch.roots import Entry, Root
from rnninspect_torch.saved import Saved
from rnninspect_torch.values import Storage, Tensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source

_PREFIX = 8
_SCOPE = "tensors"
# What a tensor takes in a header at most, with many axes: a bound on what JSON makes of it.
_COMMAS, _BRACKETS = 20, 2
_MOST = 20  # notes of one kind


class _Span(Record):
    """A tensor's bytes, relative to the end of the header."""

    name: str
    start: int
    stop: int


def read_header(source: Source) -> tuple[Saved, Root]:
    """The tensors of a file, in the header's order, and what it says of their bytes.

    Raises:
        UnreadableFile: the header passes the end of the file or is not what it should be.
        RefusedFile: it is larger than the limits allow.
    """
    length = int.from_bytes(source.read(0, _PREFIX), "little")
    if length > source.size - _PREFIX:
        raise UnreadableFile(f"a header of {length} bytes in a file of {source.size}")
    source.limits.require("header_bytes", length, "the header")
    encoded = source.read(_PREFIX, length)
    if not encoded.isascii():  # one letter may make all of them take four bytes
        source.limits.require("header_bytes", 4 * length, "the header")
    text = encoded.decode()
    del encoded
    for mark, each in ((",", _COMMAS), ("[", _BRACKETS), ("{", 1)):
        source.limits.require("tensors", text.count(mark) // each, "the header")
    repeated: list[str] = []
    header = json.loads(text, object_pairs_hook=lambda pairs: _object(pairs, repeated))
    if not isinstance(header, dict):
        raise UnreadableFile("the header is no JSON object")
    notes = [
        Observation(Fact.DUPLICATE_NAME, f"{name} stands twice in the header") for name in repeated
    ]
    return _describe(source, header, source.size - _PREFIX - length, notes)


def _object(pairs: list[tuple[str, object]], repeated: list[str]) -> dict[str, object]:
    held = dict(pairs)
    if len(held) != len(pairs) and len(repeated) < _MOST:
        counts = Counter(name for name, _ in pairs)
        repeated.append(next(name for name, times in counts.items() if times > 1))
    return held


def _describe(
    source: Source, header: dict[str, object], size: int, notes: list[Observation]
) -> tuple[Saved, Root]:
    root, spans = Root(""), []
    told = header.pop("__metadata__", None)
    for name, fields in header.items():
        entry, span = _entry(name, fields)
        root.entries.append(entry)
        spans.append(span)
    _restore_aliases(root, told)
    held = {span.name: max(0, min(span.stop, size) - max(span.start, 0)) for span in spans}
    notes.extend(_gaps(spans, size))
    saved = Saved(
        "safetensors",
        None,
        TorchCalls(source, _SCOPE),
        lambda storage: held.get(storage.key, 0),
        tuple(notes),
    )
    return saved, root


def _entry(name: str, fields: object) -> tuple[Entry, _Span]:
    if not isinstance(fields, dict):
        raise UnreadableFile(f"the header gives {name[:80]} no fields")
    shape = integers(fields.get("shape"), "shape")
    start, stop = (*integers(fields.get("data_offsets"), "data_offsets"), -1, -1)[:2]
    code = fields.get("dtype")
    dtype = SAFETENSORS.get(code) if isinstance(code, str) else None
    if dtype is None:
        raise UnreadableFile(f"{name[:80]} has an unknown dtype, {str(code)[:20]}")
    count = math.prod(shape) if min(shape, default=0) >= 0 else 0
    storage = Storage(_SCOPE, name, dtype, ELEMENT_BYTES[dtype], count)
    strides = tuple(accumulate(shape[:0:-1], lambda step, axis: step * axis, initial=1))[::-1]
    tensor = Tensor(storage, 0, shape, strides[-len(shape) :] if shape else (), dtype)
    return Entry(name, tensor), _Span(name, start, stop)


def _restore_aliases(root: Root, told: object) -> None:
    """`save_model` leaves out tensors with a second name, and notes which one it kept."""
    if not isinstance(told, dict):
        return
    kept = {entry.name: entry.tensor for entry in root.entries}
    for left_out, name in told.items():
        if isinstance(name, str) and name in kept and left_out not in kept:
            root.entries.append(Entry(left_out, kept[name]))


def _gaps(spans: list[_Span], size: int) -> list[Observation]:
    """Overlaps, and bytes that belong to no tensor, which the library's own reader refuses."""
    notes: list[Observation] = []
    ordered = sorted(spans, key=lambda span: (span.start, span.stop))
    unused = ordered[0].start if ordered else 0
    reached = ordered[0].stop if ordered else 0
    for before, span in pairwise(ordered):
        if span.start < reached and span.start < span.stop and len(notes) < _MOST:
            detail = f"shares bytes with {before.name}"
            notes.append(Observation(Fact.OVERLAP, detail, tensor=span.name))
        unused += max(0, span.start - reached)
        reached = max(reached, span.stop)
    unused += max(0, size - reached)
    for span in ordered[:1]:
        if span.start < 0:
            detail = "its bytes would begin before the end of the header"
            notes.append(Observation(Fact.CONTRADICTION, detail, tensor=span.name))
    if unused > 0:
        notes.append(Observation(Fact.UNUSUAL, f"{unused:,} bytes belong to no tensor"))
    return notes


def read(source: Source) -> SavedModel:
    """The model in a safetensors file."""
    saved, root = read_header(source)
    return describe_model(saved, [root])
