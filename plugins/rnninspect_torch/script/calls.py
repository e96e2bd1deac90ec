"""The calls in a piece of code, found without recursion; only lines with a word are parsed."""

from __future__ import annotations

from rnninspect_torch.script.statements import parse_statement
from rnninspect_torch.script.syntax import Assign, Attribute, Call, Evaluate, Index, Items, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.script.syntax import Expression, Statement


def statements_with(text: str, words: tuple[str, ...]) -> Iterator[Statement]:
    """The statements with one of these words, in order; headers of blocks are not among them."""
    if not any(word in text for word in words):
        return
    for line in text.splitlines():
        if any(word in line for word in words) and not line.endswith(":"):
            yield parse_statement(line.strip())


def calls_in(statement: Statement) -> Iterator[Call]:
    """The calls of a statement, outer ones first."""
    value = statement.value if isinstance(statement, Assign | Evaluate) else None
    waiting = [] if value is None else [value]
    while waiting:
        at = waiting.pop()
        if isinstance(at, Call):
            yield at
        waiting.extend(reversed(_inside(at)))


def _inside(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case Call():
            return (expression.function, *expression.arguments)
        case Items():
            return expression.items
        case Index():
            return (expression.base, expression.key)
        case Attribute():
            return (expression.base,)
    return ()


def constant_number(expression: Expression) -> int | None:
    """The number of a constant, `CONSTANTS.c7`; None for anything else."""
    if not isinstance(expression, Name) or not expression.path.startswith(_CONSTANT):
        return None
    digits = expression.path[len(_CONSTANT) :]
    return int(digits) if digits.isdigit() and len(digits) < _LONGEST_NUMBER else None


_CONSTANT = "CONSTANTS.c"
_LONGEST_NUMBER = 10
