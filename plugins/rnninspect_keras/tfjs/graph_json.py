"""A GraphDef in JSON, encoded in the binary form; what its constants contain is in the shards.

The JSON is that of Protocol Buffers: names in camel case, bytes in base64, long numbers as texts.
"""

from __future__ import annotations

import binascii

from rnninspect.lean import lru_cache, re
from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_keras.graph.messages.encoding import part, scalar
from rnninspect_keras.graph.messages.schema import MESSAGES, Field, Scalar, fields_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rnninspect.decode.json import Json
    from rnninspect.plugin import Source

_VALUE = "value"
_ATTRIBUTE, _TENSOR = MESSAGES["NodeDef"]["attr"].number, MESSAGES["AttrValue"]["tensor"].number
_REMEMBERED = 256  # names of fields
_VALUES_IN_A_STEP = 2


class GraphEncoder:
    """Encodes a graph; `tensor_of` gives the encoded tensor of a constant by its node's name."""

    def __init__(self, source: Source, tensor_of: Callable[[str], bytes | None]) -> None:
        self._source, self._tensor_of = source, tensor_of

    def graph(self, value: Mapping[str, Json]) -> bytes:
        """The whole GraphDef.

        Raises:
            UnreadableFile: a value is not of its field's type.
            RefusedFile: messages are too deep in each other.
        """
        return self._message(value, MESSAGES["GraphDef"], 0)

    def _message(self, value: Mapping[str, Json], fields: Mapping[str, Field], depth: int) -> bytes:
        self._source.limits.require(Limit.NESTING, depth, "the depth of messages")
        self._source.spend(Limit.STEPS, len(value) // _VALUES_IN_A_STEP)
        parts = []
        for name, item in value.items():
            field = fields.get(_in_snake_case(name))
            if field is not None and item is not None:
                parts.append(self._field(field, name, item, depth))
        if fields is MESSAGES["NodeDef"] and value.get("op") == "Const":
            tensor = self._tensor_of(str(value.get("name")))
            if tensor is not None:  # of a key that occurs twice the last value counts
                entry = scalar(1, Scalar.TEXT, _VALUE) + part(2, part(_TENSOR, tensor))
                parts.append(part(_ATTRIBUTE, entry))
        return b"".join(parts)

    def _field(self, field: Field, name: str, item: Json, depth: int) -> bytes:
        if field.is_map:
            if not isinstance(item, dict):
                raise UnreadableFile(f"modelTopology: {name[:40]} is not an object")
            entries = fields_of(field)
            pairs = ({"key": key, "value": value} for key, value in item.items())
            return b"".join(
                part(field.number, self._message(pair, entries, depth + 1)) for pair in pairs
            )
        items = item if isinstance(item, list) else [item]
        return b"".join(self._one(field, name, each, depth) for each in items)

    def _one(self, field: Field, name: str, item: Json, depth: int) -> bytes:
        if not isinstance(field.type, Scalar):
            if not isinstance(item, dict):
                raise UnreadableFile(f"modelTopology: {name[:40]} is not an object")
            return part(field.number, self._message(item, fields_of(field), depth + 1))
        if field.type is Scalar.BYTES and isinstance(item, str):
            return scalar(field.number, field.type, _decoded(item, name))
        return scalar(field.number, field.type, item)


def _decoded(text: str, name: str) -> bytes:
    try:
        return binascii.a2b_base64(text.encode("ascii"))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise UnreadableFile(f"modelTopology: {name[:40]} is not base64") from error


@lru_cache(_REMEMBERED)
def _in_snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
