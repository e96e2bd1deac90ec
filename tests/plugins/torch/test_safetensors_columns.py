"""Headers of safetensors in columns: the same models and errors as of one tensor at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hostile.safetensors_entries import ENTRIES
from making.by_hand import report
from making.torch.pickles import read_path
from rnninspect.errors import RnnInspectError
from rnninspect.model import Fact, SavedModel
from rnninspect.stored.columns import TensorColumns
from rnninspect_torch.columns import header
from rnninspect_torch.columns.header import read_columns
from rnninspect_torch.formats import safetensors

SAMPLES = Path(__file__).parents[3] / "sample_models"
FILES = sorted(SAMPLES.rglob("*.safetensors"))
Shapes = dict[str, tuple[int, ...]]
Header = dict[str, dict[str, Any]]
WIDTHS = {"F32": 4, "BF16": 2, "I64": 8, "BOOL": 1}


def header_of(shapes: Shapes, dtype: str = "F32") -> Header:
    fields: Header = {}
    end = 0
    for name, shape in shapes.items():
        start = end
        count = 1
        for axis in shape:
            count *= axis
        end += count * WIDTHS[dtype]
        fields[name] = {"dtype": dtype, "shape": [*shape], "data_offsets": [start, end]}
    return fields


def file(text: str, size: int) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(8, "little") + data + bytes(size)


def lstm(name: str, inputs: int = 3, units: int = 2) -> Shapes:
    rows = 4 * units
    return {
        f"{name}.weight_ih_l0": (rows, inputs),
        f"{name}.weight_hh_l0": (rows, units),
        f"{name}.bias_ih_l0": (rows,),
        f"{name}.bias_hh_l0": (rows,),
    }


EXPERTS: Shapes = {
    f"layers.{layer}.mlp.experts.{expert}.{part}_proj.weight": (2, 3)
    for layer in range(12)
    for expert in range(40)
    for part in ("gate", "up", "down")
}
OTHERS: Shapes = {
    "norm.running_mean": (4,),
    "norm.num_batches_tracked": (),
    "rotary.inv_freq": (2,),
    "fc.weight_mask": (2, 2),
    "fc.weight_orig": (2, 2),
    "quant.scale": (),
    "quant.zero_point": (),
    "empty": (0, 3),
    "layers.0.mlp.gate.weight": (4, 3),
}
CELLS: Shapes = {
    **{f"gru.W_{gate}.weight": (2, 3) for gate in "rzh"},
    **{f"gru.U_{gate}.weight": (2, 2) for gate in "rzh"},
    "cell.h2h.weight": (8, 2),
    "cell.x2h.weight": (8, 3),
    "mixer.A_log": (8, 2),
    "mixer.D": (8,),
    "mixer.conv1d.weight": (8, 1, 4),
    "mixer.conv1d.bias": (8,),
    "mixer.in_proj.weight": (16, 4),
    "mixer.x_proj.weight": (6, 8),
    "mixer.dt_proj.weight": (8, 2),
    "mixer.dt_proj.bias": (8,),
    "mixer.out_proj.weight": (4, 8),
}
NETWORKS: dict[str, Shapes] = {
    "an LSTM": lstm("rnn"),
    "experts and an LSTM": {**EXPERTS, **lstm("rnn"), **OTHERS},
    "cells": {**EXPERTS, **CELLS, **lstm("a.rnn"), **OTHERS},
    "a cell alone": {
        f"cell.{name.rpartition('.')[2][:-3]}": each for name, each in lstm("").items()
    },
    "digits": {str(at): (8, 3) for at in range(4)},
    "flattened": {"a.flat_param": (9,), "rnn.weight_ih_l0": (8, 3)},
    "deep names": {f"{'block.' * 90}{at}.weight_hh": (8, 2) for at in range(3)},
}


def in_values(saved: SavedModel) -> SavedModel:
    return saved._replace(tensors=tuple(saved.tensors))


def found(path: Path, *, columns: bool) -> tuple[object, object]:
    """The report on a file and the model in values, or the error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(safetensors, "_LEAST", 0)
        if not columns:
            patch.setattr(safetensors, "_in_columns", lambda *_: None)
        try:
            saved = read_path(path)
        except RnnInspectError as error:
            return type(error), str(error)
        return report(saved), in_values(saved)


def hold_equal(path: Path) -> None:
    assert found(path, columns=True) == found(path, columns=False)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_sample_is_described_alike(path: Path) -> None:
    hold_equal(path)
    hold_equal(path.parent)


@pytest.mark.parametrize("name", ENTRIES)
def test_each_hostile_file_is_described_alike(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    ENTRIES[name].make(path)
    hold_equal(path)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("piece", [64, 2**18])
def test_each_network_is_described_alike(
    name: str, piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(header, "_PIECE", piece if "deep" not in name else 2**18)
    fields = {"__metadata__": {"format": "pt"}, **header_of(NETWORKS[name])}
    path = tmp_path / "model.safetensors"
    size = end_of(header_of(NETWORKS[name]))
    for text in (json.dumps(fields), json.dumps(fields, indent=1), json.dumps(fields) + "   "):
        path.write_bytes(file(text, size))
        hold_equal(path)


def test_few_tensors_are_made_of_very_many(tmp_path: Path) -> None:
    shapes = {**EXPERTS, **lstm("rnn"), **OTHERS}
    path = tmp_path / "model.safetensors"
    path.write_bytes(file(json.dumps(header_of(shapes)), 2**16))
    assert in_values(read_path(path)).tensors  # unused bytes: one after the other
    path.write_bytes(file(json.dumps(header_of(shapes)), end_of(header_of(shapes))))
    saved = read_path(path)
    assert isinstance(saved.tensors, TensorColumns)
    assert len(saved.tensors) == len(shapes) > 1_400
    assert {one.name for one in saved.tensors.single()} == set(lstm("rnn"))


def end_of(fields: Header) -> int:
    return max(int(each["data_offsets"][1]) for each in fields.values())


GOOD = json.dumps({"__metadata__": {"format": "pt"}, **header_of({**lstm("rnn"), "b": (2,)})})
ODD = {
    "a repeated name": GOOD[:-1] + ', "b": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}',
    "a repeated field": GOOD.replace('"dtype"', '"dtype": "F16", "dtype"', 1),
    "repeated metadata": GOOD.replace('"format"', '"format": "np", "format"'),
    "metadata twice": GOOD[:-1] + ', "__metadata__": {"format": "pt"}}',
    "a hidden repetition": GOOD.replace('"dtype"', '"dtyp\\u0065": "F16", "dtype"', 1),
    "a name that was left out": GOOD.replace('"format": "pt"', '"c": "b"'),
    "a float": GOOD.replace("[2]", "[2.0]"),
    "a bool": GOOD.replace("[0, ", "[false, "),
    "a size beyond 63 bits": GOOD.replace("[2]", f"[{2**70}]"),
    "a number of many digits": GOOD.replace("[2]", f"[{'9' * 5_000}]"),
    "many axes": GOOD.replace("[2]", f"[{', '.join(['1'] * 65 + ['2'])}]"),
    "a negative axis": GOOD.replace("[2]", "[-2]"),
    "another type": GOOD.replace("F32", "F4"),
    "an unknown type": GOOD.replace("F32", "F33"),
    "a list as a type": GOOD.replace('"F32"', "[]", 1),
    "three offsets": GOOD.replace("[0, ", "[0, 0, "),
    "a fourth field": GOOD.replace('"dtype"', '"other": 1, "dtype"', 1),
    "a list for a tensor": GOOD[:-1] + ', "c": [1, 2, 3]}',
    "metadata that is a list": GOOD.replace('{"format": "pt"}', "[1]"),
    "metadata of numbers": GOOD.replace('"pt"', "3"),
    "empty metadata": GOOD.replace('{"format": "pt"}', "{}"),
    "a comma at the end": GOOD[:-1] + ",}",
    "two objects": GOOD + "{}",
    "a byte order mark": "\ufeff" + GOOD,
    "a vertical tab": GOOD + "\v",
    "names of other letters": GOOD.replace("rnn", "編碼器"),
    "a name with a piece's end": GOOD.replace('"b"', '"b}, {"'),
    "a name with a line's end": GOOD.replace('"b"', '"b\\nc"'),
    "unused bytes": GOOD.replace("[0, ", "[4, "),
    "an overlap": GOOD.replace("[96, ", "[92, "),
    "no tensor": "{}",
    "a short text": GOOD[:-3],
    "not an object": "[" + GOOD + "]",
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("piece", [32, 2**18])
def test_what_is_unusual_is_described_alike(
    name: str, piece: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(header, "_PIECE", piece)
    path = tmp_path / "model.safetensors"
    path.write_bytes(file(ODD[name], 232))
    hold_equal(path)


def in_columns(text: str, size: int = 232, most: int = 5) -> bool:
    """Whether a header is read in columns, which must be so in blocks of any length."""
    data = text.encode()
    read = {
        read_columns(blocks, size, "", most) is not None
        for length in (7, 50, 10**6)
        for blocks in ([data[at : at + length] for at in range(0, len(data), length)],)
    }
    return read.pop() if len(read) == 1 else pytest.fail("blocks matter")


def test_the_good_header_is_read_in_columns_and_odd_ones_are_not() -> None:
    assert in_columns(GOOD)
    assert not in_columns(GOOD, 231)
    assert not in_columns(GOOD, most=4)
    taken = {name for name, text in ODD.items() if in_columns(text)}
    assert taken == {"empty metadata", "a name with a piece's end"}


@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD) - 1), st.sampled_from('"{}[],:0129 \\nabFd_.-eE\u00e9')),
        min_size=1,
        max_size=3,
    ),
    st.booleans(),
)
def test_each_mutation_is_described_alike(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, str]], insert: bool
) -> None:
    text = GOOD
    for at, letter in changes:
        text = text[:at] + letter + text[at + (not insert) :]
    path = tmp_path_factory.mktemp("mutated") / "model.safetensors"
    path.write_bytes(file(text, 232))
    hold_equal(path)


def shards(folder: Path, *parts: Header, named: dict[str, str] | None = None) -> Path:
    places: dict[str, str] = {}
    for number, fields in enumerate(parts):
        name = f"part{number}.safetensors"
        (folder / name).write_bytes(file(json.dumps(fields), end_of(fields)))
        places |= dict.fromkeys(fields, name)
    path = folder / "model.safetensors.index.json"
    total = {"total_size": sum(map(end_of, parts))}
    path.write_text(json.dumps({"metadata": total, "weight_map": places | (named or {})}))
    return path


def test_shards_are_described_alike(tmp_path: Path) -> None:
    first, second = header_of(EXPERTS), header_of({**lstm("rnn"), **OTHERS}, "BF16")
    path = shards(tmp_path, first, second)
    hold_equal(path)
    saved = read_path(path)
    assert isinstance(saved.tensors, TensorColumns)
    assert len(saved.tensors) == len(first) + len(second)
    assert {one.name for one in saved.tensors.single()} == set(lstm("rnn"))
    hold_equal(shards(tmp_path, first, second, named={"lost": "part0.safetensors"}))
    assert [each.fact for each in read_path(path).observations] == [Fact.EXTERNAL_MISSING]


@pytest.mark.parametrize("odd", [0, 1, 2])
def test_shards_of_which_one_is_odd_are_described_alike(odd: int, tmp_path: Path) -> None:
    path = shards(tmp_path, *(header_of(lstm(f"rnn{at}")) for at in range(3)))
    with (tmp_path / f"part{odd}.safetensors").open("ab") as part:
        part.write(b"\0")
    hold_equal(path)
    assert isinstance(read_path(path).tensors, tuple)


def test_a_name_in_two_shards_is_described_alike(tmp_path: Path) -> None:
    named = {"lost": "part0.safetensors"}
    path = shards(
        tmp_path, header_of(lstm("rnn")), header_of({**lstm("rnn"), "b": (2,)}), named=named
    )
    hold_equal(path)
    assert len(tuple(read_path(path).tensors)) == 9
