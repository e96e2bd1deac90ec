"""An interpreter of pickle opcodes that makes inert values (PEP 3154, CPython's pickletools).

No name is looked up, nothing is called, no object of the file is hashed or compared, and every
length, index and depth has a bound: see `Machine.check`.
"""

from __future__ import annotations

from rnninspect.plugin import Limit, UnreadableFile, in_words
from rnninspect_torch.archives.magic import HEAD, SMALLEST, begins_a_file
from rnninspect_torch.pickles.cursor import WORD, Cursor
from rnninspect_torch.pickles.raw_arrays import SLICE
from rnninspect_torch.pickles.stack_opcodes import HANDLERS, NOTHING, Stopped
from rnninspect_torch.pickles.values import Blob, Global

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from rnninspect.plugin import Source

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


OPCODES_IN_A_STEP = 2
LONG_PAYLOAD = 1 << 16  # longer byte strings and texts are passed over
# Opcodes that are also in the table of handlers, and how long one is with its argument at most.
_PUT, _NUMBER, _GET, _MARK = b"rKh("
_LONGEST = 5
_AT_THE_END = -1  # of HANDLERS


class Machine:
    """The state of one pickle's interpretation."""

    __slots__ = (
        *("calls", "cursor", "depth", "globals", "made", "marks", "memo", "memoised"),
        *("paid", "seen", "spelled", "stack", "text"),
    )

    def __init__(self, cursor: Cursor, calls: Calls) -> None:
        self.cursor, self.calls = cursor, calls
        self.stack: list[object] = []
        self.marks: list[int] = []
        self.memo: list[object] = []
        self.globals: dict[tuple[str, str], Global] = {}
        self.spelled: dict[int, tuple[Blob, str]] = {}
        self.seen = self.made = self.paid = self.text = 0
        self.depth = 0  # of pickles around this one

    def run(self) -> object:
        """Interpret up to STOP and return what is then on top of the stack."""
        try:
            while True:
                self._run_slice()
                self.check()
        except Stopped as end:
            return end.args[0]
        except (IndexError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
            fault = "stack underflow" if isinstance(error, IndexError) else in_words(error)
            reason = f"truncated or malformed pickle near offset {self.cursor.offset}: {fault}"
            raise UnreadableFile(reason) from error

    def _run_slice(self) -> None:
        """Interpret some opcodes; the four that are two thirds of a state dict take no call."""
        handlers, cursor, stack = HANDLERS, self.cursor, self.stack
        memo, marks = self.memo, self.marks
        data, at = cursor.data, cursor.at
        last = len(data) - _LONGEST  # behind it, an argument may not be at hand
        step = 0
        try:
            for step in range(SLICE):  # noqa: B007 - read where the loop ends
                code = data[at] if at <= last else _AT_THE_END
                if code == _PUT:
                    index = WORD(data, at + 1)[0]
                    cursor.at = at = at + 5
                    if index == len(memo):
                        memo.append(stack[-1])
                    else:
                        self.remember(index)
                elif code == _NUMBER:
                    stack.append(data[at + 1])
                    at += 2
                elif code == _GET:
                    cursor.at = at + 2
                    value = memo[data[at + 1]]
                    if value is NOTHING:
                        self.recall(data[at + 1])  # which says so
                    stack.append(value)
                    at += 2
                elif code == _MARK:
                    marks.append(len(stack))
                    at += 1
                else:
                    cursor.at = at + 1
                    handlers[code](self)
                    if cursor.data is not data:
                        data = cursor.data
                        last = len(data) - _LONGEST
                    at = cursor.at
            cursor.at = at
        finally:  # a pickle may stop after a few opcodes, and a file hold many pickles
            self._count(step + 1)

    def _count(self, opcodes: int) -> None:
        """Add to what the pickles of the model cost together."""
        self.seen += opcodes
        source = self.cursor.source
        source.spend(Limit.OPCODES, opcodes, "the number of opcodes of all pickles")
        source.spend(Limit.STEPS, opcodes // OPCODES_IN_A_STEP + self.made - self.paid)
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
        if length > LONG_PAYLOAD:
            blob = Blob(self.cursor.skip(length), encoding)
            self.calls.holds_files |= begins_a_file(blob.head(HEAD))
            return blob
        data = self.cursor.take(length)
        self.book_text(length)
        if length > SMALLEST and begins_a_file(data[:HEAD]):
            self.calls.holds_files = True
        return data if encoding is None else data.decode(encoding, "surrogateescape")


def load(cursor: Cursor, calls: Calls) -> object:
    """The value of the pickle at the cursor, which then stands behind its STOP.

    Raises:
        UnreadableFile: no pickle, or one that asks for what no model needs.
        RefusedFile: it would cost more than the limits `opcodes` or `header_bytes` allow.
    """
    return Machine(cursor, calls).run()


def load_from(source: Source, calls: Calls) -> object:
    """The value of the pickle at the start of a source."""
    return load(Cursor(source), calls)
