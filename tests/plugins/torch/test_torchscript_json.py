"""TorchScript of torch 1.0 to 1.2, whose modules are in a JSON record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from making.torch.pickles import (
    archive,
    lstm,
    parameters,
    read,
    records_of,
    strides_of,
)
from rnninspect.errors import UnreadableFile
from rnninspect.rules import check


def model_json(shapes: dict[str, tuple[int, ...]], path: tuple[str, ...]) -> bytes:
    """A record model.json of torch 1.1, with nested modules."""
    tensors, parameters_ = [], []
    for number_, (label, shape) in enumerate(shapes.items()):
        parameters_.append({"isBuffer": False, "tensorId": str(number_), "name": label})
        tensors.append(
            {
                "dims": [str(size) for size in shape],
                "offset": "0",
                "strides": [str(step) for step in strides_of(shape)],
                "requiresGrad": True,
                "dataType": "FLOAT",
                "data": {"key": f"tensors/{number_}"},
                "device": "cpu",
            }
        )
    module: dict[str, object] = {"parameters": parameters_}
    for label in reversed(path):
        module = {"submodules": [{"name": label, **module}]}
    header = {"protoVersion": "6", "producerName": "pytorch", "producerVersion": "1.0"}
    return json.dumps({**header, "mainModule": module, "tensors": tensors}).encode()


def test_torchscript_before_torch_1_3(tmp_path: Path) -> None:
    shapes = lstm(3, 2)
    records = {
        label.replace("data/", "tensors/"): data for label, data in records_of(shapes).items()
    }
    records["model.json"] = model_json(shapes, ("net", "rnn"))
    data = archive(b"", records).replace(b"data.pkl", b"data.xkl")
    model = read(data, tmp_path)
    assert (model.format, model.producer) == ("torchscript", "pytorch 1.0")
    assert [(layer.name, layer.cell) for layer in model.layers] == [("net.rnn", "LSTM")]
    assert parameters(model) == 56
    short = {**records, "tensors/0": bytes(8)}
    broken = read(archive(b"", short).replace(b"data.pkl", b"data.xkl"), tmp_path)
    assert {finding.rule for finding in check(broken, ())} == {"R201"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"tensorId": "3"', b'"tensorId": "9"', "refers to tensor 9 of 4"),
        (b'"strides": ["1"]', b'"strides": []', "has rank 1 and 0 strides"),
        (b'"dims": ["8", "3"]', b'"dims": ["8", {}]', "is not an integer"),
    ],
)
def test_a_malformed_table_of_tensors(old: bytes, new: bytes, reason: str, tmp_path: Path) -> None:
    table = model_json(lstm(3, 2), ("net",)).replace(old, new)
    data = archive(b"", {"tensors/0": b"", "model.json": table})
    with pytest.raises(UnreadableFile, match=reason):
        read(data.replace(b"data.pkl", b"data.xkl"), tmp_path)
