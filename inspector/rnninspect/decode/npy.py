"""The header of a NumPy array file (numpy/lib/format.py, versions 1.0 to 3.0)."""

from __future__ import annotations

from rnninspect.errors import UnreadableFile
from rnninspect.lean import lru_cache, re
from rnninspect.record import Record

MAGIC = b"\x93NUMPY"
LONGEST = 10_000  # bytes of a header that numpy reads unless told otherwise
_PREFIX = 12  # bytes: magic, version, and a length of two or four bytes
OBJECTS = "O"
_LONGEST_SIZE = 9  # digits of an element's size
_MOST_AXES = 64
_LARGEST = (1 << 63) - 1
# What numpy writes around the type, and around the shape.
_START, _BETWEEN, _END = "{'descr': '", "', 'fortran_order': False, 'shape': (", "), }"
# Keys of the dict that the header is; a shape of Python 2 has long integers.
_DESCR = re.compile(r"""["']descr["']\s*:\s*(?:["']([^"']*)["']|(\[))""")
_ORDER = re.compile(r"""["']fortran_order["']\s*:\s*(True|False)\b""")
_SHAPE = re.compile(r"""["']shape["']\s*:\s*\(([\d\s,L]*)\)""")
_ORDERS = "<>|="  # of bytes
_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex"}


class ArrayHeader(Record):
    """What the header of an array says.

    Attributes:
        code: numpy's type code without the order of bytes, `f4`; empty for a structured type.
        shape: sizes of the axes.
        start: offset of the elements in bytes, from the start of the file.
        item_bytes: bytes of an element; None for objects and structured types.
        dtype: the element type, `float32`; empty if the elements are no numbers.
    """

    code: str
    shape: tuple[int, ...]
    start: int
    item_bytes: int | None
    dtype: str


def read_header(head: bytes) -> ArrayHeader:
    """The header at the start of some bytes: the first LONGEST, or all that there are.

    Raises:
        UnreadableFile: not an array file, or its header is truncated, longer or malformed.
    """
    if not head.startswith(MAGIC) or len(head) < _PREFIX:
        raise UnreadableFile("not a NumPy array")
    version = head[6]
    if version not in (1, 2, 3):
        raise UnreadableFile(f"unsupported version {version} of the NumPy array format")
    wide = version > 1
    start = 12 if wide else 10
    end = start + int.from_bytes(head[8 : 12 if wide else 10], "little")
    if end > LONGEST:
        raise UnreadableFile(
            f"the header of a NumPy array has {end:,} bytes, numpy reads {LONGEST:,}"
        )
    if end > len(head):
        raise UnreadableFile("truncated header of a NumPy array")
    return _parsed(head[start:end])._replace(start=end)


@lru_cache(maxsize=1024)  # arrays of a network are often alike
def _parsed(text: bytes) -> ArrayHeader:
    words = text.decode("utf-8", "replace")
    descr, shape = _as_written(words) or _searched(words)
    digits = shape.replace(",", " ").replace("L", " ").split()
    sizes = tuple(int(size[:20]) for size in digits[: _MOST_AXES + 1])
    if len(sizes) > _MOST_AXES or max(sizes, default=0) > _LARGEST:
        raise UnreadableFile(f"impossible shape in the header of a NumPy array: {shape[:80]}")
    code = descr.lstrip(_ORDERS)
    size = _item_bytes(code)
    return ArrayHeader(code, sizes, 0, size, _dtype(code[:1], size))


def _as_written(words: str) -> tuple[str, str] | None:
    """Type and shape of a header that numpy wrote, without a pattern; None for another one."""
    before, _, after = words.partition(_BETWEEN)
    shape, mark, rest = after.partition(_END)
    descr = before.removeprefix(_START)
    is_plain = descr[:1] in _ORDERS and descr[1:].isalnum() and not shape.strip("0123456789, ")
    is_whole = before != descr and mark and not rest.strip()
    return (descr, shape) if is_plain and is_whole else None


def _searched(words: str) -> tuple[str, str]:
    descr, order, shape = (pattern.search(words) for pattern in (_DESCR, _ORDER, _SHAPE))
    if descr is None or order is None or shape is None:
        raise UnreadableFile(f"malformed header of a NumPy array: {words.strip()[:80]}")
    return descr[1] or "", shape[1]


def _item_bytes(code: str) -> int | None:
    size = code[1:]
    if code[:1] in ("", OBJECTS) or not size.isdecimal() or len(size) > _LONGEST_SIZE:
        return None
    return int(size) * (4 if code[0] == "U" else 1)


def _dtype(kind: str, size: int | None) -> str:
    if (kind, size) == ("b", 1):
        return "bool"
    return f"{_KINDS[kind]}{8 * size}" if kind in _KINDS and size else ""
