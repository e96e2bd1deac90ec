"""Cells of the table of signatures in state dicts: read, counted, and broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.mamba import MAMBA, Shapes
from making.torch.pickles import read, saved
from rnninspect.counter import count_layer
from rnninspect.inspection import inspect_file
from rnninspect.model import Fact, Origin

HYBRID: Shapes = {
    **{f"layers.0.mixer.{name}": shape for name, shape in MAMBA.items()},
    **{f"layers.1.self_attn.{name}_proj.weight": (24, 24) for name in "qkvo"},
    "layers.1.mlp.gate_proj.weight": (96, 24),
    "embeddings.weight": (50, 24),
    "norm_f.weight": (24,),
}


def test_the_attention_of_a_hybrid_is_everything_else(tmp_path: Path) -> None:
    model = read(saved(HYBRID), tmp_path)
    (layer,) = model.layers
    assert (layer.name, layer.cell, layer.origin) == ("layers.0.mixer", "Mamba", Origin.INFERRED)
    counted = count_layer(layer)
    assert counted.expected == counted.stored == 5088
    assert dict(layer.sizes.own) == {"d": 24, "E": 48, "N": 7, "k": 4, "R": 3}
    assert counted.state_elements == 48 * 7 + 48 * 3
    assert counted.state_bytes == 4 * (48 * 7 + 48 * 3)
    assert model.observations == ()


@pytest.mark.parametrize("name", MAMBA)
def test_a_tensor_of_another_shape_is_found(name: str, tmp_path: Path) -> None:
    grown = tuple(size + 1 for size in MAMBA[name])
    path = tmp_path / "grown.pt"
    path.write_bytes(saved({**HYBRID, f"layers.0.mixer.{name}": grown}))
    errors = [f for f in inspect_file(path).findings if f.level.value == "error"]
    assert [(finding.rule, finding.tensor) for finding in errors] == [
        ("R101", f"layers.0.mixer.{name}")
    ]


@pytest.mark.parametrize("name", ["x_proj.weight", "dt_proj.bias", "out_proj.weight"])
def test_a_missing_tensor_is_found(name: str, tmp_path: Path) -> None:
    path = tmp_path / "missing.pt"
    path.write_bytes(
        saved({key: shape for key, shape in HYBRID.items() if key != f"layers.0.mixer.{name}"})
    )
    (error,) = [f for f in inspect_file(path).findings if f.level.value == "error"]
    assert error.rule == "R102"


ATTENTION = {
    "llama": ("self_attn.q_proj", "self_attn.k_proj", "mlp.gate_proj", "mlp.down_proj"),
    "bert": ("attention.self.query", "attention.self.key", "intermediate.dense", "output.dense"),
    "gpt2": ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"),
    "whisper": ("encoder_attn.q_proj", "encoder_attn.out_proj", "fc1", "fc2"),
    "gated": ("attn.q_proj", "attn.g_proj", "attn.o_proj", "attn.g_norm"),
    "diffusion": ("attn1.to_q", "attn1.to_out.0", "ff.net.0.proj", "conv1"),
}


@pytest.mark.parametrize("names", ATTENTION.values(), ids=ATTENTION.keys())
def test_attention_is_no_cell(names: tuple[str, ...], tmp_path: Path) -> None:
    shapes: Shapes = {
        f"model.layers.{at}.{name}.weight": (24, 24) for at in range(3) for name in names
    }
    assert read(saved(shapes), tmp_path).layers == ()


@pytest.mark.parametrize("module", ["mixer", "attention", "self_attn"])
def test_decays_of_an_unknown_cell_are_possible_ones_wherever_they_are(
    module: str, tmp_path: Path
) -> None:
    names = {"A_log": (4,), "dt_bias": (32,), "f_proj.weight": (32, 24), "mix.weight": (9, 24)}
    shapes = {f"layers.{at}.{module}.{name}": names[name] for at in range(2) for name in names}
    model = read(saved(shapes), tmp_path)
    assert model.layers == ()
    (possible,) = model.observations
    assert possible.fact is Fact.POSSIBLE
    assert f"layers.0.{module} (and 1 more like it)" in possible.detail
