"""Reads off the shapes of a cell's tensors what its description leaves open."""

from __future__ import annotations

from collections import Counter

from rnninspect.plugin import CELLS, Role, Sizes, Symbol
from rnninspect_keras.layout import LAYOUT, Dialect, Part, axes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.plugin import Axis
    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.layers.pieces import Piece

DIALECTS = {
    "GRU": (Dialect.KERAS, Dialect.RESET_AFTER, Dialect.CUDNN),
    "LSTM": (Dialect.KERAS, Dialect.CUDNN),
}
KERNELS = (Part.KERNEL, Part.GATE_KERNEL)
JOINED = (Part.JOINED, Part.GATES, Part.CANDIDATE)
TAPPED = (Part.KERNEL, Part.RECURRENT, Part.GATE_KERNEL, Part.GATE_RECURRENT, Part.JOINED)
BIASES = (Part.BIAS, Part.GATE_BIAS)
PLAIN_RANK = 2  # axes of a kernel without taps


def complete(plan: CellPlan, pieces: Sequence[Piece]) -> CellPlan:
    """The plan with its open ends tied by the tensors: dialect, bias, and every size.

    One damaged tensor must not turn the plan over, so each candidate is held against all tensors
    and the one that explains most axes wins. Sizes stay None where no tensor tells.
    """
    known = [piece for piece in pieces if piece.part is not None]
    candidates = list(_candidates(plan, known))
    best = candidates[0]
    if len(candidates) > 1:
        best = max(candidates, key=lambda guess: fit(guess, known))
    with_bias = best.with_bias
    if with_bias is None:
        with_bias = any(piece.part in BIASES for piece in known)
    is_open = best.with_bias is None or not best.exact
    return best._replace(
        dialect=best.dialect or Dialect.KERAS,
        with_bias=with_bias,
        peepholes=best.peepholes or (is_open and _has(known, Part.PEEPHOLE)),
        input_size=best.input_size or _input_size(best, known),
        kernel_size=best.kernel_size or _taps(best, known),
    )


def explains(plan: CellPlan, pieces: Sequence[Piece]) -> bool:
    """Whether each tensor is a part of the plan's cell, has its axes, and no part is missing."""
    filled = {role for piece in pieces for role in _roles(plan, piece)}
    fits = all(piece.part and _matches(plan, piece) == _axes_count(plan, piece) for piece in pieces)
    return fits and filled == plan.roles and _norms_fit(plan, pieces)


def _norms_fit(plan: CellPlan, pieces: Sequence[Piece]) -> bool:
    """Whether the norms, which may be several tensors of one shape, are as many as they should."""
    norms = [piece for piece in pieces if Role.NORMALISATION in _roles(plan, piece)]
    if not norms or plan.units is None:
        return not norms
    sizes = Sizes(plan.input_size or 0, plan.units)
    due = CELLS[plan.family].parameters(Role.NORMALISATION, sizes)
    return sum(piece.tensor.parameters for piece in norms) == due


def _has(pieces: Sequence[Piece], part: Part) -> bool:
    return any(piece.part is part for piece in pieces)


def _candidates(plan: CellPlan, pieces: Sequence[Piece]) -> Iterator[CellPlan]:
    dialects = (plan.dialect,) if plan.dialect else DIALECTS.get(plan.family, (Dialect.KERAS,))
    for dialect in dialects:
        guess = plan._replace(
            dialect=dialect, projection=plan.projection or _projection(plan, pieces)
        )
        sizes = (plan.units,) if plan.units else (*sorted(_units(guess, pieces)), None)
        for units in sizes:
            yield guess._replace(units=units)


def _projection(plan: CellPlan, pieces: Sequence[Piece]) -> int | None:
    """The width of what is fed back, where nothing declares it: columns of a projection."""
    if plan.with_bias is not None:
        return None
    shapes = (piece.tensor.shape for piece in pieces if piece.part is Part.PROJECTION)
    return next((shape[-1] for shape in shapes if len(shape) == PLAIN_RANK), None)


def _units(plan: CellPlan, pieces: Sequence[Piece]) -> set[int]:
    """Every hidden size that some axis of some tensor would fit."""
    gates, found = len(CELLS[plan.family].gates), set()
    for piece in pieces:
        for axis, size in _paired(plan, piece):
            times = 1
            for factor in axis:
                times *= (
                    gates if factor is Symbol.GATES else factor if isinstance(factor, int) else 1
                )
            if _states(plan, axis) and size > 0 and size % times == 0:
                found.add(size // times)
    return found


def _states(plan: CellPlan, axis: Axis) -> bool:
    """Whether an axis tells the hidden size."""
    return Symbol.HIDDEN in axis or (Symbol.FED_BACK in axis and plan.projection is None)


def _paired(plan: CellPlan, piece: Piece) -> Iterator[tuple[Axis, int]]:
    """Each axis that a tensor should have, taps left out, beside the one that it has."""
    axes, shape = _axes(plan, piece), piece.tensor.shape
    if plan.convolution and piece.part in TAPPED:
        axes, shape = axes[1:], shape[-len(axes) + 1 :]
    if len(axes) == len(shape):
        yield from zip(axes, shape, strict=True)


def _axes(plan: CellPlan, piece: Piece) -> tuple[Axis, ...]:
    if piece.part is None:
        return ()
    return axes_of(plan.dialect or Dialect.KERAS, piece.part, convolution=plan.convolution)


def _axes_count(plan: CellPlan, piece: Piece) -> int:
    return len(_axes(plan, piece)) - (plan.convolution and piece.part in TAPPED)


def _matches(plan: CellPlan, piece: Piece) -> int:
    """How many axes of a tensor are as they should be; its input axis is whatever it is."""
    return sum(_expected(plan, axis) in (None, size) for axis, size in _paired(plan, piece))


def _expected(plan: CellPlan, axis: Axis) -> int | None:
    """The size of an axis; None if the plan leaves it open."""
    product = 1
    for factor in axis:
        match factor:
            case Symbol.GATES:
                product *= len(CELLS[plan.family].gates)
            case Symbol.HIDDEN:
                product *= plan.units or 0
            case Symbol.FED_BACK:
                product *= _fed_back(plan)
            case Symbol.INPUT:
                return plan.input_size
            case Symbol.JOINED:
                return plan.input_size and plan.input_size + _fed_back(plan)
            case Symbol.PROJECTION:
                product *= plan.projection or 0
            case int():
                product *= factor
    return product


def fit(plan: CellPlan, pieces: Sequence[Piece]) -> tuple[int, int, int]:
    """Whole tensors that fit, then axes that fit, then the smaller size."""
    fitting = [(_matches(plan, piece), _axes_count(plan, piece)) for piece in pieces]
    whole = sum(matched == due for matched, due in fitting)
    return whole, sum(matched for matched, _ in fitting), -(plan.units or 0)


def _input_size(plan: CellPlan, pieces: Sequence[Piece]) -> int | None:
    """The rows that most kernels have; the columns where rows and columns changed places."""
    wide = (plan.units or 0) * len(CELLS[plan.family].gates)
    seen: Counter[int] = Counter()
    for piece in pieces:
        shape = piece.tensor.shape
        if piece.part in KERNELS and len(shape) >= PLAIN_RANK:
            turned = shape[-2] == wide and shape[-1] != wide and piece.part is Part.KERNEL
            seen[shape[-1] if turned else shape[-2]] += 1
        elif piece.part in JOINED and _is_matrix(plan, shape):
            due = _expected(plan, _axes(plan, piece)[-1])
            rows = shape[-1] if shape[-2] == due and shape[-1] != due else shape[-2]
            if rows > _fed_back(plan):
                seen[rows - _fed_back(plan)] += 1
    return max(seen, key=lambda size: seen[size]) if seen else None


def _is_matrix(plan: CellPlan, shape: tuple[int, ...]) -> bool:
    """Whether a kernel has rows and columns, and taps before them if it should."""
    return len(shape) >= PLAIN_RANK if plan.convolution else len(shape) == PLAIN_RANK


def _fed_back(plan: CellPlan) -> int:
    return plan.projection or plan.units or 0


def _taps(plan: CellPlan, pieces: Sequence[Piece]) -> tuple[int, ...]:
    if not plan.convolution:
        return ()
    shapes = (piece.tensor.shape[:-2] for piece in pieces if piece.part in TAPPED)
    seen = Counter(shape for shape in shapes if len(shape) == int(plan.family[-2]))
    return max(seen, key=lambda taps: seen[taps]) if seen else ()


def _roles(plan: CellPlan, piece: Piece) -> tuple[Role, ...]:
    return LAYOUT[plan.dialect or Dialect.KERAS][piece.part][0] if piece.part else ()
