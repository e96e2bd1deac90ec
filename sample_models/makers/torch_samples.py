"""The intact samples that torch and safetensors write."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import safetensors.torch
import torch
from torch import nn

from makers.archives import rewrite
from makers.legacy import settle
from makers.records import Intact, Truth
from makers.torch_layers import Tagger, cell, count, levels, total

if TYPE_CHECKING:
    from pathlib import Path


def _state_dict(path: Path, rnn: nn.RNNBase) -> Truth:
    module = nn.ModuleDict({"rnn": rnn})
    torch.save(module.state_dict(), path)
    return Truth(levels("rnn", rnn), total(module))


def _two_biases(path: Path) -> Truth:
    return _state_dict(path, nn.LSTM(3, 2))


def _no_bias(path: Path) -> Truth:
    return _state_dict(path, nn.LSTM(3, 2, bias=False))


def _bare(path: Path) -> Truth:
    rnn = nn.GRU(7, 5)
    torch.save(rnn.state_dict(), path)
    return Truth(levels("GRU", rnn), total(rnn))


def _projected(path: Path) -> Truth:
    return _state_dict(path, nn.LSTM(7, 6, num_layers=2, bidirectional=True, proj_size=4))


def _bidirectional(path: Path) -> Truth:
    return _state_dict(path, nn.GRU(9, 4, num_layers=2, bidirectional=True))


def _relu(path: Path) -> Truth:
    return _state_dict(path, nn.RNN(8, 3, num_layers=3, nonlinearity="relu"))


def _tagger(path: Path) -> Truth:
    model = Tagger(nn.LSTM(6, 5, num_layers=2))
    torch.save(model.state_dict(), path)
    return Truth(levels("rnn", model.rnn), total(model))


def _cells(path: Path) -> Truth:
    cells = {
        "lstm": nn.LSTMCell(7, 5),
        "gru": nn.GRUCell(5, 4),
        "rnn": nn.RNNCell(4, 3, bias=False),
    }
    module = nn.ModuleDict(cells)
    torch.save(module.state_dict(), path)
    return Truth(tuple(cell(name, part) for name, part in cells.items()), total(module))


def _legacy(path: Path) -> Truth:
    model = Tagger(nn.GRU(5, 4))
    torch.save(model.state_dict(), path, _use_new_zipfile_serialization=False)
    settle(path)
    return Truth(levels("rnn", model.rnn), total(model))


def _one_storage(path: Path) -> Truth:
    """As on a GPU, where cuDNN keeps all weights of a stack in one buffer."""
    rnn = nn.LSTM(6, 4, num_layers=2)
    weights = rnn.state_dict()
    flat = torch.cat([weight.flatten() for weight in weights.values()])
    pieces = flat.split([weight.numel() for weight in weights.values()])
    views = {
        f"rnn.{name}": piece.view(weight.shape)
        for (name, weight), piece in zip(weights.items(), pieces, strict=True)
    }
    torch.save(views, path)
    return Truth(levels("rnn", rnn), total(rnn))


def _trained(model: Tagger) -> torch.optim.Optimizer:
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.tensor([[1, 2, 3]])).sum().backward()
    optimizer.step()
    return optimizer


def _moments(optimizer: torch.optim.Optimizer) -> int:
    return count(tensor for state in optimizer.state.values() for tensor in state.values())


def _checkpoint(path: Path) -> Truth:
    model = Tagger(nn.GRU(6, 4, num_layers=2))
    optimizer = _trained(model)
    content = {
        "epoch": 3,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "loss": 0.25,
    }
    torch.save(content, path)
    kept = {"optimizer": _moments(optimizer)}
    return Truth(levels("rnn", model.rnn), total(model), not_parameters=kept)


def _lightning(path: Path) -> Truth:
    model = Tagger(nn.LSTM(6, 5, bidirectional=True))
    optimizer = _trained(model)
    content = {
        "epoch": 1,
        "global_step": 20,
        "pytorch-lightning_version": "2.6.6",
        "state_dict": {f"model.{name}": value for name, value in model.state_dict().items()},
        "loops": {"fit_loop": {"state_dict": {}}},
        "callbacks": {"EarlyStopping{'monitor': 'loss'}": {"best_score": torch.tensor(0.5)}},
        "optimizer_states": [optimizer.state_dict()],
        "lr_schedulers": [],
        "hyper_parameters": {"hidden_size": 5, "bidirectional": True},
    }
    torch.save(content, path)
    return Truth(levels("model.rnn", model.rnn), total(model))


def _average(path: Path) -> Truth:
    model = Tagger(nn.LSTM(4, 3))
    average = torch.optim.swa_utils.AveragedModel(model)
    torch.save({"model": model.state_dict(), "ema": average.module.state_dict()}, path)
    (layer,) = levels("rnn", model.rnn)
    both = (replace(layer, name=f"{root}: rnn", root=root) for root in ("model", "ema"))
    return Truth(tuple(both), total(model), copies=total(model))


def _data_parallel(path: Path) -> Truth:
    model = Tagger(nn.LSTM(4, 3))
    torch.save(nn.DataParallel(model).state_dict(), path)
    return Truth(levels("rnn", model.rnn), total(model))


def _whole_module(path: Path) -> Truth:
    rnn, head = nn.LSTM(7, 6, num_layers=2, bidirectional=True), nn.Linear(12, 3)
    for names in (*rnn._all_weights, rnn._flat_weights_names):  # noqa: SLF001 - torch has no other
        names[:] = map(sys.intern, names)  # a pickle stores whether equal names are one object
    module = nn.ModuleDict({"encoder": rnn, "norm": nn.BatchNorm1d(12), "head": head})
    torch.save(module, path)
    return Truth(levels("encoder", rnn), total(module))


def _tied(path: Path) -> Truth:
    shared = nn.GRU(5, 5)
    module = nn.ModuleDict({"reader": shared, "writer": shared})
    torch.save(module.state_dict(), path)
    return Truth(levels("reader", shared), count(module.parameters()), notes=("R208",))


def _attention(path: Path) -> Truth:
    """Nothing recurrent, though the ratios of its shapes look like gates."""
    parts = {
        "attention": nn.MultiheadAttention(8, 2),
        "gate": nn.Linear(8, 32),
        "mix": nn.Linear(8, 8),
    }
    module = nn.ModuleDict(parts)
    torch.save(module.state_dict(), path)
    return Truth((), total(module))


def _scripted(path: Path) -> Truth:
    model = Tagger(nn.LSTM(6, 5, num_layers=2, bidirectional=True)).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch prefers torch.export by now
        torch.jit.script(model).save(path)
    _without_debug(path)
    return Truth(levels("rnn", model.rnn), total(model))


def _mobile(path: Path) -> Truth:
    model = Tagger(nn.LSTM(6, 5, num_layers=2, bidirectional=True)).eval()
    save_for_mobile(path, model)
    return Truth(levels("rnn", model.rnn), total(model))


def save_for_mobile(path: Path, model: nn.Module) -> None:
    """Script a module, unless it is one, and save it as PyTorch Mobile's flatbuffer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # as above
        script = model if isinstance(model, torch.jit.ScriptModule) else torch.jit.script(model)
        script._save_for_lite_interpreter(str(path), _use_flatbuffer=True)  # noqa: SLF001 - torch's own way


def _traced(path: Path) -> Truth:
    model = Tagger(nn.GRU(6, 4)).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of each Python number that it bakes in
        torch.jit.trace(model, torch.tensor([[1, 2, 3]])).save(path)
    _without_debug(path)
    return Truth(levels("rnn", model.rnn), total(model))


def _without_debug(path: Path) -> None:
    """Leave out what names source files of the machine that made the file, and its checksum."""
    machine = (".debug_pkl", "/serialization_id")
    rewrite(path, path, lambda name, data: None if name.endswith(machine) else data)


def _safetensors(path: Path) -> Truth:
    model = Tagger(nn.LSTM(5, 4, num_layers=2, bidirectional=True))
    safetensors.torch.save_file(model.state_dict(), path, {"format": "pt"})
    return Truth(levels("rnn", model.rnn), total(model))


def _bfloat16(path: Path) -> Truth:
    model = Tagger(nn.GRU(5, 4)).to(torch.bfloat16)
    safetensors.torch.save_file(model.state_dict(), path)
    return Truth(levels("rnn", model.rnn), total(model))


_ZIP = "torch.save of a state dict"
INTACT = (
    Intact("torch/attention.pt", f"{_ZIP} without any recurrent layer", _attention),
    Intact("torch/averaged.pt", "torch.save of a network and its moving average", _average),
    Intact("torch/bare_gru.pt", f"{_ZIP} of the layer itself", _bare),
    Intact("torch/bidirectional_gru.pt", _ZIP, _bidirectional),
    Intact("torch/cells.pt", f"{_ZIP} of the three cells", _cells),
    Intact("torch/checkpoint.pt", "torch.save of a training checkpoint", _checkpoint),
    Intact("torch/data_parallel.pt", f"{_ZIP} behind DataParallel", _data_parallel),
    Intact("torch/gru_bfloat16.safetensors", "safetensors, in bfloat16", _bfloat16),
    Intact("torch/legacy.pt", f"{_ZIP}, in the container before torch 1.6", _legacy),
    Intact("torch/lightning.ckpt", "torch.save of a dict as Lightning writes it", _lightning),
    Intact("torch/lstm_no_bias.pt", f"{_ZIP}, LSTM(3, 2, bias=False)", _no_bias),
    Intact("torch/lstm_two_biases.pt", f"{_ZIP}, LSTM(3, 2)", _two_biases),
    Intact("torch/one_storage.pt", f"{_ZIP} whose tensors are views of one buffer", _one_storage),
    Intact("torch/projected_lstm.pt", _ZIP, _projected),
    Intact("torch/relu_rnn.pt", _ZIP, _relu),
    Intact("torch/scripted.pt", "torch.jit.script", _scripted),
    Intact("torch/mobile.ptl", "torch.jit.script, as PyTorch Mobile's flatbuffer", _mobile),
    Intact("torch/stacked_lstm.safetensors", "safetensors of a state dict", _safetensors),
    Intact("torch/tagger.pt", _ZIP, _tagger),
    Intact("torch/tied_gru.pt", f"{_ZIP} of one layer under two names", _tied),
    Intact("torch/traced.pt", "torch.jit.trace", _traced),
    Intact("torch/whole_module.pt", "torch.save of a whole module", _whole_module),
)
