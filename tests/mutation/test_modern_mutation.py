"""Each fault in each tensor of the layers in the samples with cells of today: that one is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch

from mutation.table import note
from rnninspect import inspect_file
from rnninspect.cells import CELLS, Role
from rnninspect.counter import LayerCount

pytestmark = [pytest.mark.mutation, pytest.mark.slow]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models" / "torch"
INTACT = ("mamba.safetensors", "mamba2_hybrid.safetensors", "rwkv7.pth", "xlstm.safetensors")
SHAPES = frozenset({"R101", "R105"})
Weights = dict[str, Any]
Change = Callable[[Any], Any]


def _cut(array: Any) -> Any:  # noqa: ANN401 - tensors
    return array[..., :-1].clone()


def _grown(array: Any) -> Any:  # noqa: ANN401
    return torch.nn.functional.pad(array, (0, 1) * array.ndim)


def _turned(array: Any) -> Any:  # noqa: ANN401
    return array.T.contiguous() if array.ndim == 2 else array


def _flat(array: Any) -> Any:  # noqa: ANN401
    return array.reshape(-1)


SHAPED: dict[str, Change] = {
    "shape cut": _cut,
    "shape grown": _grown,
    "axes swapped": _turned,
    "flattened": _flat,
}
# A tensor that alone has an axis, or two of which only the product is known, or that another
# implementation has in this shape: it is that of a sound network.
FREE = {("mixer.conv1d.weight", "shape cut"), ("mamba.conv1d.weight", "shape cut"),
        ("att.r_k", "axes swapped"), ("ffn.x_k", "flattened")}  # fmt: skip


def _read(path: Path) -> Weights:
    if path.suffix == ".safetensors":
        return dict(safetensors.torch.load_file(path))
    return dict(torch.load(path))


def _write(path: Path, weights: Weights) -> None:
    if path.suffix == ".safetensors":
        safetensors.torch.save_file(weights, path)
    else:
        torch.save(weights, path)


def _places(name: str) -> Iterator[tuple[LayerCount, str]]:
    for counted in inspect_file(SAMPLES / name).layers:
        for operand in counted.operands:
            for tensor in operand.operand.tensors:
                yield counted, tensor.name


def _errors(path: Path) -> list[tuple[str, str | None, str | None]]:
    report = inspect_file(path)
    return [(f.rule, f.layer, f.tensor) for f in report.findings if f.level.value == "error"]


@pytest.mark.parametrize("fault", SHAPED)
@pytest.mark.parametrize("name", INTACT)
def test_a_tensor_of_another_shape_is_named_and_no_other(
    name: str, fault: str, tmp_path: Path
) -> None:
    before, target = _read(SAMPLES / name), tmp_path / name
    for counted, tensor in _places(name):
        after = SHAPED[fault](before[tensor])
        if after.shape == before[tensor].shape:
            continue
        _write(target, {**before, tensor: after})
        errors = _errors(target)
        sound = any(tensor.endswith(each) and fault == made for each, made in FREE)
        named = {(layer, at) for _, layer, at in errors} == {(counted.layer.name, tensor)}
        note(Path(name).stem, fault, found=named, unseen=sound)
        assert errors == [] if sound else named, (tensor, after.shape, errors)
        assert {rule for rule, _, _ in errors} <= SHAPES


@pytest.mark.parametrize("name", INTACT)
def test_a_tensor_that_a_cell_needs_is_missed(name: str, tmp_path: Path) -> None:
    before, target = _read(SAMPLES / name), tmp_path / name
    for counted in inspect_file(SAMPLES / name).layers:
        layer = counted.layer
        for operand in layer.operands:
            roles = {slot.role for slot in operand.slots}
            needed = bool(roles & CELLS[layer.cell].required())
            _write(target, {key: kept for key, kept in before.items() if key != operand.name})
            errors = _errors(target)
            rule = "R106" if roles == {Role("mix")} else "R102"  # one of six that fill a role
            found = {(code, at) for code, at, _ in errors} == {(rule, layer.name)}
            note(Path(name).stem, "dropped", found=found, unseen=not needed)
            assert found if needed else errors == [], (operand.name, errors)


@pytest.mark.parametrize("name", INTACT)
def test_a_tensor_of_another_type_is_named(name: str, tmp_path: Path) -> None:
    before, target = _read(SAMPLES / name), tmp_path / name
    for counted, tensor in _places(name):
        _write(target, {**before, tensor: before[tensor].double()})
        told = [(f.rule, f.layer) for f in inspect_file(target).findings if f.rule == "R207"]
        note(Path(name).stem, "retyped", found=bool(told))
        assert told == [("R207", counted.layer.name)]


@pytest.mark.parametrize("name", INTACT)
def test_an_adapter_belongs_to_everything_else(name: str, tmp_path: Path) -> None:
    before, target = _read(SAMPLES / name), tmp_path / name
    intact = inspect_file(SAMPLES / name)
    for counted in intact.layers:
        weight = next(t for _, t in _places(name) if t.startswith(counted.layer.name))
        _write(target, {**before, f"{weight}.lora_A.weight": torch.zeros(2, 3)})
        report = inspect_file(target)
        assert _errors(target) == []
        assert report.totals.recurrent == intact.totals.recurrent
        assert report.totals.other == intact.totals.other + 6


@pytest.mark.parametrize("name", INTACT)
def test_a_part_that_the_cell_does_not_have_is_noted(name: str, tmp_path: Path) -> None:
    before, target = _read(SAMPLES / name), tmp_path / name
    for counted in inspect_file(SAMPLES / name).layers:
        if "channel mix" in counted.layer.cell:  # three tensors with generic names
            continue
        _write(target, {**before, f"{counted.layer.name}.another.weight": torch.zeros(2, 3)})
        report = inspect_file(target)
        assert _errors(target) == []
        (noted,) = [each for each in report.findings if each.rule == "R405"]
        note(Path(name).stem, "part too many", found=counted.layer.name in noted.message)
        assert counted.layer.name in noted.message
