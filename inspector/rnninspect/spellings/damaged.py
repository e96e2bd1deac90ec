"""Cells with one fault: a tensor of a wrong shape, or one of a gate missing.

The other tensors must make the cell plain. What another cell may have as it is, such as another
number of gates, a wider state or a bias for some of the gates, is no fault.
"""

from __future__ import annotations

from math import prod

from rnninspect.cells import BIASES, Role, Symbol
from rnninspect.record import Record
from rnninspect.spellings.matching import CellMatch, turns_of, weights_of, with_peepholes
from rnninspect.spellings.placing import placed_tensors
from rnninspect.spellings.solving import solve
from rnninspect.spellings.tables.spelling import GatedSpelling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.cells import Sizes
    from rnninspect.model import Axis
    from rnninspect.spellings.placing import CellWeight, Member
    from rnninspect.spellings.tables.spelling import NamedSpelling

    Shape = tuple[int, ...]

# Tensors that must fit: beside one of all gates, beside one of a gate, and where a gate lacks one.
_LEAST_FUSED, _LEAST_BY_GATE, _LEAST_OF_THE_REST = 2, 3, 5
_WITNESSES = 2  # other tensors that must say how many inputs there are
_INPUTS: Axis = (Symbol.INPUT,)
_OF_INPUTS: tuple[Axis, ...] = (_INPUTS, (Symbol.JOINED,))
_NEVER: tuple[Axis, ...] = ((Symbol.TAPS,), (1,))  # axes in which no fault is seen
_GENERIC_BIASES = ("b", "bias")  # which may be those of the output beside an Elman cell


class Damaged(Record):
    """A module as a cell with one fault.

    Attributes:
        spelling: by which it was read.
        reading: the cell; one weight has not the shape that its sizes ask for, or is not there.
        distance: elements that the wrong tensor has too many or too few.
    """

    spelling: GatedSpelling
    reading: CellMatch
    distance: int


def damaged_cell(
    spellings: Iterable[GatedSpelling | NamedSpelling], members: Sequence[Member]
) -> Damaged | None:
    """The nearest cell of which a module lacks one thing; None if two are as near, or none is.

    Args:
        spellings: those whose words the module's label has.
        members: the tensors of the module, from `placing.with_normalised_names`.
    """
    found = [
        each
        for spelling in spellings
        if isinstance(spelling, GatedSpelling) and not spelling.output
        for each in (*_misshapen(spelling, members), *_incomplete(spelling, members))
    ]
    if not found:
        return None
    nearest = min(each.distance for each in found)
    best = [each for each in found if each.distance == nearest]
    kinds = {(each.reading.cell, each.reading.sizes) for each in best}
    return best[0] if len(kinds) == 1 else None


def _misshapen(spelling: GatedSpelling, members: Sequence[Member]) -> Iterator[Damaged]:
    """The readings in which all shapes but one agree."""
    placed = placed_tensors(spelling, members)
    generic = {id(entry) for key, _, _, entry in members if key in _GENERIC_BIASES}
    for transposed in turns_of(placed) if placed else ():
        cell, weights = weights_of(spelling, placed or (), transposed=transposed) or ("", [])
        for at, wrong in enumerate(weights):
            rest = [*weights[:at], *weights[at + 1 :]]
            if len(rest) < (_LEAST_BY_GATE if spelling.gates else _LEAST_FUSED):
                break
            of_outputs = spelling.cell == "RNN" and id(wrong.entries[0]) in generic
            sizes = None if of_outputs else _sizes(rest, wrong)
            if sizes is None or not _is_wrong(wrong, rest, sizes, spelling):
                continue
            reading = with_peepholes(CellMatch(cell, sizes, tuple(weights)), placed or [])
            if reading is not None:
                difference = prod(wrong.entries[0].shape) - prod(_expected(wrong, sizes))
                yield Damaged(spelling, reading, abs(difference))


def _incomplete(spelling: GatedSpelling, members: Sequence[Member]) -> Iterator[Damaged]:
    """The readings with biases in which one tensor of a gate is missing, and all shapes agree."""
    placed = placed_tensors(spelling, members, lacking=1) if spelling.gates else None
    if not placed or not any(found.bias for found in placed):
        return
    for transposed in turns_of(placed):
        cell, weights = weights_of(spelling, placed, transposed=transposed) or ("", [])
        sizes = solve((weight.entries[0].shape, weight.axes) for weight in weights)
        if sizes is not None and sizes.hidden_size and len(weights) >= _LEAST_OF_THE_REST:
            reading = with_peepholes(CellMatch(cell, sizes, tuple(weights)), placed)
            if reading is not None:
                yield Damaged(spelling, reading, sizes.hidden_size)


def _sizes(rest: Sequence[CellWeight], wrong: CellWeight) -> Sizes | None:
    """The sizes by all weights but one, whose own shape gives the input size if it alone has it."""
    sizes = solve((weight.entries[0].shape, weight.axes) for weight in rest)
    if sizes is None or not sizes.hidden_size:
        return None
    if sizes.input_size:
        return sizes
    shape, plain = wrong.entries[0].shape, [axis for axis in wrong.axes if axis != (Symbol.TAPS,)]
    if _INPUTS not in plain or len(plain) != 2 or len(shape) < 2:
        return None
    at = plain.index(_INPUTS)
    rows = _product(plain[1 - at], sizes)
    inputs = shape[1 - at] if shape[at] == rows else shape[at]  # as it is, or turned
    return sizes._replace(input_size=inputs)


def _is_wrong(
    weight: CellWeight, rest: Sequence[CellWeight], sizes: Sizes, spelling: GatedSpelling
) -> bool:
    """Whether a shape is a fault of a weight: turned, or wrong in one axis as in no other cell."""
    stored, expected = weight.entries[0].shape, _expected(weight, sizes)
    if len(stored) != len(expected) or 0 in stored:
        return False
    wrong = [at for at, size in enumerate(stored) if size != expected[at]]
    if len(wrong) > 1:
        return sorted(stored) == sorted(expected)
    return any(_is_fault(weight, rest, at, sizes, spelling) for at in wrong)


def _is_fault(
    weight: CellWeight, rest: Sequence[CellWeight], at: int, sizes: Sizes, spelling: GatedSpelling
) -> bool:
    """Whether the size of one axis, which is wrong, is that of no other cell."""
    if at >= len(weight.axes) or weight.axes[at] in _NEVER:
        return False
    axis, size = weight.axes[at], weight.entries[0].shape[at]
    if axis in _OF_INPUTS and sum(axis in other.axes for other in rest) < _WITNESSES:
        return False
    if axis == (Symbol.JOINED,):
        return size not in _other_widths(sizes)
    if _is_bias(weight):
        return size % sizes.hidden_size > 0  # else one for some of the gates
    return bool(spelling.gates) or _is_of_no_cell(weight, rest, at, sizes.hidden_size)


def _is_of_no_cell(weight: CellWeight, rest: Sequence[CellWeight], at: int, hidden: int) -> bool:
    """Whether no other cell has a matrix of all gates with such an axis.

    A recurrent kernel with another number of gates, or of a wider state, is one of another cell;
    the biases beside a kernel say how many gates it has.
    """
    size = weight.entries[0].shape[at]
    if Role.KERNEL in weight.roles:
        return size % hidden > 0 or any(map(_is_bias, rest))
    of_state = {other.axes.index(_INPUTS) for other in rest if _INPUTS in other.axes}
    return at not in of_state and size % hidden > 0 and hidden % size > 0


def _is_bias(weight: CellWeight) -> bool:
    return not BIASES.isdisjoint(weight.roles)


def _other_widths(sizes: Sizes) -> set[int]:
    """The columns of a gate that reads less or more than the input and the state once."""
    inputs, hidden = sizes.input_size, sizes.hidden_size
    return {inputs, hidden, inputs + 2 * hidden, 2 * inputs + hidden, 2 * (inputs + hidden)}


def _expected(weight: CellWeight, sizes: Sizes) -> Shape:
    shape: list[int] = []
    for axis in weight.axes:
        shape.extend(sizes.kernel_size if axis == (Symbol.TAPS,) else (_product(axis, sizes),))
    return tuple(shape)


def _product(axis: Axis, sizes: Sizes) -> int:
    values = {
        Symbol.INPUT: sizes.input_size,
        Symbol.HIDDEN: sizes.hidden_size,
        Symbol.JOINED: sizes.input_size + sizes.hidden_size,
    }
    return prod(values[factor] if isinstance(factor, Symbol) else factor for factor in axis)
