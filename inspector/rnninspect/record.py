"""The base of all values: named tuples, made without a look at their annotations.

To define a frozen dataclass of five fields takes thirty times as long as a Record, and
`typing.NamedTuple` or `collections.namedtuple` five times, since they compile each constructor. A
call of the command defines some fifty such classes. To a type checker a Record is a
`typing.NamedTuple`: fields with annotations and defaults, methods, `_replace`.
"""

from __future__ import annotations

__all__ = ["Record"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, FunctionType
    from typing import Any
    from typing import NamedTuple as Record
else:
    from _collections import _tuplegetter  # what `collections.namedtuple` makes its fields of

    _new = tuple.__new__
    # Constructors by the number of fields; those of other numbers are compiled when defined, which
    # takes as long as to define five classes.
    # fmt: off
    _MADE = (
        lambda _cls, a: _new(_cls, (a,)),
        lambda _cls, a, b: _new(_cls, (a, b)),
        lambda _cls, a, b, c: _new(_cls, (a, b, c)),
        lambda _cls, a, b, c, d: _new(_cls, (a, b, c, d)),
        lambda _cls, a, b, c, d, e: _new(_cls, (a, b, c, d, e)),
        lambda _cls, a, b, c, d, e, f: _new(_cls, (a, b, c, d, e, f)),
        lambda _cls, a, b, c, d, e, f, g: _new(_cls, (a, b, c, d, e, f, g)),
        lambda _cls, a, b, c, d, e, f, g, h: _new(_cls, (a, b, c, d, e, f, g, h)),
        lambda _cls, a, b, c, d, e, f, g, h, i: _new(_cls, (a, b, c, d, e, f, g, h, i)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j: _new(_cls, (a, b, c, d, e, f, g, h, i, j)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k: _new(_cls, (a, b, c, d, e, f, g, h, i, j, k)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m: _new(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n: _new(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o: _new(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p: _new(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q: _new(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u: _new(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w, x: _new(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, o, p, q, r, s, t, u, v, w, x)
        ),
    )
    # fmt: on
    _codes: dict[int, CodeType] = {made.__code__.co_argcount - 1: made.__code__ for made in _MADE}

    class _Maker(type):
        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:  # noqa: ANN401 - a tuple's type, not one of its own
            if not bases:  # Record itself
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body.pop(field) for field in fields if field in body}
            for place, field in enumerate(fields):
                body.setdefault(field, _tuplegetter(place, None))
            body["__match_args__"] = body["_fields"] = fields
            body["_field_defaults"] = defaults
            body["__new__"] = _constructor(name, fields, tuple(defaults.values()))
            return type(name, (tuple,), _COMMON | body)

    def _constructor(
        name: str, fields: tuple[str, ...], defaults: tuple[object, ...]
    ) -> FunctionType:
        """A function of these parameters; those of equal number share what is compiled."""
        code = _codes.get(len(fields))
        if code is None:
            names = "".join(f"_{place}, " for place in range(len(fields)))
            source = f"lambda _cls, {names}: _new(_cls, ({names}))"
            # Of a text of our own; the first call of `compile` makes all classes of `ast`.
            code = _codes[len(fields)] = eval(source).__code__  # noqa: S307 - see above
        named = code.replace(
            co_varnames=("_cls", *fields), co_name="__new__", co_qualname=f"{name}.__new__"
        )
        return type(_constructor)(named, globals(), "__new__", defaults)

    # What all Records have in common. It is copied into each: a base of its own would make the type
    # look in one more place for each of some hundred special methods.
    @classmethod
    def _make(cls: type, values: Iterable[object]) -> Any:  # noqa: ANN401 - an instance of the class
        return _new(cls, values)

    def _replace(self: Any, /, **changed: object) -> Any:  # noqa: ANN401 - as above
        made = _new(type(self), map(changed.pop, self._fields, self))
        if changed:
            raise ValueError(f"Got unexpected field names: {list(changed)!r}")
        return made

    def _asdict(self: Any) -> dict[str, object]:  # noqa: ANN401 - as above
        return dict(zip(self._fields, self, strict=True))

    def _repr(self: Any) -> str:  # noqa: ANN401 - as above
        parts = (f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
        return f"{type(self).__name__}({', '.join(parts)})"

    def _getnewargs(self: Any) -> tuple[object, ...]:  # noqa: ANN401 - as above
        return tuple(self)

    _COMMON = {
        "__slots__": (),
        "_make": _make,
        "_replace": _replace,
        "_asdict": _asdict,
        "__repr__": _repr,
        "__getnewargs__": _getnewargs,
    }

    class Record(metaclass=_Maker):
        """A value: `class Size(Record)` with one annotated line for each field."""
