"""Names of layers, as converters leave them in the names of subgraphs and states."""

from __future__ import annotations

from rnninspect.lean import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_tflite.operators.values import Call
    from rnninspect_tflite.schema.records import Subgraph

_BODY = re.compile(r"(?:^|[/_])while(?:_?\d+)?_body(?:_\d+)?$")
_ZEROS = re.compile(r"/zeros_?\d*$")


def loop_name(call: Call, body: Subgraph) -> str:
    """The layer that a loop was made of, as the names of the body and of its first states say."""
    named = _BODY.sub("", body.name)
    if named and named != body.name:
        return named
    states = (value.tensor.name for value in call.inputs if value is not None)
    found = (_ZEROS.sub("", name) for name in states if _ZEROS.search(name))
    return next(found, "") or body.name or call.label
