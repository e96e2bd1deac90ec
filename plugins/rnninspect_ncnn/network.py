"""The layers of a network, of which each line of the text has one; binary networks have no names.

Source: Net::load_param and ParamDict of ncnn (src/net.cpp, src/paramdict.cpp).
"""

from __future__ import annotations

from sys import intern

from rnninspect.decode.cursor import Cursor
from rnninspect.plugin import Limit, Record, UnreadableFile, plural
from rnninspect_ncnn.types import TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source

_STEPS_OF_A_LAYER = 6
_ARRAY, _LAST = -23300, -233  # keys from which on a value is an array, and of the end
_MOST_KEYS = 32
_MOST_KNOWN = 1_000  # different parameters that layers have
_LONGEST_NUMBER = 20  # characters


class Layer(Record):
    """A layer as it is written.

    Attributes:
        kind: its type, `LSTM`.
        words: its name and those of the blobs that it reads and gives, a line each: one string
            takes half the memory of several. A layer of unknown type has a space in its name.
        given: how many blobs it reads.
        values: its parameters by their keys; those that are no whole number are left out.
    """

    kind: str
    words: str
    given: int
    values: dict[int, int]

    @property
    def name(self) -> str:
        """Its name."""
        return self.words.partition("\n")[0]

    @property
    def inputs(self) -> list[str]:
        """The names of the blobs that it reads."""
        return self.words.split("\n")[1 : 1 + self.given]

    @property
    def outputs(self) -> list[str]:
        """The names of the blobs that it gives."""
        return self.words.split("\n")[1 + self.given :]

    def value(self, key: int, default: int = 0) -> int:
        """A parameter, as it is or by default; UnreadableFile if it is below zero."""
        found = self.values.get(key, default)
        if found < 0:
            raise UnreadableFile(f"parameter {key} of {self.name[:80]} is {found}")
        return found


def layers_in(source: Source, *, is_text: bool) -> Iterator[Layer]:
    """The layers of a network in their order.

    Raises:
        UnreadableFile: truncated or malformed; the message says where.
        RefusedFile: a limit is exceeded.
    """
    return _of_text(source) if is_text else _of_binary(source)


def _require(source: Source, count: int) -> None:
    source.limits.require(Limit.NODES, count, "the number of layers")


def _of_text(source: Source) -> Iterator[Layer]:
    lines = _lines(source)
    next(lines)
    counts = next(lines, b"").split()
    if len(counts) != 2 or not all(map(bytes.isdigit, counts)) or len(counts[0]) > _LONGEST_NUMBER:
        raise UnreadableFile(f"no number of layers on the second line: {counts[:3]!r}")
    count = int(counts[0])
    _require(source, count)
    number = 0
    known: dict[str, dict[int, int]] = {}
    for number, line in enumerate(lines, 1):
        words = line.decode("utf-8", "replace").split()
        source.spend(Limit.STEPS, _STEPS_OF_A_LAYER + len(words))
        yield _layer(words, number, known)
    if number != count:
        raise UnreadableFile(f"{plural(number, 'layer')}, {count:,} declared: truncated?")


def _lines(source: Source) -> Iterator[bytes]:
    """The lines that are not empty; the last one may lack its newline."""
    cursor = Cursor(source)
    ends = source.size > 0 and source.read(source.size - 1, 1) == b"\n"
    while cursor.left:
        source.spend(Limit.STEPS, 1)
        whole = ends or cursor.data.find(b"\n", cursor.at) >= 0 or _has_newline(cursor)
        line = (cursor.line() if whole else cursor.take(cursor.left)).strip()
        if line:
            yield line


def _has_newline(cursor: Cursor) -> bool:
    try:
        return cursor.line_length() >= 0
    except UnreadableFile:
        return False


def _layer(words: list[str], number: int, known: dict[str, dict[int, int]]) -> Layer:
    """A layer by its words; `known` has the parameters of others, by their words."""
    if len(words) < 4 or not all(_is_number(word) for word in words[2:4]):
        raise UnreadableFile(f"layer {number} has no type, name and numbers of blobs")
    given, made = int(words[2]), int(words[3])
    if min(given, made) < 0 or len(words) < 4 + given + made:
        raise UnreadableFile(f"layer {number} has fewer blobs than it declares")
    named, pairs = [words[1], *words[4 : 4 + given + made]], words[4 + given + made :]
    text = " ".join(pairs)
    values = known.get(text)
    if values is None:
        values = dict(filter(None, (_pair(word, number) for word in pairs)))
        if len(known) < _MOST_KNOWN:
            known[text] = values
    return Layer(intern(words[0]), "\n".join(named), given, values)


def _pair(word: str, number: int) -> tuple[int, int] | None:
    """A parameter and its key; None of an array, a real number or a text."""
    key, equals, value = word.partition("=")
    if not equals or not _is_number(key):
        raise UnreadableFile(f"layer {number} has a malformed parameter: {word[:40]!r}")
    return (int(key), int(value)) if _is_number(value) and int(key) > _ARRAY else None


def _is_number(word: str) -> bool:
    return word.removeprefix("-").isdecimal() and len(word) <= _LONGEST_NUMBER


def _of_binary(source: Source) -> Iterator[Layer]:
    cursor = Cursor(source)
    _, count, _ = cursor.word(), cursor.word(), cursor.word()
    _require(source, count)
    for number in range(count):
        kind = cursor.word()
        given, made = cursor.word(), cursor.word()
        if 4 * (given + made) > cursor.left:
            raise UnreadableFile(f"layer {number} declares {plural(given + made, 'blob')}")
        source.spend(Limit.STEPS, _STEPS_OF_A_LAYER + given + made)
        blobs = [str(cursor.word()) for _ in range(given + made)]
        name = TYPES[kind] if kind < len(TYPES) else f"type {kind}"
        values = dict(_binary_values(cursor, number))
        yield Layer(name, "\n".join([f"{name}_{number}", *blobs]), given, values)
    if cursor.left:
        raise UnreadableFile(f"{plural(cursor.left, 'trailing byte')} after the last layer")


def _binary_values(cursor: Cursor, number: int) -> Iterator[tuple[int, int]]:
    for _ in range(_MOST_KEYS + 1):
        key = _signed(cursor.word())
        if key == _LAST:
            return
        if key <= _ARRAY:
            cursor.skip(4 * cursor.word())
        else:
            yield key, _signed(cursor.word())
    raise UnreadableFile(f"layer {number} has more than {_MOST_KEYS} parameters")


def _signed(word: int) -> int:
    return word - 2**32 if word >= 2**31 else word
