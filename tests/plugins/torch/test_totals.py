"""Three figures of a state dict: what is stored, what is trained, what an index declares."""

from __future__ import annotations

import json
from math import prod
from typing import TYPE_CHECKING

import pytest

from making.torch.pickles import saved
from rnninspect import inspect_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from rnninspect.report import Report

    Shapes = Mapping[str, Sequence[int]]

LSTM = {
    "rnn.weight_ih_l0": (20, 3),
    "rnn.weight_hh_l0": (20, 5),
    "rnn.bias_ih_l0": (20,),
    "rnn.bias_hh_l0": (20,),
}
STORED = 20 * (3 + 5 + 2)


def inspected(shapes: Shapes, folder: Path) -> Report:
    path = folder / "model.pt"
    path.write_bytes(saved(shapes))
    return inspect_file(path)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("norm.running_mean", (7,)),
        ("norm.running_var", (7,)),
        ("layers.0.rotary_emb.inv_freq", (7,)),
        ("rotary.cos_cached", (7,)),
    ],
)
def test_a_buffer_is_stored_and_not_trained(
    name: str, shape: tuple[int, ...], tmp_path: Path
) -> None:
    totals = inspected({**LSTM, name: shape}, tmp_path).totals
    assert (totals.parameters, totals.trained, totals.buffers) == (STORED + 7, STORED, 7)


def test_a_weight_is_no_buffer(tmp_path: Path) -> None:
    totals = inspected({**LSTM, "norm.weight": (7,), "head.inv": (2, 3)}, tmp_path).totals
    assert (totals.parameters, totals.buffers) == (STORED + 13, 0)


def test_the_buffers_of_a_signature_belong_to_its_layer(tmp_path: Path) -> None:
    shapes = {
        "a.qkv_proj.weight": (72, 24),
        "a.output_gate.weight": (24, 24),
        "a.out_proj.weight": (24, 24),
        "a.norm.weight": (24,),
        "a.slope_rate": (4, 1, 1),
        "a.query_decay": (4, 8, 1),
    }
    report = inspected(shapes, tmp_path)
    (counted,) = report.layers
    assert counted.layer.cell == "Lightning attention"
    assert report.totals.buffers == 4 + 32
    assert report.totals.trained == counted.stored == 5 * 24 * 24 + 24


def header(shapes: Shapes, dtype: str) -> bytes:
    """A safetensors file of zeros with four bytes for each element."""
    fields, end = {}, 0
    for name, shape in shapes.items():
        start, end = end, end + 4 * prod(shape)
        fields[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(fields).encode()
    return len(text).to_bytes(8, "little") + text + bytes(end)


def index(folder: Path, metadata: object, shapes: Shapes = LSTM, dtype: str = "F32") -> Report:
    """The report of an index with this metadata, beside one shard."""
    shard = "model-00001-of-00001.safetensors"
    (folder / shard).write_bytes(header(shapes, dtype))
    places = dict.fromkeys(shapes, shard)
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps({"metadata": metadata, "weight_map": places}))
    return inspect_file(path)


def told(report: Report) -> list[str]:
    return [finding.message for finding in report.findings if finding.rule == "R212"]


@pytest.mark.parametrize(
    "metadata",
    [
        {"total_parameters": STORED, "total_size": 4 * STORED},
        {"total_parameters": STORED, "total_size": float(4 * STORED)},
        {"total_parameters": str(STORED)},
        {},
        None,
        "text",
        {"total_parameters": -1, "total_size": "many"},
        {"total_parameters": 10**308, "total_size": 1e308},
        {"total_parameters": True, "total_size": [1]},
        {"total_parameters": "9" * 100, "total_size": {"a": {}}},
    ],
    ids=lambda metadata: repr(metadata)[:40],
)
def test_a_total_that_is_stored_or_none_is_no_finding(metadata: object, tmp_path: Path) -> None:
    assert told(index(tmp_path, metadata)) == []


def test_a_wrong_total_is_a_finding_with_both_numbers(tmp_path: Path) -> None:
    report = index(tmp_path, {"total_parameters": 333_312, "total_size": 5})
    assert told(report) == [
        f"metadata.total_size 5, stored {4 * STORED}",
        f"metadata.total_parameters 333,312, stored {STORED}",
    ]
    declared = report.totals.declared
    assert declared is not None
    assert (declared.parameters, declared.bytes) == (333_312, 5)


def test_what_is_trained_is_a_total_too(tmp_path: Path) -> None:
    shapes = {**LSTM, "norm.running_mean": (7,)}
    assert told(index(tmp_path, {"total_parameters": STORED}, shapes)) == []
    assert told(index(tmp_path, {"total_parameters": STORED + 7}, shapes)) == []
    assert told(index(tmp_path, {"total_parameters": STORED - 1}, shapes)) != []


def test_a_total_may_lack_buffers_of_any_name(tmp_path: Path) -> None:
    shapes = {"layers.0.weight": (20, 10), "layers.0.bias": (20,), "gate.offset": (7,)}
    assert told(index(tmp_path, {"total_parameters": 220}, shapes)) == []
    assert told(index(tmp_path, {"total_parameters": 219}, shapes)) != []
    assert told(index(tmp_path, {"total_parameters": 228}, shapes)) != []


def test_packed_elements_are_not_compared(tmp_path: Path) -> None:
    shapes = {"layers.0.weight": (8, 4), "layers.0.scales": (8,)}
    assert told(index(tmp_path, {"total_parameters": 8 * 32}, shapes, "U32")) == []


def test_a_missing_shard_is_told_and_its_total_is_not(tmp_path: Path) -> None:
    index(tmp_path, {"total_parameters": 999})
    (tmp_path / "model-00001-of-00001.safetensors").rename(tmp_path / "model-2.safetensors")
    path = tmp_path / "model.safetensors.index.json"
    places = {"a": "model-2.safetensors", "b": "model-1.safetensors"}
    document = {"metadata": {"total_parameters": 999}, "weight_map": places}
    path.write_text(json.dumps(document))
    report = inspect_file(path)
    assert "R204" in {finding.rule for finding in report.findings}
    assert told(report) == []
