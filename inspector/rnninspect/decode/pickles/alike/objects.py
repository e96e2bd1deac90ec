"""Objects of a dict that are built like the one before them, read at once."""

from __future__ import annotations

from itertools import chain, repeat
from struct import error as StructError  # noqa: N812 - a class

from rnninspect.decode.cursor import WORD, Cursor
from rnninspect.decode.pickles.alike.template import (
    GET,
    LONG_GET,
    LONG_PUT,
    MOST_DIGITS,
    TEXT,
    template_of,
)
from rnninspect.decode.pickles.groups import add_table, require_keys, target_of
from rnninspect.decode.pickles.machine import Machine
from rnninspect.decode.pickles.runs import SHORT
from rnninspect.decode.pickles.table import FAULTS, UnusualError, index_of, require
from rnninspect.decode.pickles.values import Alike, Instance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.pickles.alike.template import Template

_LONGEST = 2**15  # bytes of the opcodes of an object
_FEWEST, _MOST = 2, 1_024  # objects: pickle puts a thousand into a group
_MOST_WASTED = 64  # templates that no objects were like
_COUNTED, _COUNTED_OF_A_KEY = 6, 3  # opcodes, for an object: it takes the time of as many
_STOP, _SETITEMS = b".", b"u"
_WIDTHS = {GET: 2, LONG_GET: 5}  # bytes of the opcode that pushes a class
_NEW = b")\x81"  # behind a class


class AlikeObjects(Alike):
    """Objects that are built from a template when they are asked for."""

    __slots__ = ("_first", "_machine", "_made", "_template")

    def __init__(
        self, template: Template, original: object, of_original: list[str], machine: Machine
    ) -> None:
        """No objects yet; the first of them memoises its name at the next place."""
        super().__init__(original, of_original, list(template.used.values()))
        self._template = template
        self._first = len(machine.memo)
        self._machine = machine.cursor.source, machine.calls, machine.run
        self._made: dict[int, tuple[object, dict[int, object]]] = {}

    @property
    def is_made(self) -> bool:
        """Whether one of them exists, which something may have changed."""
        return bool(self._made)

    def pairs(self) -> list[object]:
        """Names and objects, alternating; each is built once, within the limits."""
        objects = [self._object(row)[0] for row in range(len(self.names))]
        return list(chain.from_iterable(zip(self.names, objects, strict=True)))

    def recall(self, memo: list[object], place: int) -> object:
        """The value of a place in the memo, where all of its object are kept from then on."""
        width = self._template.places
        row = (place - self._first) // width
        _, values = self._object(row)
        for at in range(self._first + row * width, self._first + (row + 1) * width):
            if memo[at] is self:
                memo[at] = values[at]
        return memo[place]

    def _object(self, row: int) -> tuple[object, dict[int, object]]:
        """An object, and what its name and its opcodes memoise."""
        known = self._made.get(row)
        if known is None:
            template, each = self._template, len(self.of_original)
            keys = list(map(str, self.keys[row * each : (row + 1) * each]))
            source, calls, run = self._machine
            opcodes = template.opcodes(row + 1, keys) + _STOP
            machine = _Again(Cursor(source.holding(opcodes)), calls, run)
            memo = _Places(template.used)
            machine.memo = memo  # type: ignore[assignment]  # all that is done with it is the same
            memo[self._first + row * template.places] = self.names[row]
            known = self._made[row] = (run(machine), memo)
        return known


class _Places(dict[int, object]):
    """A memo by place, which seems to be empty: no value is appended to it."""

    def __len__(self) -> int:
        return 0


class _Again(Machine):
    """Interprets the opcodes of one object of a larger pickle."""

    __slots__ = ()

    def remember(self, index: int) -> None:
        """Memoise the top of the stack."""
        self.memo[index] = self.stack[-1]


def read_alike(machine: Machine) -> None:
    """Read the objects that start at the cursor, up to the end of their group in a dict.

    They and those before them are added to the dict below its MARK; the next opcode is its
    SETITEMS. Nothing is done unless all of them are built like the one before them.
    """
    is_tried = machine.cursor.offset <= machine.tried or machine.wasted > _MOST_WASTED
    target = None if is_tried else target_of(machine)
    opcodes = b"" if target is None else _opcodes_before(machine)
    if target is None or not opcodes:
        return
    machine.wasted += 1
    cursor = machine.cursor
    start = cursor.base, cursor.at, cursor.data
    try:
        require_keys(machine, str)
        template = _template(machine, opcodes)
        objects = _objects(template, opcodes, machine)
        if not machine.calls.takes_alike(objects):
            raise UnusualError
    except (*FAULTS, StructError):
        machine.tried = cursor.offset  # up to where others would fail, too
        cursor.base, cursor.at, cursor.data = start
        return
    machine.wasted = 0
    machine.tabled = cursor.base + len(cursor.data)  # among objects, no tables are looked for
    machine.text += sum(map(len, (*objects.names, *map(str, objects.keys))))
    machine.memo.extend(repeat(objects, len(objects.names) * template.places))
    machine.objects += len(objects.names)
    machine.count(len(objects.names) * _COUNTED + len(objects.keys) * _COUNTED_OF_A_KEY)
    machine.opcodes += len(objects.names) * template.places  # of at least one opcode each
    add_table(objects, target, machine)


def _opcodes_before(machine: Machine) -> bytes:
    """The opcodes of the object on top of the stack; empty unless one of its class follows."""
    cursor = machine.cursor
    data, begin = cursor.data, machine.begun.get(len(machine.stack), -1) - cursor.base
    at = _behind_name(data, cursor.at)
    width = _WIDTHS.get(data[at] if at < len(data) else 0, 0)
    start = begin - width - len(_NEW)
    if not width or start < 0 or cursor.at - start > _LONGEST:
        return b""
    head = data[start:begin]
    return data[start : cursor.at] if head.endswith(_NEW) and data.startswith(head, at) else b""


def _behind_name(data: bytes, at: int) -> int:
    """Where the opcodes behind a name and its LONG_BINPUT start; the end if there are none."""
    if at + 5 > len(data) or data[at] != TEXT:
        return len(data)
    end = at + 5 + WORD(data, at + 1)[0]
    return end + 5 if end + 5 <= len(data) and data[end] == LONG_PUT else len(data)


def _template(machine: Machine, opcodes: bytes) -> Template:
    """The template of the object on top of the stack; UnusualError if it has none.

    It is memoised before all that is in it, and its name before it.
    """
    width = _WIDTHS[opcodes[0]]
    behind = width + len(_NEW)
    require(opcodes[behind] == LONG_PUT)
    first = WORD(opcodes, behind + 1)[0] - 1
    require(0 < first < len(machine.memo) and machine.memo[first] is machine.stack[-2])
    original = machine.stack[-1]
    made_by = machine.memoised(index_of(opcodes[:width]))
    require(isinstance(original, Instance) and original.maker is made_by and not original.args)
    template = template_of(opcodes, first, machine.memoised)
    require(first + template.places == len(machine.memo))
    return template


def _objects(template: Template, opcodes: bytes, machine: Machine) -> AlikeObjects:
    """The objects at the cursor, which is moved behind them; UnusualError for any other objects."""
    cursor, first = machine.cursor, len(machine.memo) - template.places
    of_original, _ = template.match(opcodes, 0, 0)
    objects = AlikeObjects(template, machine.stack[-1], of_original, machine)
    keys: list[str] = []
    ahead = len(opcodes) + SHORT + MOST_DIGITS * (1 + len(of_original))
    while not (end := cursor.data[cursor.at : cursor.at + 1]) or end[0] == TEXT:
        if len(cursor.data) - cursor.at < ahead:
            cursor.fill(min(max(ahead, 1), cursor.left))
        number = len(objects.names) + 1
        at, start = cursor.at, _behind_name(cursor.data, cursor.at)
        place = WORD(cursor.data, start - 4)[0]
        require(number <= _MOST and start - at <= SHORT)
        require(place == first + number * template.places)
        found, cursor.at = template.match(cursor.data, start, number)
        objects.names.append(cursor.data[at + 5 : start - 5].decode("utf-8", "surrogateescape"))
        keys += found
    require(end == _SETITEMS and len(objects.names) >= _FEWEST)
    objects.keys = _numbers(keys)
    return objects


def _numbers(texts: list[str]) -> list[str] | range:
    first = int(texts[0]) if texts else 0
    numbers = range(first, first + len(texts))
    return numbers if texts == list(map(str, numbers)) else texts
