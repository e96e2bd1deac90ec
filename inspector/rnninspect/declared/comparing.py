"""Declared sizes beside those that the stored shapes have."""

from __future__ import annotations

import math

from rnninspect.cells import CELLS, Sum, parse_sum
from rnninspect.record import Record
from rnninspect.signatures.solving import solve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from rnninspect.cells import Cell
    from rnninspect.declared.claims import Claim, Claims

_LEAST_AGREEING = 2  # claims of a configuration that may mean something else


class Difference(Record):
    """A claim that the stored shapes contradict."""

    text: str
    declared: int
    stored: int
    what: str


class Compared(Record):
    """The outcome for one layer.

    Attributes:
        sizes: its own sizes, those among them that only the configuration knows.
        declared: what declares each of the sizes that are, as pairs.
        differences: the claims that the shapes contradict.
    """

    sizes: dict[str, int]
    declared: tuple[tuple[str, str], ...]
    differences: tuple[Difference, ...]


def compare(cell: str, stored: Mapping[str, int], claims: Claims) -> Compared:
    """Compare what is declared with the sizes that a layer's tensors have.

    A key that is wrong is named once: products with it are compared as if it were right.
    """
    known = CELLS[cell]
    agreeing: list[Claim] = []
    waiting: list[Claim] = []
    differences: list[Difference] = []
    corrected: dict[str, int] = {}
    for claim in sorted(claims.claims, key=lambda each: each.key is None):
        size = _value(claim.size, stored)
        if size is None:
            if claim.size.symbols() <= stored.keys() | _of_state(known):
                waiting.append(claim)
        elif claim.value(corrected) == size:
            agreeing.append(claim)
        elif claim.key is None or claim.key not in corrected:
            differences.append(Difference(claim.text, _value_of(claim), size, _word(known, claim)))
            if claim.key is not None:
                corrected[claim.key] = size
    sizes, more = _with_unknown(known, stored, waiting)
    agreeing += [] if more else waiting
    differences += more
    if not claims.is_strict and len(agreeing) < max(_LEAST_AGREEING, len(differences) + 1):
        return Compared(dict(stored), (), ())
    return Compared(sizes, _declared(known, agreeing), tuple(differences))


def _of_state(cell: Cell) -> frozenset[str]:
    """The sizes that matter where no tensor has them: those of the state and of products."""
    sums = [factor for product in cell.state for factor in product]
    sums += (product for _, product in cell.relations)
    return frozenset().union(*(each.symbols() for each in sums))


def _value_of(claim: Claim) -> int:
    return claim.value() or 0


def _value(size: Sum, known: Mapping[str, int]) -> int | None:
    return size.value(known) if size.symbols() <= known.keys() else None


def _word(cell: Cell, claim: Claim) -> str:
    """The size as people say it: `state`; nothing where it is a product."""
    return cell.word(claim.symbol) if claim.symbol else ""


def _with_unknown(
    cell: Cell, stored: Mapping[str, int], waiting: Sequence[Claim]
) -> tuple[dict[str, int], list[Difference]]:
    """The sizes with those that no shape determines, and where these contradict a relation."""
    claimed = {claim.symbol: claim for claim in waiting if claim.symbol}
    fresh = {symbol: _value_of(claim) for symbol, claim in claimed.items()}
    sizes = {**stored, **fresh}
    for symbol, product in cell.relations:
        value, fits = _known_part(product, sizes)
        names = [claimed[each].text for each in sorted(product.symbols()) if each in claimed]
        if symbol in stored and names and not fits(stored[symbol]):
            word = cell.word(symbol)
            return dict(stored), [Difference(" × ".join(names), value, stored[symbol], word)]
    solved = solve([_equation(symbol, size) for symbol, size in sizes.items()], cell.relations)
    return {symbol: solved.get(symbol, sizes.get(symbol, 0)) for symbol in solved | sizes}, []


def _known_part(product: Sum, sizes: Mapping[str, int]) -> tuple[int, Callable[[int], bool]]:
    """The value of a product's known factors, and whether a size may be the product."""
    ((number, symbols),) = product.terms
    value = number * math.prod(sizes[each] for each in symbols if each in sizes)
    if all(each in sizes for each in symbols):
        return value, value.__eq__
    return value, lambda size: value > 0 and size % value == 0


def _declared(cell: Cell, claims: Iterable[Claim]) -> tuple[tuple[str, str], ...]:
    """The sizes that follow from some claims, and the keys of each."""
    by_symbol: dict[str, str] = {}
    equations = []
    for claim in sorted(claims, key=lambda each: each.symbol is None):
        equations.append(((claim.size,), (_value_of(claim),)))
        for symbol in sorted(claim.size.symbols()):
            by_symbol.setdefault(symbol, claim.text)
    solved = solve(equations, cell.relations)
    related = dict(cell.relations)
    pairs = []
    for symbol, _ in cell.symbols:
        if symbol in solved:
            pairs.append((symbol, by_symbol.get(symbol) or _sources(symbol, related, by_symbol)))
    return tuple(pairs)


def _sources(symbol: str, related: Mapping[str, Sum], by_symbol: Mapping[str, str]) -> str:
    """The keys of the sizes that a size follows from by a relation."""
    for product, factors in related.items():
        if symbol == product or symbol in factors.symbols():
            others = sorted({product, *factors.symbols()} - {symbol})
            names = dict.fromkeys(by_symbol[each] for each in others if each in by_symbol)
            if names:
                return " and ".join(names)
    return ""


def _equation(symbol: str, size: int) -> tuple[tuple[Sum, ...], tuple[int, ...]]:
    return (parse_sum(symbol),), (size,)
