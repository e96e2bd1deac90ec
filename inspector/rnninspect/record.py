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
    from types import CodeType, FunctionType
    from typing import Any
    from typing import NamedTuple as Record
else:
    from _collections import _tuplegetter  # what `collections.namedtuple` makes its fields of

    _new = tuple.__new__
    _codes: dict[int, CodeType] = {}  # of constructors, by the number of fields

    class _Maker(type):
        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:  # noqa: ANN401 - a tuple's type, not one of its own
            if not bases:  # Record itself
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body.pop(field) for field in fields if field in body}
            made = {
                "__slots__": (),
                "__new__": _constructor(name, fields, tuple(defaults.values())),
                "__match_args__": fields,
                "_fields": fields,
                "_field_defaults": defaults,
                **_METHODS,
            }
            getters = {field: _tuplegetter(at, None) for at, field in enumerate(fields)}
            return type(name, (tuple,), made | getters | body)

    def _constructor(
        name: str, fields: tuple[str, ...], defaults: tuple[object, ...]
    ) -> FunctionType:
        """A function of these parameters; those of equal number share what is compiled."""
        code = _codes.get(len(fields))
        if code is None:
            names = "".join(f"_{place}, " for place in range(len(fields)))
            source = f"lambda _cls, {names}: _new(_cls, ({names}))"
            code = _codes[len(fields)] = compile(source, __name__, "eval").co_consts[0]
        named = code.replace(
            co_varnames=("_cls", *fields), co_name="__new__", co_qualname=f"{name}.__new__"
        )
        return type(_constructor)(named, globals(), "__new__", defaults)

    def _make(cls: type, values: Any) -> Any:  # noqa: ANN401 - an instance of the class
        return _new(cls, values)

    def _replace(self: Any, /, **changed: object) -> Any:  # noqa: ANN401 - a Record
        made = _new(type(self), map(changed.pop, self._fields, self))
        if changed:
            raise ValueError(f"Got unexpected field names: {list(changed)!r}")
        return made

    def _asdict(self: Any) -> dict[str, object]:  # noqa: ANN401 - a Record
        return dict(zip(self._fields, self, strict=True))

    def _shown(self: Any) -> str:  # noqa: ANN401 - a Record
        parts = (f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
        return f"{type(self).__name__}({', '.join(parts)})"

    def _arguments(self: Any) -> tuple[object, ...]:  # noqa: ANN401 - a Record
        return tuple(self)

    _METHODS = {
        "_make": classmethod(_make),
        "_replace": _replace,
        "_asdict": _asdict,
        "__repr__": _shown,
        "__getnewargs__": _arguments,
    }

    class Record(metaclass=_Maker):
        """A value: `class Size(Record)` with one annotated line for each field."""
