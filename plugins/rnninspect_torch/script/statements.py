"""Parses the body of a function: statements, one on each line, in blocks by their indentation."""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect_torch.script.expressions import parse, tokens
from rnninspect_torch.script.syntax import Assign, Evaluate, If, Loop, Name, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.script.expressions import Token
    from rnninspect_torch.script.syntax import Block, Expression, Statement

DEEPEST_BLOCK = 40
_ASSIGNED = re.compile(r" *([A-Za-z_][\w.]*(?:, [A-Za-z_][\w.]*)*)(,?)(?: : [^=\"]{1,400})? = ")
_FOR = re.compile(r"for (\w+) in range\(")
_LONGEST_TARGETS = 1 << 14  # characters of what a statement assigns, and its type


class TooDeep(Exception):  # noqa: N818 - an answer, not a fault
    """Blocks are nested too deeply."""


class _Open:
    """A block whose lines are being read; `then` is the block before `else:`."""

    __slots__ = ("header", "indent", "statements", "then")

    def __init__(self, indent: int, header: str) -> None:
        self.indent, self.header = indent, header
        self.statements: list[Statement] = []
        self.then: Block | None = None

    def closed(self) -> list[Statement]:
        """The statements that the block and its header are."""
        body = tuple(self.statements)
        if self.header.startswith("if "):
            then, otherwise = (body, ()) if self.then is None else (self.then, body)
            return [If(_expression(self.header[3:-1]), then, otherwise)]
        if self.header.startswith("while "):
            return [Loop("", _expression(self.header[6:-1]), body)]
        match = _FOR.match(self.header)
        if match is not None:
            return [Loop(match[1], _expression(self.header[match.end() - 1 : -1]), body)]
        return self.statements  # `with …:`


def parse_body(text: str) -> Block:
    """The statements of a function's body.

    Raises:
        TooDeep: blocks are nested too deeply.
    """
    stack = [_Open(-1, "")]
    for line in text.splitlines():
        content = line.strip()
        indent = len(line) - len(line.lstrip())
        if not content:
            continue
        if content == "else:":
            _close(stack, indent + 1)
            last = stack[-1]
            if last.indent == indent and last.header.startswith("if ") and last.then is None:
                last.then, last.statements = tuple(last.statements), []
            continue
        _close(stack, indent)
        if content.endswith(":") and content.startswith(("if ", "for ", "while ", "with ")):
            if len(stack) > DEEPEST_BLOCK:
                raise TooDeep
            stack.append(_Open(indent, content))
        else:
            stack[-1].statements.append(parse_statement(content))
    _close(stack, 0)
    return tuple(stack[0].statements)


def _close(stack: list[_Open], indent: int) -> None:
    """Close the blocks that a line with this indentation is not in."""
    while len(stack) > 1 and stack[-1].indent >= indent:
        block = stack.pop()
        stack[-1].statements += block.closed()


def parse_statement(text: str) -> Statement:
    """One statement that is not the header of a block."""
    if text == "pass":
        return Evaluate(None, returns=False)
    if text.startswith("return"):
        rest = text[6:].strip()
        return Evaluate(_expression(rest) if rest else None, returns=True)
    match = _ASSIGNED.match(text, 0, _LONGEST_TARGETS)
    if match is None:
        value = _expression(text)
        return Unknown(()) if value is None else Evaluate(value, returns=False)
    targets = tuple(match[1].split(", "))
    value = _expression(text[match.end() :])
    if value is None:
        return Unknown(targets)
    return Assign(targets, value, unpacks=bool(match[2]) or len(targets) > 1)


def _expression(text: str) -> Expression | None:
    return parse(tokens(text))


def names_in(given: Iterator[Token]) -> Iterator[str]:
    """The dotted names among tokens."""
    return (text for kind, text in given if kind == "name")


def path_of(expression: Expression | None) -> str:
    """The dotted path of a name; an empty string for anything else."""
    return expression.path if isinstance(expression, Name) else ""
