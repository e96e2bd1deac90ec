"""What each framework says of every sample: it agrees on the intact ones, and not on the broken.

The frameworks are loaded once, here; that `verify` asks them in a child is tested beside this.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from making.drawing import agree, opinion_of
from rnninspect import inspect_file
from rnninspect.plugin import Framework, Judge
from rnninspect.readers import framework_named
from rnninspect.verification import Outcome

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
MANIFEST = tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
KINDS = {"torch": "pytorch", "gguf": "ggml"}  # folders that are not named like their framework
# What a framework takes as it stands, although the file is broken, and why.
TAKEN = {
    ("broken/mixed_dtypes.pt", "torch"): "it takes a layer of two types, and fails when that runs",
    ("broken/negative_hidden_size.pt", "torch"): "it believes the tensors, not the attribute",
    ("broken/runs_code.pt", "torch"): "the code runs, and the weights are as they should be",
    (
        "broken/declared_hidden_size.onnx",
        "onnxruntime",
    ): "the count is right, the attribute is not",
    ("broken/missing_reverse.onnx", "onnx"): "as above: the attribute names two directions",
    ("broken/missing_reverse.onnx", "onnxruntime"): "as above, until the layer runs",
    ("broken/duplicate_initializer.onnx", "onnxruntime"): "the last one of a name wins",
    ("broken/long_payload.onnx", "onnx"): "surplus bytes are no matter to it",
    ("broken/short_external.onnx", "onnx"): "it does not look into the other file",
    ("broken/transposed_recurrent.onnx", "onnx"): "the count is right, and nothing checks R's axes",
    ("broken/transposed_recurrent.onnx", "onnxruntime"): "as above, until the layer runs",
    ("broken/unknown_direction.onnx", "onnx"): "an attribute's words are no matter to it",
    ("broken/zero_hidden_size.onnx", "onnx"): "the shapes follow from the weights",
    ("broken/negative_hidden_size.onnx", "onnx"): "as above",
    ("broken/no_hidden_size.onnx", "onnx"): "as above; ONNX Runtime rejects it",
    ("broken/flat_kernel.onnx", "onnx"): "the count is right, and nothing checks W's axes",
    ("broken/flat_kernel.onnx", "onnxruntime"): "as above, until the layer runs",
    ("broken/swapped_kernels.onnx", "onnx"): "the count is right, and nothing checks whose it is",
    ("broken/swapped_kernels.onnx", "onnxruntime"): "as above, until the layer runs",
    ("broken/narrow_state.onnx", "onnx"): "an initial state is no weight",
    ("broken/narrow_state.onnx", "onnxruntime"): "as above, until the layer runs",
    ("broken/state_of_two_directions.onnx", "onnx"): "an initial state is no weight",
    ("broken/state_of_two_directions.onnx", "onnxruntime"): "as above, until the layer runs",
    ("broken/other_hidden_size.ort", "onnxruntime"): "the count is right, the attribute is not",
    ("broken/few_activations.onnx", "onnx"): "an attribute's words are no matter to it",
    ("broken/unknown_activation.onnx", "onnx"): "an attribute's words are no matter to it",
    ("broken/long_floats.onnx", "onnx"): "surplus floats are no matter to it",
    ("broken/other_inner_size.gguf", "gguf"): "it does not compare key-values with shapes",
    ("broken/other_group_count.gguf", "gguf"): "as above",
    ("broken/more_blocks.gguf", "gguf"): "as above",
    ("broken/overlap.gguf", "gguf"): "it maps the same bytes twice",
    ("broken/short_length.onnx", "onnx"): "it does not look into the other file",
    ("broken/short_shard.ckpt.index", "keras"): "the cut array is a copy, which no layer reads",
    ("broken/no_projection_row.ckpt.index", "keras"): "each layer fits by itself",
}

# Its strict inference yields no shape for weights that other operators make; onnxruntime's does.
SILENT = {("onnx/dynamo_unfolded_gru.onnx", "onnx")}
# An archive around models, and a model in two files: neither is loaded as it is.
UNASKED = (".task", "-00001-of-00002.gguf")
# torch.nn has none of their cells: it counts the whole file.
OF_TODAY = {
    "torch/mamba.safetensors",
    "torch/mamba2_hybrid.safetensors",
    "torch/rwkv7.pth",
    "torch/xlstm.safetensors",
}
# Without a recurrent operator whose weights could be counted.
TAKEN_APART = {
    "onnx/unrolled_lstm.onnx",
    "tflite/gru_float16.tflite",
    "tflite/gru_loop.tflite",
    "tflite/rnn_unrolled.tflite",
}


def cases(*, broken: bool) -> list[tuple[str, Judge]]:
    return [
        (entry["path"], judge)
        for entry in MANIFEST
        if ("fault" in entry) is broken and not entry["path"].endswith(UNASKED)
        for judge in framework_of(entry).judges
        if entry["path"].rpartition(".")[2] not in judge.others
        if not entry.get("base", entry["path"]).startswith(("jax/", "openvino/"))
        or inspect_file(SAMPLES / entry["path"]).format not in judge.others
    ]


def framework_of(entry: dict[str, Any]) -> Framework:
    folder = entry.get("base", entry["path"]).partition("/")[0]
    return framework_named(KINDS.get(folder, folder))


def named(value: object) -> str | None:
    return value.name if isinstance(value, Judge) else None


@pytest.mark.parametrize(("path", "judge"), cases(broken=False), ids=named)
def test_every_framework_agrees_on_an_intact_sample(
    path: str, judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a judge may write beside it, as in the child's own folder
    report = inspect_file(SAMPLES / path)
    if path in TAKEN_APART:
        assert opinion_of(judge, report).verdict in {Outcome.AGREE, Outcome.SILENT}
    elif (path, judge.name) in SILENT or path in OF_TODAY:
        assert opinion_of(judge, report).verdict is Outcome.AGREE
    else:
        agree(judge, report)


@pytest.mark.parametrize(("path", "judge"), cases(broken=True), ids=named)
def test_a_framework_refuses_a_broken_sample_or_counts_otherwise(
    path: str, judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    opinion = opinion_of(judge, inspect_file(SAMPLES / path))
    taken = (path, judge.name) in TAKEN
    assert opinion.verdict in ({Outcome.AGREE} if taken else {Outcome.REFUSED, Outcome.DISAGREE})
    if opinion.verdict is Outcome.REFUSED:
        assert opinion.reason or all(row.reason for row in opinion.rows if row.theirs is None)
