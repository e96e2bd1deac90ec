"""What like layers have in common is worked out once, and never for one that differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from core.test_samples import ENTRIES, SAMPLES, path_of
from making.by_hand import layer, operand, reshaped, without
from rnninspect import inspect_file
from rnninspect.cells import Role, Sizes
from rnninspect.counter import alike, count_layer
from rnninspect.model import Fate, Slot

if TYPE_CHECKING:
    from typing import Any

    from rnninspect.model import RecurrentLayer


def _first(**changed: Any) -> RecurrentLayer:  # noqa: ANN401 - any field
    """An LSTM with another first operand."""
    first, *others = layer().operands
    return layer()._replace(operands=(first._replace(**changed), *others))


def _stored(**changed: Any) -> RecurrentLayer:  # noqa: ANN401 - any field
    """An LSTM with another first tensor."""
    (first,) = layer().operands[0].tensors
    return _first(tensors=(first._replace(**changed),))


def _shared() -> RecurrentLayer:
    """An LSTM whose biases are one tensor."""
    made = layer()
    bias, recurrent = made.operands[2:]
    return made._replace(operands=(*made.operands[:3], recurrent._replace(tensors=bias.tensors)))


OTHERS = {
    "cell": layer(cell="GRU"),
    "roles": layer()._replace(roles=layer().roles - {Role.BIAS}),
    "sizes": layer()._replace(sizes=Sizes(3, 2, directions=2)),
    "an operand less": without(layer(), Role.BIAS),
    "slots": _first(slots=(Slot(0, Role.PROJECTION),)),
    "axes": _first(axes=()),
    "shape": reshaped(layer(), Role.KERNEL, (4, 4)),
    "fate": _first(fate=Fate.COMPUTED),
    "merged": _first(merged=1),
    "tensors": _first(tensors=()),
    "stored shape": _stored(shape=(24,)),
    "type": _stored(dtype="float16"),
    "bytes": _stored(bytes=1),
    "elements": _stored(elements=1),
    "identity": _shared(),
}


def test_layers_that_differ_in_names_have_one_value() -> None:
    made, other = layer(), layer(name="other")._replace(kind="Bidirectional", convention="another")
    assert count_layer(made).in_common is count_layer(other).in_common


@pytest.mark.parametrize("made", OTHERS.values(), ids=OTHERS)
def test_layers_that_differ_in_more_have_another(made: RecurrentLayer) -> None:
    assert count_layer(made).in_common is not count_layer(layer()).in_common


def test_very_many_tensors_are_not_remembered() -> None:
    parts = [operand(f"part {at}", Slot(0, Role.BIAS), (1,)) for at in range(300)]
    made = layer()._replace(operands=(*layer().operands, *parts))
    first, again = count_layer(made), count_layer(made)
    assert first.in_common == again.in_common
    assert first.in_common is not again.in_common
    assert len(first.slots[2].operands) == 301


@pytest.mark.parametrize("entry", ENTRIES, ids=path_of)
def test_a_remembered_count_is_the_one_that_is_worked_out(
    entry: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = inspect_file(SAMPLES / path_of(entry))
    monkeypatch.setattr(alike, "_MOST_KNOWN", -1)
    anew = inspect_file(SAMPLES / path_of(entry))
    assert anew.layers == report.layers
    for counted, other in zip(report.layers, anew.layers, strict=True):
        assert (counted.operands, counted.slots) == (other.operands, other.slots)
