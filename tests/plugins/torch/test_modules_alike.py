"""Modules that are built alike in a pickle: the same reports and errors as of each by itself."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from making.described import model_of
from making.torch.pickled_dicts import Tensor, number, saved, sizes_of, text
from making.torch.pickled_modules import (
    Module,
    PickledModules,
    block,
    linear,
    listed,
    recurrent,
    tied,
)
from rnninspect.decode.pickles.alike import objects
from rnninspect.decode.pickles.alike.template import Template, template_of
from rnninspect.decode.pickles.values import Instance
from rnninspect.plugin import Limits
from rnninspect.source.source import open_source
from rnninspect.stored.columns import TensorColumns
from rnninspect_torch import TorchReader

from .test_tables import _read_small_groups_as_tables, reported

__all__ = ["_read_small_groups_as_tables"]  # for each test here as well
COUNT = 40
LINEARS = [linear(2 * at) for at in range(COUNT)]


def written(path: Path, module: Module, **sizes: int) -> Path:
    pickle = PickledModules().module(module)
    path.write_bytes(saved(pickle, {**sizes_of(module.tensors()), **sizes}))
    return path


def hold_equal(path: Path) -> None:
    """Read a file both ways; a place beyond the number of opcodes is refused at another point."""
    quick = reported(path)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(objects, "read_alike", lambda _: None)
        slow = reported(path)
    if not any("exceeds the number of opcodes" in each[1] for each in (quick, slow)):
        assert quick == slow


def changed(at: int, module: Module) -> Module:
    return listed([*LINEARS[:at], module, *LINEARS[at + 1 :]])


def many(make: Callable[[int], Module], step: int = 1, count: int = COUNT) -> Module:
    return listed([make(step * at) for at in range(count)])


def own(**tensors: Tensor) -> Module:
    return Module("mine M", {name: replace(each, trained=True) for name, each in tensors.items()})


def nested(key: int) -> Module:
    return Module(modules={"x": block(key), "y": many(lambda at: block(key + 9 + at), 5, 9)})


def called(at: int) -> Module:
    return replace(LINEARS[at], called=str(at))


def masked(at: int) -> Module:
    buffers = {"w_mask": Tensor(f"{at + 1}")}
    return Module("mine M", {"w_orig": Tensor(f"{at}")}, buffers)


RELU = Module("torch.nn.modules.activation ReLU")
TREES = {
    "modules of one kind": listed(LINEARS),
    "blocks": many(block, 5),
    "layers": many(recurrent, 4),
    "layers, and modules of one kind": Module(
        modules={"a": many(recurrent, 4), "b": many(lambda at: linear(200 + at), 2)}
    ),
    "lists in lists": many(lambda at: many(lambda n: linear(at + n), 2, 9), 20, 20),
    "blocks in blocks": many(nested, 100, 20),
    "names": Module(modules={f"layer {at}\udcff": each for at, each in enumerate(LINEARS)}),
    "copies": Module(modules={f"ema.{at}": each for at, each in enumerate(LINEARS)}),
    "an empty name": Module(
        modules={"" if at == 30 else f"{at}": each for at, each in enumerate(LINEARS)}
    ),
    "a network, and its copy": Module(
        modules={"net": listed(LINEARS), "ema": many(lambda at: linear(100 + at), 2)}
    ),
    "other attributes": changed(30, linear(60, index=number(30))),
    "a number in each": many(lambda at: linear(2 * at, index=number(at))),
    "a list in each": many(lambda at: linear(at, kept=b"](K\1K\2e"), 2),
    "a dict in each": many(lambda at: linear(at, kept=b"}" + text("a") + b"]s"), 2),
    "a flat parameter": changed(30, own(flat_param=Tensor("60"))),
    "its own name in each": many(called),
    "a module without tensors": changed(30, RELU),
    "modules without tensors": listed([RELU] * COUNT),
    "another shape": changed(30, own(weight=Tensor("60", (3, 2)))),
    "a view": changed(30, own(weight=Tensor("60", (2, 3), (1, 2)))),
    "views": many(lambda at: own(weight=Tensor(f"{at}", (2, 3), (1, 2)))),
    "parts of storages": many(lambda at: own(weight=Tensor(f"{at}", (2,), count=6))),
    "no elements": many(lambda at: own(weight=Tensor(f"{at}", (0, 2)))),
    "a tied weight": changed(30, tied(LINEARS[30], "2")),
    "a weight tied to one of the modules": changed(5, tied(LINEARS[5], "60")),
    "tied weights": listed([tied(module, "2") for module in LINEARS]),
    "weights tied inside": many(lambda at: tied(linear(at), str(at + 1)), 2),
    "masks": many(masked, 2),
    "buffers": many(lambda at: Module("mine M", {}, {"running_mean": Tensor(f"{at}")})),
    "storages of high numbers": many(lambda at: linear(10**9 + at), 2),
    "storages in another order": listed(LINEARS[:4] + LINEARS[:3:-1]),
    "tensors that are no parameters": many(lambda at: Module("mine M", {"w": Tensor(f"{at}")})),
}


@pytest.mark.parametrize("name", TREES)
def test_modules_are_described_alike(name: str, tmp_path: Path) -> None:
    hold_equal(written(tmp_path / "net.pt", TREES[name]))


def test_few_modules_are_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = 0
    make = Instance.__init__

    def count(self: Instance, maker: object, args: tuple[object, ...]) -> None:
        nonlocal built
        built += 1
        make(self, maker, args)

    monkeypatch.setattr(Instance, "__init__", count)
    path = written(tmp_path / "net.pt", many(linear, 2, 600))
    with open_source(path, Limits()) as source:
        model = model_of(TorchReader(), source)
    assert built < 120
    assert isinstance(model.tensors, TensorColumns)
    assert len(model.tensors) == 1_200
    assert len(model.tensors.looked_at()) < 120


@pytest.mark.parametrize("size", [0, 23, 25, 99])
@pytest.mark.parametrize("tree", ["layers", "modules of one kind"])
def test_storages_of_other_lengths(tree: str, size: int, tmp_path: Path) -> None:
    hold_equal(written(tmp_path / "net.pt", TREES[tree], **{"60": size, "73": size}))


@pytest.mark.parametrize("place", range(900, 960))
def test_a_value_that_is_somewhere_else_too(place: int, tmp_path: Path) -> None:
    """A value inside of a module that is built only for this."""
    recalled = b"}(" + text("a") + b"j" + struct.pack("<I", place) + text("b")
    whole = recalled + PickledModules().module(listed(LINEARS)) + b"u"
    tuple_ = PickledModules().module(listed(LINEARS)) + b"j" + struct.pack("<I", place) + b"\x86"
    for pickle in (whole, tuple_):
        path = tmp_path / "net.pt"
        path.write_bytes(saved(pickle, sizes_of(listed(LINEARS).tensors())))
        hold_equal(path)


@pytest.mark.parametrize("end", [b"t", b"l", b"e", b"1", b"0u", b"d", b"ou"])
def test_a_group_that_is_not_put_into_a_dict(end: bytes, tmp_path: Path) -> None:
    pickle = PickledModules().module(listed(LINEARS[:18]))
    name = text("_modules")
    start = pickle.rindex(b"ub")  # of the list itself
    last = pickle.rindex(b"u", 0, start)
    assert name in pickle
    path = tmp_path / "net.pt"
    path.write_bytes(saved(pickle[:last] + end + pickle[last + 1 :], {}))
    hold_equal(path)


@given(st.integers(0, 2**32))
@example(1)  # takes from the stack what is below a MARK
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_files_are_described_alike(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - files for a test
    module = TREES[drawn.choice(["modules of one kind", "blocks", "layers", "lists in lists"])]
    data = bytearray(written(tmp_path / "net.pt", module).read_bytes())
    start, stop = data.index(b"_modules"), data.rindex(b"PK\3\4", 0, data.index(b"net/version"))
    stop = min(stop, data.index(b"PK\3\4", start))
    for _ in range(drawn.randrange(1, 4)):
        opcodes = [drawn.randrange(256), *b"hjrKMu}()bXR\x81\x85\x86"]
        data[drawn.randrange(start, stop)] = drawn.choice(opcodes)
    path = tmp_path / "net.pt"
    path.write_bytes(data)
    hold_equal(path)


def test_templates_that_nothing_is_like_are_few(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0

    def count(opcodes: bytes, first: int, memoised: Callable[[int], object]) -> Template:
        nonlocal tried
        tried += 1
        return template_of(opcodes, first, memoised)

    monkeypatch.setattr(objects, "template_of", count)
    unlike = [linear(2 * at, index=number(at)) for at in range(400)]
    hold_equal(written(tmp_path / "net.pt", listed(unlike)))
    assert 0 < tried <= 66
