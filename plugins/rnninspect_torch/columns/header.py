"""A header of safetensors read at once, if nothing in it is unusual.

The long way, `formats.safetensors`, reads every other header and has the words for what is wrong
with it. Both describe a header that is read here in the same way.
"""

from __future__ import annotations

import json
import math
from array import array
from itertools import chain
from operator import itemgetter, mul, sub

from rnninspect.plugin import MOST_ELEMENTS
from rnninspect.stored.kinds import kinds_of
from rnninspect_torch.columns.entries import EntryColumns
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES, SAFETENSORS
from rnninspect_torch.tensors.rebuilders import MOST_AXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    _Spans = tuple[array[int], array[int]]  # where tensors start and stop

METADATA = "__metadata__"
_PIECE = 2**18  # bytes that are parsed at once, and made into columns
_FIELDS = itemgetter("dtype", "shape", "data_offsets")
_QUOTES = 10  # of a tensor: its name, the names of its fields, its type
_MOST_SHAPES = 1_000  # different ones: a file can contain very many with equal hashes
_MOST_KINDS = 20_000  # of names: where most differ in letters, columns save little
_LONGEST = 1_024  # letters of a name
_BLANKS = b" \t\r\n"
_FLAT = b'flat_param"'  # the end of a name, of which the long way makes a note
# What is raised here by values of other types, missing fields and malformed text.
_UNUSUAL = (ValueError, TypeError, KeyError, IndexError, OverflowError, RecursionError)


class _UnusualError(ValueError):
    """Something that only the long way describes."""


def read_columns(blocks: Iterable[bytes], size: int, scope: str, most: int) -> EntryColumns | None:
    """The tensors of a header that is followed by `size` bytes, each filling its own part of them.

    The header comes in blocks. None if it has more tensors than `most`; if it is malformed or
    repeats a name; if a tensor is not as its shape and type say; if tensors overlap, leave bytes
    unused, share their storage or have no names; if a name has an escape, is not in ASCII or very
    long; if an element is not of whole bytes; if there are many shapes, or kinds of names.
    """
    try:
        return _read(blocks, size, scope, most)
    except _UNUSUAL:
        return None


def _read(blocks: Iterable[bytes], size: int, scope: str, most: int) -> EntryColumns:
    columns, spans = EntryColumns(scope), (array("q"), array("q"))
    known: dict[tuple[int, ...], tuple[int, ...]] = {}
    metadata: list[object] = []
    kinds: set[str] = set()
    quotes = 0
    for piece in _pieces(blocks):
        quotes += piece.count(b'"')
        part = _parsed(piece)
        if METADATA in part:
            metadata.append(part.pop(METADATA))
        if part:
            _add(columns, spans, part, known)
            kinds.update(kinds_of(list(part)))
        _require(len(columns.names) <= most and len(kinds) <= _MOST_KINDS)
    _check_names(columns.names, metadata, quotes)
    _check_shapes(known)
    _check_sizes(columns, spans)
    _check_order(spans, size)
    return columns


def _pieces(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The members of the header's object, some at a time, each piece up to the end of one.

    A piece that ends in `}` before a comma, and is a whole object between braces, ends where a
    member of the header does: a comma in a name or in a list leaves a piece that is none.
    """
    rest = iter(blocks)
    text = next(rest)
    start = text.index(b"{") + 1
    _require(not text[: start - 1].strip(_BLANKS))
    more: bytes | None = b""
    while more is not None:
        while len(text) - start > _PIECE:
            stop = text.rindex(b"},", start, start + _PIECE) + 1
            yield text[start:stop]
            start = stop + 1
        more = next(rest, None)
        if more is not None:
            text, start = text[start:] + more, 0
    stop = text.rindex(b"}", start)
    _require(not text[stop + 1 :].strip(_BLANKS))
    yield text[start:stop]


def _parsed(piece: bytes) -> dict[str, dict[str, object]]:
    """The members in a piece."""
    _require(piece.isascii() and b"\\" not in piece and _FLAT not in piece)
    part: dict[str, dict[str, object]] = json.loads(f"{{{piece.decode('ascii')}}}")
    _require(len(part) > 0 and max(map(len, part)) <= _LONGEST)
    return part


def _add(
    columns: EntryColumns,
    spans: _Spans,
    part: dict[str, dict[str, object]],
    known: dict[tuple[int, ...], tuple[int, ...]],
) -> None:
    """Add tensors to the columns."""
    values = part.values()
    _require(_types(values) == {dict} and set(map(len, values)) == {3})
    codes, shapes, offsets = zip(*map(_FIELDS, values), strict=True)
    _require(_types(shapes) == _types(offsets) == {list} and set(map(len, offsets)) == {2})
    _require(_types(chain.from_iterable((*shapes, *offsets))) == {int})
    columns.names += part
    columns.dtypes += map(SAFETENSORS.__getitem__, codes)
    as_tuples = list(map(tuple, shapes))
    columns.shapes += map(known.setdefault, as_tuples, as_tuples)
    _require(len(known) <= _MOST_SHAPES)
    for span, ends in zip(spans, zip(*offsets, strict=True), strict=True):
        span.extend(ends)


def _types(values: Iterable[object]) -> set[type]:
    return set(map(type, values))


def _check_names(names: list[str], metadata: list[object], quotes: int) -> None:
    """Names are unique, also those of fields: what is repeated has quotes and is not counted."""
    unique = set(names)
    expected = _QUOTES * len(unique)
    for fields in metadata:
        if not isinstance(fields, dict):
            raise _UnusualError
        _require(_types(fields.values()) <= {str})
        expected += 2 + 4 * len(fields)
        _require(unique.isdisjoint(fields.values()))  # else these are names that were left out
    _require(len(metadata) <= 1 and quotes == expected and len(unique) == len(names))
    _require(not all(map(str.isdigit, names)))


def _check_shapes(shapes: Iterable[tuple[int, ...]]) -> None:
    for shape in shapes:
        possible = min(shape, default=0) >= 0 and math.prod(shape) <= MOST_ELEMENTS
        _require(possible and len(shape) <= MOST_AXES)


def _check_sizes(columns: EntryColumns, spans: _Spans) -> None:
    """Each tensor has the bytes that it needs."""
    widths = {dtype: ELEMENT_BYTES[dtype] for dtype in set(columns.dtypes)}
    _require(_types(widths.values()) == {int})
    of_types = map(widths.__getitem__, columns.dtypes)
    columns.sizes.extend(map(mul, of_types, map(math.prod, columns.shapes)))
    starts, stops = spans
    _require(columns.sizes == array("q", map(sub, stops, starts)))


def _check_order(spans: _Spans, size: int) -> None:
    """All bytes belong to one tensor."""
    starts, stops = spans
    if starts[1:] != stops[:-1]:
        ordered = sorted(zip(starts, stops, strict=True))
        starts, stops = (array("q", ends) for ends in zip(*ordered, strict=True))
    _require(starts[0] == 0 and stops[-1] == size and starts[1:] == stops[:-1])


def _require(condition: bool) -> None:  # noqa: FBT001 - as an assertion has it
    if not condition:
        raise _UnusualError
