"""What a configuration says of the sizes of a cell: one claim for each key or product of keys."""

from __future__ import annotations

from rnninspect.declared.expressions import ImpossibleSizeError, chosen, numbers_of
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.cells import Sum
    from rnninspect.declared.dialect import Dialect
    from rnninspect.declared.document import Document
    from rnninspect.declared.expressions import Expression, Number


class Claim(Record):
    """A size that a configuration declares.

    Attributes:
        size: what it is of the cell, a symbol or a product of them.
        expression: the keys that declare it.
        numbers: the values of these keys.
        text: the keys as people write them.
    """

    size: Sum
    expression: Expression
    numbers: dict[str, Number]
    text: str

    def value(self, corrected: Mapping[str, int] | None = None) -> int | None:
        """The size, with some keys corrected; None if it is none then."""
        try:
            return self.expression.value({**self.numbers, **(corrected or {})})
        except ImpossibleSizeError:
            return None

    @property
    def symbol(self) -> str | None:
        """The symbol that the claim is about, where it is about one."""
        (number, symbols), *others = self.size.terms
        return symbols[0] if not others and number == len(symbols) == 1 else None

    @property
    def key(self) -> str | None:
        """The key that alone is the size."""
        (first, *others), divisor = self.expression.factors, self.expression.divisor
        return first if isinstance(first, str) and not others and divisor == 1 else None


class Claims(Record):
    """The claims of a configuration, and why some of its keys can be none."""

    claims: tuple[Claim, ...]
    faults: tuple[str, ...]
    is_strict: bool


def claims_of(document: Document, dialect: Dialect) -> Claims:
    """What a configuration declares in a dialect; a key that the file lacks declares nothing."""
    claims: list[Claim] = []
    faults: dict[str, None] = {}
    for size, alternatives in dialect.sizes():
        found = chosen(alternatives, document.values)
        if found is None:
            continue
        expression, chooser = found
        text = expression.spelled(document.prefix)
        if chooser:
            text = f"{document.prefix}{chooser} ({text})"
        try:
            numbers = numbers_of(expression, document.values)
            expression.value(numbers)
        except ImpossibleSizeError as error:
            faults[f"{text} {error}"] = None
            continue
        claims.append(Claim(size, expression, numbers, text))
    return Claims(tuple(claims), tuple(faults), dialect.is_strict)
