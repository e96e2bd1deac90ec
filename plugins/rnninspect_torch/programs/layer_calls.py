"""The calls of recurrent operators in TorchScript code, with the weights that are constants."""

from __future__ import annotations

from rnninspect_torch.programs.records import LayerCall
from rnninspect_torch.script.calls import calls_in, constant_number, statements_with
from rnninspect_torch.script.syntax import Assign, Items, Literal, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.script.syntax import Call, Expression, Statement

_OPERATORS = ("lstm", "gru", "rnn_tanh", "rnn_relu")
_PREFIXES = ("torch.", "ops.aten.", "ops.quantized.quantized_")
_CALLS = (*(f"{name}(" for name in _OPERATORS), "_cell(", "_dynamic(")
_FLAT_WEIGHTS = "= [CONSTANTS.c"
_WEIGHTS_OF_A_CELL = 4
# At the end of a layer's call: has_biases, num_layers, dropout, train, bidirectional and
# batch_first; the overload for packed sequences has no batch_first.
_ENDS = (5, 6)
_MOST_LEVELS = 10_000


def layer_calls(text: str) -> Iterator[LayerCall]:
    """The calls of recurrent operators in the code of one class."""
    named: dict[str, tuple[int, ...]] = {}
    for statement in statements_with(text, (*_CALLS, _FLAT_WEIGHTS)):
        named.update(_flat_weights(statement))
        for call in calls_in(statement):
            found = _layer_call(call, named)
            if found is not None:
                yield found


def _flat_weights(statement: Statement) -> Iterator[tuple[str, tuple[int, ...]]]:
    """A variable with a list of constants."""
    if isinstance(statement, Assign) and isinstance(statement.value, Items):
        numbers = _numbers(statement.value.items)
        if len(statement.targets) == 1 and len(numbers) == len(statement.value.items):
            yield statement.targets[0], numbers


def _numbers(items: tuple[Expression, ...]) -> tuple[int, ...]:
    return tuple(number for item in items if (number := constant_number(item)) is not None)


def _layer_call(call: Call, named: dict[str, tuple[int, ...]]) -> LayerCall | None:
    path = call.function.path if isinstance(call.function, Name) else ""
    prefix = next((prefix for prefix in _PREFIXES if path.startswith(prefix)), None)
    name = "" if prefix is None else path[len(prefix) :].removesuffix("_dynamic")
    operator = name.removesuffix("_cell")
    if operator not in _OPERATORS:
        return None
    given = [each for each, label in zip(call.arguments, call.names, strict=True) if not label]
    if name != operator:
        return LayerCall(operator, True, "", _numbers(tuple(given[-_WEIGHTS_OF_A_CELL:])))  # noqa: FBT003 - `cell`
    return _stack_call(operator, given, named)


def _stack_call(
    operator: str, given: list[Expression], named: dict[str, tuple[int, ...]]
) -> LayerCall | None:
    for length in _ENDS:
        weights, *end = given[-length - 1 :]
        if len(end) != length:
            continue
        values = [each.value if isinstance(each, Literal) else None for each in end]
        biases, levels, dropout, _, both = values[:5]
        if not isinstance(biases, bool) or not isinstance(both, bool):
            continue
        if not isinstance(dropout, float) or type(levels) is not int or levels >= _MOST_LEVELS:
            continue
        inline = isinstance(weights, Items)
        label = "" if inline or not isinstance(weights, Name) else weights.path
        numbers = _numbers(weights.items) if isinstance(weights, Items) else named.get(label, ())
        directions = 2 if both else 1
        return LayerCall(operator, False, label, numbers, biases, levels, directions)  # noqa: FBT003 - `cell`
    return None
