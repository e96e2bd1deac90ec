"""Hand-made headers of safetensors, also malformed ones."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path

import pytest

from making.described import model_of
from making.torch.pickles import parameters, read
from rnninspect import inspect_file
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.model import Fact, SavedModel
from rnninspect.plugin import Limits
from rnninspect.rules import Level, check
from rnninspect.source.source import open_source
from rnninspect_torch import TorchReader

GOOD: dict[str, object] = {
    "rnn.bias_hh_l0": {"dtype": "F32", "shape": [8], "data_offsets": [0, 32]},
    "rnn.bias_ih_l0": {"dtype": "F32", "shape": [8], "data_offsets": [32, 64]},
    "rnn.weight_hh_l0": {"dtype": "F32", "shape": [8, 2], "data_offsets": [64, 128]},
    "rnn.weight_ih_l0": {"dtype": "F32", "shape": [8, 3], "data_offsets": [128, 224]},
}


def file(header: Mapping[str, object] | str, size: int = 224) -> bytes:
    text = header if isinstance(header, str) else json.dumps(header)
    data = text.encode()
    return struct.pack("<Q", len(data)) + data + bytes(size)


def spec(shape: list[object], start: int, stop: int, dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def errors(model: SavedModel) -> list[str]:
    return [finding.rule for finding in check(model, ()) if finding.level is Level.ERROR]


def test_an_intact_file(tmp_path: Path) -> None:
    model = read(file({"__metadata__": {"format": "pt"}, **GOOD}), tmp_path)
    (layer,) = model.layers
    assert (layer.name, layer.cell, layer.sizes.input_size) == ("rnn", "LSTM", 3)
    assert (model.format, parameters(model)) == ("safetensors", 56)
    assert (model.observations, errors(model)) == ((), [])


@pytest.mark.parametrize(
    ("change", "size", "rule"),
    [
        ({"rnn.bias_hh_l0": spec([9], 0, 32)}, 224, "R201"),
        ({"rnn.bias_hh_l0": spec([7], 0, 32)}, 224, "R202"),
        ({}, 200, "R201"),
        ({"rnn.bias_hh_l0": spec([8], 32, 64)}, 224, "R203"),
        ({"rnn.bias_hh_l0": spec([8], 40, 72)}, 224, "R203"),
        ({"rnn.weight_hh_l0": spec([-8, 2], 64, 128)}, 224, "R206"),
        ({"rnn.weight_hh_l0": spec([2**40, 2**40], 64, 128)}, 224, "R206"),
    ],
)
def test_offsets_that_contradict_shapes_or_the_file(
    change: dict[str, object], size: int, rule: str, tmp_path: Path
) -> None:
    assert rule in errors(read(file({**GOOD, **change}, size), tmp_path))


def test_unused_bytes_are_unusual(tmp_path: Path) -> None:
    moved = {**GOOD, "rnn.bias_hh_l0": spec([8], 224, 256)}
    model = read(file(moved, 300), tmp_path)
    (note,) = model.observations
    assert (note.fact, note.detail) == (Fact.UNUSUAL, "76 bytes outside any tensor")


def test_a_duplicate_name(tmp_path: Path) -> None:
    text = json.dumps(GOOD)[:-1] + ', "rnn.bias_hh_l0": ' + json.dumps(spec([8], 0, 32)) + "}"
    assert "R209" in errors(read(file(text), tmp_path))


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("[1, 2]", "torch does not recognise"),
        ('{"a": 3}', "a is not an object"),
        ({"a": spec([1.0], 0, 4)}, r"not an integer \(found float\)"),
        ({"a": spec([True], 0, 4)}, r"not an integer \(found bool\)"),
        ({"a": spec(["1"], 0, 4)}, r"not an integer \(found str\)"),
        ({"a": {"dtype": "F32", "shape": 3, "data_offsets": [0, 4]}}, r"not a tuple \(found int\)"),
        ({"a": spec([1], 0, 4, "Z9")}, "unknown dtype: Z9"),
        ({"a": {"dtype": [], "shape": [1], "data_offsets": [0, 4]}}, "unknown dtype"),
        ('{"a": ' + "9" * 5000 + "}", "^cannot parse the header: a number has too many digits$"),
        (
            '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}",
            "^cannot parse the header: it is nested too deeply$",
        ),
        ('{"a": NaN', "^cannot parse the header: Expecting"),
    ],
)
def test_malformed_headers(header: Mapping[str, object] | str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(file(header, 0))
    with open_source(path) as source, pytest.raises(UnreadableFile, match=reason):
        model_of(TorchReader(), source)


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    path = tmp_path / "broken.safetensors"
    path.write_bytes(struct.pack("<Q", 8) + b'{"\xff": 1}')
    with pytest.raises(UnreadableFile, match=r"^cannot parse the header: its text is not UTF-8$"):
        inspect_file(path)


@pytest.mark.parametrize("length", [12, 40, 150])
def test_a_file_that_ends_inside_its_header_is_truncated(tmp_path: Path, length: int) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(file(GOOD)[:length])
    with pytest.raises(UnreadableFile, match=rf"^truncated: a header of \d+ bytes .* of {length}$"):
        inspect_file(path)


def test_a_header_longer_than_the_file(tmp_path: Path) -> None:
    path = tmp_path / "lying.safetensors"
    path.write_bytes(struct.pack("<Q", 2**60) + b'{"a": {}}')
    with (
        open_source(path) as source,
        pytest.raises(UnreadableFile, match=r"^malformed: a header of"),
    ):
        model_of(TorchReader(), source)


def test_a_header_of_more_tensors_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "many.safetensors"
    path.write_bytes(file({f"t{index}": spec([1], 0, 4) for index in range(50)}, 4))
    with (
        open_source(path, Limits(tensors=20)) as source,
        pytest.raises(UnreadableFile, match="tensors=20; --limit tensors=N"),
    ):
        model_of(TorchReader(), source)


@pytest.mark.parametrize(
    "inner",
    [
        {f"k{index}": "v" for index in range(60)},
        {"k": list(range(300))},
        {"k": [[]] * 60},
        {"k": [{}] * 60},
    ],
)
def test_other_values_of_a_header_count_too(inner: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "wide.safetensors"
    path.write_bytes(file({"__metadata__": inner, **GOOD}))
    with (
        open_source(path, Limits(tensors=20)) as source,
        pytest.raises(RefusedFile, match="the header exceeds the limit tensors=20"),
    ):
        model_of(TorchReader(), source)


def test_a_header_is_refused_by_its_size_in_memory(tmp_path: Path) -> None:
    """Encoded, decoded, as names and as identities; wider with a character beyond ASCII."""
    for name, bound in (("a" * 1_000, 5_000), ("\u00e9" * 500, 10_000)):
        path = tmp_path / "long.safetensors"
        path.write_bytes(file(json.dumps({**GOOD, name: spec([1], 224, 228)}, ensure_ascii=False)))
        for most in (bound, 2 * bound):
            with open_source(path, Limits(header_bytes=most)) as source:
                if most == bound:
                    with pytest.raises(RefusedFile, match="header_bytes"):
                        model_of(TorchReader(), source)
                else:
                    found = model_of(TorchReader(), source)
                    assert len(found.layers) == 1


def test_names_dropped_by_save_model_are_restored(tmp_path: Path) -> None:
    aliases = {name.replace("rnn.", "other."): name for name in GOOD}
    model = read(file({"__metadata__": {"format": "pt", **aliases}, **GOOD}), tmp_path)
    assert [layer.name for layer in model.layers] == ["rnn", "other"]
    assert parameters(model) == 56


def test_sub_byte_types(tmp_path: Path) -> None:
    header = {"a": spec([3, 8], 0, 12, "F4"), "b": spec([4], 12, 15, "F6_E2M3")}
    model = read(file(header, 15), tmp_path)
    assert [(stored.parameters, stored.bytes) for stored in model.tensors] == [(24, 12), (4, 3)]
    assert errors(model) == []


@pytest.mark.parametrize("length", [0x280, 0x380, 0x480, 0x580])
def test_a_header_whose_length_looks_like_a_pickle_is_read(length: int, tmp_path: Path) -> None:
    """The first bytes of the length equal those of a pickle: 0x80 and a protocol from 2 to 5."""
    data = file(json.dumps(GOOD).ljust(length))
    assert data[:2] == bytes([0x80, length >> 8])
    assert [layer.cell for layer in read(data, tmp_path, "model.safetensors").layers] == ["LSTM"]
