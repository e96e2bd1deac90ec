"""Operators that move axes or give the same elements in another shape."""

from __future__ import annotations

import math

from rnninspect.graphs import View, reshape, squeeze, transpose, unsqueeze
from rnninspect_torch.recovered.operators.given import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Shape, Value
    from rnninspect_torch.recovered.operators.given import Given
    from rnninspect_torch.recovered.operators.program import Program

    Operation = Callable[[Program, Given], object]

_MATRIX = 2  # its axes


def _same(_: Program, given: Given) -> Value | None:
    """The first argument: a copy, in another type, or with values dropped in training alone."""
    return given.tensor(0, "self") or given.tensor(0, "input") or given.tensor(0, "tensor")


def _moved(program: Program, value: Value | None, order: Sequence[int]) -> Value | None:
    if value is None:
        return None
    return transpose(program.graph, value, order, tuple(value.shape[at] for at in order))


def _t(program: Program, given: Given) -> Value | None:
    value = given.tensor(0, "self")
    rank = 0 if value is None else len(value.shape)
    return _moved(program, value, (1, 0)) if rank == _MATRIX else value if rank == 1 else None


def _mt(program: Program, given: Given) -> Value | None:
    value = given.tensor(0, "self")
    return None if value is None else _swapped(program, value, -2, -1)


def _swapped(program: Program, value: Value, one: int | None, other: int | None) -> Value | None:
    rank = len(value.shape)
    first, second = counted(one, rank), counted(other, rank)
    if first is None or second is None:
        return None
    order = list(range(rank))
    order[first], order[second] = second, first
    return _moved(program, value, order)


def _transpose(program: Program, given: Given) -> Value | None:
    value = given.tensor(0, "self")
    if value is None:
        return None
    return _swapped(program, value, given.integer(1, "dim0"), given.integer(2, "dim1"))


def _permute(program: Program, given: Given) -> Value | None:
    value, dims = given.tensor(0, "self"), given.integers(1, "dims")
    if value is None or dims is None or len(dims) != len(value.shape):
        return None
    order = [at for dim in dims if (at := counted(dim, len(dims))) is not None]
    return _moved(program, value, order)


def _view(program: Program, given: Given) -> Value | None:
    value = given.tensor(0, "self")
    sizes = given.integers(1, "size") or given.integers(1, "shape")
    if value is None or sizes is None:
        return None
    return reshaped(program, value, tuple(sizes))


def reshaped(program: Program, value: Value, sizes: Shape) -> Value | None:
    """A value in another shape, of which one size may be -1 and others unknown."""
    old = value.shape
    if -1 in sizes:
        known = [size for size in sizes if size is not None and size > 0]
        whole = [size for size in old if size is not None]
        rest = None
        if len(known) + 1 == len(sizes) and len(whole) == len(old):
            rest = math.prod(whole) // math.prod(known)
        elif len(old) == len(sizes) and sizes[-1] == -1:
            rest = old[-1]
        sizes = tuple(rest if size == -1 else size for size in sizes)
    if len(old) == len(sizes) and sizes[-1] is None:
        sizes = (*sizes[:-1], old[-1])
    if old and sizes and sizes[-1] is not None and len(sizes) <= len(old):
        value = program.sized(value, len(old) - 1, sizes[-1])
        old = value.shape
    if len(old) == len(sizes) and all(
        one == other or None in (one, other) for one, other in zip(old, sizes, strict=True)
    ):
        return value
    return reshape(program.graph, value, _aligned(old, sizes))


def _aligned(old: Shape, new: Shape) -> Shape:
    """Leading sizes that are not known are taken for what they were, where that fits."""
    if len(new) == len(old) + 1 and new[-1] is not None and new[-2] is not None:
        return (*old[:-1], *new[-2:])
    if len(new) == len(old) - 1 and new[:-1] == (None,) * (len(new) - 1):
        return (*old[: len(new) - 1], new[-1])
    return new


def _flatten(program: Program, given: Given) -> Value | None:
    value = given.tensor(0, "self")
    rank = 0 if value is None else len(value.shape)
    first, last = (
        given.axis(at, name, rank, default)
        for at, name, default in ((1, "start_dim", 0), (2, "end_dim", -1))
    )
    if value is None or first is None or last is None:
        return None
    sizes = value.shape[first : last + 1]
    merged = math.prod(size for size in sizes if size is not None) if None not in sizes else None
    return reshape(program.graph, value, (*value.shape[:first], merged, *value.shape[last + 1 :]))


def _unflatten(program: Program, given: Given) -> Value | None:
    value, sizes = given.tensor(0, "self"), given.integers(2, "sizes")
    axis = None if value is None else given.axis(1, "dim", len(value.shape))
    if value is None or sizes is None or axis is None:
        return None
    whole = value.shape[axis]
    known = [size for size in sizes if size is not None and size > 0]
    if whole is not None and len(known) == len(sizes) - 1:
        sizes = [size if size in known else whole // math.prod(known) for size in sizes]
    return reshape(program.graph, value, (*value.shape[:axis], *sizes, *value.shape[axis + 1 :]))


def _squeeze(program: Program, given: Given) -> Value | None:
    """Without an axis of size one; without all of them if none is given."""
    value = given.tensor(0, "self")
    if value is None or given.is_unknown(1, "dim"):
        return None
    rank = len(value.shape)
    dims = given.integers(1, "dim")
    if dims is None:
        axes = [at for at, size in enumerate(value.shape) if size == 1]
    else:
        axes = [
            at
            for dim in dims
            if (at := counted(dim, rank)) is not None and value.shape[at] in (1, None)
        ]
    shape = tuple(size for at, size in enumerate(value.shape) if at not in axes)
    return squeeze(program.graph, value, axes, shape)


def _unsqueeze(program: Program, given: Given) -> Value | None:
    value = given.tensor(0, "self")
    axis = None if value is None else given.axis(1, "dim", len(value.shape) + 1)
    if value is None or axis is None:
        return None
    return with_new_axis(program, value, axis)


def with_new_axis(program: Program, value: Value, axis: int) -> Value | None:
    """A value with a new axis of size one."""
    shape = (*value.shape[:axis], 1, *value.shape[axis:])
    return unsqueeze(program.graph, value, (axis,), shape)


def _expand(program: Program, given: Given) -> Value | None:
    """What is one for all units, elementwise functions repeat by themselves."""
    value = given.tensor(0, "self")
    sizes = given.integers(1, "size")
    if value is None:
        return None
    if sizes is None or len(sizes) < len(value.shape):
        return value if sizes is None else None
    new = len(sizes) - len(value.shape)
    own = (*sizes[:new], *value.shape)
    shape = tuple(
        size if given_size in (-1, None) or size not in (1, None) else given_size
        for size, given_size in zip(own, sizes, strict=True)
    )
    sources = [None if at < new else at - new for at in range(len(sizes))]
    found = program.graph.move(value, sources, shape)
    if not isinstance(found, View):
        return found
    axes = (
        axis._replace(size=size) if axis.label is None else axis
        for axis, size in zip(found.axes, shape, strict=True)
    )
    return found._replace(axes=tuple(axes))


_COPIES = """
    dropout dropout_ feature_dropout alpha_dropout to type_as contiguous clone detach alias float
    half double bfloat16 _to_copy lift_fresh_copy lift_fresh cpu cuda requires_grad_ flip
    view_as_real_copy positive fake_quantize_per_tensor_affine fake_quantize_per_channel_affine
    quantize_per_tensor dequantize native_dropout_ expand_as copy _unsafe_copy rot
"""

TABLE: dict[str, Operation] = {
    **dict.fromkeys(_COPIES.split(), _same),
    "t": _t,
    "numpy_T": _t,
    **dict.fromkeys(("mT", "adjoint", "matrix_H"), _mt),
    **dict.fromkeys(("transpose", "swapaxes", "swapdims"), _transpose),
    "permute": _permute,
    **dict.fromkeys(("view", "reshape", "_unsafe_view", "_reshape_alias"), _view),
    "flatten": _flatten,
    "unflatten": _unflatten,
    "squeeze": _squeeze,
    "unsqueeze": _unsqueeze,
    "expand": _expand,
}
