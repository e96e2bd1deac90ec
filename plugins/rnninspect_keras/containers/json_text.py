"""JSON of a model's configuration, parsed within the limits."""

from __future__ import annotations

from rnninspect.plugin import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.json import Json, MakeObject
    from rnninspect.plugin import Source

_LONGEST_NUMBER = 18  # digits; a longer whole number is read as a float, which no size may be


def parse_config(
    text: bytes | str, source: Source, what: str, make_object: MakeObject | None = None
) -> Json:
    """Parse JSON whose number of values is bounded before anything is built.

    `make_object` makes values of objects in place of `unwrapped`.
    """
    from rnninspect.decode.json import (  # noqa: PLC0415 - weights-only files need no JSON
        most_values,
        parse_json,
        spend_steps,
    )

    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    if not data.isascii():  # one letter may make all of them take four bytes
        source.limits.require(Limit.HEADER_BYTES, 4 * len(data), what)
    values = most_values(data)
    source.limits.require(Limit.NODES, 2 * values, f"the number of values in {what}")
    spend_steps(source, len(data), values)
    may_be_wrapped = any(word in data for word in _PERHAPS_WRAPPED)
    make = make_object or (unwrapped if may_be_wrapped else None)
    last = [data]
    del data, text  # the bytes are freed once they are decoded
    return parse_json(last.pop(), what, errors="replace", digits=_LONGEST_NUMBER, make_object=make)


def unwrapped(pairs: list[tuple[str, Json]]) -> Json:
    """A tuple or a shape, which Keras 2 wraps into an object, as a list."""
    value = dict(pairs)
    items = value.get("items")
    return items if value.get("class_name") in _WRAPPED and isinstance(items, list) else value


_WRAPPED = ("__tuple__", "TensorShape")
_PERHAPS_WRAPPED = (*(word.encode() for word in _WRAPPED), b"\\")  # a letter may be escaped
