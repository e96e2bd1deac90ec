"""Possible layers in lists of unnamed arrays: `model.get_weights()`, `parameters()`.

A kernel followed by a recurrent kernel with as many gates is reported as a possible layer, since
shapes are the only evidence. One gate is not enough: two dense layers have the same shapes.
"""

from __future__ import annotations

from rnninspect.model import Fact, Observation
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.spellings.entries import Named, Stored

    Shape = tuple[int, ...]

_CELLS = {4: "an LSTM", 3: "a GRU"}
_MOST = 50  # observations of one list


class _WeightOrder(Record):
    """How a framework lists the weights of a layer.

    Attributes:
        framework: its name for people.
        axis: that of the gates.
        biases: how many there are for all gates, at most.
        candidate: whether one for the candidate of a GRU alone may follow.
    """

    framework: str
    axis: int
    biases: int
    candidate: bool = False


_ORDERS = (_WeightOrder("Keras", 1, 1), _WeightOrder("torch.nn", 0, 2))
EQUINOX = _WeightOrder("Equinox", 0, 1, candidate=True)


class _Run(Record):
    """Consecutive arrays with the shapes of a layer."""

    length: int
    words: str


def possible_layers(
    entries: Sequence[Named],
    label: str | None,
    stored: Stored,
    orders: Sequence[_WeightOrder] = _ORDERS,
) -> Iterator[Observation]:
    """An observation with its tensors for each run of arrays with the shapes of a layer."""
    shapes = [entry.shape for entry in entries]
    place, found = 0, 0
    while place < len(entries) and found < _MOST:
        run = _run_at(shapes[place : place + 4], orders)
        if run is None:
            place += 1
            continue
        arrays = entries[place : place + run.length]
        where = f"{label}: " if label else ""
        detail = (
            f"{where}arrays {arrays[0].name} to {arrays[-1].name} have the shapes of {run.words}"
        )
        yield Observation(Fact.POSSIBLE, detail, tensors=tuple(map(stored, arrays)))
        place, found = place + run.length, found + 1


def _run_at(shapes: Sequence[Shape], orders: Sequence[_WeightOrder]) -> _Run | None:
    """The layer that begins with the first of these shapes, in one of the orders."""
    if len(shapes) < 2 or not len(shapes[0]) == len(shapes[1]) == 2:
        return None
    for order in orders:
        kernel, recurrent = shapes[0], shapes[1]
        rows, hidden = recurrent[order.axis], recurrent[1 - order.axis]
        cell = _CELLS.get(rows // hidden) if hidden > 0 and rows % hidden == 0 else None
        if cell is not None and kernel[order.axis] == rows:
            biases = [shape for shape in shapes[2 : 2 + order.biases] if _is_bias(shape, rows)]
            inputs = kernel[1 - order.axis]
            words = f"{cell} of {order.framework} with input size {inputs}, hidden size {hidden}"
            more = order.candidate and biases and rows == 3 * hidden and shapes[3:4] == [(hidden,)]
            return _Run(2 + len(biases) + bool(more), words)
    return None


def _is_bias(shape: Shape, rows: int) -> bool:
    """Whether it is a bias vector, or both of a GRU in one array."""
    return shape in ((rows,), (2, rows))
