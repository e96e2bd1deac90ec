"""Networks that torch builds and saves, drawn at random: the report is torch's own count."""

from __future__ import annotations

import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drawing import Truth, agree, drawn, hold
from rnninspect.verification.asking import TORCH

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]
CONTAINERS = ("zip", "legacy", "safetensors", "checkpoint", "module", "script")
PATHS = ("rnn", "encoder.rnn", "blocks.0.layer", "model.decoder.lstm", "a.b.c.d")


@dataclass(frozen=True, slots=True)
class Net:
    """A recurrent module and its place in a network."""

    cell: str
    input_size: int
    hidden_size: int
    levels: int = 1
    two_way: bool = False
    bias: bool = True
    projection: int = 0
    alone: bool = False  # an nn.LSTMCell, not an nn.LSTM
    path: str = "rnn"
    others: bool = False  # a BatchNorm and a Linear beside it
    dtype: str = "float32"
    container: str = "zip"


@st.composite
def nets(draw: st.DrawFn) -> Net:
    cell = draw(st.sampled_from(("RNN", "GRU", "LSTM")))
    hidden = draw(st.integers(1, 9))
    alone = draw(st.integers(0, 4)) == 0
    projected = cell == "LSTM" and hidden > 1 and not alone and draw(st.booleans())
    return Net(
        cell=cell,
        input_size=draw(st.integers(1, 12)),
        hidden_size=hidden,
        levels=1 if alone else draw(st.integers(1, 3)),
        two_way=False if alone else draw(st.booleans()),
        bias=draw(st.booleans()),
        projection=draw(st.integers(1, hidden - 1)) if projected else 0,
        alone=alone,
        path=draw(st.sampled_from(PATHS)),
        others=draw(st.booleans()),
        dtype=draw(st.sampled_from(("float32", "float16", "bfloat16", "float64"))),
        container=draw(st.sampled_from(CONTAINERS)),
    )


def live(net: Net) -> Any:  # noqa: ANN401 - torch is untyped here
    import torch

    sizes, dtype = (net.input_size, net.hidden_size), getattr(torch, net.dtype)
    if net.alone:
        return getattr(torch.nn, f"{net.cell}Cell")(*sizes, bias=net.bias, dtype=dtype)
    projection = {"proj_size": net.projection} if net.projection else {}
    return getattr(torch.nn, net.cell)(
        *sizes,
        num_layers=net.levels,
        bidirectional=net.two_way,
        bias=net.bias,
        dtype=dtype,
        **projection,
    )


def network(net: Net, rnn: Any) -> Any:  # noqa: ANN401 - as above
    """The module at the end of its path, with others beside it where they are asked for."""
    import torch

    names = net.path.split(".")
    inner = {names[-1]: rnn}
    if net.others:
        inner |= {"norm": torch.nn.BatchNorm1d(5), "head": torch.nn.Linear(7, 3)}
    module = torch.nn.ModuleDict(inner)
    for name in reversed(names[:-1]):
        module = torch.nn.ModuleDict({name: module})
    return module


def truths(net: Net, rnn: Any) -> list[Truth]:  # noqa: ANN401 - as above
    directions, biases = 2 if net.two_way else 1, 2 if net.bias else 0
    found = []
    for level in range(net.levels):
        endings = ("",) if net.alone else (f"_l{level}", f"_l{level}_reverse")
        parts = {name: w for name, w in rnn.named_parameters() if name.endswith(endings)}
        kernel = next(weight for name, weight in parts.items() if name.startswith("weight_ih"))
        count = sum(weight.numel() for weight in parts.values())
        found.append(
            Truth(
                net.cell,
                kernel.shape[1],
                rnn.hidden_size,
                directions,
                biases,
                count,
                net.projection,
            )
        )
    return found


def save(net: Net, module: Any, path: Path) -> None:  # noqa: ANN401 - as above
    import safetensors.torch
    import torch

    state = module.state_dict()
    match net.container:
        case "zip":
            torch.save(state, path)
        case "legacy":
            torch.save(state, path, _use_new_zipfile_serialization=False)
        case "safetensors":
            safetensors.torch.save_file(state, path)
        case "checkpoint":
            torch.save({"epoch": 3, "model_state_dict": state, "loss": 0.5}, path)
        case "module":
            torch.save(module, path)
        case _:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                torch.jit.script(module).save(path)


@given(nets())
@example(Net("LSTM", 1, 1))
@example(Net("RNN", 1, 1, levels=3, two_way=True, bias=False))
@example(Net("LSTM", 3, 2, projection=1, two_way=True))
@example(Net("GRU", 4, 3, container="script", path="blocks.0.layer"))
@drawn
def test_drawn_networks_are_what_torch_counts(net: Net) -> None:
    rnn = live(net)
    module = network(net, rnn)
    suffix = ".safetensors" if net.container == "safetensors" else ".pt"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"model{suffix}"
        save(net, module, path)
        total = sum(tensor.numel() for tensor in module.state_dict().values())
        agree(TORCH, hold(path, truths(net, rnn), total))
