"""Elementwise functions over numbers: what an expression is worth at a random point."""

from __future__ import annotations

import math

from rnninspect.graphs.building.expressions import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SEED = 20_261_129
POINTS = 3  # at which expressions are compared
Numbers = tuple[float, ...]
"""The values of one expression at these points."""


def random_points() -> Iterator[Numbers]:
    """Numbers at these points for one expression after the other, the same each time."""
    from _random import Random  # noqa: PLC0415 - for loops alone; `random` imports much more

    draw = Random(_SEED).random
    while True:
        yield tuple(0.2 + (0.9 - 0.2) * draw() for _ in range(POINTS))


def calculated(kind: Kind, name: object, numbers: list[float]) -> float:
    """A function of numbers; one that is not arithmetic need only be the same each time."""
    if kind is Kind.PICK:
        return numbers[0]
    known = _ARITHMETIC.get(str(name))
    if known is not None and (name != "div" or numbers[-1]):
        return known(numbers)
    seed = sum(ord(letter) for letter in str(name))
    return math.sin(seed + sum((at + 1.5) * number for at, number in enumerate(numbers)))


_ARITHMETIC: dict[str, Callable[[list[float]], float]] = {
    "add": sum,
    "mul": math.prod,
    "sub": lambda numbers: numbers[0] - sum(numbers[1:]),
    "neg": lambda numbers: -numbers[0],
    "div": lambda numbers: numbers[0] / numbers[-1],
    "where": lambda numbers: numbers[1] if numbers[0] > 1 / 2 else numbers[-1],
}
