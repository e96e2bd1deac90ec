"""Limits of files with very many tensors, which are read in columns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from making.described import model_of
from rnninspect.errors import RefusedFile
from rnninspect.model import SavedModel
from rnninspect.plugin import Limits
from rnninspect.source.source import open_source
from rnninspect.stored.columns import TensorColumns
from rnninspect_torch import TorchReader
from rnninspect_torch.columns import header
from rnninspect_torch.formats import safetensors


@pytest.fixture(autouse=True)
def _read_small_headers_in_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safetensors, "_LEAST", 0)


def written(path: Path, names: list[str], odd: str = "") -> Path:
    """A file of a byte for each tensor."""
    fields = {
        name: {"dtype": "U8", "shape": [], "data_offsets": [at, at + 1]}
        for at, name in enumerate(names)
    }
    text = (json.dumps(fields) + odd).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + bytes(len(names)))
    return path


def sharded(folder: Path, shards: list[list[str]]) -> Path:
    places: dict[str, str] = {}
    for at, names in enumerate(shards):
        written(folder / f"{at}.safetensors", names)
        places |= dict.fromkeys(names, f"{at}.safetensors")
    path = folder / "model.safetensors.index.json"
    path.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return path


def read(path: Path, **bounds: int) -> SavedModel:
    with open_source(path, Limits(**bounds)) as source:
        return model_of(TorchReader(), source)


def test_five_tensors_in_columns_count_as_one(tmp_path: Path) -> None:
    names = [f"t{at}.weight" for at in range(10)]
    path = written(tmp_path / "m.safetensors", names)
    assert len(read(path, tensors=2).tensors) == 10
    with pytest.raises(RefusedFile, match="tensors=1"):
        read(path, tensors=1)
    path = written(tmp_path / "m.safetensors", names, odd="   ")
    assert len(read(path, tensors=2).tensors) == 10
    unused = path.read_bytes() + b"\0"  # what is unusual is read one after the other
    path.write_bytes(unused)
    with pytest.raises(RefusedFile, match="tensors=9"):
        read(path, tensors=9)


def test_five_tensors_of_shards_count_as_one(tmp_path: Path) -> None:
    path = sharded(tmp_path, [[f"{at}.{part}.weight" for part in range(5)] for at in range(4)])
    assert len(read(path, tensors=4).tensors) == 20
    with pytest.raises(RefusedFile, match="tensors=3"):
        read(path, tensors=3)
    with (tmp_path / "2.safetensors").open("ab") as shard:
        shard.write(b"\0")
    assert isinstance(read(path, tensors=20).tensors, tuple)
    with pytest.raises(RefusedFile, match="tensors=9"):
        read(path, tensors=9)


def test_an_index_of_any_length_is_read(tmp_path: Path) -> None:
    path = sharded(tmp_path, [[f"{at}.{part}.weight" for part in range(50)] for at in range(4)])
    assert path.stat().st_size > 4_000
    assert len(read(path, header_bytes=4_000).tensors) == 200


def test_tensors_near_cells_count_each(tmp_path: Path) -> None:
    path = written(tmp_path / "m.safetensors", [f"{at}.A_log" for at in range(10)])
    assert len(read(path, tensors=10).tensors) == 10
    with pytest.raises(RefusedFile, match="tensors=9"):
        read(path, tensors=9)


def test_a_very_large_header_is_read_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "m.safetensors", [f"layers.{at}.weight" for at in range(40)])
    whole = read(path)
    length = int.from_bytes(path.read_bytes()[:8], "little")
    for block in (1, 100, 10_000):
        monkeypatch.setattr(safetensors, "_BLOCK", block)
        assert read(path, header_bytes=length) == whole
    with pytest.raises(RefusedFile, match="header_bytes"):
        read(path, header_bytes=length - 1)
    with path.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(RefusedFile, match="header_bytes"):  # four times its length, as values
        read(path, header_bytes=length)
    assert len(read(path, header_bytes=4 * length).tensors) == 40


def test_names_of_many_kinds_are_not_read_in_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(header, "_MOST_KINDS", 3)
    alike = written(tmp_path / "alike.safetensors", [f"{'abc'[at % 3]}{at}" for at in range(9)])
    assert isinstance(read(alike).tensors, TensorColumns)
    others = written(tmp_path / "others.safetensors", [*"abcd"])
    assert isinstance(read(others).tensors, tuple)


def test_a_name_of_any_length_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "m.safetensors", ["a", "b" * 1_025])
    assert isinstance(read(path).tensors, tuple)
    assert isinstance(read(written(path, ["a", "b" * 1_024])).tensors, TensorColumns)


def test_steps_are_spent_on_names_that_depend_on_others(tmp_path: Path) -> None:
    names = [f"{at}.{part}" for at in range(50) for part in ("scale", "zero_point")]
    path = written(tmp_path / "m.safetensors", names)
    assert len(read(path, steps=1_000).tensors) == 100
    with pytest.raises(RefusedFile, match="steps=350"):
        read(path, steps=350)
