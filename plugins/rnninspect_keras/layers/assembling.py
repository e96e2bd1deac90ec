"""Makes recurrent layers of plans and tensors."""

from __future__ import annotations

from rnninspect.lean import lru_cache
from rnninspect.plugin import (
    Operand,
    Origin,
    Record,
    RecurrentLayer,
    Sizes,
    SkippedLayer,
    Slot,
    no_formula,
    plural,
)
from rnninspect_keras.layers.sizing import complete, explains
from rnninspect_keras.layout import DIRECTIONS, LAYOUT, Dialect, axes_of, gate_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Axis, Stack
    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.layers.weights import CellWeight
    from rnninspect_keras.layout import WeightName


class PlannedCell(Record):
    """A cell in one direction: its plan and the tensors in its place."""

    plan: CellPlan
    weights: tuple[CellWeight, ...]


class Title(Record):
    """What a layer is called: its name, the framework's class, its place in a stack."""

    name: str
    kind: str
    stack: Stack | None = None


AnyLayer = RecurrentLayer | SkippedLayer


def assemble(title: Title, runs: Sequence[PlannedCell]) -> tuple[AnyLayer, ...]:
    """The layers of one or two directions: one if both are alike, else one for each."""
    settled = _settle(runs)
    if any(not _usable(run) for run in settled):
        return (_skipped(title, settled),)
    if len(settled) == 1 or _alike(settled):
        return (_layer(title, runs, settled),)
    return tuple(
        _layer(title._replace(name=f"{title.name}/{direction}"), (declared_cells,), (run,))
        for direction, declared_cells, run in zip(DIRECTIONS, runs, settled, strict=False)
    )


def _settle(runs: Sequence[PlannedCell]) -> list[PlannedCell]:
    """Complete the plans; directions of one class that disagree are settled together.

    Directions that are each sound may differ: Keras takes any layer as the backward one.
    """
    alone = [PlannedCell(complete(run.plan, run.weights), run.weights) for run in runs]
    if len({(run.plan.family, run.plan.units, run.plan.dialect) for run in runs}) > 1:
        return alone
    if all(explains(run.plan, run.weights) for run in alone):
        return alone
    together = complete(runs[0].plan, [weight for run in runs for weight in run.weights])
    return [PlannedCell(together, run.weights) for run in runs]


def _alike(runs: Sequence[PlannedCell]) -> bool:
    first = runs[0].plan
    return all(
        (run.plan.family, run.plan.dialect, run.plan.roles, _sizes(run.plan))
        == (first.family, first.dialect, first.roles, _sizes(first))
        for run in runs[1:]
    )


def _usable(run: PlannedCell) -> bool:
    """Whether the sizes are known, and the class is one whose formula is known."""
    if run.plan.units is None or (run.plan.input_size is None and not run.weights):
        return False
    return run.plan.exact or explains(run.plan, run.weights)


def _sizes(plan: CellPlan, directions: int = 1) -> Sizes:
    return Sizes(
        input_size=plan.input_size or 0,
        hidden_size=plan.units or 0,
        projection_size=plan.projection,
        kernel_size=plan.kernel_size,
        directions=directions,
    )


def _inferred(plans: Sequence[CellPlan]) -> tuple[str, ...]:
    """The sizes that a configuration leaves out; empty where it declares all of them, or none."""
    if not any(plan.units for plan in plans):
        return ()
    units, inputs = all(plan.units for plan in plans), all(plan.input_size for plan in plans)
    return (*(() if inputs else ("input_size",)), *(() if units else ("hidden_size",)))


def _layer(
    title: Title, declared_cells: Sequence[PlannedCell], runs: Sequence[PlannedCell]
) -> RecurrentLayer:
    common = _common(
        tuple([run.plan for run in declared_cells]),
        tuple([run.plan for run in runs]),
        frozenset([weight.name for run in runs for weight in run.weights]),
    )
    return common._replace(
        name=title.name,
        kind=title.kind,
        operands=tuple(
            [
                _operand(run.plan, weight, direction)
                for direction, run in enumerate(runs)
                for weight in run.weights
                if weight.name is not None
            ]
        ),
        stack=title.stack,
        extras=tuple(
            [weight.tensor for run in runs for weight in run.weights if weight.name is None]
        ),
    )


@lru_cache(maxsize=256)
def _common(
    declared: tuple[CellPlan, ...],
    plans: tuple[CellPlan, ...],
    names: frozenset[WeightName | None],
) -> RecurrentLayer:
    """What layers of the same declared and completed plans have in common, without a name."""
    plan = plans[0]
    dialect = plan.dialect or Dialect.KERAS
    known = any(each.units for each in declared)  # a configuration names the class
    stated = all(each.units and each.input_size for each in declared)
    return RecurrentLayer(
        name="",
        kind="",
        cell=plan.family,
        sizes=_sizes(plan, len(plans)),
        origin=Origin.DECLARED if stated else Origin.INFERRED,
        inferred=_inferred(declared),
        convention=dialect,
        roles=plan.roles,
        operands=(),
        gate_order=gate_order(plan.family, dialect, names) if known else "",
    )


def _operand(plan: CellPlan, weight: CellWeight, direction: int) -> Operand:
    if weight.name is None:
        raise ValueError(weight.tensor.name)
    dialect = plan.dialect or Dialect.KERAS
    slots, axes = _place(dialect, weight.name, direction, convolution=plan.convolution)
    tensor = weight.tensor
    return Operand(tensor.name, slots, axes, tensor.shape, tensors=weight.tensors)


@lru_cache(maxsize=256)
def _place(
    dialect: Dialect, name: WeightName, direction: int, *, convolution: bool
) -> tuple[tuple[Slot, ...], tuple[Axis, ...]]:
    """The slots and the axes of a weight."""
    slots = tuple(Slot(direction, role) for role in LAYOUT[dialect][name][0])
    return slots, axes_of(dialect, name, convolution=convolution)


def _skipped(title: Title, runs: Sequence[PlannedCell]) -> SkippedLayer:
    tensors = tuple(tensor for run in runs for weight in run.weights for tensor in weight.tensors)
    if not tensors:
        reason = "it declares no usable sizes, and no weights are stored for it"
    elif any(run.plan.units is None for run in runs):
        reason = "its sizes are neither declared nor derivable from its tensors"
    else:
        reason = f"{no_formula('this class')}; it is not {_known(runs)} alone"
    return SkippedLayer(title.name, title.kind, reason, tensors)


def _known(runs: Sequence[PlannedCell]) -> str:
    plan = runs[0].plan
    surplus = sum(
        weight.tensor.parameters for run in runs for weight in run.weights if not weight.name
    )
    return f"{plan.family} ({plural(surplus, 'parameter')} more)" if surplus else plan.family
