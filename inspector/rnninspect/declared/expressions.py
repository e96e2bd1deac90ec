"""Sizes as a configuration's keys give them: `expand * hidden_size`, `up hidden_size / 16`."""

from __future__ import annotations

import math

from rnninspect.lean import lru_cache
from rnninspect.model import LARGEST_SIZE
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Number = int | float

# Marks of alternatives, and the values of a key that leave the choice to the implementation.
_LEFT_OPEN = {"?": None, "~": "auto"}
_MOST_DIGITS = 20
_UP = "up "


class ImpossibleSizeError(ValueError):
    """A key has a value that no size can have."""


class Expression(Record):
    """A product of keys and numbers, divided by another key or number.

    Attributes:
        factors: the keys and numbers.
        divisor: a key or a number; 1 where there is none.
        rounds_up: whether the quotient is rounded up; else it is rounded down, like the product.
    """

    factors: tuple[str | int, ...]
    divisor: str | int = 1
    rounds_up: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys in it, in order."""
        return tuple(each for each in (*self.factors, self.divisor) if isinstance(each, str))

    def value(self, numbers: Mapping[str, Number]) -> int:
        """The size; ImpossibleSizeError if it is none or too large."""
        product: Number = 1
        for factor in self.factors:
            product *= numbers[factor] if isinstance(factor, str) else factor
        if not math.isfinite(product):
            raise ImpossibleSizeError("is not a number")
        divisor = numbers[self.divisor] if isinstance(self.divisor, str) else self.divisor
        size = math.ceil(product / divisor) if self.rounds_up else int(product // divisor)
        if not 0 < size <= LARGEST_SIZE:
            raise ImpossibleSizeError(f"is declared as {shown(size)}")
        return size

    def spelled(self, prefix: str = "") -> str:
        """The expression as people write it: `expand × hidden_size`."""
        words = [prefix + each if isinstance(each, str) else str(each) for each in self.factors]
        divisor = prefix + self.divisor if isinstance(self.divisor, str) else str(self.divisor)
        return " × ".join(words) + (f" / {divisor}" if self.divisor != 1 else "")


class Alternative(Record):
    """An expression, and another that is meant where its key has the value `left_open`."""

    expression: Expression
    otherwise: Expression | None = None
    left_open: str | None = None


@lru_cache(maxsize=512)
def parse_alternatives(text: str) -> tuple[Alternative, ...]:
    """Alternatives from text such as `intermediate_size | expand * hidden_size`."""
    return tuple(_alternative(part) for part in text.split("|"))


def _alternative(text: str) -> Alternative:
    for mark, value in _LEFT_OPEN.items():
        first, found, second = text.partition(mark)
        if found:
            return Alternative(_expression(first), _expression(second), value)
    return Alternative(_expression(text))


def _expression(text: str) -> Expression:
    product, _, divisor = text.strip().removeprefix(_UP).partition("/")
    factors = tuple(_factor(word) for word in product.split("*"))
    return Expression(factors, _factor(divisor or "1"), text.strip().startswith(_UP))


def _factor(text: str) -> str | int:
    word = text.strip()
    return int(word) if word.isdigit() else word


def chosen(
    alternatives: tuple[Alternative, ...], values: Mapping[str, object]
) -> tuple[Expression, str] | None:
    """The first expression whose keys the file has, and the key that leaves it the choice.

    None if the file has all keys of none.
    """
    for alternative in alternatives:
        first, second = alternative.expression, alternative.otherwise
        open_, value = alternative.left_open, look_up(values, first.keys[0])
        if second is not None and type(value) is type(open_) and value == open_:
            if _has_all(values, second):
                return second, first.keys[0]
        elif _has_all(values, first):
            return first, ""
    return None


def _has_all(values: Mapping[str, object], expression: Expression) -> bool:
    """Whether the file has all keys of an expression; null is no value."""
    found = (look_up(values, key) for key in expression.keys)
    return all(value is not ABSENT and value is not None for value in found)


def numbers_of(expression: Expression, values: Mapping[str, object]) -> dict[str, Number]:
    """The numbers of an expression's keys.

    Raises:
        ImpossibleSizeError: one of them is not a number that a size may be made of.
    """
    alone = len(expression.keys) == 1 and len(expression.factors) == 1
    return {key: _number(look_up(values, key), whole=alone) for key in expression.keys}


class _Absent:
    """What a key that is not there has as its value."""


ABSENT = _Absent()


def look_up(values: Mapping[str, object], key: str) -> object:
    """The value of a key, or of a path of keys such as `ssm_cfg.d_state`; else ABSENT."""
    if key in values:
        return values[key]
    found: object = values
    for word in key.split("."):
        if not isinstance(found, dict) or word not in found:
            return ABSENT
        found = found[word]
    return found


def _number(value: object, *, whole: bool) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ImpossibleSizeError("is not a number")
    if whole and not isinstance(value, int):
        raise ImpossibleSizeError("is not an integer")
    if not 0 < value <= LARGEST_SIZE:  # not a number is neither
        raise ImpossibleSizeError(f"is declared as {shown(value)}")
    return value


def shown(value: Number) -> str:
    """A number for people, however many digits it has."""
    if isinstance(value, float):
        return f"{value:.6g}"
    return (
        str(value)
        if abs(value) < 10**_MOST_DIGITS
        else f"a number with more than {_MOST_DIGITS} digits"
    )
