"""Formulas of cells that bring sizes of their own: products of sums, like products collected."""

from __future__ import annotations

import math
from itertools import groupby

from rnninspect.cells.sums import Sum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from rnninspect.cells.symbols import Cell, Factor, Role

    Product = tuple[tuple[str, ...], tuple[Sum, ...]]  # symbols, and sums in parentheses

_SUPERSCRIPTS = {2: "²", 3: "³"}


def in_symbols(cell: Cell, roles: Collection[Role]) -> str:
    """The formula of a layer with these weights: `3dE + E(R + 2N) + …`."""
    return sum_in_symbols(cell, (each.factors for each in cell.weights if each.role in roles))


def in_places(cell: Cell, roles: Collection[Role], spell: Callable[[str], str]) -> str:
    """The same as it is written with numbers, which `spell` gives for each symbol."""
    factors = (each.factors for each in cell.weights if each.role in roles)
    return _collected(cell, factors, spell, "·")


def term_of(factors: Sequence[Factor | Sum], spell: Callable[[str], str]) -> str:
    """One weight as the product of its axes."""
    sums = [factor if isinstance(factor, Sum) else _constant(factor) for factor in factors]
    texts = [each.spelled(spell, "·") for each in sums]
    if len(sums) == 1:
        return texts[0]
    pairs = zip(sums, texts, strict=True)
    return "·".join(f"({text})" if len(each.terms) > 1 else text for each, text in pairs)


def _constant(factor: Factor) -> Sum:
    return Sum(((factor, ()),)) if isinstance(factor, int) else Sum(((1, (factor.value,)),))


def sum_in_symbols(cell: Cell, products: Iterable[Sequence[Factor | Sum]]) -> str:
    """A sum of products of the cell's sizes: `EN + E(k - 1)`."""
    times = "·" if any(len(symbol) > 1 for symbol, _ in cell.symbols) else ""
    first, *others = _collected(cell, products, str, times).split("·")
    for text in others:  # `2·E` is written `2E`
        follows = first[-1:].isdecimal() and (text[:1].isalpha() or text.startswith("_"))
        first += text if follows else f"·{text}"
    return first


def sum_in_numbers(
    cell: Cell, products: Iterable[Sequence[Factor | Sum]], sizes: Mapping[str, int]
) -> str:
    """The same with the sizes in place of their symbols."""
    return _collected(cell, products, lambda symbol: str(sizes[symbol]), "·")


def known_sum(products: Iterable[Sequence[Sum]], sizes: Mapping[str, int]) -> int | None:
    """The number that a sum of products is; None where a size in it is not known."""
    try:
        return sum([math.prod([each.value(sizes) for each in product]) for product in products])
    except KeyError:
        return None


def _collected(
    cell: Cell,
    products: Iterable[Sequence[Factor | Sum]],
    spell: Callable[[str], str],
    times: str,
) -> str:
    order = {symbol: place for place, (symbol, _) in enumerate(cell.symbols)}
    collected: dict[Product, int] = {}
    for factors in products:
        for each in _spread(factors):
            number, product = _product(each, order)
            collected[product] = collected.get(product, 0) + number
    largest_first = sorted(collected.items(), key=lambda pair: -_degree(pair[0]))
    return " + ".join(_spelled(number, product, spell, times) for product, number in largest_first)


def _spread(factors: Sequence[Factor | Sum]) -> Iterator[Sequence[Factor | Sum]]:
    """The terms of a sum that nothing is multiplied with, each a product of its own."""
    alone = factors[0] if len(factors) == 1 else None
    if isinstance(alone, Sum):
        yield from ((Sum((term,)),) for term in alone.terms)
    else:
        yield factors


def _degree(product: Product) -> int:
    """How many sizes it multiplies."""
    symbols, sums = product
    return len(symbols) + sum(max(len(each) for _, each in one.terms) for one in sums)


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
        parts.extend([spell(symbol) + power] if power else [spell(symbol) for _ in range(count)])
    return times.join(parts) + "".join(f"({each.spelled(spell, times)})" for each in sums)
