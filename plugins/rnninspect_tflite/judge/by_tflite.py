"""TFLite's judge: its interpreter, which checks every shape, and the operators that it lists."""

from __future__ import annotations

import math
import re

import tensorflow as tf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from rnninspect.verification.question import Answer, Part, Question

_LSTM = (*range(1, 18), *range(20, 24))
_WEIGHT_INPUTS = {  # positions of the weights among an operator's inputs
    "LSTM": _LSTM,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _LSTM,
    "BIDIRECTIONAL_SEQUENCE_LSTM": (*range(1, 35), *range(40, 48)),
    "RNN": (1, 2, 3),
    "UNIDIRECTIONAL_SEQUENCE_RNN": (1, 2, 3),
    "BIDIRECTIONAL_SEQUENCE_RNN": (1, 2, 3, 5, 6, 7, 10, 11),
}
_BOTH = "Bidirectional("
_BASIC_INPUTS = 5  # of an LSTM with all gates in one matrix
_BASIC_WEIGHTS = (2, 3)
_UNKNOWN = re.compile(r"unresolved custom op: (\S+)")


def version() -> str:
    """The version of TensorFlow, whose interpreter it is."""
    return str(tf.__version__)


def answer(question: Question, given: Answer) -> None:
    """Let the interpreter prepare every operator, and count the weights of recurrent ones."""
    interpreter = tf.lite.Interpreter(question.path)
    try:
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        unknown = _UNKNOWN.search(str(error))
        if unknown is None:
            raise
        given.unfinished = f"the interpreter does not have the custom operator {unknown[1]}"
        return
    shapes = {each["index"]: each["shape"] for each in interpreter.get_tensor_details()}
    operators = list(_recurrent(interpreter))
    fused = [part for part in question.parts if _operator(part) in _WEIGHT_INPUTS]
    expected = [_operator(part) for part in fused for _ in range(_operators(part))]
    known = expected == [each["op_name"] for each in operators]
    for part in question.parts:
        if part not in fused:
            given.silences[part.name] = "the interpreter has no recurrent operator for it"
        elif not known:
            given.silences[part.name] = "its operator cannot be distinguished from others"
        else:
            own, operators = operators[: _operators(part)], operators[_operators(part) :]
            _count(part, own, shapes, given)


def _operator(part: Part) -> str:
    return part.kind.removeprefix(_BOTH).removesuffix(")")


def _operators(part: Part) -> int:
    """How many operators a layer is made of: of two directions mostly one each."""
    return 2 if part.kind.startswith(_BOTH) else 1


def _recurrent(interpreter: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - untyped
    """The recurrent operators of the main subgraph, those over the same weights once."""
    seen: set[tuple[int, ...]] = set()
    for operator in interpreter._get_ops_details():  # noqa: SLF001 - there is no other list of them
        if operator["op_name"] in _WEIGHT_INPUTS:
            weights = tuple(_weights(operator))
            if weights not in seen:
                seen.add(weights)
                yield operator


def _weights(operator: dict[str, Any]) -> Iterator[int]:
    inputs = operator["inputs"]
    basic = operator["op_name"] == "LSTM" and len(inputs) == _BASIC_INPUTS
    for position in _BASIC_WEIGHTS if basic else _WEIGHT_INPUTS[operator["op_name"]]:
        if position < len(inputs) and inputs[position] >= 0:
            yield int(inputs[position])


def _count(
    part: Part, operators: list[dict[str, Any]], shapes: dict[int, Any], given: Answer
) -> None:
    sizes = [shapes.get(index) for operator in operators for index in _weights(operator)]
    if any(size is None for size in sizes):
        given.silences[part.name] = "the interpreter does not list its weights"
        return
    given.counts[part.name] = sum(math.prod(map(int, size)) for size in sizes if size is not None)
