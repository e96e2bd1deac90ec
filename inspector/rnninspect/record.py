"""The base of all values: named tuples, made without a look at their annotations.

To define a frozen dataclass of five fields takes ten times as long as a plain named tuple, and
`typing.NamedTuple` three times, for it compiles each annotation. A call of the command defines some
fifty such classes, which was half of its time. To a type checker a Record is a `typing.NamedTuple`:
fields with annotations and defaults, methods, `_replace`.
"""

from __future__ import annotations

__all__ = ["Record"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from typing import NamedTuple as Record
else:
    from collections import namedtuple

    class _Maker(type):
        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> Any:  # noqa: ANN401 - a tuple's type, not one of its own
            if not bases:  # Record itself
                return super().__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = [body.pop(field) for field in fields if field in body]
            made = namedtuple(  # noqa: PYI024 - what is wanted here
                name, fields, defaults=defaults, module=body["__module__"]
            )
            for key, value in body.items():
                setattr(made, key, value)
            return made

    class Record(metaclass=_Maker):
        """A value: `class Size(Record)` with one annotated line for each field."""
