"""Modules that PyTorch Mobile saved as flatbuffers, by torch itself: layers, names, constants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from making.torch.networks import LAYERS, Projected, Tagger, recurrent_count, script_count
from making.torch.pickles import parameters, read_path
from rnninspect import inspect_file
from rnninspect.counter import count_layers
from rnninspect.errors import UnreadableFile
from rnninspect.model import Origin, Purpose, SavedModel
from rnninspect.rules import Level, check

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning"),
]
NETWORKS = {"tagger": Tagger, "projected": Projected}


class Around(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A recurrent layer whose state is dropped: a module on a device takes and gives tensors."""

    def __init__(self, rnn: nn.Module) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return self.rnn(values)[0]


def written(module: Any, path: Path, *, frozen: bool = False) -> Path:  # noqa: ANN401 - a module
    script = torch.jit.script(module.eval())
    if frozen:
        script = torch.jit.freeze(script)
    script._save_for_lite_interpreter(str(path), _use_flatbuffer=True)
    return path


def errors(model: SavedModel) -> list[str]:
    found = check(model, count_layers(model.layers))
    return [finding.message for finding in found if finding.level is Level.ERROR]


@pytest.mark.parametrize("frozen", [False, True], ids=["whole", "frozen"])
@pytest.mark.parametrize("name", sorted(NETWORKS))
def test_each_layer_of_a_module(name: str, tmp_path: Path, *, frozen: bool) -> None:
    module = NETWORKS[name]()
    model = read_path(written(module, tmp_path / "module.ptl", frozen=frozen))
    counted = count_layers(model.layers)
    assert sum(layer.stored for layer in counted) == recurrent_count(module)
    assert sum(layer.expected for layer in counted) == recurrent_count(module)
    assert (model.format, errors(model)) == ("pytorch mobile flatbuffer", [])
    origin = Origin.INFERRED if frozen else Origin.DECLARED
    assert {layer.layer.origin for layer in counted} == {origin}
    if not frozen:
        assert parameters(model) == script_count(module)


@pytest.mark.parametrize("case", LAYERS[:11:5], ids=str)
def test_it_is_read_as_the_archive_of_the_same_module(
    case: tuple[str, tuple[int, ...], dict[str, Any]], tmp_path: Path
) -> None:
    kind, arguments, options = case
    script = torch.jit.script(Around(getattr(nn, kind)(*arguments, **options)))
    script._save_for_lite_interpreter(str(tmp_path / "archive.ptl"))
    script._save_for_lite_interpreter(str(tmp_path / "flat.ptl"), _use_flatbuffer=True)
    archive, flat = (inspect_file(tmp_path / name) for name in ("archive.ptl", "flat.ptl"))
    for own, other in zip(flat.layers, archive.layers, strict=True):
        assert own.layer._replace(operands=()) == other.layer._replace(operands=())
    assert flat.totals == archive.totals
    assert flat.findings == archive.findings


def test_dynamically_quantised_layers(tmp_path: Path) -> None:
    module = Around(nn.LSTM(5, 4, 2))
    quantised = torch.ao.quantization.quantize_dynamic(module, {nn.LSTM}, dtype=torch.qint8)
    model = read_path(written(quantised, tmp_path / "module.ptl"))
    assert [(layer.cell, layer.sizes.input_size) for layer in model.layers] == [
        ("LSTM", 5),
        ("LSTM", 4),
    ]
    assert sum(each.stored for each in count_layers(model.layers)) == recurrent_count(module)
    assert errors(model) == []
    dtypes = {
        tensor.dtype for layer in model.layers for op in layer.operands for tensor in op.tensors
    }
    assert dtypes == {"qint8", "float32"}


def test_scales_of_channels_are_not_parameters(tmp_path: Path) -> None:
    class Scaled(nn.Module):  # type: ignore[misc]  # torch is untyped here
        def __init__(self) -> None:
            super().__init__()
            scales, zeros = torch.ones(3), torch.zeros(3, dtype=torch.long)
            weight = torch.quantize_per_channel(torch.ones(3, 4), scales, zeros, 0, torch.qint8)
            self.register_buffer("weight", weight)

        def forward(self, values: torch.Tensor) -> torch.Tensor:
            return values @ self.weight.dequantize()

    model = read_path(written(Scaled(), tmp_path / "module.ptl"))
    purposes = {tensor.name: tensor.purpose for tensor in model.tensors}
    assert purposes["weight"] is Purpose.PARAMETER
    assert parameters(model) == 12


def test_a_module_that_is_cut(tmp_path: Path) -> None:
    whole = written(Around(nn.LSTM(3, 2)), tmp_path / "whole.ptl").read_bytes()
    for length in (8, 40, len(whole) // 2, len(whole) - 16):
        path = tmp_path / "cut.ptl"
        path.write_bytes(whole[:length])
        with pytest.raises(UnreadableFile, match=r"truncated|beyond the end"):
            read_path(path)
