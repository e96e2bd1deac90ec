"""Which of a model's layers a configuration declares as recurrent, beside those that are stored."""

from __future__ import annotations

from itertools import pairwise

from rnninspect.declared.expressions import ABSENT, ImpossibleSizeError, look_up, shown
from rnninspect.record import Record
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeVar

    from rnninspect.declared.document import Document
    from rnninspect.model import RecurrentLayer

    _Entry = TypeVar("_Entry")
    _Values = Mapping[str, object]
    _Places = tuple[list[str], Iterable[int]]  # the keys that declare them, and their numbers

_MOST_LAYERS = 10_000
_SHOWN = 5
_LISTS = ("layers", "blocks", "blk", "h")
_MOST_DIGITS = 6
# Keys of further layers after those that are counted: of models that predict several tokens.
_BEYOND = ("num_nextn_predict_layers", "num_mtp_layers", "mtp_num_hidden_layers")


class Declaration(Record):
    """The places of the recurrent layers, and the keys that declare them."""

    places: frozenset[int]
    keys: str


def odd_positions(layers: Sequence[RecurrentLayer], document: Document) -> Iterator[str]:
    """What is declared and not stored, or stored and not declared, as clauses for people."""
    by_cell: dict[str, list[RecurrentLayer]] = {}
    for layer in layers:
        by_cell.setdefault(layer.cell, []).append(layer)
    for cell, alike in by_cell.items():
        dialect = document.dialect_of(cell)
        stored = _stored(alike)
        if dialect is None or not dialect.is_strict or not stored:
            continue
        try:
            declared = _declared(dialect.layers, document)
        except ImpossibleSizeError as error:
            yield f"{document.place}: {document.prefix}{error}"
            continue
        if declared is not None:
            yield from _differences(cell, declared, stored, document)


def _stored(layers: Sequence[RecurrentLayer]) -> frozenset[int]:
    """The places of the layers in their list, the longest where there are several."""
    lists: dict[str, set[int]] = {}
    for layer in layers:
        name, place = _split(layer)
        if place is not None:
            lists.setdefault(name, set()).add(place)
    return frozenset(max(lists.values(), key=len, default=()))


def list_of(layer: RecurrentLayer) -> str:
    """The name of the list that a layer is in: `model.layers.`; its own where it is in none."""
    return _split(layer)[0]


def _split(layer: RecurrentLayer) -> tuple[str, int | None]:
    """The name of a layer's list, and its place there."""
    name = layer.original_name or layer.name
    words = name.replace("/", ".").split(".")
    for at, (word, number) in enumerate(pairwise(words[:-1]), 1):
        if word in _LISTS and number.isdecimal() and len(number) <= _MOST_DIGITS:
            return name[: sum(map(len, words[:at])) + at], int(number)
    return name, None


def _differences(
    cell: str, declared: Declaration, stored: frozenset[int], document: Document
) -> Iterator[str]:
    verb = "declare" if " and " in declared.keys else "declares"
    start = f"{document.place}: {declared.keys} {verb}"
    if missing := sorted(declared.places - stored):
        yield (
            f"{start} {plural(len(declared.places), 'layer')} of {cell}, "
            f"stored {len(stored)}: {_listed(missing)} missing"
        )
    extra = sorted(stored - declared.places)
    if extra and not any(document.values.get(key) for key in _BEYOND):
        yield (
            f"{start} {plural(len(declared.places), 'layer')} of {cell}, "
            f"stored {len(stored)}: {_listed(extra)} undeclared"
        )


def _listed(places: Sequence[int]) -> str:
    shown = ", ".join(map(str, places[:_SHOWN]))
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    word = "layer" if len(places) == 1 else "layers"
    return f"{word} {shown}{more} {'is' if len(places) == 1 else 'are'}"


def _declared(text: str, document: Document) -> Declaration | None:
    """What the first of the ways to declare places says whose keys the file has.

    Raises:
        ImpossibleSizeError: a key has a value that no number or list of layers can have.
    """
    for way in filter(None, text.split(";")):
        word, *arguments = way.split()
        found = _WAYS[word](document.values, *arguments)
        if found is not None:
            keys, places = found
            names = " and ".join(document.prefix + key for key in keys)
            return Declaration(frozenset(places), names)
    return None


def _all(values: _Values, keys: str) -> _Places | None:
    key, number = _number(values, keys)
    return None if number is None else ([key], range(number))


def _except(values: _Values, listed: str, keys: str) -> _Places | None:
    """All but those whose numbers a list has; an empty list where the file has none."""
    key, number = _number(values, keys)
    if number is None:
        return None
    others = values.get(listed) or []
    if not isinstance(others, list):
        raise ImpossibleSizeError(f"{listed} is not a list")
    rest = [place for place in range(number) if place not in set(map(_hashable, others))]
    return [key, listed] if others else [key], rest


def _outside(values: _Values, period: str, offset: str, keys: str) -> _Places | None:
    """All but one of each period."""
    key, number = _number(values, keys)
    _, every = _number(values, period)
    first = values.get(offset)
    if number is None or every is None or type(first) is not int:
        return None
    return [key, period, offset], [place for place in range(number) if place % every != first]


def _between(values: _Values, interval: str, keys: str) -> _Places | None:
    """All but the last of each interval."""
    key, number = _number(values, keys)
    _, every = _number(values, interval)
    if number is None or every is None:
        return None
    return [key, interval], [place for place in range(number) if (place + 1) % every]


def _listed_kinds(values: _Values, keys: str, words: str, number: str = "") -> _Places | None:
    """Those that a list names so; the list has an entry for each layer."""
    key, kinds = _list(values, keys)
    if kinds is None:
        return None
    _, total = _number(values, number) if number else ("", None)
    if total not in (None, len(kinds)):
        reason = (
            f"{number} is declared as {total}, {key} has {plural(len(kinds), 'entry', 'entries')}"
        )
        raise ImpossibleSizeError(reason)
    return [key], [place for place, kind in enumerate(kinds) if kind in words.split(",")]


def _cycled(values: _Values, keys: str, word: str, number: str) -> _Places | None:
    """Those that a list names so, which is repeated."""
    key, kinds = _list(values, keys)
    counted, total = _number(values, number)
    if not kinds or total is None:
        return None
    places = [place for place in range(total) if kinds[place % len(kinds)] == word]
    return [counted, key], places


def _lettered(values: _Values, key: str, letter: str) -> _Places | None:
    """Those for which a text has a letter."""
    text = values.get(key)
    if not isinstance(text, str):
        return None
    if len(text) > _MOST_LAYERS:
        raise ImpossibleSizeError(f"{key} has {plural(len(text), 'letter')}")
    return [key], [place for place, each in enumerate(text) if each == letter]


def _zero(values: _Values, key: str) -> _Places | None:
    """Those for which a list of numbers has a zero; a number alone says nothing."""
    numbers = values.get(key)
    if not isinstance(numbers, list):
        return None
    return [key], [place for place, each in enumerate(_few(key, numbers)) if each == 0]


def _numbered(values: _Values, key: str) -> _Places | None:
    """Those whose numbers a list has, counted from one."""
    numbers = look_up(values, key)
    if numbers is ABSENT or numbers is None:
        return None
    if not isinstance(numbers, list) or not all(type(each) is int for each in numbers):
        raise ImpossibleSizeError(f"{key} is not a list of integers")
    return [key], [each - 1 for each in _few(key, numbers)]


_WAYS: dict[str, Callable[..., _Places | None]] = {
    "all": _all,
    "except": _except,
    "outside": _outside,
    "between": _between,
    "listed": _listed_kinds,
    "cycled": _cycled,
    "lettered": _lettered,
    "zero": _zero,
    "numbered": _numbered,
}


def _first(values: _Values, keys: str) -> str:
    """The first of some keys that the file has; the first of all where it has none."""
    names = keys.split("|")
    return next((name for name in names if values.get(name) is not None), names[0])


def _number(values: _Values, keys: str) -> tuple[str, int | None]:
    """A number of layers with its key; None where the file does not say."""
    key = _first(values, keys)
    number = values.get(key)
    if number is None:
        return key, None
    if type(number) is not int:
        raise ImpossibleSizeError(f"{key} is not an integer")
    if not 0 < number <= _MOST_LAYERS:
        raise ImpossibleSizeError(f"{key} is declared as {shown(number)}")
    return key, number


def _list(values: _Values, keys: str) -> tuple[str, list[object] | None]:
    """A list with its key; None where the file has none."""
    key = _first(values, keys)
    found = values.get(key)
    if found is None:
        return key, None
    if not isinstance(found, list | tuple):
        raise ImpossibleSizeError(f"{key} is not a list")
    return key, list(_few(key, found))


def _few(key: str, found: Sequence[_Entry]) -> Sequence[_Entry]:
    """A list of as many entries as a model has layers."""
    if len(found) > _MOST_LAYERS:
        raise ImpossibleSizeError(f"{key} has {plural(len(found), 'entry', 'entries')}")
    return found


def _hashable(value: object) -> object:
    return value if type(value) is int else None
