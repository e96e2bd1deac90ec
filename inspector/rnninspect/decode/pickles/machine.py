"""The state of a pickle's interpretation: stack, memo and names, and the bounds on each."""

from __future__ import annotations

from rnninspect.decode.pickles.magic import HEAD, SMALLEST, starts_model_file
from rnninspect.decode.pickles.values import Blob, Global, Rows
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from rnninspect.decode.cursor import Cursor
    from rnninspect.decode.pickles.table import Table
    from rnninspect.decode.pickles.values import Alike

    class Calls(Protocol):
        """The meaning that a framework gives to calls and persistent ids.

        Attributes:
            embeds_files: set if the pickle contains bytes with the magic number of a model file.
        """

        embeds_files: bool

        def call(self, maker: object, args: tuple[object, ...]) -> object:
            """The inert value of a call of `maker`."""
            ...

        def persistent(self, key: object) -> object:
            """The inert value of a persistent id."""
            ...

        def takes(self, table: Table) -> bool:
            """Whether a table may be kept instead of its values, none of which is unusual."""
            ...

        def takes_alike(self, objects: Alike) -> bool:
            """Whether objects that are built alike need not be built, none of which is unusual."""
            ...

    Handler = Callable[["Machine"], None]


LONG_PUTS = 1 << 8  # memoised values from which on their places take four bytes
SLICE = 5_000  # opcodes between two checks of the limits
_OPCODES_IN_A_STEP = 2
_LONG_PAYLOAD = 1 << 16  # longer byte strings and strings are skipped
NOTHING = object()  # an index of the memo that was never set


class PickleEnd(Exception):  # noqa: N818 - not an error: the STOP opcode
    """The interpreter has reached STOP; the pickle's value is the one argument."""


class Machine:
    """The state of one pickle's interpretation.

    Attributes:
        run: interprets a machine up to STOP; for a pickle inside this one.
    """

    __slots__ = (
        *("begun", "calls", "cursor", "decoded", "depth", "globals", "marks", "memo", "objects"),
        *("opcodes", "planned", "run", "spent", "stack", "stated", "tabled", "text", "tried"),
        "wasted",
    )

    def __init__(self, cursor: Cursor, calls: Calls, run: Callable[[Machine], object]) -> None:
        self.cursor, self.calls, self.run = cursor, calls, run
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.memo: list[object] = []
        self.globals: dict[tuple[str, str], Global] = {}
        self.decoded: dict[int, tuple[Blob, str]] = {}
        self.opcodes = self.objects = self.spent = self.text = 0
        self.planned: dict[int, Any] = {}  # rows of tables to come, by their offset
        self.tabled = self.stated = 0  # offsets up to which no table, of either kind, is looked for
        self.begun: dict[int, int] = {}  # behind NEWOBJ, by the size of the stack above it
        self.tried = -1  # the offset up to which no objects are compared
        self.wasted = 0  # templates that no object was like, since the last one that some were
        self.depth = 0  # number of pickles around this one

    def count(self, opcodes: int) -> None:
        """Count opcodes against the limits of the whole model."""
        self.opcodes += opcodes
        source = self.cursor.source
        source.spend(Limit.OPCODES, opcodes, "the number of opcodes of all pickles")
        source.spend(Limit.STEPS, opcodes // _OPCODES_IN_A_STEP + self.objects - self.spent)
        self.spent = self.objects  # an object costs a step here, and again at each visit

    def check(self) -> None:
        """Compare the memory of stack, objects and names with the limits."""
        require = self.cursor.source.limits.require
        require(Limit.OPCODES, 20 * (len(self.stack) + len(self.marks)), "the stack of a pickle")
        require(Limit.OPCODES, 4 * self.objects, "the number of objects in a pickle")
        require(Limit.OPCODES, 400 * len(self.globals), "the number of names in a pickle")
        self.count_text(0)

    def pop_mark(self) -> list[object]:
        """Pop everything above the last mark."""
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items

    def remember(self, index: int) -> None:
        """Memoise the top of the stack; an index beyond the number of opcodes is refused."""
        memo = self.memo
        if index == len(memo):
            memo.append(self.stack[-1])
            return
        if index > len(memo):
            if index > self.opcodes + SLICE:
                raise UnreadableFile(f"memo index {index} exceeds the number of opcodes")
            memo.extend([NOTHING] * (index + 1 - len(memo)))
        memo[index] = self.stack[-1]

    def recall(self, index: int) -> None:
        """Push a memoised value."""
        self.stack.append(self.memoised(index))

    def memoised(self, index: int) -> object:
        """A memoised value."""
        value = self.memo[index]
        if value is NOTHING:
            raise UnreadableFile(f"memo index {index} was never set")
        return value.recall(self.memo, index) if isinstance(value, Rows) else value

    def name(self, module: str, name: str) -> Global:
        """The Global of this name, one for each name of a pickle."""
        known = self.globals.get((module, name))
        if known is None:
            known = self.globals[(module, name)] = Global(module, name)
        return known

    def decode_long(self, blob: Blob) -> object:
        """Decode a long string, within the limit on all strings."""
        if blob.encoding is None:
            return blob
        known = self.decoded.get(id(blob))
        if known is None:
            self.count_text(blob.source.size)
            data = blob.source.read(0, blob.source.size)
            known = (blob, data.decode(blob.encoding, "surrogateescape"))
            self.decoded[id(blob)] = known  # with the blob itself, so that its id is not reused
        return known[1]

    def count_text(self, length: int) -> None:
        """Count bytes of strings that are kept in memory."""
        self.text += length
        if self.text > self.cursor.source.limits.header_bytes // 4:
            self.cursor.source.limits.require(
                Limit.HEADER_BYTES, 4 * self.text, "the size of all strings of a pickle"
            )

    def payload(self, length: int, encoding: str | None) -> object:
        """A byte string or, with an encoding, a string; a Blob if it is long."""
        if length > _LONG_PAYLOAD:
            blob = Blob(self.cursor.skip(length), encoding)
            self.calls.embeds_files |= starts_model_file(blob.head(HEAD))
            return blob
        data = self.cursor.take(length)
        self.count_text(length)
        if length > SMALLEST and starts_model_file(data[:HEAD]):
            self.calls.embeds_files = True
        return data if encoding is None else data.decode(encoding, "surrogateescape")
