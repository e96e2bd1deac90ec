"""Cells of ncps, with the names and shapes of version 1.0.1, in all variants."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from making.torch.pickles import parameters, read, saved
from rnninspect.cells import Role, Symbol
from rnninspect.comparison import compare, outline
from rnninspect.comparison.saved_report import read_reports
from rnninspect.counter import count_layer
from rnninspect.inspection import inspect_file
from rnninspect.model import Fact, RecurrentLayer
from rnninspect.render import REPORT
from rnninspect.render.view import View
from rnninspect.source.source import open_source

Shapes = dict[str, tuple[int, ...]]
HEADS = ("ff1", "ff2", "time_a", "time_b")


def cfc(inputs: int, hidden: int, units: int, layers: int = 1, step: int = 3) -> Shapes:
    """A CfC with a backbone; between its Linears are an activation and an optional dropout."""
    shapes: Shapes = {
        "backbone.0.weight": (units, inputs + hidden),
        "backbone.0.bias": (units,),
    }
    for layer in range(1, layers):
        shapes[f"backbone.{layer * step}.weight"] = (units, units)
        shapes[f"backbone.{layer * step}.bias"] = (units,)
    return shapes | heads(hidden, units)


def heads(hidden: int, columns: int) -> Shapes:
    weights: Shapes = {f"{head}.weight": (hidden, columns) for head in HEADS}
    return weights | {f"{head}.bias": (hidden,) for head in HEADS}


def ltc(inputs: int, hidden: int, outputs: int) -> Shapes:
    shapes: Shapes = dict.fromkeys(("gleak", "vleak", "cm"), (hidden,))
    for name in ("sigma", "mu", "w", "erev", "sparsity_mask"):
        shapes[name] = (hidden, hidden)
        shapes[f"sensory_{name}"] = (inputs, hidden)
    return shapes | {
        "input_w": (inputs,),
        "input_b": (inputs,),
        "output_w": (outputs,),
        "output_b": (outputs,),
    }


def only_layer(shapes: Shapes, tmp_path: Path) -> RecurrentLayer:
    """The only layer of a network of these tensors and a head."""
    placed = {f"net.rnn_cell.{name}": shape for name, shape in shapes.items()}
    model = read(saved({**placed, "net.fc.weight": (2, 3)}), tmp_path)
    (layer,) = model.layers
    assert model.observations == ()
    assert parameters(model) == sum(map(math.prod, placed.values())) + 6
    counted = count_layer(layer)
    assert counted.expected == counted.stored == sum(map(math.prod, shapes.values()))
    return layer


@pytest.mark.parametrize(("layers", "step"), [(1, 3), (2, 2), (3, 3)])
@pytest.mark.parametrize(("inputs", "hidden", "units"), [(5, 4, 8), (5, 12, 128), (8, 8, 8)])
def test_a_cfc_with_a_backbone(
    inputs: int, hidden: int, units: int, layers: int, step: int, tmp_path: Path
) -> None:
    layer = only_layer(cfc(inputs, hidden, units, layers, step), tmp_path)
    assert (layer.cell, layer.kind, layer.convention) == ("CfC", "CfCCell", "ncps")
    sizes = layer.sizes
    assert (sizes.input_size, sizes.hidden_size) == (inputs, hidden)
    own = dict(sizes.own)
    assert own[Symbol.BACKBONE] == units
    assert own.get(Symbol.DEEPER, 0) == layers - 1
    assert (Role.BACKBONE in layer.roles) is (layers > 1)


def test_the_formula_of_a_cfc_names_its_backbone(tmp_path: Path) -> None:
    formula = count_layer(only_layer(cfc(5, 4, 8, 2), tmp_path)).formula
    assert formula.symbolic == "4(nB + n) + Bm + Bn + B + lB² + lB"
    assert formula.substituted == "4(4·8 + 4) + 8·5 + 8·4 + 8 + 1·8² + 1·8"
    assert formula.textbook == 224


@pytest.mark.parametrize("masked", [True, False])
def test_a_cfc_on_a_wiring_is_a_layer_for_each_of_its_layers(
    masked: bool,
    tmp_path: Path,
) -> None:
    sizes = ((5, 6), (6, 4), (4, 2))
    shapes: Shapes = {}
    for number, (inputs, hidden) in enumerate(sizes):
        cell = heads(hidden, inputs + hidden)
        cell |= {"sparsity_mask": (hidden, inputs + hidden)} if masked else {}
        shapes |= {f"rnn_cell.layer_{number}.{name}": shape for name, shape in cell.items()}
    layers = read(saved(shapes), tmp_path).layers
    assert [(layer.sizes.input_size, layer.sizes.hidden_size) for layer in layers] == [*sizes]
    assert {layer.cell for layer in layers} == {"WiredCfC"}
    # u = 6, s = 11: 5us + 4u with the mask, which is stored as a parameter
    assert count_layer(layers[0]).expected == (354 if masked else 288)


@pytest.mark.parametrize(
    "left_out", [(), ("output_w", "output_b"), ("input_b", "output_b"), ("input_w", "input_b")]
)
@pytest.mark.parametrize(("inputs", "hidden", "outputs"), [(5, 12, 12), (4, 4, 1), (20, 7, 3)])
def test_an_ltc(
    inputs: int, hidden: int, outputs: int, left_out: tuple[str, ...], tmp_path: Path
) -> None:
    shapes = ltc(inputs, hidden, outputs)
    layer = only_layer({n: s for n, s in shapes.items() if n not in left_out}, tmp_path)
    assert (layer.cell, layer.kind) == ("LTC", "LTCCell")
    assert (layer.sizes.input_size, layer.sizes.hidden_size) == (inputs, hidden)
    if not left_out:
        most = 3 * hidden + 5 * hidden * hidden + 5 * inputs * hidden + 2 * inputs + 2 * outputs
        assert count_layer(layer).expected == most


def test_mixed_memory_is_an_lstm_and_a_cfc(tmp_path: Path) -> None:
    shapes: Shapes = {f"rnn_cell.{name}": shape for name, shape in cfc(5, 12, 16).items()}
    shapes |= {
        "lstm.input_map.weight": (48, 5),
        "lstm.input_map.bias": (48,),
        "lstm.recurrent_map.weight": (48, 12),
    }
    layers = read(saved(shapes), tmp_path).layers
    assert [(layer.name, layer.cell) for layer in layers] == [("rnn_cell", "CfC"), ("lstm", "LSTM")]
    assert count_layer(layers[1]).expected == 4 * (5 * 12 + 12 * 12 + 12)


@pytest.mark.parametrize(
    ("shapes", "changed"),
    [
        (cfc(5, 4, 8), {"time_b.weight": (4, 9)}),
        (cfc(5, 4, 8), {"backbone.0.weight": (8, 4)}),
        (cfc(5, 4, 8), {"ff2.bias": (5,)}),
        (cfc(5, 4, 8), {"gain": (4,)}),
        (ltc(5, 12, 2), {"sigma": (12, 11)}),
        (ltc(5, 12, 2), {"sensory_mu": (6, 12)}),
        ({"ff1.weight": (4, 9), "ff1.bias": (4,), "w_tau": (1, 4), "A": (1, 4)}, {}),
    ],
)
def test_a_damaged_ncps_cell_is_a_possible_cell(
    shapes: Shapes, changed: Shapes, tmp_path: Path
) -> None:
    model = read(saved({f"net.{name}": s for name, s in {**shapes, **changed}.items()}), tmp_path)
    assert model.layers == ()
    (note,) = model.observations
    assert note.fact is Fact.POSSIBLE
    assert note.detail.startswith("net: a module with net.")


def test_a_kept_report_and_a_comparison_know_a_cells_own_sizes(tmp_path: Path) -> None:
    reports = []
    for units in (8, 16):
        path = tmp_path / f"{units}.pt"
        path.write_bytes(saved({f"cell.{n}": s for n, s in cfc(5, 4, units).items()}))
        reports.append(inspect_file(path))
    kept = tmp_path / "report.json"
    kept.write_text("".join(REPORT["json"](reports[:1], View())))
    with open_source(kept) as source:
        (old,) = read_reports(source)
    assert old.layers == outline(reports[0]).layers
    rows = compare(old, outline(reports[1])).rows
    reasons = [change.reason for row in rows for change in row.changes]
    assert "units in the backbone 8 → 16" in reasons
