"""`verify` compares like with like: what a framework counts beside parameters, and what it has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from making.drawing import agree, opinion_of
from making.judges import KERAS, TORCH
from rnninspect import inspect_file
from rnninspect.verification import Bounds, Outcome, verify
from rnninspect.verification.asking import question_on
from rnninspect.verification.child import ask
from rnninspect.verification.opinion import weigh

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("suffix", ["keras", "h5"])
def test_scales_of_an_int8_model_are_counted_on_both_sides(tmp_path: Path, suffix: str) -> None:
    import keras

    layers = [keras.layers.Input((5, 4)), keras.layers.LSTM(4), keras.layers.Dense(10)]
    model = keras.Sequential(layers)
    model.quantize("int8")
    path = tmp_path / f"model.{suffix}"
    model.save(path)
    report = inspect_file(path)
    assert report.totals.not_parameters["quantisation"] == 10
    agree(KERAS, report)


@pytest.mark.parametrize("whole", [False, True])
def test_a_pruned_module_is_counted_with_its_masks(tmp_path: Path, *, whole: bool) -> None:
    import torch
    from torch.nn.utils import prune

    module = torch.nn.LSTM(4, 3)
    prune.l1_unstructured(module, "weight_ih_l0", 0.3)
    path = tmp_path / "model.pt"
    torch.save(module if whole else module.state_dict(), path)
    report = inspect_file(path)
    answer = ask(TORCH.module, question_on(report, Bounds(), trusted=True))
    opinion = weigh("torch", report, answer)
    assert opinion.total is not None
    assert opinion.total.theirs == (204 if whole else 156)
    assert opinion.verdict is Outcome.AGREE


def test_torch_is_not_asked_about_shards(tmp_path: Path) -> None:
    import safetensors.torch
    import torch

    names = {}
    for at, (name, tensor) in enumerate(torch.nn.LSTM(4, 3).state_dict().items()):
        names[name] = f"model-{at + 1:05}-of-00004.safetensors"
        safetensors.torch.save_file({name: tensor}, tmp_path / names[name])
    path = tmp_path / "model.safetensors.index.json"
    path.write_text(json.dumps({"weight_map": names}))
    (opinion,) = verify(inspect_file(path), Bounds(), lambda _: None)
    assert opinion.verdict is Outcome.UNASKED
    assert opinion.reason == "it has no loader of its own for sharded safetensors"


def test_a_refusal_names_no_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import tensorflow as tf

    tf.train.Checkpoint(kernel=tf.Variable(tf.zeros((4, 16)))).write(str(tmp_path / "model"))
    report = inspect_file(tmp_path / "model.index")
    (tmp_path / "model.data-00000-of-00001").unlink()
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.chdir(own)
    monkeypatch.setenv("TMPDIR", str(own))
    monkeypatch.setattr("tempfile.tempdir", None)
    opinion = opinion_of(KERAS, report)
    assert opinion.verdict is Outcome.REFUSED
    assert opinion.reason.startswith("model.data-00000-of-00001; No such file")
