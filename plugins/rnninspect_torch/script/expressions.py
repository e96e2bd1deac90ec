"""Parses expressions of serialised TorchScript without recursion, within a depth and a length.

The printer is torch/csrc/jit/serialization/python_print.cpp; all operators are calls.
"""

from __future__ import annotations

import math

from rnninspect.lean import re
from rnninspect_torch.script.syntax import Attribute, Call, Index, Items, Literal, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.script.syntax import Expression

LONGEST = 1 << 18  # characters of a statement
DEEPEST = 60  # brackets in each other; the printer starts a new statement long before
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
    |(?P<number>-?(?:\d+\.?\d*(?:e[+-]?\d{1,5})?|inf\b|nan\b)j?)
    |(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<attribute>\.\w+)
    |(?P<mark>[\[\](){},:=])
    )""",
    re.VERBOSE,
)
_WORDS = {"True": True, "False": False, "None": None, "inf": math.inf, "nan": math.nan}
_CLOSING = {")": "(", "]": "[", "}": "{"}
_LONGEST_NUMBER = 40

Token = tuple[str, str]


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    """The kind and the text of each token; an unknown character is one of kind `?`."""
    end = len(text.rstrip()) if len(text) <= LONGEST else 0
    while start < end:
        match = _TOKEN.match(text, start)
        if match is None or match.lastgroup is None:
            yield "?", text[start]
            return
        yield match.lastgroup, match[match.lastgroup]
        start = match.end()


class _Frame:
    """An open bracket: what is before it, and the items in it so far."""

    __slots__ = ("base", "current", "items", "label", "names", "opening", "trailing")

    def __init__(self, opening: str, base: Expression | None) -> None:
        self.opening = opening
        self.base = base  # what is called or indexed
        self.items: list[Expression] = []
        self.names: list[str] = []
        self.label = ""
        self.current: Expression | None = None
        self.trailing = False  # whether it ends in a comma

    def end_item(self) -> None:
        """A comma, a colon or the end."""
        if self.current is not None:
            self.items.append(self.current)
            self.names.append(self.label)
        self.current, self.label = None, ""

    def closed(self) -> Expression | None:
        """The expression that the bracket makes with what is before it."""
        items = tuple(self.items)
        if self.base is None:
            alone = self.opening == "(" and len(items) == 1 and not self.trailing
            return items[0] if alone else Items(self.opening, items)
        if self.opening == "(":
            return Call(self.base, items, tuple(self.names))
        if self.opening == "[" and items:
            return Index(self.base, items[0] if len(items) == 1 else Items("(", items))
        return None


def parse(given: Iterator[Token]) -> Expression | None:
    """The expression of all tokens; None if there is another form, or too much nesting."""
    stack = [_Frame("", None)]
    for kind, text in given:
        frame = stack[-1]
        if kind == "mark" and text in "([{":
            if len(stack) > DEEPEST or (text == "{" and frame.current is not None):
                return None
            stack.append(_Frame(text, frame.current))
            continue
        if kind == "mark" and text in _CLOSING:
            if frame.opening != _CLOSING[text]:
                return None
            frame.end_item()
            stack.pop()
            found = frame.closed()
            if found is None:
                return None
            stack[-1].current = found
        elif not _takes(frame, kind, text):
            return None
    (bottom, *open_brackets) = stack
    bottom.end_item()
    if open_brackets or not bottom.items:
        return None
    single = len(bottom.items) == 1 and not bottom.trailing
    return bottom.items[0] if single else Items("(", tuple(bottom.items))


def literal(text: str) -> Literal | None:
    """A number, a string or a word that is alone; None for anything else."""
    found = parse(tokens(text))
    return found if isinstance(found, Literal) else None


def _takes(frame: _Frame, kind: str, text: str) -> bool:
    """Add a token that is not a bracket; False where it has no place."""
    frame.trailing = text == "," and kind == "mark"
    if kind == "mark":
        return _takes_mark(frame, text)
    if kind == "attribute":
        if frame.current is None:
            return False
        frame.current = Attribute(frame.current, text[1:])
        return True
    if frame.current is not None or kind == "?":
        return False
    frame.current = _atom(kind, text)
    return frame.current is not None


def _takes_mark(frame: _Frame, text: str) -> bool:
    if text == "=":
        if not isinstance(frame.current, Name) or frame.opening != "(":
            return False
        frame.label, frame.current = frame.current.path, None
    elif text == ":" and frame.opening != "{":
        return False
    else:
        frame.end_item()
    return True


def _atom(kind: str, text: str) -> Expression | None:
    if kind == "name":
        return Literal(_WORDS[text]) if text in _WORDS else Name(text)
    if kind == "string":
        return Literal(_unquoted(text))
    if len(text) > _LONGEST_NUMBER or text.endswith("j"):
        return Literal(text)
    digits = text.removeprefix("-")
    return Literal(int(text) if digits.isdigit() else float(text))


_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def _unquoted(text: str) -> str:
    """A string without its quotes and escapes (torch/csrc/jit/frontend/strtod.h and lexer.h)."""
    inner = text[1:-1]
    return _ESCAPE.sub(_unescaped, inner) if "\\" in inner else inner


def _unescaped(match: re.Match[str]) -> str:
    octal, hexadecimal, letter = match.groups()
    if letter is not None:
        return _LETTERS.get(letter, letter)
    return chr(int(octal, 8) if octal is not None else int(hexadecimal, 16))
