"""Which operation of the core's graph each operator of torch is."""

from __future__ import annotations

from rnninspect.graphs import Value
from rnninspect.lean import partial
from rnninspect_torch.recovered.operators import arithmetic, parts, products, views
from rnninspect_torch.recovered.operators.arithmetic import applied
from rnninspect_torch.recovered.operators.values import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Shape
    from rnninspect_torch.recovered.operators.given import Given
    from rnninspect_torch.recovered.operators.program import Program

    Operation = Callable[[Program, Given], object]


def _norm(program: Program, given: Given) -> Value | None:
    """layer_norm along the last axis: a function of each unit, then gain and shift."""
    found = given.tensor(0, "input")
    axes = given.integers(1, "normalized_shape")
    if found is None or axes is None or len(axes) != 1 or not found.shape:
        return None
    found = program.sized(found, len(found.shape) - 1, axes[0])
    result = applied(program, "norm", found)
    for name, other in (("mul", given.tensor(2, "weight")), ("add", given.tensor(3, "bias"))):
        if other is not None:
            result = applied(program, name, result, other)
    return result


def _native_norm(program: Program, given: Given) -> tuple[object, ...]:
    """native_layer_norm gives the mean and the deviation, too."""
    found = _norm(program, given)
    return () if found is None else (found,)


def _filled(program: Program, given: Given) -> Value | None:
    """A new tensor of these sizes: zeros, ones, random numbers."""
    sizes = given.integers(0, "size")
    return None if sizes is None else program.filled(tuple(sizes))


def _filled_for(program: Program, given: Given) -> Value | None:
    """A new tensor of these sizes, of the type of another."""
    sizes = given.integers(1, "size")
    return None if sizes is None else program.filled(tuple(sizes))


def _filled_like(program: Program, given: Given) -> Value | None:
    """A new tensor of the shape of another."""
    other = given.tensor(0, "self")
    return None if other is None else program.filled(other.shape)


def _like(position: int, name: str, program: Program, given: Given) -> Value | None:
    """A result that is not followed, of the shape of an argument."""
    other = given.tensor(position, name)
    return None if other is None else program.made(other.shape)


def _cell(program: Program, given: Given) -> Value | None:
    """A recurrent cell that is an operator: it is declared, and its state is not followed."""
    return _like(1, "hx", program, given)


def _lstm_cell(program: Program, given: Given) -> object:
    states = given.tensors(1, "hx")
    return None if states is None else tuple(program.made(state.shape) for state in states[:2])


def _layer(count: int, program: Program, _: Given) -> object:
    """A recurrent layer that is an operator, over a sequence."""
    return tuple(program.made((None,) * 3) for _ in range(count))


def _embedding(program: Program, given: Given) -> Value | None:
    table, indices = given.tensor(0, "weight"), given.tensor(1, "indices")
    if table is None or len(table.shape) != 2 or indices is None:
        return None
    shape: Shape = (*indices.shape, table.shape[1])
    return program.made(shape)


_HIGHEST_RANK = 16
_FILLED = "zeros ones rand randn empty full"
_SAME_SHAPE = """
    softmax log_softmax _softmax _log_softmax batch_norm instance_norm group_norm bernoulli cumsum
"""

TABLE: dict[str, Operation] = {
    **arithmetic.TABLE,
    **views.TABLE,
    **parts.TABLE,
    **products.TABLE,
    "layer_norm": _norm,
    "native_layer_norm": _native_norm,
    **dict.fromkeys(_FILLED.split(), _filled),
    **{f"new_{name}": _filled_for for name in _FILLED.split()},
    **{f"{name}_like": _filled_like for name in _FILLED.split()},
    **dict.fromkeys(_SAME_SHAPE.split(), partial(_like, 0, "self")),
    **dict.fromkeys(("gru_cell", "rnn_tanh_cell", "rnn_relu_cell"), _cell),
    "lstm_cell": _lstm_cell,
    "lstm": partial(_layer, 3),
    **dict.fromkeys(("gru", "rnn_tanh", "rnn_relu"), partial(_layer, 2)),
    "embedding": _embedding,
}


def run(program: Program, name: str, given: Given) -> object:
    """What an operator gives; a leaf of its first operand's rank where it is not followed."""
    program.graph.expressions.spend(1)
    program.operators += 1
    operation = TABLE.get(name) or TABLE.get(name.removesuffix("_"))
    found: object = None
    if operation is not None:
        try:
            found = operation(program, given)
        except (LookupError, ValueError):  # shapes that contradict each other: not followed
            found = None
    return None if isinstance(found, Value) and len(found.shape) > _HIGHEST_RANK else found


def not_followed(program: Program, given: Sequence[object]) -> object:
    """A leaf for a result that is not followed, of the rank of the first operand."""
    values = [each for each in given if isinstance(each, Value)]
    first = values[0] if values else None
    program.missed = program.missed or any(None in value.shape for value in values)
    return UNKNOWN if first is None else program.made((None,) * len(first.shape))
