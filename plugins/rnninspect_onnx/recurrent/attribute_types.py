"""The types of a recurrent node's attributes by the operators' definitions.

Facts: https://onnx.ai/onnx/operators. ONNX Runtime rejects a model in which one has another type.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.protobuf.messages import AttributeProto

_INTEGER, _REAL, _STRING = "an integer", "a real number", "a string"
_INTEGERS, _REALS, _STRINGS = "a list of integers", "a list of real numbers", "a list of strings"
_TYPES = {
    "hidden_size": _INTEGER,
    "layout": _INTEGER,
    "input_forget": _INTEGER,
    "linear_before_reset": _INTEGER,
    "output_sequence": _INTEGER,
    "direction": _STRING,
    "activations": _STRINGS,
    "activation_alpha": _REALS,
    "activation_beta": _REALS,
    "clip": _REAL,
}


def attribute_faults(call: Call) -> Iterator[str]:
    """A message for each attribute of a wrong type, and for an unknown layout."""
    given = {attribute.name for attribute in call.node.attributes}
    for name in [name for name in _TYPES if name in given]:
        attribute, expected = call.attribute(name), _TYPES[name]
        found = [] if attribute is None else _types_in(attribute)
        if found and expected not in found:
            yield f"{name} is {found[0]}, expected {expected}"
        elif attribute is not None and not found and name == "hidden_size":
            yield "hidden_size has no value"
    layout = call.number("layout", 0)
    if layout not in (0, 1):
        yield f"layout is {layout}, expected 0 or 1"


def _types_in(attribute: AttributeProto) -> list[str]:
    """The types of the values in an attribute; empty if a writer omitted a zero."""
    integers, reals, strings = attribute.counts
    given = {
        _INTEGER: attribute.number is not None,
        _REAL: attribute.has_real,
        _STRING: attribute.text is not None,
        _INTEGERS: integers > 0,
        _REALS: reals > 0,
        _STRINGS: strings > 0,
        "a tensor": bool(attribute.tensors or attribute.sparse_tensors),
        "a graph": bool(attribute.graphs),
    }
    return [what for what, is_given in given.items() if is_given]
