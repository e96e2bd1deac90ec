"""Protocol Buffers' text form (`.pbtxt`), encoded in the binary form without recursion.

Follows https://protobuf.dev/reference/protobuf/textformat-spec.
"""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_keras.graph.messages.encoding import part, scalar
from rnninspect_keras.graph.messages.schema import Scalar, fields_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_keras.graph.messages.schema import Field

_STRING = rb"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')"""
_TOKEN = re.compile(
    rb"[\s,;]*(?:\#[^\n]*[\s,;]*)*(?:"
    rb"(?P<text>" + _STRING + rb"(?:\s*" + _STRING + rb")*)"
    rb"|(?P<word>[\w.+\-][\w.+\-/]*)|(?P<mark>[{}<>:\[\]])|(?P<end>\Z))",
    re.DOTALL,
)
_STRINGS = re.compile(_STRING, re.DOTALL)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|(.))", re.DOTALL)
_ESCAPED = dict(zip(b"nrtabfv", b"\n\r\t\a\b\f\v", strict=True))
_PORTION = 4_000  # tokens whose steps are charged at once; each takes about a microsecond
_MEMORY = 6  # bytes in memory for each byte of the text
_OPENING, _CLOSING = (b"{", b"<"), (b"}", b">")
_SHOWN = 20

_Token = tuple[str, bytes, int]


class _Open:
    """A message that is being read: the field it is a value of, its own fields, what it has."""

    __slots__ = ("fields", "listed", "own", "parts")

    def __init__(self, own: Field | None, fields: dict[str, Field]) -> None:
        self.own, self.fields = own, fields
        self.parts: list[bytes] = []
        self.listed: list[Field | None] = []  # the field whose values are being listed in []


def binary(source: Source, message: str) -> bytes:
    """A text as the encoded message of this name; fields that are not known are left out.

    Raises:
        UnreadableFile: it is malformed; the reason has the line.
        RefusedFile: it is larger, or nested more deeply, than the limits allow.
    """
    source.limits.require(Limit.HEADER_BYTES, _MEMORY * source.size, "memory to parse the text")
    data = source.head(source.size)
    stack = [_Open(None, fields_of(message))]
    tokens = _tokens(data, source)
    for token in tokens:
        kind, text, at = token
        top = stack[-1]
        if kind == "end":
            break
        if top.listed and text == b"]":
            top.listed.pop()
        elif top.listed:
            _value(stack, top.listed[0], token, data, source)
        elif kind == "word":
            field = top.fields.get(text.decode("ascii", "replace"))
            _field(stack, field, tokens, data, source)
        elif text in _CLOSING and len(stack) > 1:
            _close(stack)
        else:
            raise _malformed(data, at, text)
    if len(stack) > 1 or stack[0].listed:
        raise UnreadableFile("truncated: a message of the text has no end")
    return b"".join(stack[0].parts)


def _tokens(data: bytes, source: Source) -> Iterator[_Token]:
    at = count = 0
    while True:
        found = _TOKEN.match(data, at)
        kind = None if found is None else found.lastgroup
        if found is None or kind is None:
            raise _malformed(data, at, data[at : at + _SHOWN])
        count += 1
        if count % _PORTION == 0:
            source.spend(Limit.STEPS, _PORTION)
        at = found.end()
        yield kind, found[kind], found.start(kind)


def _field(
    stack: list[_Open], field: Field | None, tokens: Iterator[_Token], data: bytes, source: Source
) -> None:
    """What follows the name of a field."""
    token = next(tokens)
    if token[1] == b":":
        token = next(tokens)
    if token[1] == b"[":
        stack[-1].listed.append(field)
    else:
        _value(stack, field, token, data, source)


def _value(
    stack: list[_Open], field: Field | None, token: _Token, data: bytes, source: Source
) -> None:
    """One value of a field, or the beginning of one that is a message."""
    kind, text, at = token
    if kind == "mark" and text in _OPENING:
        source.limits.require(Limit.NESTING, len(stack), "the depth of messages")
        stack.append(_Open(field, {} if field is None else fields_of(field)))
    elif kind in ("text", "word"):
        if field is None:
            return
        if not isinstance(field.type, Scalar) or field.is_map:
            raise _malformed(data, at, text)
        value = _unquoted(text) if kind == "text" else text.decode("ascii", "replace")
        stack[-1].parts.append(scalar(field.number, field.type, value))
    else:
        raise _malformed(data, at, text)


def _close(stack: list[_Open]) -> None:
    done = stack.pop()
    if done.own is not None:
        stack[-1].parts.append(part(done.own.number, b"".join(done.parts)))


def _unquoted(text: bytes) -> bytes:
    whole = b"".join(each[1:-1] for each in _STRINGS.findall(text))
    return _ESCAPE.sub(_unescaped, whole) if b"\\" in whole else whole


def _unescaped(found: re.Match[bytes]) -> bytes:
    octal, hexadecimal, letter = found.groups()
    if octal is not None:
        return bytes([int(octal, 8) & 0xFF])
    if hexadecimal is not None:
        return bytes([int(hexadecimal, 16)])
    return bytes([_ESCAPED.get(letter[0], letter[0])])


def _malformed(data: bytes, at: int, text: bytes) -> UnreadableFile:
    line = data.count(b"\n", 0, at) + 1
    shown = text[:_SHOWN].decode("utf-8", "replace")
    return UnreadableFile(f"malformed text at line {line}: {shown!r}")
