"""The syntax of serialised TorchScript: expressions and statements, as inert values."""

from __future__ import annotations

from rnninspect.plugin import Record


class Name(Record):
    """A variable, or a dotted path: `x`, `self.weight`, `torch.add`, `CONSTANTS.c0`."""

    path: str


class Literal(Record):
    """A number, a string, True, False or None."""

    value: object


class Attribute(Record):
    """An attribute of what is not a name: `(cell).forward`."""

    base: Expression
    name: str


class Index(Record):
    """An item: `(hx)[0]`; also a type with its arguments, `List[Tensor]`."""

    base: Expression
    key: Expression


class Items(Record):
    """A tuple, list or dict; a dict has its keys and values in turn."""

    opening: str
    items: tuple[Expression, ...]


class Call(Record):
    """A call; of an argument by name, `names` has the name at its place, else an empty string."""

    function: Expression
    arguments: tuple[Expression, ...]
    names: tuple[str, ...]


Expression = Name | Literal | Attribute | Index | Items | Call


class Assign(Record):
    """`a = …`, or `a, b, = …`, whose value is unpacked; a target may be `self.state`."""

    targets: tuple[str, ...]
    value: Expression
    unpacks: bool


class Evaluate(Record):
    """A call for its effect, or what a block ends with: `return`."""

    value: Expression | None
    returns: bool


class Unknown(Record):
    """A statement of another form; what it may assign."""

    targets: tuple[str, ...]


class If(Record):
    """A condition and its two blocks."""

    condition: Expression | None
    then: Block
    otherwise: Block


class Loop(Record):
    """A loop with its counter (`for`) or its condition (`while`)."""

    counter: str
    over: Expression | None
    body: Block


Statement = Assign | Evaluate | Unknown | If | Loop
Block = tuple[Statement, ...]
