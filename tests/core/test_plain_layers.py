"""Rules pass over plain layers; to look at all of them finds the same."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from core.test_samples import ENTRIES, path_of
from making.by_hand import layer, model, operand, reshaped, without
from rnninspect import inspect_file, rules
from rnninspect.cells import Role
from rnninspect.counter import count_layer, count_layers
from rnninspect.model import Fate, Slot
from rnninspect.rules.plain import is_plain

if TYPE_CHECKING:
    from rnninspect.model import RecurrentLayer


def _with(made: RecurrentLayer, role: Role, *shapes: tuple[int, ...]) -> RecurrentLayer:
    """The layer with several tensors for one weight."""
    parts = [operand(f"part {at}", Slot(0, role), shape) for at, shape in enumerate(shapes)]
    return made._replace(operands=(*without(made, role).operands, *parts))


def _fused(rows: int) -> RecurrentLayer:
    """A layer whose biases are one tensor."""
    both = operand("bias", Slot(0, Role.BIAS), (rows,))
    slots = (Slot(0, Role.BIAS), Slot(0, Role.RECURRENT_BIAS))
    made = without(layer(), Role.BIAS, Role.RECURRENT_BIAS)
    return made._replace(operands=(*made.operands, both._replace(slots=slots, axes=())))


def _computed(made: RecurrentLayer) -> RecurrentLayer:
    first, *others = made.operands
    return made._replace(operands=(first._replace(fate=Fate.COMPUTED), *others))


MADE = {
    "intact": layer(),
    "a weight missing": without(layer(), Role.RECURRENT_KERNEL),
    "half of the bias missing": without(layer(), Role.BIAS),
    "a bias that is not declared": layer()._replace(roles=frozenset({Role.KERNEL})),
    "another shape": reshaped(layer(), Role.KERNEL, (4, 4)),
    "in two parts": _with(layer(), Role.BIAS, (4,), (4,)),
    "in three parts": _with(layer(), Role.BIAS, (4,), (4,), (4,)),
    "twice": _with(layer(), Role.BIAS, (8,), (8,)),
    "fused": _fused(16),
    "fused and short": _fused(12),
    "computed": _computed(layer()),
    "more tensors": layer()._replace(extras=layer().operands[0].tensors),
}


@pytest.mark.parametrize("names", [*combinations(MADE, 1), *combinations(MADE, 2)], ids=str)
def test_findings_on_layers_are_the_same(
    names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = model(*[MADE[name]._replace(name=name) for name in names])
    counts = count_layers(saved.layers)
    found = rules.check(saved, counts)
    monkeypatch.setattr(rules, "is_plain", lambda _: False)
    assert found == rules.check(saved, counts)


@pytest.mark.parametrize("entry", ENTRIES, ids=path_of)
def test_findings_on_a_sample_are_the_same(
    entry: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(__file__).parents[2] / "sample_models" / path_of(entry)
    found = inspect_file(path).findings
    monkeypatch.setattr(rules, "is_plain", lambda _: False)
    assert found == inspect_file(path).findings


def test_what_is_plain() -> None:
    plain = {name for name, made in MADE.items() if is_plain(count_layer(made))}
    assert plain == {"intact"}
