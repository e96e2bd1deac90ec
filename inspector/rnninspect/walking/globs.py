"""Globs as git has them in `.gitignore`: one line is one pattern.

Specification: https://git-scm.com/docs/gitignore, and wildmatch.c of git for what is in brackets.
Paths are bytes, since `?` matches one byte.
"""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Segment = bytes | re.Pattern[bytes]

ANY = b"**"  # any number of folders
_CLASSES = {
    b"alnum": b"a-zA-Z0-9",
    b"alpha": b"a-zA-Z",
    b"blank": rb" \t",
    b"cntrl": rb"\x00-\x1f\x7f",
    b"digit": b"0-9",
    b"graph": rb"\x21-\x7e",
    b"lower": b"a-z",
    b"print": rb"\x20-\x7e",
    b"punct": rb"!-/:-@\[-`{-~",
    b"space": rb"\s",
    b"upper": b"A-Z",
    b"xdigit": b"a-fA-F0-9",
}


class Glob(Record):
    """A pattern for paths relative to the folder that it was written in.

    Attributes:
        segments: what each part of a path must be; ANY is any number of parts. A pattern without
            a slash has one segment, and is compared with the last part.
        anchored: whether it is compared with the whole path.
        folders_only: whether it matches folders alone.
        negated: whether it takes back what an earlier pattern has matched.
    """

    segments: tuple[Segment, ...]
    anchored: bool
    folders_only: bool
    negated: bool

    def matches(self, path: Sequence[bytes], *, is_folder: bool) -> bool:
        """Whether it matches a path, given in its parts."""
        if self.folders_only and not is_folder:
            return False
        if not self.anchored:
            return _fits(self.segments[0], path[-1])
        return _all_fit(self.segments, path)


def parse(line: bytes) -> Glob | None:
    """The pattern in a line; None for a comment, an empty line, or what can never match."""
    line = re.sub(rb"(?<!\\)((?:\\\\)*(?:\\ )?) +$", rb"\1", line)
    if not line or line.startswith(b"#"):
        return None
    negated = line.startswith(b"!")
    text = line[negated:]
    folders_only = text.endswith(b"/")
    text = text.removesuffix(b"/")
    anchored = b"/" in text
    try:
        parts = _parts(text.removeprefix(b"/"))
        segments = tuple(ANY if anchored and _is_any(part) else _segment(part) for part in parts)
    except _NeverError:
        return None
    if not text:
        return None
    return Glob(segments, anchored, folders_only, negated)


class _NeverError(Exception):
    """The pattern is not closed, and matches nothing."""


def _fits(segment: Segment, name: bytes) -> bool:
    if isinstance(segment, bytes):
        return segment == name
    return segment.fullmatch(name) is not None


def _all_fit(segments: Sequence[Segment], path: Sequence[bytes]) -> bool:
    """Whether a path fits as a whole; each ANY takes as few parts as it can.

    That finds a match wherever there is one, without trying all combinations: only the last ANY
    is ever widened.
    """
    at = place = 0
    again: tuple[int, int] | None = None
    while place < len(path):
        if at < len(segments) and segments[at] is ANY:
            at += 1
            if at == len(segments):
                return True  # what a pattern ends with `/**` matches is inside
            again = at, place
        elif at < len(segments) and _fits(segments[at], path[place]):
            at, place = at + 1, place + 1
        elif again:
            again = again[0], again[1] + 1
            at, place = again
        else:
            return False
    return at == len(segments)


def _is_any(part: bytes) -> bool:
    return len(part) > 1 and not part.strip(b"*")


def _parts(text: bytes) -> list[bytes]:
    """What is between slashes; one in brackets is a character like others."""
    parts, at = [b""], 0
    while at < len(text):
        char, end = text[at : at + 1], at + 1
        if char == b"[":
            end = _bracket(text, end)[1]
        elif char == b"\\":
            end += 1
        if text[at:end] in (b"/", b"\\/"):
            parts.append(b"")
        else:
            parts[-1] += text[at:end]
        at = end
    return parts


def _segment(text: bytes) -> Segment:
    """What a part between slashes stands for: a name itself where it has no wildcard."""
    pieces: list[bytes] = [b""]  # what is between asterisks, as regular expressions
    plain: bytes | None = b""
    for piece in _pieces(text):
        if piece == b"*":
            pieces.append(b"")
            plain = None
        else:
            pieces[-1] += piece if len(piece) > 1 else re.escape(piece)
            plain = plain + piece if plain is not None and len(piece) == 1 else None
    if plain is not None:
        return plain
    first, *others = pieces
    # Each piece but the last is looked for once and never again (an atomic group): a name cannot
    # make the search try all combinations.
    middle = b"".join(b"(?>.*?" + piece + b")" for piece in others[:-1] if piece)
    end = b".*" + others[-1] if others else b""
    return re.compile(first + middle + end, re.DOTALL)


def _pieces(text: bytes) -> Iterator[bytes]:
    """Single characters that match themselves, `*`, and regular expressions of two and more."""
    at = 0
    while at < len(text):
        char = text[at : at + 1]
        at += 1
        if char == b"\\":
            if at == len(text):
                raise _NeverError
            yield b"(?:" + re.escape(text[at : at + 1]) + b")"
            at += 1
        elif char == b"?":
            yield b"(?:.)"
        elif char == b"[":
            piece, at = _bracket(text, at)
            yield piece
        else:
            yield char


def _bracket(text: bytes, at: int) -> tuple[bytes, int]:
    """A set of characters from the one after its bracket on, and where it ends."""
    negated = text[at : at + 1] in (b"!", b"^")
    at += negated
    start, inside = at, b""
    while True:
        char = text[at : at + 1]
        if not char:
            raise _NeverError
        if char == b"]" and at > start:
            break
        if text[at : at + 2] == b"[:":
            end = text.find(b":]", at + 2)
            if end < 0 or text[at + 2 : end] not in _CLASSES:
                raise _NeverError
            inside += _CLASSES[text[at + 2 : end]]
            at = end + 2
            continue
        low, at = _char(text, at)
        inside += _in_set(low)
        if text[at : at + 1] == b"-" and text[at + 1 : at + 2] not in (b"]", b""):
            high, at = _char(text, at + 1)
            inside += b"%s-%s" % (_in_set(low), _in_set(high)) if low <= high else b""
    if not inside:
        return (b"(?:.)" if negated else b"(?!)"), at + 1
    return b"[" + (b"^" if negated else b"") + inside + b"]", at + 1


def _char(text: bytes, at: int) -> tuple[bytes, int]:
    """One character of a set, which may be escaped, and where the next one is."""
    if text[at : at + 1] == b"\\":
        at += 1
    if at >= len(text):
        raise _NeverError
    return text[at : at + 1], at + 1


def _in_set(char: bytes) -> bytes:
    return b"\\x%02x" % char[0]
