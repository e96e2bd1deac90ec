"""States of optimizers in tables of a pickle: the same reports as of one tensor at a time."""

from __future__ import annotations

import random
import struct
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from making.described import model_of
from making.torch.pickled_dicts import Pairs, Pickled, Tensor, number, text
from rnninspect.contract import fault_in
from rnninspect.plugin import Limits, Purpose
from rnninspect.source.source import open_source
from rnninspect.stored.columns import TensorColumns
from rnninspect_torch import TorchReader

from .test_tables import _read_small_groups_as_tables, hold_equal, network, written

__all__ = ["_read_small_groups_as_tables"]  # for each test here as well
COUNT, GROUP = 160, 40
States = dict[int, tuple[int, Pairs]]


def adam(at: int) -> Pairs:
    """What Adam keeps for a parameter, with storages from the thousandth on."""
    first = 1_000 + 3 * at
    return [
        ("step", Tensor(str(first), ())),
        ("exp_avg", Tensor(str(first + 1))),
        ("exp_avg_sq", Tensor(str(first + 2))),
    ]


def checkpoint(
    path: Path,
    changes: States,
    key: str = "optimizer",
    more: bytes = b"",
    sizes: Mapping[str, int] = MappingProxyType({}),
) -> Path:
    """A network and the state of its optimizer; `more` is behind the states."""
    pickled, net = Pickled(), network()
    states = [changes.get(at, (at, adam(at))) for at in range(COUNT)]
    parts = {"model": pickled.grouped(net, GROUP)}
    kept = {"state": pickled.numbered(states, GROUP) + more, "param_groups": b"]"}
    parts |= {key: pickled.dict_of(kept), "epoch": number(7)}
    return written(path, pickled.dict_of(parts), net, *(pairs for _, pairs in states), **sizes)


def test_few_tensors_of_an_optimizer_are_made(tmp_path: Path) -> None:
    path = checkpoint(tmp_path / "net.pt", {})
    with open_source(path, Limits()) as source:
        model = model_of(TorchReader(), source)
    assert isinstance(model.tensors, TensorColumns)
    assert model.tensors.sums(Purpose.OPTIMIZER).tensors == 3 * (COUNT - COUNT // GROUP)
    assert [layer.name for layer in model.layers] == ["rnn"]
    assert fault_in(model) is None


@pytest.mark.parametrize("key", ["optimizer", "opt", "x", "scaler", "rng_state", "model_ema"])
def test_a_checkpoint_is_described_alike(key: str, tmp_path: Path) -> None:
    hold_equal(checkpoint(tmp_path / "net.pt", {}, key))


def test_a_number_far_down_is_no_tensor_of_a_network(tmp_path: Path) -> None:
    """Without a key that says so, only `state` and `param_groups` show that it is an optimizer."""
    states = Pickled()
    parts = {"a": states.numbered([(at, adam(at)) for at in range(COUNT)], GROUP)}
    hold_equal(written(tmp_path / "net.pt", states.dict_of(parts), *map(adam, range(COUNT))))


def changed(name: str, value: Tensor | bytes) -> tuple[int, Pairs]:
    return 90, list({**dict(adam(90)), name: value}.items())


UNUSUAL: dict[str, States] = {
    "a number": {90: changed("step", number(7))},
    "a tensor of the network": {90: changed("exp_avg", Tensor("50"))},
    "a tensor of a layer": {90: changed("exp_avg", Tensor("60", (8, 3)))},
    "a part of a tensor": {90: changed("exp_avg", Tensor("1030", (2,), offset=1, count=6))},
    "unused bytes": {90: changed("exp_avg", Tensor("1271", (1,), count=9_000))},
    "a dict": {90: changed("more", b"}(" + text("a") + number(3) + b"u")},
    "a dict in the first": {0: (0, [*adam(0), ("more", b"}")])},
    "a random state": {0: (0, [*adam(0), ("python", number(1)), ("cpu", Tensor("9000"))])},
    "no tensor": {0: (0, [("step", b"N")])},
    "a number twice": {90: (50, adam(90))},
    "other names": {
        at: (at, [("momentum_buffer", Tensor(str(1_000 + at)))]) for at in range(COUNT)
    },
    "half": {at: (at, [("m", Tensor(str(1_000 + at), kind="HalfStorage"))]) for at in range(COUNT)},
    "counters": {
        at: (at, [("num", Tensor(str(1_000 + at), (1,), kind="LongStorage"))])
        for at in range(COUNT)
    },
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_is_described_alike(name: str, tmp_path: Path) -> None:
    hold_equal(checkpoint(tmp_path / "net.pt", UNUSUAL[name]))


@pytest.mark.parametrize("size", [0, 3, 5, 99])
def test_storages_of_other_lengths(size: int, tmp_path: Path) -> None:
    hold_equal(checkpoint(tmp_path / "net.pt", {}, sizes={"1300": size, "1301": size}))


@pytest.mark.parametrize("place", range(1_700, 1_730))
def test_a_dict_that_is_somewhere_else_too(place: int, tmp_path: Path) -> None:
    recalled = b"j" + struct.pack("<I", place)
    hold_equal(checkpoint(tmp_path / "net.pt", {}, more=b"(" + number(900) + recalled + b"u"))


@given(st.integers(0, 2**32))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_files_are_described_alike(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - files for a test
    path = checkpoint(tmp_path / "net.pt", {})
    data = bytearray(path.read_bytes())
    start, stop = data.index(b"exp_avg_sq"), data.index(b"param_groups")
    for _ in range(drawn.randrange(1, 4)):
        data[drawn.randrange(start, stop)] = drawn.choice([drawn.randrange(256), *b"hjrKMu}()"])
    path.write_bytes(data)
    hold_equal(path)
