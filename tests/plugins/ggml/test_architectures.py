"""Every architecture of llama.cpp with recurrent layers: found, counted, nothing else taken."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import gguf
import pytest

from making.gguf_models import ARCHITECTURES, attention, made, write
from rnninspect.inspection import inspect_file

_RECURRENT = re.compile("SSM|TIME_MIX")


def test_all_architectures_of_the_package_are_covered() -> None:
    recurrent = {
        gguf.MODEL_ARCH_NAMES[architecture]
        for architecture, tensors in gguf.MODEL_TENSORS.items()
        if any(_RECURRENT.search(tensor.name) for tensor in tensors)
    }
    assert recurrent == {each.name for each in ARCHITECTURES.values()}
    assert len(recurrent) == 16


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_layers_are_found_and_counted(name: str, tmp_path: Path) -> None:
    model = made(ARCHITECTURES[name])
    report = inspect_file(write(tmp_path / "model.gguf", model))
    found = {each.layer.name: (each.layer.cell, each.stored) for each in report.layers}
    assert found == model.layers
    assert all(each.stored == each.expected for each in report.layers)
    assert all(each.state_elements for each in report.layers)
    assert report.skipped == ()
    assert [each for each in report.findings if each.level != "note"] == []
    assert report.totals.attributed == report.totals.tensors == len(model.shapes)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_axes_of_one_element_at_the_end_do_not_count(name: str, tmp_path: Path) -> None:
    """llama-quantize leaves them out."""
    model = made(ARCHITECTURES[name])
    for tensor, axes in model.shapes.items():
        last = max(at for at, size in enumerate(axes) if at == 0 or size > 1)
        model.shapes[tensor] = axes[: last + 1]
    report = inspect_file(write(tmp_path / "model.gguf", model))
    assert {each.layer.name: (each.layer.cell, each.stored) for each in report.layers} == (
        model.layers
    )
    assert [each for each in report.findings if each.level != "note"] == []


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_tensor_of_a_layer_that_is_cut_or_missing_is_found(name: str, tmp_path: Path) -> None:
    intact = made(ARCHITECTURES[name])
    own = [each for each in intact.shapes if each.startswith("blk.1.") and "attn_norm" not in each]
    for tensor in own:
        for change in ("cut", "gone"):
            model = made(ARCHITECTURES[name])
            if change == "gone":
                del model.shapes[tensor]
            else:
                first, *rest = model.shapes[tensor]
                model.shapes[tensor] = (first + 1, *rest)
            report = inspect_file(write(tmp_path / "model.gguf", model))
            worst = {each.rule for each in report.findings if each.level != "note"}
            optional = change == "gone" and len(report.layers) == len(model.layers)
            assert worst or optional, (tensor, change)


@pytest.mark.parametrize("name", ["llama", "qwen3", "gpt2", "bert", "lfm2"])
def test_attention_alone_is_no_layer(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    model = made(ARCHITECTURES["mamba"], blocks=0)
    shapes = {**attention(0, 32), **attention(1, 32)}
    if name == "lfm2":  # a gated convolution, which keeps no state beyond its taps
        shapes |= {"blk.0.shortconv.conv.weight": (3, 32)}
        shapes |= {f"blk.0.shortconv.{each}_proj.weight": (32, 32) for each in ("in", "out")}
    model.shapes.clear()
    model.shapes.update(shapes)
    report = inspect_file(write(path, model))
    assert (report.layers, report.skipped, [*report.findings]) == ((), (), [])
    assert report.totals.attributed == report.totals.tensors == len(shapes)


def test_a_size_that_no_tensor_is_left_to_show_leaves_no_layer(tmp_path: Path) -> None:
    """The convolution of the delta rule is optional in other formats, and alone has its taps."""
    model = made(ARCHITECTURES["qwen35"], blocks=1)
    known = {key: value for key, value in ARCHITECTURES["qwen35"].keys.items() if key != "d_conv"}
    model = replace(model, architecture=replace(model.architecture, keys=known))
    del model.shapes["blk.0.ssm_conv1d.weight"]
    report = inspect_file(write(tmp_path / "model.gguf", model))
    assert (report.layers, len(report.skipped)) == ((), 1)
