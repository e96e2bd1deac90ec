"""The intact samples in ONNX that torch's two exporters and onnxruntime's quantiser write."""

from __future__ import annotations

import logging
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import quantize_dynamic
from torch import nn

from makers.onnx_graphs import WEIGHTS, elements, size
from makers.records import Intact, Layer, Truth
from makers.torch_layers import Tagger, levels

OPERATORS = ("LSTM", "GRU", "DynamicQuantizeLSTM")
WORDS = torch.tensor([[1, 2, 3, 4]])


def export(path: Path, model: nn.Module, *, dynamo: bool, optimize: bool = True) -> onnx.ModelProto:
    """Write a module that reads words, by one of torch's exporters; the same bytes on each run."""
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")  # both exporters warn of their own use of torch
        scratch = Path(folder) / "model.onnx"
        torch.onnx.export(
            model.eval(),
            (WORDS,),
            scratch,
            dynamo=dynamo,
            optimize=optimize,
            verbose=False,
            external_data=False,
        )
        exported = onnx.load(scratch)
    _forget_machine(exported)
    path.write_bytes(exported.SerializeToString(deterministic=True))
    return exported


def _forget_machine(model: onnx.ModelProto) -> None:
    """Keep the module classes of what torch notes at every node, not the machine's own paths."""
    for node in model.graph.node:
        kept = [entry for entry in node.metadata_props if entry.key.endswith("class_hierarchy")]
        del node.metadata_props[:]
        node.metadata_props.extend(kept)


def truth_of(model: onnx.ModelProto, layers: tuple[Layer, ...]) -> Truth:
    """Torch's count of each level, under the name of the node that the exporter made of it."""
    names = [node.name for node in model.graph.node if node.op_type in OPERATORS]
    named = tuple(
        replace(layer, name=name, level=None) for layer, name in zip(layers, names, strict=True)
    )
    constants = [node.attribute[0].t for node in model.graph.node if node.op_type == "Constant"]
    states = [tensor for tensor in constants if tensor.data_type in WEIGHTS]
    folded = _initial_states(model)
    kept = {"state": size([*states, *folded])} if states or folded else {}
    return Truth(named, elements(model.graph.initializer) - elements(folded), not_parameters=kept)


def _initial_states(model: onnx.ModelProto) -> list[onnx.TensorProto]:
    """The zeros that torch bakes in, where its exporter has folded them into an initializer."""
    recurrent = (node for node in model.graph.node if node.op_type in OPERATORS)
    names = {name for node in recurrent for name in node.input[5:7]}
    return [tensor for tensor in model.graph.initializer if tensor.name in names]


def _torchscript(path: Path) -> Truth:
    model = Tagger(nn.LSTM(6, 4, num_layers=2, bidirectional=True, batch_first=True))
    return truth_of(export(path, model, dynamo=False), levels("rnn", model.rnn))


def _dynamo(path: Path) -> Truth:
    """Too large for the exporter's constant folding, as every network of real size is."""
    model = Tagger(nn.LSTM(45, 46, batch_first=True))
    return truth_of(export(path, model, dynamo=True), levels("rnn", model.rnn))


def _unfolded(path: Path) -> Truth:
    model = Tagger(nn.GRU(6, 4, bidirectional=True, batch_first=True))
    exported = export(path, model, dynamo=True, optimize=False)
    return truth_of(exported, levels("rnn", model.rnn))


def _quantised(path: Path) -> Truth:
    """Its weights are int8; parameters are still those of the float layer."""
    model = Tagger(nn.LSTM(8, 6, batch_first=True))
    float_path = path.with_name("float.onnx")
    export(float_path, model, dynamo=False)
    quantize_dynamic(float_path, path, op_types_to_quantize=["LSTM"])
    float_path.unlink()
    truth = truth_of(onnx.load(path), levels("rnn", model.rnn))
    scales_and_zero_points = 4  # one of each for W and for R
    kept = {**truth.not_parameters, "quantisation": scales_and_zero_points}
    return replace(truth, not_parameters=kept)


class _Unrolled(nn.Module):  # type: ignore[misc] # as in torch_layers
    """A cell that is called for each word, as `for` loops over time are written."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(10, 6)
        self.cell = nn.LSTMCell(6, 4)
        self.head = nn.Linear(4, 3)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        """The scores of the last word."""
        h, c = self.cell(self.embedding(words[:, 0]))
        for at in range(1, words.shape[1]):
            h, c = self.cell(self.embedding(words[:, at]), (h, c))
        scores: torch.Tensor = self.head(h)
        return scores


def _unrolled(path: Path) -> Truth:
    """No LSTM operator is left: the exporter writes the products and gates of each word."""
    model = _Unrolled()
    exported = export(path, model, dynamo=False)
    name = next(node.name for node in exported.graph.node if "Gemm" in node.op_type)
    count = sum(weight.numel() for weight in model.cell.parameters())
    layer = Layer(name, "LSTM", 6, 4, count, bias_vectors=2)
    whole = sum(weight.numel() for weight in model.parameters())
    zeros = 2 * model.cell.hidden_size  # the first h and c, which torch bakes in
    return Truth((layer,), whole, {"state": zeros}, notes=("R402",))


INTACT = (
    Intact("onnx/dynamo_lstm.onnx", "torch.onnx.export", _dynamo),
    Intact("onnx/dynamo_unfolded_gru.onnx", "torch.onnx.export, not optimised", _unfolded),
    Intact("onnx/quantised_lstm.onnx", "torch.onnx.export and quantize_dynamic", _quantised),
    Intact("onnx/torchscript_lstm.onnx", "torch.onnx.export with dynamo=False", _torchscript),
    Intact("onnx/unrolled_lstm.onnx", "torch.onnx.export of nn.LSTMCell in a loop", _unrolled),
)
