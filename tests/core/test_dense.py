"""Dense layers of Flax are left out of the search for cells, and nothing is lost by that."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import pytest

from rnninspect.model import StoredTensor
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source
from rnninspect.spellings import prefilter, remainder
from rnninspect.spellings.building import SpelledCells, describe_cells

MODULES = ["dense", "conv.inner", "lstm", "cell_0", "gru_1", "dense.deeper", "lstm.proj", "net.rnn"]
NAMES = ["kernel", "bias", "kernel", "bias", "recurrent_kernel", "scale", "weight", "kernel_0"]
SHAPES = [(8, 32), (32,), (8, 8), (8, 24), (3, 3, 8, 32), (8,), (32, 8)]


@dataclass(frozen=True)
class Entry:
    name: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Class:
    name: str
    path: str = "net.Class"
    kind: str = ""
    is_frameworks_own: bool = False


def cells_in(entries: list[Entry], declared: dict[str, Any]) -> SpelledCells:
    source = holding_source("x", b"", Limits())
    rest = remainder(entries, entries, declared, source)
    if rest is None:
        return SpelledCells((), ())
    return describe_cells(
        rest, lambda entry: StoredTensor(entry.name, entry.shape, "float32", 0, entry.name)
    )


@pytest.mark.parametrize("seed", range(400))
def test_the_same_is_found_without_them(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(seed)  # noqa: S311 - for a test
    names = {f"{draw.choice(MODULES)}.{draw.choice(NAMES)}" for _ in range(draw.randrange(1, 8))}
    entries = [Entry(name, draw.choice(SHAPES)) for name in sorted(names)]
    called = draw.sample(MODULES, draw.randrange(3))
    declared = {path: Class(draw.choice(["Dense", "MyLSTM", "LSTMCell"])) for path in called}
    found = cells_in(entries, declared)
    monkeypatch.setattr(prefilter, "without_dense", lambda leaves, *_: leaves)
    assert found == cells_in(entries, declared)


def test_only_modules_with_a_kernel_and_a_bias_are_left_out() -> None:
    names = ["a.kernel", "a.bias", "b.kernel", "b.scale", "c.kernel", "c.d.bias", "lstm.kernel"]
    entries = [Entry(name, (8, 32)) for name in names]
    leaves: list[Any] = [
        (name[0] if name[1] == "." else "lstm", "kernel", Entry(name, ())) for name in names
    ]
    left = prefilter.without_dense(leaves[::2], entries, {"e": Class("Dense")})
    assert [leaf[2].name for leaf in left] == ["b.kernel", "c.kernel", "lstm.kernel"]


def test_nothing_is_searched_where_all_are_dense() -> None:
    entries = [Entry(f"block_{at}.{name}", (8, 8)) for at in range(3) for name in NAMES[:2]]
    assert remainder(entries, entries, {}, holding_source("x", b"", Limits())) is None
