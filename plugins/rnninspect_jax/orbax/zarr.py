"""Arrays of zarr 2 and 3: shape, element type and chunks, from their JSON alone."""

from __future__ import annotations

from itertools import product
from math import ceil, prod

from rnninspect.plugin import DTYPES, LARGEST_SIZE, Record, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

V2, V3 = ".zarray", "zarr.json"
_KINDS = {"f": "float", "i": "int", "u": "uint", "c": "complex", "b": "bool"}
_ORDERS = ("<", ">", "|")  # of bytes
_MOST_DIGITS = 2  # of an element's size
_MOST_AXES = 64


class ZarrArray(Record):
    """What the metadata of an array says.

    Attributes:
        shape: sizes of the axes.
        chunk: sizes of a chunk, which is stored under a key of its own.
        dtype: the element type.
        is_plain: whether a chunk is stored as it is, neither compressed nor changed.
        prefix, separator: of the keys of chunks: `c/0/1`, `0.1`.
    """

    shape: tuple[int, ...]
    chunk: tuple[int, ...]
    dtype: str
    is_plain: bool
    prefix: str
    separator: str

    @property
    def item_bits(self) -> int | None:
        """Bits of an element; None if its type is not known."""
        known = DTYPES.get(self.dtype)
        return known.bits if known else None

    def chunks(self) -> int:
        """How many chunks there are."""
        return prod(ceil(size / part) for size, part in zip(self.shape, self.chunk, strict=True))

    def places(self) -> Iterator[tuple[str, int]]:
        """The key of each chunk below the array's, and how many elements of the array it has."""
        counts = [ceil(size / part) for size, part in zip(self.shape, self.chunk, strict=True)]
        for place in product(*map(range, counts)):
            inside = prod(
                min(part, size - at * part)
                for at, size, part in zip(place, self.shape, self.chunk, strict=True)
            )
            words = [*([self.prefix] if self.prefix else ()), *map(str, place)]
            yield self.separator.join(words) or "0", inside


def parse_array(value: object, what: str) -> ZarrArray:
    """An array by the object in `.zarray` or `zarr.json`.

    Raises:
        UnreadableFile: it is malformed, or of another version; the message has `what`.
    """
    if not isinstance(value, dict) or value.get("zarr_format") not in (2, 3):
        raise UnreadableFile(f"{what}: not an array of zarr 2 or 3")
    made = _v2(value, what) if value["zarr_format"] == 2 else _v3(value, what)
    if len(made.shape) != len(made.chunk) or 0 in made.chunk:
        raise UnreadableFile(f"{what}: chunks do not fit the shape")
    return made


def _v2(value: dict[str, object], what: str) -> ZarrArray:
    return ZarrArray(
        _sizes(value.get("shape"), what),
        _sizes(value.get("chunks"), what),
        _type_of(value.get("dtype")),
        value.get("compressor") is None and not value.get("filters"),
        "",
        "/" if value.get("dimension_separator") == "/" else ".",
    )


def _type_of(code: object) -> str:
    """The element type of a code of NumPy, `<f4`; the start of what is none."""
    text = str(code)
    plain = text[1:] if text.startswith(_ORDERS) else text
    kind, size = _KINDS.get(plain[:1]), plain[1:]
    if not isinstance(code, str) or kind is None:
        return text[:40]
    if not size.isdecimal() or len(size) > _MOST_DIGITS:
        return text[:40]
    return kind if kind == "bool" else f"{kind}{8 * int(size)}"


def _v3(value: dict[str, object], what: str) -> ZarrArray:
    codecs = value.get("codecs")
    names = (
        [each.get("name") for each in codecs if isinstance(each, dict)]
        if (isinstance(codecs, list))
        else []
    )
    encoding = _part(value, "chunk_key_encoding")
    is_default = encoding.get("name") != "v2"
    separator = _part(encoding, "configuration").get("separator", "/" if is_default else ".")
    return ZarrArray(
        _sizes(value.get("shape"), what),
        _sizes(_part(_part(value, "chunk_grid"), "configuration").get("chunk_shape"), what),
        str(value.get("data_type"))[:40],
        names == ["bytes"],
        "c" if is_default else "",
        "." if separator == "." else "/",
    )


def _part(value: dict[str, object], key: str) -> dict[str, object]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _sizes(value: object, what: str) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) > _MOST_AXES:
        raise UnreadableFile(f"{what}: its shape or its chunks are not a list of sizes")
    if not all(type(size) is int and 0 <= size <= LARGEST_SIZE for size in value):
        raise UnreadableFile(f"{what}: a size that is not a number of elements")
    return tuple(value)
