"""The state of a pickle's interpretation: stack, memo and names, and the bounds on each."""

from __future__ import annotations

from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_torch.archives.magic import HEAD, SMALLEST, begins_a_file
from rnninspect_torch.pickles.values import Blob, Global

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from rnninspect_torch.pickles.cursor import Cursor

    class Calls(Protocol):
        """What gives meaning to the two opcodes that a framework fills with its own.

        Attributes:
            holds_files: set where the pickle holds bytes that begin as a model file does.
        """

        holds_files: bool

        def call(self, maker: object, args: tuple[object, ...]) -> object:
            """The value that stands for the call of `maker`."""
            ...

        def persistent(self, key: object) -> object:
            """The value that stands for a persistent id."""
            ...

    Handler = Callable[["Machine"], None]


SLICE = 5_000  # opcodes between two checks of the limits
_OPCODES_IN_A_STEP = 2
_LONG_PAYLOAD = 1 << 16  # longer byte strings and texts are passed over
NOTHING = object()  # a place of the memo that was never filled


class PickleEnd(Exception):  # noqa: N818 - not an error: the STOP opcode
    """The pickle is at its end; its value is the one argument."""


class Machine:
    """The state of one pickle's interpretation.

    Attributes:
        run: interprets a machine up to STOP; for a pickle inside this one.
    """

    __slots__ = (
        *("calls", "cursor", "depth", "globals", "made", "marks", "memo", "memoised"),
        *("paid", "run", "seen", "spelled", "stack", "text"),
    )

    def __init__(self, cursor: Cursor, calls: Calls, run: Callable[[Machine], object]) -> None:
        self.cursor, self.calls, self.run = cursor, calls, run
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.memo: list[object] = []
        self.globals: dict[tuple[str, str], Global] = {}
        self.spelled: dict[int, tuple[Blob, str]] = {}
        self.seen = self.made = self.paid = self.text = 0
        self.depth = 0  # of pickles around this one

    def count(self, opcodes: int) -> None:
        """Add to what the pickles of the model cost together."""
        self.seen += opcodes
        source = self.cursor.source
        source.spend(Limit.OPCODES, opcodes, "the number of opcodes of all pickles")
        source.spend(Limit.STEPS, opcodes // _OPCODES_IN_A_STEP + self.made - self.paid)
        self.paid = self.made  # an object takes a step, then and whenever it is looked at

    def check(self) -> None:
        """Hold what was made so far against the limit; see the module's test for what it costs."""
        require = self.cursor.source.limits.require
        require(Limit.OPCODES, 20 * (len(self.stack) + len(self.marks)), "the stack of a pickle")
        require(Limit.OPCODES, 4 * self.made, "the number of objects in a pickle")
        require(Limit.OPCODES, 400 * len(self.globals), "the number of names in a pickle")
        self.book_text(0)

    def pop_mark(self) -> list[object]:
        """Take everything above the last mark off the stack."""
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items

    def remember(self, index: int) -> None:
        """Keep the top of the stack under an index, which cannot be beyond the opcodes run."""
        memo = self.memo
        if index == len(memo):
            memo.append(self.stack[-1])
            return
        if index > len(memo):
            if index > self.seen + SLICE:
                raise UnreadableFile(f"memo index {index} in a pickle of few opcodes")
            memo.extend([NOTHING] * (index + 1 - len(memo)))
        memo[index] = self.stack[-1]

    def recall(self, index: int) -> None:
        """Push what was kept under an index."""
        value = self.memo[index]
        if value is NOTHING:
            raise UnreadableFile(f"memo index {index} is empty")
        self.stack.append(value)

    def name(self, module: str, name: str) -> Global:
        """The one Global of this name in this pickle."""
        known = self.globals.get((module, name))
        if known is None:
            known = self.globals[(module, name)] = Global(module, name)
        return known

    def spell_out(self, text: Blob) -> object:
        """A long text after all, as long as the texts together stay within their bound."""
        if text.encoding is None:
            return text
        known = self.spelled.get(id(text))
        if known is None:
            self.book_text(text.source.size)
            data = text.source.read(0, text.source.size)
            known = (text, data.decode(text.encoding, "surrogateescape"))
            self.spelled[id(text)] = known  # with the text itself, which keeps its id from others
        return known[1]

    def book_text(self, length: int) -> None:
        """Count bytes of text that are kept."""
        self.text += length
        if self.text > self.cursor.source.limits.header_bytes // 4:
            self.cursor.source.limits.require(
                Limit.HEADER_BYTES, 4 * self.text, "the pickle's text"
            )

    def payload(self, length: int, encoding: str | None) -> object:
        """A byte string or, with an encoding, a text; a Blob if it is long."""
        if length > _LONG_PAYLOAD:
            blob = Blob(self.cursor.skip(length), encoding)
            self.calls.holds_files |= begins_a_file(blob.head(HEAD))
            return blob
        data = self.cursor.take(length)
        self.book_text(length)
        if length > SMALLEST and begins_a_file(data[:HEAD]):
            self.calls.holds_files = True
        return data if encoding is None else data.decode(encoding, "surrogateescape")
