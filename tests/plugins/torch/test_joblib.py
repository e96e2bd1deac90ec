"""Files of joblib: arrays whose bytes are between the opcodes of a pickle."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import torch
from torch import nn

from making.torch.pickles import (
    NONE,
    call,
    items,
    mapping,
    name,
    number,
    numbers,
    parameters,
    purposes,
    read,
    read_path,
    text,
)
from rnninspect import inspect_file
from rnninspect.errors import RefusedFile, UnknownFormat, UnreadableFile
from rnninspect.model import Purpose, SavedModel
from rnninspect.plugin import Limits

KERNEL = np.zeros((4, 20), np.float32)
LAYER = [KERNEL, np.zeros((5, 20), np.float32), np.zeros(20, np.float32)]


def dumped(value: object, folder: Path, **options: Any) -> SavedModel:  # noqa: ANN401 - joblib's
    path = folder / "model.joblib"
    joblib.dump(value, path, **options)
    return read_path(path)


@pytest.mark.parametrize(
    ("value", "elements"),
    [
        (KERNEL, 80),
        (LAYER, 200),
        ({"weights": LAYER, "names": ["kernel", "recurrent", "bias"]}, 200),
        ([np.asfortranarray(np.ones((7, 3))), *LAYER], 221),
        ([np.zeros((0, 3)), np.array(3.0), *LAYER], 201),
        ([np.zeros(3, np.float16), np.zeros(5, np.int64), *LAYER], 208),
        ({"strings": np.array(["abc", "d"]), "after": LAYER}, 200),
        ({"dates": np.array(["2020-01-01"], "M8[ns]"), "after": LAYER}, 200),
        ({"objects": np.array(["a", 1, None, {"b": 2}], dtype=object), "after": LAYER}, 200),
        ({"records": np.zeros(3, [("a", "f4"), ("b", "i8")]), "after": LAYER}, 200),
    ],
)
@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_arrays_are_counted(value: object, elements: int, protocol: int, tmp_path: Path) -> None:
    model = dumped(value, tmp_path, protocol=protocol)
    assert (model.format, model.framework) == ("joblib file of numpy arrays", "numpy")
    assert purposes(model) == {Purpose.PARAMETER: elements}
    assert all(stored.held_bytes == stored.needed_bytes for stored in model.tensors)


@pytest.mark.parametrize("method", ["zlib", "gzip"])
def test_zlib_and_gzip_compression(method: str, tmp_path: Path) -> None:
    assert parameters(dumped(LAYER, tmp_path, compress=(method, 3))) == 200


@pytest.mark.parametrize("method", ["bz2", "lzma", "xz"])
def test_other_compression_is_named(method: str, tmp_path: Path) -> None:
    path = tmp_path / "model.joblib"
    joblib.dump(LAYER, path, compress=(method, 3))
    with pytest.raises(UnknownFormat, match="compressed data; decompress it"):
        inspect_file(path)


def test_names_of_torch_are_known(tmp_path: Path) -> None:
    network = nn.ModuleDict({"rnn": nn.GRU(5, 4, bidirectional=True)})
    arrays = {label: value.numpy() for label, value in network.state_dict().items()}
    model = dumped(arrays, tmp_path)
    assert [layer.name for layer in model.layers] == ["rnn"]
    assert (model.framework, parameters(model)) == ("pytorch", 2 * 3 * (20 + 16 + 8))


def test_a_torch_module_in_a_joblib_file(tmp_path: Path) -> None:
    torch.manual_seed(1)
    model = dumped({"net": nn.LSTM(3, 2), "scale": np.ones(3)}, tmp_path)
    assert model.format == "pytorch pickle"
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 3}


def test_a_large_array_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.joblib"
    joblib.dump([np.zeros((3_000, 3_000)), *LAYER], path)
    lengths: list[int] = []
    pread = os.pread

    def counted(descriptor: int, length: int, offset: int) -> bytes:
        lengths.append(length)
        return pread(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", counted)
    assert inspect_file(path).totals.parameters == 9_000_200
    assert sum(lengths) < 1 << 20


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.8, 0.99])
def test_a_truncated_file_is_one_error(kept: float, tmp_path: Path) -> None:
    path = tmp_path / "cut.joblib"
    joblib.dump({"weights": LAYER}, path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    with pytest.raises(UnreadableFile, match="truncated"):
        inspect_file(path)


def wrapper(shape: bytes, kind: bytes) -> bytes:
    """The opcodes before an array's bytes, up to BUILD."""
    arrays = {"shape": shape, "dtype": kind, "numpy_array_alignment_bytes": NONE}
    return name("joblib.numpy_pickle", "NumpyArrayWrapper") + b")\x81" + mapping(arrays) + b"b"


def dtype(code: str) -> bytes:
    return call("numpy", "dtype", text(code), b"\x89", b"\x88")


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (items(number(-1)), dtype("f4")),
        (items(number(2**70)), dtype("f4")),
        (items(text("3")), dtype("f4")),
        (b"N", dtype("f4")),
        (numbers((3,)), b"N"),
        (numbers((3,)), dtype("f")),
        (numbers((3,)), dtype("f" + "9" * 50)),
        (numbers((2**40, 2**40)), dtype("f8")),
    ],
)
def test_an_invalid_array_is_one_error(shape: bytes, kind: bytes, tmp_path: Path) -> None:
    data = b"\x80\x02" + mapping({"w": wrapper(shape, kind) + bytes(12)}) + b"."
    with pytest.raises(UnreadableFile):
        read(data, tmp_path)


def test_nested_pickles_of_objects_are_limited(tmp_path: Path) -> None:
    data = wrapper(numbers((1,)), dtype("O8")) * 200 + b"N."
    with pytest.raises(RefusedFile, match="a pickle in a pickle exceeds the limit nesting"):
        read(b"\x80\x02" + data, tmp_path)


def test_pickles_of_objects_share_the_limits(tmp_path: Path) -> None:
    inner = pickle.dumps(list(range(1_000)))
    one = wrapper(numbers((1,)), dtype("O8")) + inner + b"0"
    path = tmp_path / "many.joblib"
    path.write_bytes(b"\x80\x02" + one * 100 + b"N.")
    with pytest.raises(UnreadableFile, match="no tensors"):
        inspect_file(path)
    with pytest.raises(RefusedFile, match="opcodes"):
        inspect_file(path, Limits(opcodes=100_000))
