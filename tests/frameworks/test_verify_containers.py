"""The frameworks' opinions of files that no sample is: packed, exported, TensorFlow's, old ones."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path
from typing import Any

import pytest

from making.drawing import agree, opinion_of
from making.judges import KERAS, TORCH
from rnninspect import inspect_file
from rnninspect.verification.asking import question_on
from rnninspect.verification.child import ask
from rnninspect.verification.opinion import Bounds, Outcome

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]


def tagger() -> Any:  # noqa: ANN401 - torch is untyped here
    import torch

    return torch.nn.Sequential(torch.nn.LSTM(6, 5, bidirectional=True)).eval()


def quantised() -> Any:  # noqa: ANN401 - as above
    import torch

    return torch.ao.quantization.quantize_dynamic(tagger(), {torch.nn.LSTM})


def test_torch_unpacks_what_it_has_quantised(tmp_path: Path) -> None:
    import torch

    torch.save(quantised().state_dict(), tmp_path / "state.pt")
    agree(TORCH, inspect_file(tmp_path / "state.pt"))


def test_torch_unpacks_a_quantised_script(tmp_path: Path) -> None:
    import torch

    torch.jit.script(quantised()).save(str(tmp_path / "script.pt"))
    agree(TORCH, inspect_file(tmp_path / "script.pt"))


def test_torch_loads_an_exported_program(tmp_path: Path) -> None:
    import torch

    program = torch.export.export(tagger(), (torch.zeros(4, 2, 6),))
    torch.export.save(program, tmp_path / "program.pt2")
    agree(TORCH, inspect_file(tmp_path / "program.pt2"))


@pytest.mark.parametrize("archived", [False, True])
def test_torch_is_given_what_is_behind_gzip(
    archived: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.chdir(tmp_path)
    torch.save(tagger().state_dict(), tmp_path / "weights.th")
    if archived:
        with tarfile.open("model.gz", "w:gz") as archive:
            archive.add("weights.th")
    else:
        Path("model.gz").write_bytes(gzip.compress(Path("weights.th").read_bytes()))
    Path("weights.th").unlink()
    agree(TORCH, inspect_file("model.gz"))


def sparse_archive(path: Path, size: int) -> None:
    """An archive whose member has a gigabyte of holes, in the format of GNU tar."""
    header = bytearray(tarfile.TarInfo("weights.th").tobuf(tarfile.GNU_FORMAT))
    header[156:157] = tarfile.GNUTYPE_SPARSE
    header[124:136] = b"%011o\0" % 512
    header[386:410] = b"%011o\0%011o\0" % (0, 512)
    header[483:495] = b"%011o\0" % size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    path.write_bytes(gzip.compress(bytes(header) + bytes(512 * 3)))


@pytest.mark.parametrize("kind", ["members", "archive"])
def test_what_is_compressed_is_not_unpacked_beyond_the_limit(kind: str, tmp_path: Path) -> None:
    import torch

    path = tmp_path / "weights.pt"
    torch.save(tagger().state_dict(), path)
    report = inspect_file(path)
    if kind == "members":  # the first one is a model, and the others are zeros
        zeros = gzip.compress(bytes(2**24))
        path.write_bytes(gzip.compress(path.read_bytes()) + zeros * 5)
    else:
        sparse_archive(path, 2**30)
    given = ask(TORCH.module, question_on(report, Bounds(), trusted=False))
    assert "exceeds the limit expansion=67108864; --limit expansion=N raises it" in given.unfinished
    assert {name.name for name in tmp_path.iterdir()} == {"weights.pt"}


def network() -> Any:  # noqa: ANN401 - Keras is untyped here
    import keras

    layers = keras.layers
    stack = layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)], return_sequences=True)
    two_way = layers.Bidirectional(layers.GRU(5))
    return keras.Sequential([keras.Input((None, 7)), stack, two_way, layers.Dense(2)])


def test_tensorflow_loads_a_saved_model_that_is_trusted(tmp_path: Path) -> None:
    import tensorflow as tf

    tf.saved_model.save(network(), tmp_path / "saved")
    report = inspect_file(tmp_path / "saved")
    agree(KERAS, report)
    unasked = ask(KERAS.module, question_on(report, Bounds(), trusted=False))
    assert unasked.untrusted == "a SavedModel is a program, which TensorFlow would run"


def test_tensorflow_counts_a_program_without_variables(tmp_path: Path) -> None:
    import tensorflow as tf

    module = tf.Module()
    module.double = tf.function(lambda x: x + x, input_signature=[tf.TensorSpec([2])])
    tf.saved_model.save(module, str(tmp_path / "saved"))
    opinion = opinion_of(KERAS, inspect_file(tmp_path / "saved"))
    assert (opinion.verdict, opinion.rows) == (Outcome.AGREE, ())


def test_tensorflow_loads_a_checkpoint(tmp_path: Path) -> None:
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.Input((None, 7)), keras.layers.LSTM(4, return_sequences=True)])
    path = tf.train.Checkpoint(model=model).write(str(tmp_path / "model"))
    agree(KERAS, inspect_file(f"{path}.index"))


FIRST_CELLS = {
    "rnn/basic_rnn_cell": {"kernel": (11, 4), "bias": (4,)},
    "rnn/basic_lstm_cell": {"kernel": (11, 16), "bias": (16,)},
    "rnn/lstm_cell": {
        "kernel": (10, 16),
        "bias": (16,),
        **{f"w_{gate}_diag": (4,) for gate in "ifo"},
        "projection/kernel": (4, 3),
    },
    "rnn/gru_cell": {
        "gates/kernel": (11, 8),
        "gates/bias": (8,),
        "candidate/kernel": (11, 4),
        "candidate/bias": (4,),
    },
}


@pytest.mark.parametrize("scope", FIRST_CELLS)
def test_keras_2_still_has_the_cells_of_tensorflow_1(scope: str, tmp_path: Path) -> None:
    import tensorflow as tf

    shapes = {f"{scope}/{name}": shape for name, shape in FIRST_CELLS[scope].items()}
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "model"),
        tensor_names=list(shapes),
        shape_and_slices=[""] * len(shapes),
        tensors=[tf.zeros(shape) for shape in shapes.values()],
    )
    report = inspect_file(tmp_path / "model.index")
    assert len(report.layers) == 1
    agree(KERAS, report)


def old_file(path: Path, layer: str, shapes: dict[str, tuple[int, ...]]) -> Path:
    """A file of weights as Keras 1 and 2 wrote it."""
    import h5py
    import numpy as np

    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.encode()]
        group = file.create_group(layer)
        group.attrs["weight_names"] = [name.encode() for name in shapes]
        for name, shape in shapes.items():
            group[name] = np.zeros(shape, "float32")
    return path


def test_keras_takes_the_arrays_of_single_gates_joined(tmp_path: Path) -> None:
    kinds = {"W": (7, 4), "U": (4, 4), "b": (4,)}
    shapes = {f"gru_1_{kind}_{gate}:0": kinds[kind] for gate in "zrh" for kind in "WUb"}
    agree(KERAS, inspect_file(old_file(tmp_path / "old.h5", "gru_1", shapes)))


def test_keras_2_still_has_the_layers_for_gpus(tmp_path: Path) -> None:
    shapes = {"kernel:0": (7, 16), "recurrent_kernel:0": (4, 16), "bias:0": (32,)}
    named = {f"cu_dnnlstm_1/{name}": shape for name, shape in shapes.items()}
    report = inspect_file(old_file(tmp_path / "gpu.h5", "cu_dnnlstm_1", named))
    assert [counted.layer.convention for counted in report.layers] == ["cudnn"]
    agree(KERAS, report)
