"""Functions of TorchScript over integers, booleans, strings and lists, with known operands."""

from __future__ import annotations

import operator

from rnninspect.graphs import Value
from rnninspect_torch.recovered.operators.values import (
    MISSING,
    UNKNOWN,
    ListValue,
    OptionalValue,
    Pieces,
    items_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_LARGEST = 2**63
_MOST_ITEMS = 4096
_ARITHMETIC: dict[str, Callable[[float, float], object]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "floordiv": operator.floordiv,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "gt": operator.gt,
    "le": operator.le,
    "ge": operator.ge,
    "__and__": operator.and_,
    "__or__": operator.or_,
}
_CONVERSIONS: dict[str, Callable[[float], object]] = {
    "int": int,
    "Int": int,
    "float": float,
    "Float": float,
    "bool": bool,
    "Bool": bool,
    "neg": operator.neg,
    "__not__": operator.not_,
}
_AS_GIVEN = ("NumToTensor", "IntImplicit", "ScalarImplicit", "FloatImplicit", "scalar_tensor")


class NotScalar(Exception):  # noqa: N818 - an answer, not a fault
    """The function is not one of numbers, strings and lists."""


def scalar(name: str, given: Sequence[object]) -> object:
    """What a function gives; UNKNOWN if an operand is not known.

    Raises:
        NotScalar: the function is one of tensors.
    """
    if name in _PAIRS and len(given) == 2:
        return _PAIRS[name](given[0], given[1])
    if name in _MEASURES and given:
        return _measured(name, given)
    if name in _LISTS and given and isinstance(given[0], ListValue):
        return _LISTS[name](given[0], given[1:])
    return _calculated_from(name, given)


def _calculated_from(name: str, given: Sequence[object]) -> object:
    if name in _AS_GIVEN and len(given) == 1:
        return given[0]
    if any(isinstance(each, Value) for each in given):
        raise NotScalar
    if name in _CONVERSIONS and len(given) == 1:
        return _number(lambda: _CONVERSIONS[name](_plain(given[0])))
    if name in _ARITHMETIC and len(given) >= 2:
        return _calculated(name, given[0], given[1])
    raise NotScalar


def _plain(value: object) -> float:
    """A number; raises TypeError for anything else."""
    if isinstance(value, bool | int | float):
        return value
    raise TypeError


def _number(calculate: Callable[[], object]) -> object:
    try:
        found = calculate()
    except (TypeError, ValueError, ArithmeticError):
        return UNKNOWN
    return found if not isinstance(found, int) or abs(found) < _LARGEST else UNKNOWN


def _calculated(name: str, one: object, other: object) -> object:
    both = (one, other)
    if name in ("eq", "ne") and all(type(each) in (str, int, bool, float) for each in both):
        return (one == other) is (name == "eq")
    if name == "add" and all(isinstance(each, ListValue) for each in both):
        items = [*(items_of(one) or ()), *(items_of(other) or ())]
        return ListValue(items) if len(items) <= _MOST_ITEMS else UNKNOWN
    if name == "mul" and isinstance(one, ListValue) and type(other) is int:
        fits = 0 <= other * len(one.items) <= _MOST_ITEMS
        return ListValue(one.items * other) if fits else UNKNOWN
    if name == "__and__" and False in both:
        return False
    return _number(lambda: _ARITHMETIC[name](_plain(one), _plain(other)))


def _is(one: object, other: object) -> object:
    """Whether a value is None, which of an optional argument is not known."""
    value = one if other is None else other
    unknown = isinstance(value, OptionalValue) or value is UNKNOWN or value is MISSING
    return UNKNOWN if unknown else value is None


def _is_not(one: object, other: object) -> object:
    found = _is(one, other)
    return not found if isinstance(found, bool) else UNKNOWN


def _contains(container: object, value: object) -> object:
    items = items_of(container)
    if items is None or UNKNOWN in items or not isinstance(value, bool | int | float | str):
        return UNKNOWN
    return value in items


def _measured(name: str, given: Sequence[object]) -> object:
    """A rank, a size, a length."""
    value = given[0]
    if name == "len":
        return _length(value)
    if not isinstance(value, Value):
        return UNKNOWN
    if name == "dim":
        return len(value.shape)
    if len(given) == 1:
        return ListValue([_or_unknown(size) for size in value.shape])
    axis = given[1]
    if type(axis) is int and -len(value.shape) <= axis < len(value.shape):
        return _or_unknown(value.shape[axis])
    return UNKNOWN


def _length(value: object) -> object:
    if isinstance(value, Pieces):
        return _or_unknown(value.value.shape[value.axis])
    if isinstance(value, Value):
        return _or_unknown(value.shape[0] if value.shape else None)
    if isinstance(value, str):
        return len(value)
    items = items_of(value)
    return UNKNOWN if items is None else len(items)


def _or_unknown(size: int | None) -> object:
    return UNKNOWN if size is None else size


def _append(target: ListValue, given: Sequence[object]) -> object:
    if given and len(target.items) < _MOST_ITEMS:
        target.items.append(given[0])
    return target


def _extend(target: ListValue, given: Sequence[object]) -> object:
    items = items_of(given[0]) if given else None
    if items is not None and len(target.items) + len(items) < _MOST_ITEMS:
        target.items.extend(items)
    else:
        target.is_open = True
    return target


def _insert(target: ListValue, given: Sequence[object]) -> object:
    if len(given) == 2 and type(given[0]) is int and len(target.items) < _MOST_ITEMS:
        target.items.insert(given[0], given[1])
    return target


def _set_item(target: ListValue, given: Sequence[object]) -> object:
    at = given[0] if given else None
    if len(given) == 2 and type(at) is int and -len(target.items) <= at < len(target.items):
        target.items[at] = given[1]
    return target


def _copy(target: ListValue, _: Sequence[object]) -> object:
    copy = ListValue(target.items, target.depth)
    copy.is_open = target.is_open
    return copy


_MEASURES = ("dim", "size", "len")
_PAIRS: dict[str, Callable[[object, object], object]] = {
    "__is__": _is,
    "__isnot__": _is_not,
    "__contains__": _contains,
}
_LISTS: dict[str, Callable[[ListValue, Sequence[object]], object]] = {
    "append": _append,
    "extend": _extend,
    "insert": _insert,
    "_set_item": _set_item,
    "list": _copy,
    "copy": _copy,
}
