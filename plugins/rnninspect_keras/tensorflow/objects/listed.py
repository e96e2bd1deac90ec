"""Recurrent cells among variables that a checkpoint lists by number, by their shapes alone.

Keras creates the variables of a cell one after the other: kernel, recurrent kernel, bias. Where a
list of variables has no names, or the object graph with the names is missing, three shapes in this
order leave one reading: two matrices with three or four times as many columns as the second has
rows, and a bias as wide.
"""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, Purpose
from rnninspect_keras.layers.assembling import PlannedCell, Title, assemble
from rnninspect_keras.layers.guessing import guess
from rnninspect_keras.layers.weights import CellWeight
from rnninspect_keras.layout import WeightName
from rnninspect_keras.tensorflow.checkpoints.records import OBJECT_PATH_END

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rnninspect.plugin import StoredTensor
    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.layers.assembling import AnyLayer

    Numbered = tuple[int, StoredTensor]

_ORDER = (WeightName.KERNEL, WeightName.RECURRENT, WeightName.BIAS)
_ARTICLES = {"LSTM": "an LSTM", "GRU": "a GRU"}  # the cells that shapes alone identify
_LONGEST_NUMBER = 6  # digits
_MATRIX = 2  # axes


def recognise_by_numbers(
    tensors: Iterable[StoredTensor], require: Callable[[int], None]
) -> tuple[list[AnyLayer], list[Observation]]:
    """The cells, and notes on pairs of matrices that may be cells without a bias.

    `require` is given how many there are before each, to refuse too many.
    """
    found: list[AnyLayer] = []
    notes: list[Observation] = []
    for place, numbered in _lists(tensors).items():
        numbered.sort(key=lambda item: item[0])
        at = 0
        while at < len(numbered):
            group = _run_of_numbers(numbered[at : at + len(_ORDER)])
            require(len(found) + len(notes) + 1)
            if len(group) == len(_ORDER) and (plan := _plan(group)):
                weights = _weights_of(group)
                run = PlannedCell(plan._replace(units=None, input_size=None), weights)
                found.extend(assemble(Title(f"{place}/{numbered[at][0]}", plan.class_name), [run]))
                at += len(group)
            elif plan := _plan(group[:_MATRIX]):
                notes.append(_possible(place, group[:_MATRIX], plan))
                at += _MATRIX
            else:
                at += 1
    return found, notes


def _lists(tensors: Iterable[StoredTensor]) -> dict[str, list[Numbered]]:
    """Parameters by the list that they are in, with their numbers."""
    lists: dict[str, list[Numbered]] = {}
    for tensor in tensors:
        if OBJECT_PATH_END not in tensor.identity:
            continue
        place, _, last = tensor.identity.partition(OBJECT_PATH_END)[0].rpartition("/")
        number = last if last.isdecimal() and len(last) <= _LONGEST_NUMBER else ""
        if place and number and tensor.purpose is Purpose.PARAMETER:
            lists.setdefault(place, []).append((int(number), tensor))
    return lists


def _run_of_numbers(group: Sequence[Numbered]) -> list[Numbered]:
    """As many of them as have numbers one after the other."""
    first = group[0][0]
    return [item for at, item in enumerate(group) if item[0] == first + at]


def _plan(group: Sequence[Numbered]) -> CellPlan | None:
    """The cell that these variables are in Keras' order; None if their shapes are not a cell's."""
    shapes = [tensor.shape for _, tensor in group[:_MATRIX]]
    if len(shapes) < _MATRIX or any(len(shape) != _MATRIX for shape in shapes):
        return None
    rows, columns = shapes[1]
    if shapes[0][1] != columns or rows < 1 or columns not in (3 * rows, 4 * rows):
        return None
    plan = guess(_weights_of(group), None)
    return plan if plan is not None and plan.family in _ARTICLES else None


def _weights_of(group: Sequence[Numbered]) -> tuple[CellWeight, ...]:
    return tuple(CellWeight(part, tensor) for part, (_, tensor) in zip(_ORDER, group, strict=False))


def _possible(place: str, group: Sequence[Numbered], plan: CellPlan) -> Observation:
    numbers = " and ".join(str(number) for number, _ in group)
    clause = (
        f"{place}: variables {numbers} have the shapes of {_ARTICLES[plan.family]} without a bias"
    )
    return Observation(Fact.POSSIBLE, clause, tensors=tuple(tensor for _, tensor in group))
