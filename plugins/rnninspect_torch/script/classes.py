"""Splits a file of code into classes and functions, whose bodies are parsed when they are needed.

A class begins at the margin, its attributes and methods after two spaces, a body after four.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.script.syntax import Block, Expression

_LONGEST_HEADER = 1 << 16  # characters


class Function:
    """A function or a method.

    Attributes:
        name: without its class.
        text: from `def` on.
    """

    __slots__ = ("_body", "_parameters", "name", "text")

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self._body: Block | None = None
        self._parameters: tuple[Parameter, ...] | None = None

    @property
    def is_parsed(self) -> bool:
        """Whether its body was parsed before."""
        return self._body is not None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Its parameters, `self` included."""
        if self._parameters is None:
            self._parameters = tuple(_parameters(self.text))
        return self._parameters

    @property
    def body(self) -> Block:
        """Its statements; none where blocks are nested too deeply."""
        if self._body is None:
            from rnninspect_torch.script.statements import TooDeep, parse_body  # noqa: PLC0415 - few are run

            try:
                self._body = parse_body(self.text[_end_of_header(self.text) :])
            except TooDeep:
                self._body = ()
        return self._body


class Parameter:
    """A parameter: its name, its type and its default."""

    __slots__ = ("default", "kind", "name")

    def __init__(self, name: str, kind: Expression | None, default: Expression | None) -> None:
        self.name, self.kind, self.default = name, kind, default


class Class:
    """A class: the lines of its attributes, and its methods.

    Attributes:
        name: without its module.
        base: `Module`, `NamedTuple` or another.
        methods: by name.
        text: all of it.
    """

    __slots__ = ("_methods", "base", "name", "text")

    def __init__(self, header: str, text: str) -> None:
        self.name, _, base = header.partition("(")
        self.base = base.rstrip("):")
        self.text = text
        self._methods: dict[str, Function] | None = None

    @property
    def lines(self) -> Iterator[str]:
        """Its attributes one after the other, without their indentation."""
        end = self.text.find("\n  def ")
        for line in self.text[: len(self.text) if end < 0 else end].split("\n"):
            if line.startswith("  ") and not line.startswith("    "):
                yield line[2:]

    @property
    def fields(self) -> list[tuple[str, Expression | None]]:
        """Its attributes and their types, as a named tuple has them."""
        from rnninspect_torch.script.expressions import parse, tokens  # noqa: PLC0415 - few are run

        pairs = (line.partition(" : ") for line in self.lines)
        return [(name, parse(tokens(kind))) for name, colon, kind in pairs if colon]

    @property
    def methods(self) -> dict[str, Function]:
        """Its methods by name."""
        if self._methods is None:
            parts = self.text.split("\n  def ")[1:]
            names = [part.partition("(")[0] for part in parts]
            pairs = zip(names, parts, strict=True)
            self._methods = {name: Function(name, part) for name, part in pairs}
        return self._methods


def split_code(text: str) -> tuple[dict[str, Class], dict[str, Function]]:
    """The classes and the functions of a file, by name."""
    classes: dict[str, Class] = {}
    functions: dict[str, Function] = {}
    for part in _parts(text):
        header, _, body = part.partition("\n")
        if header.startswith("class ") and header.endswith(":"):
            found = Class(header[6:], "\n" + body)
            classes[found.name] = found
        elif header.startswith("def "):
            name = header[4:].partition("(")[0]
            functions[name] = Function(name, part[4:])
    return classes, functions


def _parts(text: str) -> Iterator[str]:
    """What begins at the margin, with the lines below it."""
    start, at = 0, 0
    while (found := text.find("\n", at)) != -1:
        at = found + 1
        if text.startswith(("class ", "def "), at):
            yield text[start:at]
            start = at
    yield text[start:]


def _end_of_header(text: str) -> int:
    """Where the body begins, behind the colon at the end of a line."""
    found = text.find(":\n", 0, _LONGEST_HEADER)
    return found + 2 if found != -1 else len(text)


def _parameters(text: str) -> Iterator[Parameter]:
    """`self: __torch__.Net, x: Tensor, state: Optional[Tensor]=None`, between brackets."""
    from rnninspect_torch.script.expressions import parse, tokens  # noqa: PLC0415 - few are run

    header = text[text.find("(") + 1 : _end_of_header(text)]
    inner = header.rpartition(") ->")[0] or header.rpartition(")")[0]
    for part in _top_level(inner):
        name, _, rest = part.partition(":")
        kind, _, default = rest.partition("=")
        yield Parameter(name.strip(), parse(tokens(kind)), parse(tokens(default)))


def _top_level(text: str) -> Iterator[str]:
    """The parts between commas that are not in brackets."""
    depth, start = 0, 0
    for at, character in enumerate(text):
        if character in "[({":
            depth += 1
        elif character in "])}":
            depth -= 1
        elif character == "," and depth == 0:
            yield text[start:at]
            start = at + 1
    if text[start:].strip():
        yield text[start:]
