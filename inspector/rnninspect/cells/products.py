"""Formulas of cells that bring sizes of their own: products of sums, like products collected."""

from __future__ import annotations

from itertools import groupby

from rnninspect.cells.sums import Sum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from rnninspect.cells.symbols import Cell, Factor, Role

    Product = tuple[tuple[str, ...], tuple[Sum, ...]]  # symbols, and sums in parentheses

_SUPERSCRIPTS = {2: "²", 3: "³"}


def in_symbols(cell: Cell, roles: Collection[Role]) -> str:
    """The formula of a layer with these weights: `3dE + E(R + 2N) + …`."""
    times = "·" if any(len(symbol) > 1 for symbol, _ in cell.symbols) else ""
    return _text(cell, roles, str, times)


def in_numbers(cell: Cell, roles: Collection[Role], sizes: Mapping[str, int]) -> str:
    """The same with the sizes in place of their symbols."""
    return _text(cell, roles, lambda symbol: str(sizes[symbol]), "·")


def term_of(factors: Sequence[Factor | Sum], spell: Callable[[str], str]) -> str:
    """One weight as the product of its axes."""
    sums = [factor if isinstance(factor, Sum) else _constant(factor) for factor in factors]
    wide = [f"({each.spelled(spell, '·')})" if len(each.terms) > 1 else "" for each in sums]
    plain = [each.spelled(spell, "·") for each in sums]
    return "·".join(one or other for one, other in zip(wide, plain, strict=True))


def _constant(factor: Factor) -> Sum:
    return Sum(((factor, ()),)) if isinstance(factor, int) else Sum(((1, (factor.value,)),))


def _text(cell: Cell, roles: Collection[Role], spell: Callable[[str], str], times: str) -> str:
    order = {symbol: place for place, (symbol, _) in enumerate(cell.symbols)}
    collected: dict[Product, int] = {}
    for weight in cell.weights:
        if weight.role in roles:
            number, product = _product(weight.factors, order)
            collected[product] = collected.get(product, 0) + number
    return " + ".join(
        _spelled(number, product, spell, times) for product, number in collected.items()
    )


def _product(factors: Iterable[Factor | Sum], order: Mapping[str, int]) -> tuple[int, Product]:
    """The number in a product, its symbols in the cell's order, and its sums of several terms."""
    number = 1
    symbols: list[str] = []
    sums: list[Sum] = []
    for factor in factors:
        each = factor if isinstance(factor, Sum) else _constant(factor)
        if len(each.terms) == 1:
            number *= each.terms[0][0]
            symbols += each.terms[0][1]
        else:
            sums.append(each)
    ordered = sorted(symbols, key=lambda symbol: order.get(symbol, 0))
    return number, (tuple(ordered), tuple(sums))


def _spelled(number: int, product: Product, spell: Callable[[str], str], times: str) -> str:
    symbols, sums = product
    parts = [str(number)] if number != 1 or not symbols + tuple(map(str, sums)) else []
    for symbol, run in groupby(symbols):
        count = len(list(run))
        power = _SUPERSCRIPTS.get(count)
        parts.extend([spell(symbol) + power] if power else [spell(symbol)] * count)
    return times.join(parts) + "".join(f"({each.spelled(spell, times)})" for each in sums)
