"""Weights of recurrent layers in a list without names: `model.get_weights()`, `parameters()`.

A kernel that is followed by a recurrent kernel with as many gates is named and not counted, since
only the shapes say so. A layer with one gate looks like two dense ones.
"""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.plugin import StoredTensor
    from rnninspect_torch.networks.records import NamedTensor

    Shape = tuple[int, ...]

_CELLS = {4: "an LSTM", 3: "a GRU"}
_MOST = 50  # observations of one list


class _Habit(Record):
    """How a framework lists the weights of a layer: the axis of the gates, and how many biases."""

    framework: str
    axis: int
    biases: int


_HABITS = (_Habit("Keras", 1, 1), _Habit("torch.nn", 0, 2))


class _Run(Record):
    """Arrays from some place on that look like a layer."""

    length: int
    words: str


def possible_layers(
    entries: Sequence[NamedTensor], label: str | None, stored: Callable[[NamedTensor], StoredTensor]
) -> Iterator[Observation]:
    """One observation for each run of arrays with the shapes of a layer, with its tensors."""
    shapes = [entry.tensor.shape for entry in entries]
    place, found = 0, 0
    while place < len(entries) and found < _MOST:
        run = _run_at(shapes[place : place + 4])
        if run is None:
            place += 1
            continue
        held = entries[place : place + run.length]
        where = f"{label}: " if label else ""
        detail = f"{where}arrays {held[0].name} to {held[-1].name} have the shapes of {run.words}"
        yield Observation(Fact.POSSIBLE, detail, tensors=tuple(map(stored, held)))
        place, found = place + run.length, found + 1


def _run_at(shapes: Sequence[Shape]) -> _Run | None:
    """The layer that the first of these shapes are those of, by the first habit that fits."""
    if len(shapes) < 2 or not len(shapes[0]) == len(shapes[1]) == 2:
        return None
    for habit in _HABITS:
        kernel, recurrent = shapes[0], shapes[1]
        wide, hidden = recurrent[habit.axis], recurrent[1 - habit.axis]
        cell = _CELLS.get(wide // hidden) if hidden > 0 and wide % hidden == 0 else None
        if cell is not None and kernel[habit.axis] == wide:
            biases = [shape for shape in shapes[2 : 2 + habit.biases] if _is_bias(shape, wide)]
            inputs = kernel[1 - habit.axis]
            words = f"{cell} of {habit.framework} with input size {inputs}, hidden size {hidden}"
            return _Run(2 + len(biases), words)
    return None


def _is_bias(shape: Shape, wide: int) -> bool:
    """Whether it is one bias vector, or both of a GRU in one array."""
    return shape in ((wide,), (2, wide))
