"""Parts of `enum`, `functools` and `collections`, `re` and `json`, which cost nothing to import.

The five take as long to import as Python takes to start, and to make a class of `enum` as long as
to compile two regular expressions. To a type checker the names here are those of the standard
library; they have no more than what the package uses of them.
"""

from __future__ import annotations

__all__ = [
    "Counter",
    "IntEnum",
    "StrEnum",
    "cache",
    "cached_property",
    "defaultdict",
    "deque",
    "itemgetter",
    "json",
    "lru_cache",
    "partial",
    "re",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    import json
    import re
    from collections import Counter, defaultdict, deque
    from collections.abc import Callable, Iterable, Iterator
    from enum import IntEnum, StrEnum
    from functools import cache, cached_property, lru_cache, partial
    from operator import itemgetter
    from typing import Any
else:
    # What the standard modules have under the same names, or wrap.
    from _collections import _count_elements, defaultdict, deque
    from _functools import _lru_cache_wrapper, partial
    from _operator import itemgetter

    class _Members(type):
        """The type of a class whose members are all that it ever has."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> _Members:
            made = super().__new__(cls, name, bases, body)
            made._known = known = {}  # by value, in the order of the class
            made.__members__ = {}
            kind = made.__mro__[-2]  # str or int, whose values the members are
            for key, value in body.items() if kind in (str, int) else ():
                if type(value) is kind and not key.startswith("_"):
                    if value not in known:
                        known[value] = member = kind.__new__(made, value)
                        member.name, member.value = key, value
                    made.__members__[key] = known[value]
                    setattr(made, key, known[value])
            return made

        def __call__(cls, value: object) -> Any:  # noqa: ANN401 - a member of the class
            try:
                return cls._known[value]
            except (KeyError, TypeError):
                raise ValueError(f"{value!r} is not a valid {cls.__name__}") from None

        def __iter__(cls) -> Iterator[Any]:
            return iter(cls._known.values())

        def __len__(cls) -> int:
            return len(cls._known)

        def __contains__(cls, value: object) -> bool:
            return value in cls._known

        def __getitem__(cls, name: str) -> Any:  # noqa: ANN401 - as above
            return cls.__members__[name]

    def _shown(member: Any) -> str:  # noqa: ANN401 - as above
        return f"<{type(member).__name__}.{member.name}: {member.value!r}>"

    def _pickled(member: Any, _: int) -> tuple[type, tuple[object]]:  # noqa: ANN401 - as above
        return type(member), (member.value,)

    _BODY = {"__repr__": _shown, "__reduce_ex__": _pickled, "__module__": __name__}
    StrEnum = _Members("StrEnum", (str,), {**_BODY, "__str__": str.__str__})
    IntEnum = _Members("IntEnum", (int,), {**_BODY, "__str__": int.__repr__})

    _TYPED = False  # whether 1 and 1.0 are different arguments

    def lru_cache(maxsize: int) -> Callable[[Callable[..., object]], Callable[..., object]]:
        """As in functools; `cache_info` gives a tuple without names."""
        return lambda function: _lru_cache_wrapper(function, maxsize, _TYPED, _info)

    def cache(function: Callable[..., object]) -> Callable[..., object]:
        """As in functools."""
        return _lru_cache_wrapper(function, None, _TYPED, _info)

    def _info(*numbers: int | None) -> tuple[int | None, ...]:
        return numbers

    class cached_property:  # noqa: N801 - the name that functools gives it
        """As in functools, of an object that has a dictionary."""

        def __init__(self, function: Callable[[Any], object]) -> None:
            self._function, self.__doc__ = function, function.__doc__

        def __get__(self, instance: object, owner: type) -> Any:  # noqa: ANN401 - any property
            if instance is None:
                return self
            value = instance.__dict__[self._function.__name__] = self._function(instance)
            return value

    class Counter(dict):
        """As in collections, without its arithmetic."""

        def __init__(self, things: Iterable[object] = ()) -> None:
            _count_elements(self, things)

        def update(self, things: Iterable[object]) -> None:
            """Count more things."""
            _count_elements(self, things)

        def __missing__(self, thing: object) -> int:
            return 0

        def most_common(self, number: int | None = None) -> list[tuple[object, int]]:
            """The things that were counted, most often first, with their numbers."""
            return sorted(self.items(), key=itemgetter(1), reverse=True)[:number]

    class _Pattern:
        """A regular expression that is compiled where it is used first."""

        def __init__(self, text: str | bytes, flags: int = 0) -> None:
            self._text, self._flags = text, flags

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - an attribute of a pattern
            from rnninspect.lean.expressions import compiled  # noqa: PLC0415 - many calls use none

            value = self.__dict__[name] = getattr(compiled(self._text, self._flags), name)
            return value

    class _Expressions:
        """What is used of the module `re`; to make a pattern is not yet to use it."""

        ASCII, DOTALL, IGNORECASE, MULTILINE, VERBOSE = 256, 16, 2, 8, 64
        compile = _Pattern

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a function of the module
            from rnninspect.lean import expressions  # noqa: PLC0415 - as above

            if name in expressions.__all__:
                value = getattr(expressions, name)
            else:
                import re  # noqa: PLC0415 - whatever else there is in it is seldom used

                value = getattr(re, name)
            self.__dict__[name] = value
            return value

    class _Json:
        """The module `json`, imported where it is used first."""

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a function of the module
            import json  # noqa: PLC0415 - it imports `re`

            value = self.__dict__[name] = getattr(json, name)
            return value

    re, json = _Expressions(), _Json()
