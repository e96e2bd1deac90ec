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

from making.drawing import Truth, agree, drawn, hold
from making.judges import TORCH

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]
CONTAINERS = ("zip", "legacy", "safetensors", "checkpoint", "trained", "module", "script", "trace")
RUNNABLE = ("script", "trace", "program")  # formats that need a callable module
PATHS = ("rnn", "encoder.rnn", "blocks.0.layer", "model.decoder.lstm", "a.b.c.d")
WRAPPERS = ("", "parallel", "compiled", "normed")
WIDTH = 7  # of the other layers


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
    others: bool = False  # with a BatchNorm and a Linear
    dtype: str = "float32"
    container: str = "zip"
    wrapper: str = ""
    relu: bool = False


@st.composite
def nets(draw: st.DrawFn) -> Net:
    cell = draw(st.sampled_from(("RNN", "GRU", "LSTM")))
    hidden = draw(st.integers(1, 9))
    alone = draw(st.integers(0, 4)) == 0
    projected = cell == "LSTM" and hidden > 1 and not alone and draw(st.booleans())
    rare = draw(st.integers(0, 19)) == 17  # torch.export takes its time
    container = "program" if rare and not alone else draw(st.sampled_from(CONTAINERS))
    wrappers = (
        WRAPPERS[:-1] if container == "module" else WRAPPERS
    )  # torch does not pickle parametrised modules
    return Net(
        cell=cell,
        input_size=draw(st.integers(1, 12)),
        hidden_size=hidden,
        levels=1 if alone else draw(st.integers(1, 3)),
        two_way=False if alone else draw(st.booleans()),
        bias=draw(st.booleans()),
        projection=draw(st.integers(1, hidden - 1)) if projected else 0,
        alone=alone,
        path="rnn" if container in RUNNABLE else draw(st.sampled_from(PATHS)),
        others=container not in RUNNABLE and draw(st.booleans()),
        dtype=draw(st.sampled_from(("float32", "float16", "bfloat16", "float64"))),
        container=container,
        wrapper="" if container in RUNNABLE else draw(st.sampled_from(wrappers)),
        relu=draw(st.booleans()),
    )


def live(net: Net) -> Any:  # noqa: ANN401 - torch is untyped here
    import torch

    options: dict[str, Any] = {"bias": net.bias, "dtype": getattr(torch, net.dtype)}
    if net.cell == "RNN" and net.relu:
        options["nonlinearity"] = "relu"
    if net.alone:
        return getattr(torch.nn, f"{net.cell}Cell")(net.input_size, net.hidden_size, **options)
    if net.projection:
        options["proj_size"] = net.projection
    return getattr(torch.nn, net.cell)(
        net.input_size,
        net.hidden_size,
        num_layers=net.levels,
        bidirectional=net.two_way,
        **options,
    )


def network(net: Net, rnn: Any) -> Any:  # noqa: ANN401 - as above
    """The module at the end of its path, with other layers if drawn."""
    import torch

    if net.container in RUNNABLE:
        return torch.nn.Sequential(rnn)
    names = net.path.split(".")
    inner = {names[-1]: rnn}
    if net.others:
        inner |= {"norm": torch.nn.BatchNorm1d(WIDTH), "head": torch.nn.Linear(WIDTH, 3)}
    module = torch.nn.ModuleDict(inner)
    for name in reversed(names[:-1]):
        module = torch.nn.ModuleDict({name: module})
    return module


def wrapped(net: Net, rnn: Any, module: Any) -> Any:  # noqa: ANN401 - as above
    """The network in a wrapper, as networks are saved."""
    import torch

    match net.wrapper:
        case "parallel":
            return torch.nn.DataParallel(module)
        case "compiled":
            return torch.compile(module)
        case "normed":
            torch.nn.utils.parametrizations.weight_norm(rnn, first_kernel(net))
    return module


def first_kernel(net: Net) -> str:
    return "weight_hh" if net.alone else "weight_hh_l0"


def truths(net: Net, rnn: Any) -> list[Truth]:  # noqa: ANN401 - as above
    """Torch's counts, before weights are computed from others."""
    found = []
    for level in range(net.levels):
        endings = ("",) if net.alone else (f"_l{level}", f"_l{level}_reverse")
        parts = {name: w for name, w in rnn.named_parameters() if name.endswith(endings)}
        kernel = next(weight for name, weight in parts.items() if name.startswith("weight_ih"))
        shapes = [tuple(weight.shape) for weight in parts.values()]
        if net.wrapper == "normed" and level == 0:
            shapes.append((rnn.get_parameter(first_kernel(net)).shape[0], 1))
        found.append(
            Truth(
                cell=net.cell,
                input_size=kernel.shape[1],
                hidden_size=rnn.hidden_size,
                directions=2 if net.two_way else 1,
                biases=2 if net.bias else 0,
                count=sum(weight.numel() for weight in parts.values()),
                projection=net.projection,
                level=level,
                dtype=net.dtype,
                shapes=tuple(sorted(shapes)),
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
        case "trained":
            steps = {
                name: {"exp_avg": torch.zeros_like(t)} for name, t in enumerate(state.values())
            }
            optimizer = {"state": steps, "param_groups": [{"params": list(steps)}]}
            torch.save({"state_dict": state, "optimizer": optimizer}, path)
        case "module":
            torch.save(module, path)
        case _:
            save_program(net, module, path)


def save_program(net: Net, module: Any, path: Path) -> None:  # noqa: ANN401 - as above
    import torch

    shape = (2, net.input_size) if net.alone else (3, 2, net.input_size)
    given = torch.zeros(shape, dtype=getattr(torch, net.dtype))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if net.container == "program":
            torch.export.save(torch.export.export(module, (given,)), path)
        elif net.container == "trace":
            torch.jit.trace(module, (given,), check_trace=False).save(path)
        else:
            torch.jit.script(module).save(path)


@given(nets())
@example(Net("LSTM", 1, 1))
@example(Net("RNN", 1, 1, levels=3, two_way=True, bias=False))
@example(Net("LSTM", 3, 2, projection=1, two_way=True))
@example(Net("GRU", 4, 3, container="script"))
@example(Net("LSTM", 3, 2, container="module", wrapper="compiled"))  # was read as an optimizer
@drawn
def test_counts_of_drawn_networks_equal_those_of_torch(net: Net) -> None:
    rnn = live(net)
    module = network(net, rnn)
    expected = truths(net, rnn)
    module = wrapped(net, rnn, module)
    suffix = {"safetensors": ".safetensors", "program": ".pt2"}.get(net.container, ".pt")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"model{suffix}"
        save(net, module, path)
        total = sum(tensor.numel() for tensor in module.state_dict().values())
        report = hold(path, expected, total)
        if net.wrapper != "normed":  # verify has no opinion on computed weights
            agree(TORCH, report)
