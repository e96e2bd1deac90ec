"""Arrays in JSON: stored tensors of lists of numbers, and sizes that the file declares."""

from __future__ import annotations

from rnninspect.decode.json_structure.values import (
    Irregular,
    LongText,
    Numbers,
    count_numbers,
    read_numbers,
)
from rnninspect.plugin import (
    LARGEST_SIZE,
    Fact,
    Limit,
    Observation,
    Operand,
    Purpose,
    Slot,
    StoredTensor,
    UnreadableFile,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.decode.json_structure.values import Structure
    from rnninspect.plugin import Axis, Role, Source

_DECIMAL = "decimal"  # digits of a number, which programs load as float32
_LOADED_AS = "float32"


class Arrays:
    """The arrays of a file in its order, and what is odd about them.

    Attributes:
        source: the file.
        tensors: one for each array.
        notes: arrays whose lists differ in length, and values that are none.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tensors: list[StoredTensor] = []
        self.notes: list[Observation] = []

    def add(
        self,
        name: str,
        value: Structure,
        *,
        shape: tuple[int, ...] | None = None,
        purpose: Purpose = Purpose.PARAMETER,
    ) -> StoredTensor:
        """Add the array in a value of a scan.

        Args:
            name: its place in the file.
            value: a list of numbers; of anything else its numbers are counted, and noted.
            shape: its shape, where the list is flat.
            purpose: what it is kept for.
        """
        size = value.stop - value.start if isinstance(value, (Numbers, Irregular)) else 0
        if isinstance(value, Numbers):
            shape = shape or value.shape
        elif type(value) in (int, float):
            shape = ()
        elif value == []:
            shape = (0,)
        else:
            shape = (count_numbers(value),)
            self.note("its lists differ in length, or contain other values than numbers", name)
        tensor = StoredTensor(
            name, shape, _DECIMAL, size, name, purpose=purpose, loaded_as=_LOADED_AS
        )
        self.tensors.append(tensor)
        self.source.limits.require(Limit.TENSORS, len(self.tensors))
        return tensor

    def note(self, detail: str, tensor: str | None = None, layer: str | None = None) -> None:
        """Note a contradiction."""
        self.notes.append(Observation(Fact.CONTRADICTION, detail, layer=layer, tensor=tensor))


def operand(
    tensor: StoredTensor, roles: Iterable[Role], axes: tuple[Axis, ...], direction: int = 0
) -> Operand:
    """What a tensor fills: a slot for each role."""
    slots = tuple(Slot(direction, role) for role in roles)
    return Operand(tensor.name, slots, axes, tensor.shape, tensors=(tensor,))


def member(value: Structure, key: str, place: str) -> Structure:
    """A member of an object.

    Raises:
        UnreadableFile: the value is no object, or has no such member.
    """
    if not isinstance(value, dict):
        raise UnreadableFile(f"{place or 'the document'} is not an object", place=place or None)
    if key not in value:
        where = f"{place}: " if place else ""
        raise UnreadableFile(f"{where}no {key!r}", place=place or None)
    found: Structure = value[key]
    return found


def size_of(value: Structure, place: str) -> int:
    """A size that is declared.

    Raises:
        UnreadableFile: it is not a positive integer.
    """
    if type(value) is not int or not 0 < value <= LARGEST_SIZE:
        shown = repr(value)[:40] if isinstance(value, (str, int, float, type(None))) else "a list"
        if isinstance(value, (dict, LongText)):
            shown = "something else"
        raise UnreadableFile(f"{place}: {shown} is not a size", place=place)
    return value


def items_of(source: Source, value: Structure, place: str) -> list[Structure]:
    """The items of a short list.

    Raises:
        UnreadableFile: the value is no list.
    """
    if isinstance(value, Numbers) and len(value.shape) == 1:
        return list(read_numbers(source, value))
    if not isinstance(value, list):
        raise UnreadableFile(f"{place} is not a list", place=place)
    return value
