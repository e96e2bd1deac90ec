"""Convolutions over input and state, by the names that ConvLSTM cells give them."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.torch.pickles import read, saved
from rnninspect.model import Fact

NAMES = (
    *("conv", "conv_lstm", "conv_op", "in_conv", "convolution", "conv_cell"),
    *("conv_gates", "conv_ifgo"),
)
INPUTS, HIDDEN = 3, 4


def convolution(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs, 3, 3), f"{name}.bias": (outputs,)}


@pytest.mark.parametrize("place", ["convlstm.cell_list.0", "encoder.lstm_cell", "conv_lstm"])
@pytest.mark.parametrize("name", NAMES)
def test_a_convolution_over_input_and_state_is_a_conv_lstm(
    name: str, place: str, tmp_path: Path
) -> None:
    shapes = convolution(f"{place}.{name}", INPUTS + HIDDEN, 4 * HIDDEN)
    model = read(saved(shapes | convolution("head", HIDDEN, 2)), tmp_path)
    (layer,) = model.layers
    assert (layer.name, layer.kind) == (place, "ConvLSTM2D")
    assert (layer.sizes.input_size, layer.sizes.hidden_size) == (INPUTS, HIDDEN)


@pytest.mark.parametrize("name", NAMES)
def test_such_a_convolution_in_another_network_is_none(name: str, tmp_path: Path) -> None:
    shapes: dict[str, tuple[int, ...]] = {}
    for level, width in enumerate((16, 32, 64)):
        shapes |= convolution(f"down{level}.conv1", width // 2, width)
        shapes |= convolution(f"up{level}.{name}", 3 * width // 2, width // 2)
    model = read(saved(shapes), tmp_path)
    assert model.layers == ()
    assert not [seen for seen in model.observations if seen.fact is Fact.POSSIBLE]


@pytest.mark.parametrize("word", ["fc", "linear"])
def test_a_gru_with_a_linear_layer_for_each_gate_and_side(word: str, tmp_path: Path) -> None:
    shapes: dict[str, tuple[int, ...]] = {}
    for gate in "rzn":
        shapes |= {f"net.cell.{word}_i{gate}.weight": (4, 5), f"net.cell.{word}_i{gate}.bias": (4,)}
        shapes |= {f"net.cell.{word}_h{gate}.weight": (4, 4), f"net.cell.{word}_h{gate}.bias": (4,)}
    (layer,) = read(saved(shapes), tmp_path).layers
    assert (layer.cell, layer.sizes.input_size, layer.sizes.hidden_size) == ("GRU", 5, 4)
