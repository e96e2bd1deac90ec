"""TensorFlow checkpoints: the tensors that an index lists, and how much of them its shards hold.

Follows `tensorflow/core/protobuf/tensor_bundle.proto`: the V2 format, a table of one entry for each
tensor beside shards of data.
"""

from __future__ import annotations

import math

from rnninspect.decode.protobuf import WireReader, signed
from rnninspect.decode.sstable.tables import LONGEST_NUMBER, read_number, read_table
from rnninspect.plugin import (
    DTYPES,
    Fact,
    Limit,
    Observation,
    Purpose,
    Record,
    StoredTensor,
    UnreadableFile,
    Whereabouts,
    plural,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Source

# DataType of types.proto -> name; references are 100 higher.
TYPES = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    8: "complex64",
    9: "int64",
    10: "bool",
    11: "qint8",
    12: "quint8",
    13: "qint32",
    14: "bfloat16",
    15: "qint16",
    16: "quint16",
    17: "uint16",
    18: "complex128",
    19: "float16",
    20: "resource",
    21: "variant",
    22: "uint32",
    23: "uint64",
    24: "float8_e5m2",
    25: "float8_e4m3fn",
    26: "float8_e4m3fnuz",
    27: "float8_e4m3b11fnuz",
    28: "float8_e5m2fnuz",
    29: "int4",
    30: "uint4",
    31: "int2",
    32: "uint2",
}
REFERENCE = 100
GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
SLICE = b"\0"  # keys of slices begin with it
MOST_SHARDS = 5_000  # that are looked up
MOST_AXES = 64  # as in numpy 2; a product of more has no end of digits
SHOWN = 3  # names of missing shards in a message

Slices = dict[str, tuple[int, "int | None"]]  # name -> bytes by the index, bytes held


class Bundle:
    """A checkpoint.

    Attributes:
        tensors: by key.
        observations: what was noticed.
        graph: its object graph as encoded; None if it has none or its shard is missing.
        missing: identities of the tensors whose shard is missing, each with the shard's name.
        stored: False where the tensors are only described and no checkpoint holds them.
    """

    __slots__ = ("graph", "missing", "observations", "stored", "tensors")

    def __init__(self, graph: bytes | None = None) -> None:
        self.tensors: dict[str, StoredTensor] = {}
        self.observations: list[Observation] = []
        self.graph = graph
        self.missing: dict[str, str] = {}
        self.stored = True


class Entry(Record):
    """What an index says of one tensor, or of one slice of it, whose `key` is then the whole's."""

    key: str
    dtype: str
    itemsize: int
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    sliced: bool


def type_of(number: int) -> tuple[str, int]:
    """Name and size in bytes of a data type; int4 takes a whole byte, as TensorFlow stores it."""
    element = DTYPES.get(TYPES.get(number % REFERENCE, ""))
    return (f"type {number}", 0) if element is None else (element.name, element.whole_bytes)


def purpose_of(dtype: str) -> Purpose:
    """Numbers are weights; strings and handles are something else."""
    is_object = dtype in DTYPES and not DTYPES[dtype].is_number
    return Purpose.CONSTANT if is_object else Purpose.PARAMETER


def read_bundle(source: Source, home: Source, prefix: str) -> Bundle:
    """Read the index of a V2 checkpoint; its shards are neighbours of `home`: `prefix.data-…`.

    Raises:
        UnreadableFile: the index is broken.
        RefusedFile: it lists more tensors than the limits allow.
    """
    wire, entries = WireReader(source), read_table(source)
    shards = Shards(home, prefix, _number_of_shards(wire, *next(entries, (b"?", b""))))
    bundle, slices, shapes = Bundle(), Slices(), Shapes(wire)
    for key, value in entries:
        if key.startswith(SLICE):  # they stand before the tensors that they are parts of
            entry = _entry(wire, sliced_name(key), value, shapes)
            size, held = slices.get(entry.key, (0, 0))
            more = shards.held(entry)
            known = None if held is None or more is None else held + more
            slices[entry.key] = size + entry.size, known
        else:
            entry = _entry(wire, key.decode("utf-8", "surrogateescape"), value, shapes)
            _add(bundle, shards, entry, slices)
    if shards.missing:
        bundle.observations.append(Observation(Fact.EXTERNAL_MISSING, shards.missing))
    return bundle


def sliced_name(key: bytes) -> str:
    """The tensor that a slice is a part of; TensorFlow's ordered code ends the name by 0, 1."""
    name = key.removeprefix(SLICE).partition(b"\0\1")[0]
    plain = name.replace(b"\0\xff", b"\0").replace(b"\xff\0", b"\xff")
    return plain.decode("utf-8", "surrogateescape")


def _number_of_shards(wire: WireReader, key: bytes, value: bytes) -> int:
    """What the first entry says, which is the header."""
    if key:
        raise UnreadableFile("the checkpoint's index does not begin with its header")
    numbers, _ = wire.held(value, 0)
    if numbers.get(2):
        raise UnreadableFile("the checkpoint is big-endian")
    return numbers.get(1, 0)


class Shards:
    """The files of data beside an index, each looked up when an entry first lies in it."""

    def __init__(self, home: Source, prefix: str, number: int) -> None:
        self.home = home
        self._prefix, self._number = prefix, number
        self._sizes: dict[int, int | None] = {}
        self._names: dict[int, str] = {}

    def name(self, shard: int) -> str:
        """The name of a shard; UnreadableFile if the index says that there are not so many."""
        if shard >= self._number:
            raise UnreadableFile(f"an entry of the index lies in shard {shard} of {self._number}")
        if shard not in self._names:
            self._names[shard] = f"{self._prefix}.data-{shard:05}-of-{self._number:05}"
        return self._names[shard]

    def size(self, shard: int) -> int | None:
        """Bytes of a shard; None if it is not there."""
        if shard not in self._sizes:
            if len(self._sizes) == MOST_SHARDS:
                raise UnreadableFile(f"the tensors lie in more than {MOST_SHARDS} shards")
            found = self.home.neighbour(self.name(shard))
            inside = found.whereabouts is Whereabouts.INSIDE
            self._sizes[shard] = found.size if inside else None
        return self._sizes[shard]

    def held(self, entry: Entry) -> int | None:
        """Bytes that an entry's shard holds of it; None if the shard is not there."""
        size = self.size(entry.shard)
        return None if size is None else max(0, min(entry.size, size - entry.offset))

    @property
    def missing(self) -> str:
        """Names of the shards that are not there; of many the first ones."""
        names = [self.name(shard) for shard, size in sorted(self._sizes.items()) if size is None]
        more = [f"and {len(names) - SHOWN} more"] if len(names) > SHOWN else []
        return ", ".join([*names[:SHOWN], *more])


def _entry(wire: WireReader, key: str, value: bytes, shapes: Shapes) -> Entry:
    numbers, parts = wire.held(value, 0)
    dtype, itemsize = type_of(numbers.get(1, 0))
    shard, offset, size = numbers.get(3, 0), numbers.get(4, 0), numbers.get(5, 0)
    if max(shard, offset, size) >> 63:
        raise UnreadableFile(f"the entry {key} of the index lies at a negative place")
    shape = shapes.read(parts.get(2, ()))
    return Entry(key, dtype, itemsize, shape, shard, offset, size, 7 in parts)


class Shapes:
    """The shapes of a file, each parsed once: a model has few different ones."""

    def __init__(self, wire: WireReader) -> None:
        self._wire = wire
        self._known: dict[bytes, tuple[int, ...]] = {}

    def read(self, parts: Sequence[bytes]) -> tuple[int, ...]:
        """A TensorShapeProto's axes, of its parts; an axis that is not known is -1."""
        encoded = b"".join(parts)
        shape = self._known.get(encoded)
        if shape is None:
            shape = self._known[encoded] = self._parse(encoded)
        return shape

    def _parse(self, encoded: bytes) -> tuple[int, ...]:
        dims = self._wire.held(encoded, 0)[1].get(2, ())
        if len(dims) > MOST_AXES:
            raise UnreadableFile(f"the shape of a tensor has {plural(len(dims), 'axis', 'axes')}")
        return tuple(signed(self._wire.held(dim, 0)[0].get(1, 0)) for dim in dims)


def _add(bundle: Bundle, shards: Shards, entry: Entry, slices: Slices) -> None:
    if len(bundle.tensors) >= shards.home.limits.tensors:
        shards.home.limits.require(Limit.TENSORS, len(bundle.tensors) + 1)
    is_graph = entry.key == GRAPH_KEY and entry.dtype == "string"
    if is_graph and shards.held(entry) in (None, entry.size):
        bundle.graph = _text(shards, entry) if shards.held(entry) is not None else None
        return  # whole or not there at all; where it is cut, a rule says so
    stored, held = entry.size, None
    if entry.sliced:
        stored, held = slices.get(entry.key, (0, 0))
    else:
        held = shards.held(entry)
    possible = min(entry.shape, default=0) >= 0
    needed = math.prod(entry.shape) * entry.itemsize if possible else None
    if not entry.itemsize:
        needed = entry.size  # of strings: as many bytes as the index says
    if held is None:
        bundle.missing[entry.key] = shards.name(entry.shard)
    bundle.tensors[entry.key] = StoredTensor(
        name=entry.key,
        shape=entry.shape,
        dtype=entry.dtype,
        bytes=stored,
        identity=entry.key,
        purpose=purpose_of(entry.dtype),
        needed_bytes=None if held is None else needed,
        held_bytes=held,
    )


def _text(shards: Shards, entry: Entry) -> bytes:
    """A string scalar: its length, the checksum of the length, the bytes."""
    shards.home.limits.require(Limit.HEADER_BYTES, entry.size, "the checkpoint's object graph")
    with shards.home.open_neighbour(shards.name(entry.shard)) as data:
        length, at = read_number(data.read(entry.offset, min(entry.size, LONGEST_NUMBER)), 0)
        if at + 4 + length > entry.size:
            raise UnreadableFile("the checkpoint's object graph is cut off")
        return data.read(entry.offset + at + 4, length)
