"""Reads off the shapes of a cell's tensors what its description leaves open."""

from __future__ import annotations

from rnninspect.lean import Counter, lru_cache
from rnninspect.plugin import CELLS, Role, Sizes, Symbol
from rnninspect_keras.layers.weights import alike
from rnninspect_keras.layout import LAYOUT, Dialect, WeightName, axes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.plugin import Axis
    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.layers.weights import CellWeight

_DIALECTS = {
    "GRU": (Dialect.KERAS, Dialect.RESET_AFTER, Dialect.CUDNN),
    "LSTM": (Dialect.KERAS, Dialect.CUDNN),
}
_KERNELS = (WeightName.KERNEL, WeightName.GATE_KERNEL)
_JOINED = (WeightName.JOINED, WeightName.GATES, WeightName.CANDIDATE)
_TAPPED = (
    WeightName.KERNEL,
    WeightName.RECURRENT,
    WeightName.GATE_KERNEL,
    WeightName.GATE_RECURRENT,
    WeightName.JOINED,
)
_BIASES = (WeightName.BIAS, WeightName.GATE_BIAS)
_PLAIN_RANK = 2  # axes of a kernel without taps


def complete(plan: CellPlan, weights: Sequence[CellWeight]) -> CellPlan:
    """The plan completed from the tensors: dialect, bias, and every size.

    One damaged tensor must not change the plan, so each candidate is compared with all tensors
    and the one that explains most axes wins. Sizes stay None where no tensor shows them.
    """
    return _completed(plan, alike(weights))


@lru_cache(maxsize=256)
def _completed(plan: CellPlan, weights: tuple[CellWeight, ...]) -> CellPlan:
    known = [weight for weight in weights if weight.name is not None]
    candidates = list(_candidates(plan, known))
    best = candidates[0]
    if len(candidates) > 1:
        best = max(candidates, key=lambda guess: fit(guess, known))
    with_bias = best.with_bias
    if with_bias is None:
        with_bias = any(weight.name in _BIASES for weight in known)
    is_open = best.with_bias is None or not best.exact
    return best._replace(
        dialect=best.dialect or Dialect.KERAS,
        with_bias=with_bias,
        peepholes=best.peepholes or (is_open and _has(known, WeightName.PEEPHOLE)),
        input_size=best.input_size or _input_size(best, known),
        kernel_size=best.kernel_size or _taps(best, known),
    )


def explains(plan: CellPlan, weights: Sequence[CellWeight]) -> bool:
    """Whether each tensor is a part of the plan's cell, has its axes, and no part is missing."""
    return _explained(plan, alike(weights))


@lru_cache(maxsize=256)
def _explained(plan: CellPlan, weights: tuple[CellWeight, ...]) -> bool:
    filled = {role for weight in weights for role in _roles(plan, weight)}
    fits = all(
        weight.name and _matches(plan, weight) == _axes_count(plan, weight) for weight in weights
    )
    return fits and filled == plan.roles and _norms_fit(plan, weights)


def _norms_fit(plan: CellPlan, weights: Sequence[CellWeight]) -> bool:
    """Whether the norms, which may be several tensors of one shape, are as many as they should."""
    norms = [weight for weight in weights if Role.NORMALISATION in _roles(plan, weight)]
    if not norms or plan.units is None:
        return not norms
    sizes = Sizes(plan.input_size or 0, plan.units)
    expected = CELLS[plan.family].parameters(Role.NORMALISATION, sizes)
    return sum(weight.tensor.parameters for weight in norms) == expected


def _has(weights: Sequence[CellWeight], part: WeightName) -> bool:
    return any(weight.name is part for weight in weights)


def _candidates(plan: CellPlan, weights: Sequence[CellWeight]) -> Iterator[CellPlan]:
    dialects = (plan.dialect,) if plan.dialect else _DIALECTS.get(plan.family, (Dialect.KERAS,))
    for dialect in dialects:
        guess = plan._replace(
            dialect=dialect, projection=plan.projection or _projection(plan, weights)
        )
        sizes = (plan.units,) if plan.units else (*sorted(_units(guess, weights)), None)
        for units in sizes:
            yield guess._replace(units=units)


def _projection(plan: CellPlan, weights: Sequence[CellWeight]) -> int | None:
    """The width of what is fed back, where nothing declares it: columns of a projection."""
    if plan.with_bias is not None:
        return None
    shapes = (weight.tensor.shape for weight in weights if weight.name is WeightName.PROJECTION)
    return next((shape[-1] for shape in shapes if len(shape) == _PLAIN_RANK), None)


def _units(plan: CellPlan, weights: Sequence[CellWeight]) -> set[int]:
    """Every hidden size that some axis of some tensor would fit."""
    gates, found = len(CELLS[plan.family].gates), set()
    for weight in weights:
        for axis, size in _paired(plan, weight):
            times = 1
            for factor in axis:
                times *= (
                    gates if factor is Symbol.GATES else factor if isinstance(factor, int) else 1
                )
            if _states(plan, axis) and size > 0 and size % times == 0:
                found.add(size // times)
    return found


def _states(plan: CellPlan, axis: Axis) -> bool:
    """Whether the hidden size follows from an axis."""
    return Symbol.HIDDEN in axis or (Symbol.FED_BACK in axis and plan.projection is None)


def _paired(plan: CellPlan, weight: CellWeight) -> Iterator[tuple[Axis, int]]:
    """Each axis that a tensor should have, taps left out, beside the one that it has."""
    axes, shape = _axes(plan, weight), weight.tensor.shape
    if plan.convolution and weight.name in _TAPPED:
        axes, shape = axes[1:], shape[-len(axes) + 1 :]
    if len(axes) == len(shape):
        yield from zip(axes, shape, strict=True)


def _axes(plan: CellPlan, weight: CellWeight) -> tuple[Axis, ...]:
    if weight.name is None:
        return ()
    return axes_of(plan.dialect or Dialect.KERAS, weight.name, convolution=plan.convolution)


def _axes_count(plan: CellPlan, weight: CellWeight) -> int:
    return len(_axes(plan, weight)) - (plan.convolution and weight.name in _TAPPED)


def _matches(plan: CellPlan, weight: CellWeight) -> int:
    """How many axes of a tensor are as they should be; its input axis is whatever it is."""
    return sum(_expected(plan, axis) in (None, size) for axis, size in _paired(plan, weight))


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


def fit(plan: CellPlan, weights: Sequence[CellWeight]) -> tuple[int, int, int]:
    """Whole tensors that fit, then axes that fit, then the smaller size."""
    fitting = [(_matches(plan, weight), _axes_count(plan, weight)) for weight in weights]
    whole = sum(matched == expected for matched, expected in fitting)
    return whole, sum(matched for matched, _ in fitting), -(plan.units or 0)


def _input_size(plan: CellPlan, weights: Sequence[CellWeight]) -> int | None:
    """The rows that most kernels have; the columns where rows and columns changed places."""
    wide = (plan.units or 0) * len(CELLS[plan.family].gates)
    seen: Counter[int] = Counter()
    for weight in weights:
        shape = weight.tensor.shape
        if weight.name in _KERNELS and len(shape) >= _PLAIN_RANK:
            turned = shape[-2] == wide and shape[-1] != wide and weight.name is WeightName.KERNEL
            seen[shape[-1] if turned else shape[-2]] += 1
        elif weight.name in _JOINED and _is_matrix(plan, shape):
            expected = _expected(plan, _axes(plan, weight)[-1])
            rows = shape[-1] if shape[-2] == expected and shape[-1] != expected else shape[-2]
            if rows > _fed_back(plan):
                seen[rows - _fed_back(plan)] += 1
    return max(seen, key=lambda size: seen[size]) if seen else None


def _is_matrix(plan: CellPlan, shape: tuple[int, ...]) -> bool:
    """Whether a kernel has rows and columns, and taps before them if it should."""
    return len(shape) >= _PLAIN_RANK if plan.convolution else len(shape) == _PLAIN_RANK


def _fed_back(plan: CellPlan) -> int:
    return plan.projection or plan.units or 0


def _taps(plan: CellPlan, weights: Sequence[CellWeight]) -> tuple[int, ...]:
    if not plan.convolution:
        return ()
    shapes = (weight.tensor.shape[:-2] for weight in weights if weight.name in _TAPPED)
    seen = Counter(shape for shape in shapes if len(shape) == int(plan.family[-2]))
    return max(seen, key=lambda taps: seen[taps]) if seen else ()


def _roles(plan: CellPlan, weight: CellWeight) -> tuple[Role, ...]:
    return LAYOUT[plan.dialect or Dialect.KERAS][weight.name][0] if weight.name else ()
