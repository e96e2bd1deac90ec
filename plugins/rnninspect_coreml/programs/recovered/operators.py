"""Which operation of the core's graph each operator of MIL is."""

from __future__ import annotations

from rnninspect.graphs import (
    Origin,
    added,
    cut,
    matmul,
    one_place,
    reshape,
    split,
    transpose,
    turned_matmul,
    unsqueeze,
    with_size,
    without_axis,
)
from rnninspect.lean import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_coreml.programs.records import Operation, Shape
    from rnninspect_coreml.programs.recovered.operands import Operands

    Results = Iterable[CoreValue | None]
    Translate = Callable[[Operands, Operation, Shape], Results]

_END = 2**31 - 1  # of a slice to the end of an axis


def _elementwise(
    name: str, keys: tuple[str, ...], to: Operands, operation: Operation, shape: Shape
) -> Results:
    operands = [to.given(operation, key) for key in keys if key in operation.inputs]
    known = [each for each in operands if each is not None]
    if len(known) != len(operands) or not known:
        return ()
    return (to.graph.apply(name, known, shape),)


def _linear(to: Operands, operation: Operation, shape: Shape) -> Results:
    value, matrix = to.given(operation, "x"), to.given(operation, "weight")
    if value is None or matrix is None:
        return ()
    found = turned_matmul(to.graph, value, matrix, (False, True), shape, to.label)
    bias = to.given(operation, "bias")
    return (found if bias is None else added(to.graph, found, bias, shape),)


def _matmul(to: Operands, operation: Operation, shape: Shape) -> Results:
    left, right = to.given(operation, "x"), to.given(operation, "y")
    if left is None or right is None:
        return ()
    turned = tuple(bool((to.numbers(operation, f"transpose_{key}") or (0,))[0]) for key in "xy")
    if not any(turned):
        return (matmul(to.graph, left, right, shape, to.label),)
    return (turned_matmul(to.graph, left, right, (turned[0], turned[1]), shape, to.label),)


def _same(to: Operands, operation: Operation, _: Shape) -> Results:
    return (to.given(operation, "x"),)


def _reshape(to: Operands, operation: Operation, shape: Shape) -> Results:
    """By the shapes before and after."""
    value = to.given(operation, "x")
    return () if value is None else (reshape(to.graph, value, shape),)


def _transpose(to: Operands, operation: Operation, shape: Shape) -> Results:
    value, order = to.given(operation, "x"), to.integers(operation, "perm")
    if value is None or order is None:
        return ()
    rank = len(value.shape)
    return (transpose(to.graph, value, [axis % rank for axis in order], shape),)


def _slice(to: Operands, operation: Operation, shape: Shape) -> Results:
    """A slice by places; axes that are squeezed have one."""
    found = to.given(operation, "x")
    if found is None:
        return ()
    rank = len(found.shape)
    begins, ends = to.integers(operation, "begin"), to.integers(operation, "end")
    steps = to.integers(operation, "stride") or (1,) * rank
    masks = {
        key: to.integers(operation, f"{key}_mask") or (0,) * rank
        for key in ("begin", "end", "squeeze")
    }
    for axis in range(rank):
        if found is None or begins is None or ends is None:
            return ()
        start = 0 if masks["begin"][axis] else begins[axis]
        if masks["squeeze"][axis]:
            found = one_place(to.graph, found, axis, start)
            continue
        end = _END if masks["end"][axis] else ends[axis]
        size = found.shape[axis]
        if size is not None:
            size = len(range(*slice(start, end, steps[axis]).indices(size)))
        found = cut(to.graph, found, axis, (start, end, steps[axis]), size)
    return () if found is None else (reshape(to.graph, found, shape),)


def _split(to: Operands, operation: Operation, shape: Shape) -> Results:
    value = to.given(operation, "x")
    axis = None if value is None else to.axis(operation, len(value.shape))
    if value is None or axis is None:
        return ()
    sizes = to.integers(operation, "split_sizes") or (shape[axis],) * len(operation.outputs)
    return split(to.graph, value, axis, sizes)


def _concat(to: Operands, operation: Operation, shape: Shape) -> Results:
    values, axis = to.every(operation, "values"), to.axis(operation, len(shape))
    return (to.graph.join(values, axis, shape),) if values and axis is not None else ()


def _stack(to: Operands, operation: Operation, shape: Shape) -> Results:
    axis = to.axis(operation, len(shape))
    if axis is None:
        return ()
    one = with_size(shape, axis, 1)
    raised = [unsqueeze(to.graph, each, (axis,), one) for each in to.every(operation, "values")]
    known = [each for each in raised if each is not None]
    return (to.graph.join(known, axis, shape),) if known and len(known) == len(raised) else ()


def _gather(to: Operands, operation: Operation, shape: Shape) -> Results:
    """One place of an axis, which may be known at run time alone; a row of a stored table."""
    value = to.given(operation, "x")
    axis = None if value is None else to.axis(operation, len(value.shape), 0)
    if value is None or axis is None:
        return ()
    keeps = len(shape) == len(value.shape)
    if not keeps and len(shape) != len(value.shape) - 1:
        return ()
    if to.graph.is_stored(value):
        return (to.graph.leaf(Origin.INPUT, operation.name, shape),)
    if keeps and shape[axis] != 1:
        return ()
    numbers = to.integers(operation, "indices")
    found = one_place(to.graph, value, axis, numbers[0] if numbers else None)
    return (found if keeps or found is None else without_axis(to.graph, found, axis),)


def _reverse(to: Operands, operation: Operation, _: Shape) -> Results:
    value, axes = to.given(operation, "x"), to.integers(operation, "axes")
    for axis in range(len(value.shape)) if value and axes is None else axes or ():
        if value is not None:
            value = to.graph.reverse(value, axis % len(value.shape))
    return (value,)


_ONE, _TWO = ("x",), ("x", "y")
_NAMES = {
    "add": ("add", _TWO),
    "sub": ("sub", _TWO),
    "mul": ("mul", _TWO),
    "real_div": ("div", _TWO),
    "maximum": ("max", _TWO),
    "minimum": ("min", _TWO),
    "pow": ("pow", _TWO),
    "select": ("where", ("cond", "a", "b")),
    "sigmoid": ("sigmoid", _ONE),
    "sigmoid_hard": ("hardsigmoid", _ONE),
    "tanh": ("tanh", _ONE),
    "scaled_tanh": ("activation", _ONE),
    "relu": ("relu", _ONE),
    "relu6": ("relu6", _ONE),
    "leaky_relu": ("leakyrelu", _ONE),
    "clamped_relu": ("clip", _ONE),
    "clip": ("clip", _ONE),
    "elu": ("elu", _ONE),
    "gelu": ("gelu", _ONE),
    "silu": ("silu", _ONE),
    "softplus": ("softplus", _ONE),
    "softsign": ("softsign", _ONE),
    "abs": ("abs", _ONE),
    "exp": ("exp", _ONE),
    "log": ("log", _ONE),
    "sqrt": ("sqrt", _ONE),
    "sin": ("sin", _ONE),
    "cos": ("cos", _ONE),
    "sign": ("sign", _ONE),
}
TABLE: dict[str, Translate] = {
    **{operator: partial(_elementwise, *known) for operator, known in _NAMES.items()},
    **dict.fromkeys(("cast", "identity", "quantize"), _same),
    **dict.fromkeys(("reshape", "squeeze", "expand_dims"), _reshape),
    "linear": _linear,
    "matmul": _matmul,
    "transpose": _transpose,
    "slice_by_index": _slice,
    "split": _split,
    "concat": _concat,
    "stack": _stack,
    "gather": _gather,
    "reverse": _reverse,
}
