"""Every intact sample, loaded by its own framework, against the manifest and our report."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rnninspect import inspect_file
from rnninspect.render.report.json import report_json

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore"),  # what a framework warns of while it loads is its own
]

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
MANIFEST = tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
INTACT = [entry for entry in MANIFEST if "fault" not in entry]
SAME_NETWORK = {  # where weights are loaded that come without a configuration
    "keras/text.weights.h5": "keras/whole_model.h5",
    "keras/lstm.weights.h5": "keras/lstm.h5",
    "keras/keras2_weights.h5": "keras/keras2_whole_model.h5",
}
CHECKPOINTS = {  # what Keras loads no model from -> the prefix that TensorFlow loads
    "keras/exported": "keras/exported/variables/variables",
    "keras/named.ckpt.index": "keras/named.ckpt",
    "keras/old.ckpt-7": "keras/old.ckpt-7",
    "keras/tracked.ckpt.index": "keras/tracked.ckpt",
}
CHECKPOINT_KEYS = ("model_state_dict", "state_dict", "model")
RECURRENT_INPUTS = {  # of ONNX operators: the places of their weights
    "RNN": (1, 2, 3),
    "GRU": (1, 2, 3),
    "LSTM": (1, 2, 3, 7),
    "DynamicQuantizeLSTM": (1, 2, 3, 7),
}

Entry = dict[str, Any]


def path_of(entry: Entry) -> str:
    path: str = entry["path"]
    return path


def of_framework(name: str) -> list[Entry]:
    return [entry for entry in INTACT if path_of(entry).startswith(f"{name}/")]


def check(entry: Entry, counts: list[int], total: int) -> None:
    """Hold the framework's counts, layer by layer and in total, against manifest and report."""
    report = report_json(inspect_file(SAMPLES / path_of(entry)))
    assert counts == [layer["expected"] for layer in entry["layers"]]
    assert counts == [layer["parameters"]["expected"] for layer in report["layers"]]
    assert total == entry["parameters"] == report["totals"]["parameters"]


TORCH = [  # torch may crash over a flatbuffer that it loads: only the child of `verify` does so
    entry for entry in of_framework("torch") if not path_of(entry).endswith(".ptl")
]


@pytest.mark.parametrize("entry", TORCH, ids=path_of)
def test_torch_counts_the_same(entry: Entry) -> None:
    path, layers = SAMPLES / path_of(entry), entry["layers"]
    counts = [
        torch_count(torch_weights(path, layer.get("root")), layer, layers) for layer in layers
    ]
    unique = {tensor.data_ptr(): tensor for tensor in torch_weights(path).values()}
    check(entry, counts, sum(tensor.numel() for tensor in unique.values()))


def torch_weights(path: Path, root: str | None = None) -> dict[str, Any]:
    import safetensors.torch
    import torch

    if path.suffix == ".safetensors":
        return dict(safetensors.torch.load_file(path))
    if path.stem in {"scripted", "traced"}:
        return dict(torch.jit.load(path).state_dict())
    content = torch.load(path, weights_only=False)  # our own file
    if isinstance(content, torch.nn.Module):
        return dict(content.state_dict())
    for key in CHECKPOINT_KEYS if root is None else (root,):
        content = content.get(key, content)
    return dict(content)


def torch_count(weights: dict[str, Any], layer: Entry, layers: list[Entry]) -> int:
    """Parameters of one level of a live module into which the tensors of its place all fit."""
    if "own_sizes" in layer:
        within = f"{layer['name']}."
        return sum(each.numel() for name, each in weights.items() if name.startswith(within))
    stack = [other for other in layers if other["name"] == layer["name"]]
    mark = f".{layer['name'].rpartition(': ')[2]}."
    keys = {f".{key}": tensor for key, tensor in weights.items()}
    own = {key.partition(mark)[2]: tensor for key, tensor in keys.items() if mark in key} or weights
    module = live_module(own, stack[0], levels=1 + max(other.get("level", 0) for other in stack))
    module.load_state_dict(own, strict=True)
    endings = (f"_l{layer.get('level', 0)}", f"_l{layer.get('level', 0)}_reverse")
    parts = [tensor for name, tensor in module.named_parameters() if name.endswith(endings)]
    return sum(tensor.numel() for tensor in parts or module.parameters())


def live_module(own: dict[str, Any], layer: Entry, levels: int) -> Any:  # noqa: ANN401 - untyped
    import torch

    sizes = (layer["input_size"], layer["hidden_size"])
    bias = layer["bias_vectors"] == 2
    if "weight_ih" in own:
        return getattr(torch.nn, f"{layer['cell']}Cell")(*sizes, bias=bias)
    options = {"proj_size": layer["projection_size"]} if "projection_size" in layer else {}
    two_way = layer["directions"] == 2
    kind = getattr(torch.nn, layer["cell"])
    return kind(*sizes, num_layers=levels, bias=bias, bidirectional=two_way, **options)


# What Keras loads no model from: graphs of TensorFlow, and models of TensorFlow.js. `verify` asks
# their own loaders (test_verify_samples.py), and other tests count them at their source.
ELSEWHERE = re.compile(r"\.pb$|\.meta$|/tfjs_")
KERAS = [
    entry
    for entry in of_framework("keras")
    if path_of(entry) not in CHECKPOINTS and not ELSEWHERE.search(path_of(entry))
]


@pytest.mark.parametrize("entry", KERAS, ids=path_of)
def test_keras_counts_the_same(entry: Entry) -> None:
    model = keras_model(path_of(entry))
    counts = [keras_count(model, layer) for layer in entry["layers"]]
    check(entry, counts, model.count_params())


def keras_model(path: str) -> Any:  # noqa: ANN401 - untyped
    import keras
    import tf_keras

    library = tf_keras if "keras2" in path else keras
    model = library.models.load_model(SAMPLES / SAME_NETWORK.get(path, path), compile=False)
    if path in SAME_NETWORK:
        for variable in model.weights:
            variable.assign(variable * 0)
        model.load_weights(SAMPLES / path)
        assert any(variable.numpy().any() for variable in model.weights)
    return model


def keras_count(model: Any, layer: Entry) -> int:  # noqa: ANN401 - untyped
    """Keras' own count of the layer, or of its cell at the layer's level."""
    found = model
    for part in layer["name"].split("/"):
        direction = f"{part}_layer"
        found = getattr(found, direction, None) or found.get_layer(part)
    if "level" in layer:
        found = found.cell.cells[layer["level"]]
    parameters: int = found.count_params()
    return parameters


@pytest.mark.parametrize(("path", "prefix"), CHECKPOINTS.items(), ids=CHECKPOINTS)
def test_tensorflow_counts_the_same(path: str, prefix: str) -> None:
    """All arrays; that each layer agrees is held by what `verify` says of it."""
    import tensorflow as tf

    shapes = tf.train.load_checkpoint(SAMPLES / prefix).get_variable_to_shape_map()
    shapes.pop("_CHECKPOINTABLE_OBJECT_GRAPH", None)
    totals = inspect_file(SAMPLES / path).totals
    counted = totals.parameters + totals.copies + sum(totals.not_parameters.values())
    assert counted == sum(map(math.prod, shapes.values()))


# Without a recurrent operator whose weights onnxruntime could count.
TAKEN_APART = {"onnx/unrolled_lstm.onnx"}


@pytest.mark.parametrize(
    "entry",
    [entry for entry in of_framework("onnx") if path_of(entry) not in TAKEN_APART],
    ids=path_of,
)
def test_onnxruntime_counts_the_same(entry: Entry, tmp_path: Path) -> None:
    import onnx

    folded = folded_by_onnxruntime(SAMPLES / path_of(entry), tmp_path / "folded.onnx")
    graphs = list(graphs_of(folded.graph))
    shapes = dict(shape for graph in graphs for shape in shapes_of(graph))
    weights = dict.fromkeys(weights_of(node) for graph in graphs for node in graph.node)
    counts = [sum(math.prod(shapes[name]) for name in names) for names in weights if names]
    own = path_of(entry).endswith(".ort")  # which only onnxruntime reads
    stored = folded.graph if own else onnx.load(SAMPLES / path_of(entry)).graph
    floats = [math.prod(shape) for graph in graphs_of(stored) for shape in stored_weights(graph)]
    check(entry, counts, sum(size for size in floats if size > 1))


def folded_by_onnxruntime(path: Path, target: Path) -> Any:  # noqa: ANN401 - untyped
    """The model as onnxruntime runs it: functions inlined, what is constant computed."""
    import onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(target)
    onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return onnx.shape_inference.infer_shapes(onnx.load(target, load_external_data=False))


def graphs_of(graph: Any) -> Iterator[Any]:  # noqa: ANN401 - untyped
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                yield from graphs_of(attribute.g)


def shapes_of(graph: Any) -> Iterator[tuple[str, tuple[int, ...]]]:  # noqa: ANN401 - untyped
    """Names and shapes of the values that weights may come from."""
    for value in (*graph.input, *graph.value_info):
        yield value.name, tuple(axis.dim_value for axis in value.type.tensor_type.shape.dim)
    for tensor in graph.initializer:
        yield tensor.name, tuple(tensor.dims)


def weights_of(node: Any) -> tuple[str, ...]:  # noqa: ANN401 - untyped
    places = RECURRENT_INPUTS.get(node.op_type, ())
    return tuple(node.input[place] for place in places if any(node.input[place : place + 1]))


def stored_weights(graph: Any) -> Iterator[tuple[int, ...]]:  # noqa: ANN401 - untyped
    """Shapes of what initializers and Constant nodes hold for weights, not for initial states."""
    from onnx import TensorProto

    kinds = {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT8}
    used = {name for node in graph.node for name in weights_of(node)}
    nodes = [node for node in graph.node if node.op_type == "Constant" and node.output[0] in used]
    constants = (node.attribute[0].t for node in nodes)
    states = {name for node in graph.node if weights_of(node) for name in node.input[5:7]}
    for tensor in (*graph.initializer, *constants):
        if tensor.data_type in kinds and tensor.name not in states:
            yield tuple(tensor.dims)


def test_made_again_the_samples_have_the_same_structure(tmp_path: Path) -> None:
    maker = [sys.executable, str(SAMPLES / "make_samples.py"), "--output", str(tmp_path)]
    made = subprocess.run(maker, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "manifest.toml").read_text() == (SAMPLES / "manifest.toml").read_text()
    for entry in MANIFEST:
        assert structure(tmp_path, entry) == structure(SAMPLES, entry)


def structure(folder: Path, entry: Entry) -> Entry:
    """The report without what depends on where the file lies and on a release of its framework."""
    report = report_json(inspect_file(folder / path_of(entry)))
    return {key: report[key] for key in report.keys() - {"path", "file_bytes", "producer"}}
