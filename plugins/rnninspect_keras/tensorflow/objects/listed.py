"""Recurrent cells among variables that a checkpoint lists by number, by their shapes alone.

Keras creates the variables of a cell one after the other: kernel, recurrent kernel, bias. Where a
list of variables has no names, or the object graph with the names is missing, three shapes in this
order leave one reading: two matrices with three or four times as many columns as the second has
rows, and a bias as wide.
"""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, Purpose
from rnninspect_keras.layers.assembling import Run, Title, assemble
from rnninspect_keras.layers.guessing import guess
from rnninspect_keras.layers.pieces import Piece
from rnninspect_keras.layout import Part
from rnninspect_keras.tensorflow.checkpoints.records import OBJECT_PATH_END

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rnninspect.plugin import StoredTensor
    from rnninspect_keras.configuration.plans import CellPlan
    from rnninspect_keras.layers.assembling import Found

    Numbered = tuple[int, StoredTensor]

ORDER = (Part.KERNEL, Part.RECURRENT, Part.BIAS)
ARTICLES = {"LSTM": "an LSTM", "GRU": "a GRU"}  # the cells that shapes alone tell
LONGEST_NUMBER = 6  # digits
MATRIX = 2  # axes


def recognise_listed(
    tensors: Iterable[StoredTensor], require: Callable[[int], None]
) -> tuple[list[Found], list[Observation]]:
    """The cells, and notes on pairs of matrices that may be cells without a bias.

    `require` is given how many there are before each, to refuse too many.
    """
    found: list[Found] = []
    notes: list[Observation] = []
    for place, numbered in _lists(tensors).items():
        numbered.sort(key=lambda item: item[0])
        at = 0
        while at < len(numbered):
            group = _run_of_numbers(numbered[at : at + len(ORDER)])
            require(len(found) + len(notes) + 1)
            if len(group) == len(ORDER) and (plan := _plan(group)):
                pieces = _pieces(group)
                run = Run(plan._replace(units=None, input_size=None), pieces)
                found.extend(assemble(Title(f"{place}/{numbered[at][0]}", plan.class_name), [run]))
                at += len(group)
            elif plan := _plan(group[:MATRIX]):
                notes.append(_possible(place, group[:MATRIX], plan))
                at += MATRIX
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
        number = last if last.isdecimal() and len(last) <= LONGEST_NUMBER else ""
        if place and number and tensor.purpose is Purpose.PARAMETER:
            lists.setdefault(place, []).append((int(number), tensor))
    return lists


def _run_of_numbers(group: Sequence[Numbered]) -> list[Numbered]:
    """As many of them as have numbers one after the other."""
    first = group[0][0]
    return [item for at, item in enumerate(group) if item[0] == first + at]


def _plan(group: Sequence[Numbered]) -> CellPlan | None:
    """The cell that these variables are in Keras' order; None if their shapes are no cell's."""
    shapes = [tensor.shape for _, tensor in group[:MATRIX]]
    if len(shapes) < MATRIX or any(len(shape) != MATRIX for shape in shapes):
        return None
    rows, columns = shapes[1]
    if shapes[0][1] != columns or rows < 1 or columns not in (3 * rows, 4 * rows):
        return None
    plan = guess(_pieces(group), None)
    return plan if plan is not None and plan.family in ARTICLES else None


def _pieces(group: Sequence[Numbered]) -> tuple[Piece, ...]:
    return tuple(Piece(part, tensor) for part, (_, tensor) in zip(ORDER, group, strict=False))


def _possible(place: str, group: Sequence[Numbered], plan: CellPlan) -> Observation:
    numbers = " and ".join(str(number) for number, _ in group)
    clause = (
        f"{place}: variables {numbers} have the shapes of {ARTICLES[plan.family]} without a bias"
    )
    return Observation(Fact.POSSIBLE, clause, tensors=tuple(tensor for _, tensor in group))
