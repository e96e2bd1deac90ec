"""Sizes from the shapes of stored tensors; one tensor of another shape stands out."""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rnninspect.cells import Sum

    Shaped = tuple[tuple[Sum, ...], tuple[int, ...]]  # axes, and the shape that is stored

_MOST_ROUNDS = 8
_STEPS_OF_A_TENSOR = 15


class Equation(Record):
    """A sum that has a value."""

    left: Sum
    right: int


def solve(
    shaped: Sequence[Shaped],
    relations: Sequence[tuple[str, Sum]],
    known: Mapping[str, int] | None = None,
    spend: Callable[[int], object] = bool,
) -> dict[str, int]:
    """The sizes that explain the most tensors; symbols that nothing determines are missing.

    A product that does not hold is a wrong tensor too, by which one of its sizes was solved.

    Args:
        shaped: the axes of each tensor and its shape.
        relations: sizes that are products of others.
        known: sizes that are not in question.
        spend: is given the number of steps before they are taken.
    """
    spend(_STEPS_OF_A_TENSOR * len(shaped))
    best = _solved(shaped, relations, known or {})
    fewest = _faults(shaped, relations, best)
    if fewest == (0, 0):
        return best
    spend(_STEPS_OF_A_TENSOR * len(shaped) ** 2)
    for at in range(len(shaped)):
        found = _solved([*shaped[:at], *shaped[at + 1 :]], relations, known or {})
        faults = _faults(shaped, relations, found)
        if faults < fewest and found.keys() >= best.keys():
            best, fewest = found, faults
    return best


def _faults(
    shaped: Sequence[Shaped], relations: Sequence[tuple[str, Sum]], sizes: Mapping[str, int]
) -> tuple[int, int]:
    """How many tensors or products sizes contradict; and how many of them are products."""
    broken = broken_products(relations, sizes)
    wrong = sum(not _fits(*pair, sizes) for pair in shaped)
    return wrong + broken, broken


def broken_products(relations: Sequence[tuple[str, Sum]], sizes: Mapping[str, int]) -> int:
    """How many sizes are not the products that they should be."""
    return sum(
        symbol in sizes
        and product.symbols() <= sizes.keys()
        and product.value(sizes) != sizes[symbol]
        for symbol, product in relations
    )


def _solved(
    shaped: Sequence[Shaped], relations: Sequence[tuple[str, Sum]], known: Mapping[str, int]
) -> dict[str, int]:
    equations = [
        Equation(axis, size)
        for axes, shape in shaped
        if len(axes) == len(shape)
        for axis, size in zip(axes, shape, strict=True)
        if axis.symbols()
    ]
    sizes = dict(known)
    for _ in range(_MOST_ROUNDS):
        votes: dict[str, Counter[int]] = {}
        for symbol, size in _votes(equations, relations, sizes):
            votes.setdefault(symbol, Counter())[size] += 1
        fresh = {symbol: counted.most_common(1)[0][0] for symbol, counted in votes.items()}
        if not fresh:
            break
        sizes |= fresh
    return sizes


def _votes(
    equations: Sequence[Equation],
    relations: Sequence[tuple[str, Sum]],
    sizes: Mapping[str, int],
) -> Iterator[tuple[str, int]]:
    """What each equation with one unknown says of it."""
    for equation in equations:
        yield from _only_unknown(equation, sizes)
    for symbol, product in relations:
        if symbol in sizes:
            yield from _only_unknown(Equation(product, sizes[symbol]), sizes)
        elif product.symbols() <= sizes.keys():
            yield symbol, product.value(sizes)


def _only_unknown(equation: Equation, sizes: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    unknown = equation.left.symbols() - sizes.keys()
    if len(unknown) != 1:
        return
    symbol = next(iter(unknown))
    whole, rest = 0, equation.right
    for number, symbols in equation.left.terms:
        product = number
        for other in symbols:
            product *= 1 if other == symbol else sizes[other]
        if symbols.count(symbol) > 1:
            return
        if symbol in symbols:
            whole += product
        else:
            rest -= product
    if whole > 0 and rest > 0 and rest % whole == 0:
        yield symbol, rest // whole


def _fits(axes: tuple[Sum, ...], shape: tuple[int, ...], sizes: Mapping[str, int]) -> bool:
    if len(axes) != len(shape) or any(axis.symbols() - sizes.keys() for axis in axes):
        return False
    return all(axis.value(sizes) == size for axis, size in zip(axes, shape, strict=True))
