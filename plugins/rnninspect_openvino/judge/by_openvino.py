"""OpenVINO's own reader, which checks every shape and maps the constants without copying them."""

from __future__ import annotations

from math import prod

import openvino

from rnninspect.verification.arrays import book_arrays

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from rnninspect.verification.question import Answer, Question

_BODIES = (("get_body", ""), ("get_then_body", "then/"), ("get_else_body", "else/"))


def version() -> str:
    """The version of OpenVINO."""
    return str(openvino.__version__)


def answer(question: Question, given: Answer) -> None:
    """Count the elements of all constants, and those of each layer."""
    model = openvino.Core().read_model(question.path)
    stored: dict[object, tuple[str, int]] = {}
    for name, place, count in _constants(model, ""):
        stored.setdefault(place, (name, count))
    book_arrays(question, given, dict(stored.values()))


def _constants(model: Any, path: str) -> Iterator[tuple[str, object, int]]:  # noqa: ANN401 - untyped
    """The constants of a network and of the bodies in it: names, addresses, elements."""
    for node in model.get_ordered_ops():
        name = f"{path}{node.get_friendly_name()}"
        if node.get_type_name() == "Constant":
            address = node.get_tensor_view().data.__array_interface__["data"][0]
            yield name, (address, node.get_byte_size()), prod(node.get_output_shape(0))
        for method, part in _BODIES:
            if hasattr(node, method):
                yield from _constants(getattr(node, method)(), f"{name}/{part}")
