"""Counts a cell's parameters, and writes its formula with symbols and with numbers."""

from __future__ import annotations

import math
from itertools import groupby

from rnninspect.cells.products import in_places, in_symbols, term_of
from rnninspect.cells.sums import Sum
from rnninspect.cells.symbols import Role, Sizes, Symbol, by_symbol
from rnninspect.lean import Counter
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from rnninspect.cells.symbols import Cell, Factor, Weight


class Formula(Record):
    """A count of parameters as people write it, with symbols and with numbers."""

    symbolic: str
    substituted: str
    textbook: int

    def __str__(self) -> str:
        return self.symbolic


class Written(Record):
    """How the formula of layers of any sizes is written.

    Attributes:
        symbolic: with symbols.
        frame: with `%s` in place of each size.
        letters: the symbol of each of these sizes.
        textbook: the weights that the textbook's count has.
    """

    symbolic: str
    frame: str
    letters: tuple[str, ...]
    textbook: frozenset[Role]

    def formula(self, cell: Cell, sizes: Sizes) -> Formula:
        """The formula of a layer of these sizes."""
        known = dict(sizes.own) if cell.symbols else by_symbol(sizes, 0)
        numbers = tuple([known[letter] for letter in self.letters])
        plain = sizes if sizes.projection_size is None else sizes._replace(projection_size=None)
        return Formula(self.symbolic, self.frame % numbers, count(cell, self.textbook, plain))


def formula(cell: Cell, roles: Collection[Role], sizes: Sizes) -> Formula:
    """The formula of a layer that has these weights, and the textbook's count beside it.

    The textbook's count has one bias vector, no peepholes and no projection: g(nm + n² + n). Of a
    cell that brings its own sizes it is the layer's.
    """
    return written(cell, roles, sizes).formula(cell, sizes)


def written(cell: Cell, roles: Collection[Role], sizes: Sizes) -> Written:
    """How that formula is written; of the sizes only directions and a projection matter to it."""
    letters: list[str] = []

    def place(symbol: str) -> str:
        letters.append(symbol)
        return "%s"

    if cell.symbols:
        symbolic, frame = in_symbols(cell, roles), in_places(cell, roles, place)
        return Written(symbolic, frame, tuple(letters), frozenset(roles))
    symbolic, frame = _text(cell, roles, sizes, str, ""), _text(cell, roles, sizes, place, "·")
    return Written(symbolic, frame, tuple(letters), textbook_roles(cell))


def textbook_roles(cell: Cell) -> frozenset[Role]:
    """What each layer of the cell has but norms, and one bias if it may have any."""
    return (cell.required() - {Role.NORMALISATION}) | ({Role.BIAS} & cell.roles())


def count(cell: Cell, roles: Collection[Role], sizes: Sizes) -> int:
    """Parameters of a layer that has these weights, over all its directions."""
    return sizes.directions * sum(cell.counts(roles, sizes).values())


def _text(
    cell: Cell,
    roles: Collection[Role],
    sizes: Sizes,
    spell: Callable[[Symbol], str],
    times: str,
) -> str:
    gated: Counter[tuple[Symbol, ...]] = Counter()
    single: Counter[tuple[Symbol, ...]] = Counter()
    for weight in cell.weights:
        if weight.role in roles:
            terms = gated if Symbol.GATES in weight.factors else single
            terms[_letters(weight, sizes)] += _coefficient(weight)
    gates, inner = len(cell.gates), _sum(gated, spell, times)
    if gates > 1 and len(gated) == 1:
        inner = times.join([str(gates), inner])
    elif gates > 1:
        inner = f"{gates}({inner})"
    whole = " + ".join(filter(None, [inner, _sum(single, spell, times)]))
    if sizes.directions == 1:
        return whole
    if single:
        return f"{sizes.directions} × [{whole}]"
    return f"{sizes.directions} × {whole}" if gates > 1 else f"{sizes.directions} × ({whole})"


def _letters(weight: Weight, sizes: Sizes) -> tuple[Symbol, ...]:
    fed_back = Symbol.HIDDEN if sizes.projection_size is None else Symbol.PROJECTION
    symbols = (factor for factor in weight.factors if isinstance(factor, Symbol))
    kept = (symbol for symbol in symbols if symbol is not Symbol.GATES)
    return tuple(fed_back if symbol is Symbol.FED_BACK else symbol for symbol in kept)


def _coefficient(weight: Weight) -> int:
    return math.prod(factor for factor in weight.factors if isinstance(factor, int))


def _sum(terms: Counter[tuple[Symbol, ...]], spell: Callable[[Symbol], str], times: str) -> str:
    return " + ".join(_product(letters, number, spell, times) for letters, number in terms.items())


def _product(
    letters: tuple[Symbol, ...], coefficient: int, spell: Callable[[Symbol], str], times: str
) -> str:
    parts = [str(coefficient)] if coefficient != 1 else []
    for symbol, run in groupby(letters):
        parts.append(spell(symbol) + ("²" if len(list(run)) == 2 else ""))
    return times.join(parts)


def term(cell: Cell, role: Role, sizes: Sizes) -> str:
    """One weight of one direction in symbols and in numbers: `4·n·m = 4·128·257`."""
    return " = ".join(term_forms(cell, role, sizes))


def term_forms(cell: Cell, role: Role, sizes: Sizes) -> tuple[str, str]:
    """One weight of one direction, in symbols (`4·n·m`) and in numbers (`4·128·257`)."""
    factors = next(weight.factors for weight in cell.weights if weight.role is role)
    if cell.symbols:
        own = dict(sizes.own)
        return term_of(factors, str), term_of(factors, lambda symbol: str(own[symbol]))
    numbers = (str(sizes.value(factor, len(cell.gates))) for factor in factors)
    return _in_letters(factors, cell, sizes), "·".join(numbers)


def axis_in_symbols(axis: Sequence[Factor] | Sum, cell: Cell, sizes: Sizes) -> str:
    """One axis of a weight's shape in the symbols of its term: `4·n`."""
    return axis.spelled(str, "·") if isinstance(axis, Sum) else _in_letters(axis, cell, sizes)


def _in_letters(factors: Iterable[Factor | Sum], cell: Cell, sizes: Sizes) -> str:
    """A product with the number of gates, and with the letter of what is really fed back."""
    fed_back = Symbol.HIDDEN if sizes.projection_size is None else Symbol.PROJECTION
    letters = {
        Symbol.GATES: str(len(cell.gates)),
        Symbol.FED_BACK: fed_back.value,
        Symbol.JOINED: f"{Symbol.INPUT.value} + {fed_back.value}",
    }
    return "·".join(
        letters.get(factor, factor.value) if isinstance(factor, Symbol) else str(factor)
        for factor in factors
    )
