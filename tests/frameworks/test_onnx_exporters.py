"""torch's two exporters and ONNX Runtime's quantiser: reports against the module's own numbers."""

from __future__ import annotations

import logging
from itertools import product
from typing import TYPE_CHECKING

import pytest

from making.onnx.results import errors, report
from rnninspect.model import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import torch

    from rnninspect.counter import LayerCount

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore"),  # the exporters warn of themselves and of each other
]

CASES = list(product(("LSTM", "GRU", "RNN"), (1, 2), (1, 2), (True, False)))
FOLDED, UNFOLDED = (5, 4), (45, 46)  # dynamo folds constants of up to 8192 elements
STEPS, BATCH = 7, 2


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def exported(
    folder: Path, module: torch.nn.Module, width: int, *, dynamo: bool, **options: object
) -> Path:
    """A module over [steps, batch, width], exported into one file."""
    import torch

    path = folder / "m.onnx"
    given = {"external_data": False, "verbose": False} if dynamo else {}
    data = (torch.zeros(STEPS, BATCH, width),)
    torch.onnx.export(module.eval(), data, str(path), dynamo=dynamo, **given, **options)
    return path


def module_of(
    kind: str, sizes: tuple[int, int], directions: int, levels: int, *, bias: bool
) -> torch.nn.Module:
    import torch

    torch.manual_seed(0)
    made: torch.nn.Module = getattr(torch.nn, kind)(
        *sizes, num_layers=levels, bias=bias, bidirectional=directions == 2
    )
    return made


def parameters(module: torch.nn.Module, level: int) -> int:
    """What torch counts for one level of a stack."""
    named = module.named_parameters()
    return sum(int(tensor.numel()) for name, tensor in named if f"_l{level}" in name)


def seen(counted: LayerCount) -> tuple[str, int, int, int, int, int, Origin]:
    layer = counted.layer
    known = layer.sizes
    return (
        layer.cell,
        known.input_size,
        known.hidden_size,
        known.directions,
        counted.expected,
        counted.stored,
        layer.origin,
    )


def wanted(
    module: torch.nn.Module, kind: str, sizes: tuple[int, int], directions: int, levels: int
) -> list[tuple[str, int, int, int, int, int, Origin]]:
    first, hidden = sizes
    return [
        (
            kind,
            first if level == 0 else directions * hidden,
            hidden,
            directions,
            parameters(module, level),
            parameters(module, level),
            Origin.DECLARED,
        )
        for level in range(levels)
    ]


@pytest.mark.parametrize("sizes", [FOLDED, UNFOLDED], ids=["small", "large"])
@pytest.mark.parametrize(("kind", "directions", "levels", "bias"), CASES)
def test_the_older_exporter(
    tmp_path: Path, kind: str, directions: int, levels: int, bias: bool, sizes: tuple[int, int]
) -> None:
    module = module_of(kind, sizes, directions, levels, bias=bias)
    of = report(exported(tmp_path, module, sizes[0], dynamo=False))
    assert [seen(layer) for layer in of.layers] == wanted(module, kind, sizes, directions, levels)
    assert of.totals.parameters == sum(tensor.numel() for tensor in module.parameters())
    assert not of.findings


@pytest.mark.parametrize("sizes", [FOLDED, UNFOLDED], ids=["folded", "unfolded"])
@pytest.mark.parametrize(
    ("kind", "directions", "levels", "bias"), [case for case in CASES if case[0] != "RNN"]
)
def test_the_default_exporter(
    tmp_path: Path, kind: str, directions: int, levels: int, bias: bool, sizes: tuple[int, int]
) -> None:
    """Weights of real size come through Slice, Concat and Unsqueeze."""
    module = module_of(kind, sizes, directions, levels, bias=bias)
    of = report(exported(tmp_path, module, sizes[0], dynamo=True))
    assert [seen(layer) for layer in of.layers] == wanted(module, kind, sizes, directions, levels)
    assert of.totals.parameters == sum(tensor.numel() for tensor in module.parameters())
    assert not errors(of)


@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
@pytest.mark.parametrize(
    ("dynamo", "options"),
    [
        (False, {"do_constant_folding": False}),
        (False, {"export_params": False}),
        (False, {"keep_initializers_as_inputs": True}),
        *((False, {"opset_version": opset}) for opset in (9, 11, 13, 14, 16, 20)),
        (False, {"dynamic_axes": {"x": [0, 1]}, "input_names": ["x"]}),
        (True, {"optimize": False}),
        *((True, {"opset_version": opset}) for opset in (18, 20, 22, 23)),
    ],
    ids=str,
)
def test_options_of_the_exporters(
    tmp_path: Path, kind: str, dynamo: bool, options: dict[str, object]
) -> None:
    module = module_of(kind, UNFOLDED, 2, 2, bias=True)
    of = report(exported(tmp_path, module, UNFOLDED[0], dynamo=dynamo, **options))
    counted = [parameters(module, 0), parameters(module, 1)]
    stored = [0, 0] if options == {"export_params": False} else counted
    assert [layer.expected for layer in of.layers] == counted
    assert [layer.stored for layer in of.layers] == stored
    assert of.totals.parameters == sum(stored)
    assert not errors(of)


def test_a_scripted_module_keeps_its_weights_in_constant_nodes(tmp_path: Path) -> None:
    import torch

    inner = module_of("LSTM", UNFOLDED, 1, 1, bias=True)
    module = torch.jit.script(torch.nn.Sequential(inner))
    of = report(exported(tmp_path, module, UNFOLDED[0], dynamo=False))
    assert [layer.stored for layer in of.layers] == [4 * (46 * 45 + 46 * 46 + 2 * 46)]
    assert not errors(of)


def test_a_projection_that_the_default_exporter_loses_is_reported(tmp_path: Path) -> None:
    """It cuts W and R to the projected size; the initial cell state keeps its width."""
    import torch

    module = torch.nn.LSTM(5, 4, proj_size=2)
    of = report(exported(tmp_path, module, 5, dynamo=True))
    assert "R104" in errors(of)
    assert any("initial_c is 4 wide" in finding.message for finding in of.findings)


def test_an_unrolled_cell_is_not_a_layer_but_its_weights_are_counted(tmp_path: Path) -> None:
    module = module_of("RNN", UNFOLDED, 1, 1, bias=True)
    of = report(exported(tmp_path, module, UNFOLDED[0], dynamo=True))
    assert not of.layers
    assert not errors(of)
    parameters = sum(int(tensor.numel()) for tensor in module.parameters())
    assert of.totals.parameters >= parameters


@pytest.mark.parametrize("per_channel", [True, False])
@pytest.mark.parametrize("kind", ["LSTM", "GRU"])
def test_a_quantised_module(tmp_path: Path, kind: str, per_channel: bool) -> None:
    """An LSTM becomes DynamicQuantizeLSTM; a GRU stays as it is."""
    from onnxruntime.quantization import quantize_dynamic

    module = module_of(kind, FOLDED, 2, 2, bias=True)
    plain, path = exported(tmp_path, module, FOLDED[0], dynamo=False), tmp_path / "q.onnx"
    quantize_dynamic(plain, path, per_channel=per_channel)
    of = report(path)
    counted = [parameters(module, 0), parameters(module, 1)]
    assert [layer.expected for layer in of.layers] == counted
    assert [layer.stored for layer in of.layers] == counted
    assert of.totals.parameters == sum(counted)
    assert (
        of.layers[0].layer.kind
        == {
            "LSTM": "Bidirectional(DynamicQuantizeLSTM)",
            "GRU": "Bidirectional(GRU)",
        }[kind]
    )
    assert not errors(of)
