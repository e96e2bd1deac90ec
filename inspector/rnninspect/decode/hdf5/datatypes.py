"""HDF5 datatype and dataspace messages (specification IV.A.2.b and IV.A.2.d)."""

from __future__ import annotations

from struct import unpack_from

from rnninspect.errors import UnreadableFile
from rnninspect.lean import IntEnum, lru_cache
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from struct import Struct

    from rnninspect.decode.hdf5.space import Space

NEWEST_VERSION = 5
HIGHEST_RANK = 32
HAS_LARGEST = 0x01  # flag of a dataspace that states how large each axis may become


class TypeClass(IntEnum):
    """The class of a datatype, by its number in the file."""

    FIXED = 0
    FLOAT = 1
    TIME = 2
    STRING = 3
    BITFIELD = 4
    OPAQUE = 5
    COMPOUND = 6
    REFERENCE = 7
    ENUM = 8
    VARIABLE = 9
    ARRAY = 10
    COMPLEX = 11


# (bytes, bits of the exponent) of the floats that numpy or its extensions have a name for
FLOATS = {
    (1, 4): "float8_e4m3",
    (1, 5): "float8_e5m2",
    (2, 5): "float16",
    (2, 8): "bfloat16",
    (4, 8): "float32",
    (8, 11): "float64",
}


class Datatype(Record):
    """An element's type: numpy's name for it, or the class in words; `size` in bytes.

    Attributes:
        name: `float32`, `int64`, `bool`, `string`, `opaque`, `compound`, …
        size: bytes of one element as stored.
        kind: its class in the specification.
        variable_string: whether it is a string of variable length, kept in a global heap.
    """

    name: str
    size: int
    kind: TypeClass
    variable_string: bool = False


@lru_cache(maxsize=64)  # a model's arrays are of one or two types
def read_datatype(body: bytes) -> Datatype:
    """Decode a datatype message as far as its outermost class."""
    version, number = body[0] >> 4, body[0] & 15
    size = unpack_from("<I", body, 4)[0]
    if not 1 <= version <= NEWEST_VERSION or number > max(TypeClass):
        raise UnreadableFile(f"unsupported HDF5 datatype: version {version}, class {number}")
    kind = TypeClass(number)
    if size == 0:
        raise UnreadableFile("an HDF5 datatype without bytes")
    if kind in (TypeClass.FIXED, TypeClass.FLOAT, TypeClass.BITFIELD):
        offset, precision = unpack_from("<HH", body, 8)
        if precision == 0 or offset + precision > 8 * size:
            raise UnreadableFile("an HDF5 number has more bits than bytes")
    variable_string = kind is TypeClass.VARIABLE and body[1] & 15 == 1
    return Datatype(_name(kind, body, size), size, kind, variable_string)


def _name(kind: TypeClass, body: bytes, size: int) -> str:
    match kind:
        case TypeClass.FIXED:
            return f"{'int' if body[1] & 8 else 'uint'}{8 * size}"
        case TypeClass.FLOAT:
            return FLOATS.get((size, body[13]), f"float{8 * size}")
        case TypeClass.ENUM:
            return "bool" if _is_bool(body, size) else "enum"
        case TypeClass.VARIABLE:
            return "string" if body[1] & 15 == 1 else "variable"
    return kind.name.lower()


def _is_bool(body: bytes, size: int) -> bool:
    """Whether an enumeration is what h5py stores numpy's bool as: FALSE = 0, TRUE = 1.

    Behind the type of the values come the names, each padded to 8 bytes up to version 2.
    """
    names = body[20:]
    second = 8 if body[0] >> 4 < 3 else len(b"FALSE\0")
    values = second + (8 if second == 8 else len(b"TRUE\0"))
    named = names.startswith(b"FALSE\0") and names.startswith(b"TRUE\0", second)
    whole = size == 1 and body[1] == 2 and body[16:20] == b"\0\0\x08\0"  # all bits of a byte
    return whole and named and names.startswith(b"\0\1", values)


def read_dataspace(space: Space, body: bytes) -> tuple[int, ...] | None:
    """The shape that a dataspace message states; () for a scalar, None for a null dataspace."""
    return _read_dataspace(space.length, body)


@lru_cache(maxsize=256)  # a model's arrays are of few shapes
def _read_dataspace(length: Struct, body: bytes) -> tuple[int, ...] | None:
    version, rank, flags = body[0], body[1], body[2]
    if version not in (1, 2) or rank > HIGHEST_RANK:
        raise UnreadableFile(f"unsupported HDF5 dataspace: version {version}, rank {rank}")
    if version == 2 and (body[3] > 2 or (body[3] != 1 and rank)):
        raise UnreadableFile(f"invalid HDF5 dataspace: type {body[3]}, {rank} axes")
    at, width = 8 if version == 1 else 4, length.size
    if len(body) < at + rank * width * (2 if flags & HAS_LARGEST else 1):
        raise UnreadableFile("truncated axes of an HDF5 dataspace")
    if version == 2 and body[3] == 2:
        return None
    shape = tuple(length.unpack_from(body, at + axis * width)[0] for axis in range(rank))
    if flags & HAS_LARGEST:
        largest = (length.unpack_from(body, at + (rank + axis) * width)[0] for axis in range(rank))
        if any(size > most for size, most in zip(shape, largest, strict=True)):
            raise UnreadableFile("an axis of an HDF5 dataspace is larger than its maximum")
    return shape
