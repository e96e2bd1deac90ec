"""Cells that networks of other kinds contain: they are layers, whatever is around them."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from making.torch_nets import SEQUENCE, WIDTH, Net
from rnninspect import inspect_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    Found = tuple[str, int, int]

pytestmark = pytest.mark.frameworks


def characters(p: nn.ModuleList, tokens: Tensor) -> Tensor:
    """An RNN that looks each character up when it comes to it."""
    h = torch.zeros(tokens.shape[0], 6)
    for at in range(tokens.shape[1]):
        h = torch.tanh(p[1](p[0](tokens[:, at])) + p[2](h))
    return h


def gated_graph(p: nn.ModuleList, x: Tensor, edges: Tensor) -> Tensor:
    """A gated graph network: a GRU over depth, whose input is the messages."""
    for _ in range(3):
        messages = edges @ p[0](x)
        flat = p[1](messages.reshape(-1, WIDTH), x.reshape(-1, WIDTH))
        x = flat.reshape(x.shape)
    return x


NETS: dict[str, tuple[Callable[..., Tensor], list[nn.Module], tuple[Tensor, ...], Found]] = {
    "characters": (
        characters,
        [nn.Embedding(9, 5), nn.Linear(5, 6), nn.Linear(6, 6)],
        (torch.randint(9, (2, 5)),),
        ("RNN", 5, 6),
    ),
    "gated graph": (
        gated_graph,
        [nn.Linear(WIDTH, WIDTH), nn.GRUCell(WIDTH, WIDTH)],
        (SEQUENCE, torch.rand(2, 7, 7)),
        ("GRU", WIDTH, WIDTH),
    ),
}


@pytest.mark.parametrize("kind", NETS)
def test_a_cell_within_a_network_is_a_layer(tmp_path: Path, kind: str) -> None:
    apply, layers, inputs, expected = NETS[kind]
    path = tmp_path / "net.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = Net(apply, layers).eval()
        torch.onnx.export(net, inputs, str(path), dynamo=False, opset_version=17)
    report = inspect_file(path)
    found = [
        (each.layer.cell, each.layer.sizes.input_size, each.layer.sizes.hidden_size)
        for each in report.layers
    ]
    assert found == [expected]
    assert report.skipped == ()
