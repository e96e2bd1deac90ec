"""Operators that multiply by a matrix: linear layers, products, convolutions of window one."""

from __future__ import annotations

from rnninspect.graphs import Multiplier, einsum, matmul
from rnninspect.lean import partial
from rnninspect_torch.recovered.operators.arithmetic import applied
from rnninspect_torch.recovered.operators.given import broadcast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.graphs import Shape, Value
    from rnninspect_torch.recovered.operators.given import Given
    from rnninspect_torch.recovered.operators.program import Program

    Operation = Callable[[Program, Given], object]

_MATRIX = 2  # its axes


def linear(program: Program, value: Value, matrix: Value, bias: Value | None) -> Value | None:
    """A layer whose matrix has its units first."""
    if len(matrix.shape) != _MATRIX or not value.shape:
        return None
    last = len(value.shape) - 1
    value = program.sized(value, last, matrix.shape[1])
    shape = (*value.shape[:-1], matrix.shape[0])
    found = program.graph.linear(value, last, Multiplier(matrix, 1, 0), shape, last, program.label)
    return found if bias is None else applied(program, "add", found, bias)


def _linear(program: Program, given: Given) -> Value | None:
    value, matrix = given.tensor(0, "input"), given.tensor(1, "weight")
    if value is None or matrix is None:
        return None
    return linear(program, value, matrix, given.tensor(2, "bias"))


def product(program: Program, left: Value | None, right: Value | None) -> Value | None:
    """A product of which either operand is a stored matrix."""
    if left is None or right is None or not left.shape or not right.shape:
        return None
    graph = program.graph
    if graph.is_stored(right) and len(right.shape) >= _MATRIX:
        left = program.sized(left, len(left.shape) - 1, right.shape[-2])
        batch = broadcast([left.shape[:-2], right.shape[:-2]])
        shape = (*batch, *left.shape[-2:-1], right.shape[-1])
        return matmul(graph, left, right, shape, program.label)
    if not graph.is_stored(left) or len(left.shape) < _MATRIX:
        return None
    if len(right.shape) == 1:
        right = program.sized(right, 0, left.shape[-1])
        by = Multiplier(left, len(left.shape) - 1, len(left.shape) - 2)
        last = len(left.shape) - 2
        return graph.linear(right, 0, by, left.shape[:-1], last, program.label)
    right = program.sized(right, len(right.shape) - 2, left.shape[-1])
    batch = broadcast([left.shape[:-2], right.shape[:-2]])
    return matmul(graph, left, right, (*batch, left.shape[-2], right.shape[-1]), program.label)


def _product(program: Program, given: Given) -> Value | None:
    other = given.tensor(1, "other") or given.tensor(1, "mat2") or given.tensor(1, "vec")
    return product(program, given.tensor(0, "self"), other)


def _added(names: tuple[str, str], program: Program, given: Given) -> Value | None:
    """Addmm and its kin: `beta * self + alpha * (one @ other)`; only sums without factors."""
    if given.number(3, "beta", 1) != 1 or given.number(4, "alpha", 1) != 1:
        return None
    one, other = (given.tensor(at, name) for at, name in enumerate(names, start=1))
    return applied(program, "add", product(program, one, other), given.tensor(0, "self"))


def _einsum(program: Program, given: Given) -> Value | None:
    equation, operands = given.get(0, "equation"), given.tensors(1, "tensors")
    if not isinstance(equation, str) or operands is None:
        return None
    sizes: dict[str, int | None] = {}
    terms, arrow, result = equation.replace(" ", "").partition("->")
    for term, value in zip(terms.split(","), operands, strict=False):
        if len(term) == len(value.shape):
            sizes.update(
                {letter: size for letter, size in zip(term, value.shape, strict=True) if size}
            )
    known: list[Value] = []
    for term, value in zip(terms.split(","), operands, strict=False):
        if len(term) != len(value.shape):
            return None
        for at, letter in enumerate(term):
            value = program.sized(value, at, sizes.get(letter))  # noqa: PLW2901 - axis by axis
        known.append(value)
    shape: Shape = tuple(sizes.get(letter) for letter in result)
    return einsum(program.graph, known, equation, shape, program.label) if arrow else None


def _convolution(groups_at: int, program: Program, given: Given) -> Value | None:
    """A convolution over one group whose window is a single element: its channels are units."""
    value, matrix = given.tensor(0, "input"), given.tensor(1, "weight")
    if value is None or matrix is None or value.shape[1:2] == ():
        return None
    taps = tuple(size or 0 for size in matrix.shape[_MATRIX:])
    groups = given.integer(groups_at, "groups", 1)
    if len(matrix.shape) != len(value.shape) or set(taps) != {1} or groups != 1:
        return None
    value = program.sized(value, 1, matrix.shape[1])
    shape = (value.shape[0], matrix.shape[0], *value.shape[2:])
    found = program.graph.linear(value, 1, Multiplier(matrix, 1, 0, taps), shape, 1, program.label)
    bias = given.tensor(2, "bias")
    if bias is None or found is None or len(bias.shape) != 1:
        return found if bias is None else None
    ones = len(taps)
    raised = program.graph.move(bias, (0, *(None,) * ones), (bias.shape[0], *(1,) * ones))
    return None if raised is None else program.graph.apply("add", (found, raised), shape)


TABLE: dict[str, Operation] = {
    "linear": _linear,
    "_nnpack_linear": _linear,
    **dict.fromkeys(("matmul", "mm", "bmm", "mv"), _product),
    "addmm": partial(_added, ("mat1", "mat2")),
    "addmv": partial(_added, ("mat", "vec")),
    "baddbmm": partial(_added, ("batch1", "batch2")),
    "einsum": _einsum,
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), partial(_convolution, 6)),
    "convolution": partial(_convolution, 8),
}
