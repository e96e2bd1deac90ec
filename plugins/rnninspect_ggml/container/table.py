"""The tensor table of a GGUF file in columns: a file may have a hundred thousand tensors."""

from __future__ import annotations

from array import array
from struct import Struct

from rnninspect.plugin import Limit, Record, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_ggml.container.cursor import Cursor

LONGEST_NAME = 65_535  # bytes of a key by the specification
_MOST_AXES = 64  # of a tensor: ggml has four, others write five
_PORTION = 2**16  # bytes of names that are counted at once


class Kind(Record):
    """What the tensors of one shape and one element type have in common.

    Attributes:
        shape: their axes in the order of numpy, the reverse of the file's.
        code: of their element type.
    """

    shape: tuple[int, ...]
    code: int


class Table:
    """The tensors of a file, in its order.

    Attributes:
        names: of the tensors.
        kinds: the different kinds of tensors.
        kind_of: the kind of each tensor, as an index.
        offsets: of their elements, from where the data of the file begin.
    """

    __slots__ = ("_known", "_order", "kind_of", "kinds", "names", "offsets")

    def __init__(self, order: str = "<") -> None:
        """No tensors yet; their numbers have this order of bytes, a code of `struct`."""
        self.names: list[str] = []
        self.kinds: list[Kind] = []
        self.kind_of, self.offsets = array("I"), array("Q")
        self._known: dict[bytes, int] = {}  # by the bytes of axes and type
        self._order = order

    def __len__(self) -> int:
        return len(self.names)

    def add(self, name: bytes, axes: int, cursor: Cursor) -> None:
        """Add a tensor of a name and a number of axes, with what follows at the cursor."""
        stored = cursor.bytes(8 * axes + 4)
        kind = self._known.get(stored)
        if kind is None:
            *shape, code = Struct(f"{self._order}{axes}QI").unpack(stored)
            kind = self._known[stored] = len(self.kinds)
            self.kinds.append(Kind(tuple(reversed(shape)), code))
        self.names.append(name.decode("utf-8", "backslashreplace"))
        self.kind_of.append(kind)
        self.offsets.append(cursor.length())


def read_table(cursor: Cursor, source: Source, count: int) -> Table:
    """So many tensors at the cursor.

    Raises:
        UnreadableFile: the table is truncated or malformed.
        RefusedFile: a limit is exceeded.
    """
    table = Table(cursor.order)
    axes_of = Struct(f"{cursor.order}I")
    unspent = 0
    for _ in range(count):
        name = cursor.text("a tensor's name", LONGEST_NAME)
        unspent += len(name)
        if unspent > _PORTION:
            spend_names(source, unspent)
            unspent = 0
        (axes,) = cursor.unpack(axes_of)
        if axes > _MOST_AXES:
            shown = name.decode("utf-8", "backslashreplace")[:80]
            raise UnreadableFile(
                f"malformed: tensor {shown} has {axes} axes", place=f"tensor {shown}"
            )
        table.add(name, axes, cursor)
    spend_names(source, unspent)
    return table


def spend_names(source: Source, length: int) -> None:
    """Count the bytes of keys or names."""
    source.spend(Limit.TABLE_BYTES, length, "the length of all keys and names")
