"""Forms of cells that implementations write, and modules that only look like one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as draws

from making.mamba import MAMBA as BLOCK
from rnninspect.cells import CELLS
from rnninspect.counter import count_layer
from rnninspect.model import RecurrentLayer, StoredTensor
from rnninspect.plugin import Limits
from rnninspect.signatures.describing import known_layers
from rnninspect.signatures.marks import possible_layers
from rnninspect.signatures.signature import Signature
from rnninspect.signatures.tables import SIGNATURES
from rnninspect.source.source import holding_source

Shapes = Mapping[str, tuple[int, ...]]

DRAWS = int(os.environ.get("RNNINSPECT_EXAMPLES", "300"))
EXACT = [
    each
    for each in SIGNATURES
    if all(w.is_exact for w in each.weights().values())
    and not each.implementation.startswith("gguf")
]  # GGUF's shapes are padded


def _tensors(shapes: Shapes) -> dict[str, StoredTensor]:
    return {
        name: StoredTensor(name, shape, "float32", 4 * prod(shape), name)
        for name, shape in shapes.items()
    }


def _layers(shapes: Shapes) -> list[RecurrentLayer]:
    return known_layers(_tensors(shapes), holding_source("file", b"", Limits()))


def _projections(*names: str) -> Shapes:
    return {f"m.{name}_proj.weight": (16, 16) for name in names}


MAMBA: Shapes = {name: shape for name, shape in BLOCK.items() if name != "conv1d.bias"}
GLA: Shapes = {
    "q_proj.weight": (32, 64),
    "k_proj.weight": (16, 64),
    "v_proj.weight": (32, 64),
    "g_proj.weight": (64, 64),
    "gk_proj.0.weight": (12, 64),
    "gk_proj.1.weight": (16, 12),
    "gk_proj.1.bias": (16,),
    "o_proj.weight": (64, 64),
    "g_norm_swish_gate.weight": (16,),
}
DELTA_PRODUCT: Shapes = {
    "q_proj.weight": (12, 20),
    "k_proj.weight": (36, 20),
    "v_proj.weight": (48, 20),
    "b_proj.weight": (6, 20),
    "q_conv1d.weight": (12, 1, 4),
    "k_conv1d.weight": (36, 1, 4),
    "v_conv1d.weight": (48, 1, 4),
    "g_proj.weight": (16, 20),
    "o_norm.weight": (8,),
    "o_proj.weight": (20, 16),
}
HEADS: Shapes = {
    "A_log": (3,),
    "dt_bias": (3,),
    "D": (48,),
    "conv1d.weight": (62, 1, 4),
    "in_proj.weight": (113, 24),
    "out_proj.weight": (24, 48),
}
ADAPTED: Shapes = {
    **{name: shape for name, shape in MAMBA.items() if name != "in_proj.weight"},
    "in_proj.base_layer.weight": (96, 24),
    "in_proj.lora_A.default.weight": (4, 24),
    "in_proj.lora_B.default.weight": (96, 4),
}
SRU: Shapes = {"weight": (7, 80), "weight_proj": (10, 7), "weight_c": (40,), "bias": (40,)}
NORMED: Shapes = {
    "weight": (10, 80),
    "weight_c": (40,),
    "bias": (40,),
    "layer_norm.weight": (20,),
    "layer_norm.bias": (20,),
}
S5: Shapes = {"Lambda": (6,), "B": (6, 12, 2), "C": (12, 12), "D": (12,), "log_step": (6,)}
FORMS = {
    "keys that heads share": (GLA, "GLA, shared keys"),
    "several steps of the delta rule": (DELTA_PRODUCT, "DeltaProduct"),
    "D for each unit": (HEADS, "Mamba-2"),
    "an adapter": (ADAPTED, "Mamba"),
    "a projection": (SRU, "SRU, projected"),
    "a norm afterwards": (NORMED, "SRU"),
    "both directions": (S5, "S5, two directions"),
}


@pytest.mark.parametrize(("shapes", "cell"), FORMS.values(), ids=FORMS.keys())
def test_a_form_of_a_cell_is_counted(shapes: Shapes, cell: str) -> None:
    (layer,) = _layers({f"layers.3.m.{name}": shape for name, shape in shapes.items()})
    assert (layer.name, layer.cell) == ("layers.3.m", cell)
    counted = count_layer(layer)
    inside = [shape for name, shape in shapes.items() if "lora" not in name]
    assert counted.expected == counted.stored == sum(map(prod, inside))


OTHERS = {
    "another parameter": {**{f"m.{k}": v for k, v in MAMBA.items()}, "m.decay": (48,)},
    "another matrix": {**{f"m.{k}": v for k, v in MAMBA.items()}, "m.x_proj_b.weight": (17, 48)},
    "attention with a delta rule": _projections("q", "k", "v", "b", "o"),
    "gated attention": _projections("q", "k", "v", "g", "o"),
    "a model called lstm": {"lstm_head/linear/w": (64, 128), "lstm_head/linear/b": (128,)},
}


@pytest.mark.parametrize("shapes", OTHERS.values(), ids=OTHERS.keys())
def test_what_has_parts_of_its_own_is_no_layer(shapes: Shapes) -> None:
    assert _layers(shapes) == []


def test_modules_that_are_alike_are_one_note() -> None:
    shapes = {
        f"layers.{at}.mixer.{name}": (8, 3)
        for at in range(3)
        for name in ("A_log", "D", "decay", "in_proj.weight")
    }
    (note,) = possible_layers(_tensors(shapes), [])
    assert note.detail == (
        "layers.0.mixer (and 2 more like it): a module with layers.0.mixer.A_log, layers.0.mixer.D,"
        " layers.0.mixer.decay, layers.0.mixer.in_proj.weight, as in a state space model or a gated"
        " delta rule"
    )
    assert {tensor.name for tensor in note.tensors} == shapes.keys()


def test_a_module_in_a_layer_is_no_note() -> None:
    shapes = {f"mixer.{name}": shape for name, shape in MAMBA.items()}
    layers = _layers(shapes)
    assert len(layers) == 1
    assert possible_layers(_tensors(shapes), layers) == []


def test_notes_are_few() -> None:
    shapes = {f"m{'x' * at}.A_log": (8, 3) for at in range(200)}
    notes = possible_layers(_tensors(shapes), [])
    assert len(notes) == 50
    assert sum(len(note.tensors) for note in notes) == 200


@draws.composite
def _modules(draw: draws.DrawFn) -> tuple[Signature, Shapes]:
    """The tensors of one or more modules of a signature, some without weights they may lack."""
    signature = draw(draws.sampled_from(EXACT))
    cell, weights = CELLS[signature.cell], signature.weights()
    symbols = {s for weight in weights.values() for axis in weight.axes for s in axis.symbols()}
    symbols |= {s for _, product in cell.relations for s in product.symbols()}
    size = draws.integers(2, 4096)
    many = len(symbols)
    drawn = draw(draws.lists(size, min_size=many, max_size=many, unique=True))
    sizes = dict(zip(sorted(symbols), drawn, strict=True))
    for symbol, product in cell.relations:
        sizes[symbol] = product.value(sizes)
    before = draw(draws.sampled_from(("", "model.", "module._orig_mod.", "base_model.model.")))
    path = f"{before}layers.%d.{signature.called or signature.within or 'mixer'}."
    return signature, {
        path % at + name.replace("#", "_1"): tuple(axis.value(sizes) for axis in weight.axes)
        for at in range(draw(draws.integers(1, 3)))
        for name, weight in weights.items()
        if weight.roles
    }


@given(_modules())
@settings(max_examples=DRAWS, deadline=None)
def test_drawn_modules_are_counted(drawn: tuple[Signature, Shapes]) -> None:
    signature, shapes = drawn
    layers = _layers(shapes)
    assert {layer.cell for layer in layers} == {signature.cell}
    counts = [count_layer(layer) for layer in layers]
    assert sum(counted.expected for counted in counts) == sum(map(prod, shapes.values()))
    assert all(counted.expected == counted.stored for counted in counts)
