"""Which operation of the core's graph each operator of OpenVINO is."""

from __future__ import annotations

from rnninspect.graphs import (
    cut,
    matmul,
    one_place,
    reshape,
    split,
    transpose,
    turned_matmul,
    without_axis,
)
from rnninspect.lean import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_openvino.recovered.operands import Call

    Results = Iterable[CoreValue | None]
    Operation = Callable[[Call], Results]

_LAST = 2**31 - 1


def _elementwise(name: str, call: Call) -> Results:
    operands = [call.input(at) for at in range(call.count)]
    known = [operand for operand in operands if operand is not None]
    if len(known) != len(operands):
        return ()
    return (call.to.graph.apply(name, known, call.shapes[0]),)


def _function(name: str, call: Call) -> Results:
    """A function of the first input; others are its parameters."""
    value = call.input(0)
    return () if value is None else (call.to.graph.apply(name, (value,), call.shapes[0]),)


def _same(call: Call) -> Results:
    """The first input: in another type, or rounded to the values of a quantised tensor."""
    return (call.input(0),)


def _dequantised(name: str, call: Call) -> Results:
    """A product or a difference; of a stored matrix and its scale or zero point the matrix."""
    one, other = call.input(0), call.input(1)
    if one is None or other is None:
        return ()
    graph = call.to.graph
    if graph.is_stored(one) and graph.is_stored(other):
        return (one,)
    return _elementwise(name, call)


def _matmul(call: Call) -> Results:
    left, right = call.input(0), call.input(1)
    if left is None or right is None:
        return ()
    turned = (call.operator.flag("transpose_a"), call.operator.flag("transpose_b"))
    graph, shape = call.to.graph, call.shapes[0]
    if not any(turned):
        return (matmul(graph, left, right, shape, call.label),)
    return (turned_matmul(graph, left, right, turned, shape, call.label),)


def _reshape(call: Call) -> Results:
    """Reshape, Squeeze and Unsqueeze: by the shapes before and after."""
    value = call.input(0)
    return () if value is None else (reshape(call.to.graph, value, call.shapes[0]),)


def _transpose(call: Call) -> Results:
    value, order = call.input(0), call.integers(1)
    if value is None or order is None:
        return ()
    return (transpose(call.to.graph, value, order, call.shapes[0]),)


def _repeated(call: Call) -> Results:
    """Broadcast and Tile: what is one for all units, elementwise functions repeat by themselves."""
    value = call.input(0)
    return (value,) if value is not None and len(value.shape) == len(call.shapes[0]) else ()


def _axis(number: int, rank: int) -> int | None:
    """An axis counted from the front; None if there is none."""
    return number % rank if -rank <= number < rank else None


def _concat(call: Call) -> Results:
    values = [call.input(at) for at in range(call.count)]
    known = [value for value in values if value is not None]
    axis = _axis(call.attribute("axis"), len(call.shapes[0]))
    if axis is None or len(known) != len(values):
        return ()
    return (call.to.graph.join(known, axis, call.shapes[0]),)


def _split(call: Call) -> Results:
    """Split and VariadicSplit: the axis is an input, the sizes are those of the outputs."""
    value, axes = call.input(0), call.integers(1)
    axis = None if value is None or not axes else _axis(axes[0], len(value.shape))
    if value is None or axis is None:
        return ()
    return split(call.to.graph, value, axis, [shape[axis] for shape in call.shapes])


def _gather(call: Call) -> Results:
    """Gather of one place, which may be known at run time alone."""
    value, index, axes = call.input(0), call.input(1), call.integers(2)
    axis = None if value is None or not axes else _axis(axes[0], len(value.shape))
    if value is None or index is None or axis is None or index.shape not in ((), (1,)):
        return ()
    places = call.integers(1)
    found = one_place(call.to.graph, value, axis, places[0] if places else None)
    kept = len(call.shapes[0]) == len(value.shape)
    return (found if found is None or kept else without_axis(call.to.graph, found, axis),)


def _slice(call: Call) -> Results:
    """Slice: bounds and steps for some axes, or for the first ones."""
    bounds = [call.integers(at) for at in range(1, 4)]
    if any(each is None for each in bounds):
        return ()
    starts, ends, steps = ([*(each or ())] for each in bounds)
    axes = call.integers(4) if call.count > 4 else tuple(range(len(starts)))
    rows = zip(axes or (), zip(starts, ends, steps, strict=True), strict=True)
    return (_cut(call, list(rows)),)


def _strided(call: Call) -> Results:
    """StridedSlice: bounds for the first axes, of which masks leave some out."""
    begins, ends = call.integers(1), call.integers(2)
    steps = call.integers(3) if call.count > 3 else None
    odd = [*call.mask("new_axis_mask"), *call.mask("ellipsis_mask")]
    if begins is None or ends is None or any(odd):
        return ()
    uses_begin, uses_end = call.mask("begin_mask"), call.mask("end_mask")
    shrunk = call.mask("shrink_axis_mask")
    rows = []
    for at in range(min(len(begins), len(ends))):
        step = steps[at] if steps else 1
        first = begins[at] if at < len(uses_begin) and uses_begin[at] else 0
        last = ends[at] if at < len(uses_end) and uses_end[at] else _LAST
        if at < len(shrunk) and shrunk[at]:
            last = first + 1 or _LAST
        rows.append((at, (first, last, step)))
    found = _cut(call, rows)
    for at in reversed([at for at, one in enumerate(shrunk) if one]):
        found = None if found is None else without_axis(call.to.graph, found, at)
    return (found,)


def _cut(call: Call, rows: list[tuple[int, tuple[int, int, int]]]) -> CoreValue | None:
    """Parts of axes, one after the other."""
    found = call.input(0)
    for number, (first, last, step) in rows:
        axis = None if found is None else _axis(number, len(found.shape))
        if found is None or axis is None:
            return None
        whole = found.shape[axis]
        if step == 1 and first == 0 and last >= (_LAST if whole is None else whole):
            continue
        size = None if whole is None else len(range(*slice(first, last, step).indices(whole)))
        found = cut(call.to.graph, found, axis, (first, last, step), size)
    return found


_FUNCTIONS = """
    Sigmoid sigmoid, Tanh tanh, Relu relu, Clamp clip, HardSigmoid hardsigmoid,
    HSigmoid hardsigmoid, HSwish hardswish, Swish swish, Gelu gelu, Elu elu, SoftPlus softplus,
    SoftSign softsign, Mish mish, Selu selu, Abs abs, Sqrt sqrt, Exp exp, Log log, Erf erf, Sin sin,
    Cos cos, Sign sign, Floor floor, Round round, Negative neg, MVN norm
"""
_NAMES = """
    Add add, Divide div, Maximum max, Minimum min, Power pow, Select where, PRelu prelu
"""


def _named(operation: Callable[[str, Call], Results], names: str) -> dict[str, Operation]:
    return {kind: partial(operation, name) for kind, name in map(str.split, names.split(","))}


TABLE: dict[str, Operation] = {
    **_named(_function, _FUNCTIONS),
    **_named(_elementwise, _NAMES),
    **_named(_dequantised, "Multiply mul, Subtract sub"),
    **dict.fromkeys(("Convert", "ConvertLike", "FakeQuantize", "ReverseSequence"), _same),
    **dict.fromkeys(("Reshape", "Squeeze", "Unsqueeze"), _reshape),
    **dict.fromkeys(("Broadcast", "Tile"), _repeated),
    **dict.fromkeys(("Split", "VariadicSplit"), _split),
    "Transpose": _transpose,
    "MatMul": _matmul,
    "Concat": _concat,
    "Gather": _gather,
    "Slice": _slice,
    "StridedSlice": _strided,
}
