"""The constants of a network: parts of the file beside it, each with its element type and shape."""

from __future__ import annotations

import math

from rnninspect.plugin import Record, UnreadableFile
from rnninspect_openvino.elements import TYPES, needed_bytes
from rnninspect_openvino.records import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_openvino.records import Dims, Operator

_MOST_AXES, _LONGEST_SIZE = 64, 19


class Constant(Record):
    """Bytes of the file of constants.

    Attributes:
        label: what for, where an operator has several; empty of a Const.
        offset, size: which bytes.
        dtype: the element type.
        shape: as declared; the number of elements where only that is known.
        needed: bytes that type and shape need; None if the type does not say it.
        is_flat: whether the shape is only the number of elements.
    """

    label: str
    offset: int
    size: int
    dtype: str
    shape: tuple[int, ...]
    needed: int | None
    is_flat: bool = False

    @property
    def identity(self) -> str:
        """Equal for constants over the same bytes: equal constants are stored once."""
        return f"{self.offset}:{self.size}"


def constants_of(operator: Operator, place: str) -> Iterator[Constant]:
    """The constants that an operator has: one of a Const, some of a layer of versions 2 to 7.

    Raises:
        UnreadableFile: a number or a shape is malformed; the message names the layer.
    """
    for tag, attributes in operator.blobs:
        offset = whole_number(attributes, "offset", place)
        size = whole_number(attributes, "size", place)
        word = attributes.get("element_type") or attributes.get("precision") or _written(operator)
        dtype, bits = TYPES.get(word.lower(), (word[:40], 0))
        if "shape" in attributes:
            shape, flat = _shape(attributes["shape"], place), False
        else:
            dims: Dims = operator.outputs[0].dims if operator.kind == "Const" else (None,)
            flat = None in dims
            shape = (8 * size // bits if bits else size,) if flat else _known(dims)
        elements = math.prod(shape) if min(shape, default=0) >= 0 else 0
        needed = needed_bytes(elements, bits)
        label = "" if tag in ("data", "custom") else tag
        yield Constant(label, offset, size, dtype, shape, needed, flat)


def _written(operator: Operator) -> str:
    """The type of an operator, or of its output, as older versions give it."""
    return operator.precision or (operator.outputs[0].precision if operator.outputs else "")


def _known(dims: Dims) -> tuple[int, ...]:
    return tuple(size for size in dims if size is not None)


def _shape(text: str, place: str) -> tuple[int, ...]:
    """A shape such as `4, 3`; a scalar's is empty."""
    words = text.replace(",", " ").split()
    if len(words) > _MOST_AXES or not all(map(_is_size, words)):
        raise UnreadableFile(f"malformed shape of {place}: {text[:40]!r}")
    return tuple(map(int, words))


def _is_size(word: str) -> bool:
    return word.removeprefix("-").isdecimal() and len(word) <= _LONGEST_SIZE
