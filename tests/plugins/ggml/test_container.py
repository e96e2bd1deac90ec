"""The bytes of GGUF: versions, orders, values of all types, and where tensors are."""

from __future__ import annotations

import struct
from pathlib import Path

import gguf
import numpy as np
import pytest

from making.gguf_bytes import ARRAY, STRING, Tensor, array, file, number, pair, text, words
from making.gguf_models import ARCHITECTURES, made, write
from rnninspect.dtypes import DTYPES
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.inspection import inspect_file
from rnninspect.report import Report
from rnninspect.source.source import open_source
from rnninspect_ggml.container.header import read_header
from rnninspect_ggml.container.types import ELEMENT_TYPES

MAMBA = ARCHITECTURES["mamba"]


def rules(report: Report, level: str = "error") -> list[str]:
    return sorted({each.rule for each in report.findings if each.level == level})


def report_on(tmp_path: Path, data: bytes) -> Report:
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    return inspect_file(path)


def test_widths_of_all_types_are_those_of_the_package() -> None:
    for kind, (block, size) in gguf.GGML_QUANT_SIZES.items():
        element = DTYPES[ELEMENT_TYPES[kind]]
        if element.block_bytes:
            assert (element.block, element.block_bytes, element.is_quantised) == (block, size, True)
        else:
            assert (1, element.whole_bytes) == (block, size)


@pytest.mark.parametrize("kind", gguf.GGML_QUANT_SIZES, ids=lambda kind: str(kind.name))
def test_each_type_is_read_as_the_package_reads_it(
    kind: gguf.GGMLQuantizationType, tmp_path: Path
) -> None:
    block, size = gguf.GGML_QUANT_SIZES[kind]
    writer = gguf.GGUFWriter(tmp_path / "model.gguf", "llama")
    data = np.zeros((3, 2 * size), np.uint8)
    writer.add_tensor("w", data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    (theirs,) = gguf.GGUFReader(tmp_path / "model.gguf").tensors
    report = inspect_file(tmp_path / "model.gguf")
    assert report.totals.parameters == int(theirs.n_elements) == 6 * block
    assert report.totals.bytes == int(theirs.n_bytes) == 6 * size
    assert list(report.findings) == []


def test_a_quantised_model_counts_logical_parameters(tmp_path: Path) -> None:
    sizes = {"n_embd": 256, "d_inner": 512, "d_state": 16, "d_conv": 4, "dt_rank": 16}
    model = made(ARCHITECTURES["mamba"])
    model = made(type(MAMBA)(MAMBA.name, MAMBA.layers, MAMBA.keys, sizes))
    plain = inspect_file(write(tmp_path / "plain.gguf", model))
    quantised = gguf.GGMLQuantizationType.Q8_0
    packed = inspect_file(write(tmp_path / "packed.gguf", model, quantised=quantised))
    assert packed.totals.parameters == plain.totals.parameters
    assert packed.totals.bytes < plain.totals.bytes / 3
    assert rules(packed) == rules(packed, "warning") == []
    assert packed.layers[0].dtypes == ("float32", "q8_0")


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("order", ["<", ">"])
def test_versions_and_orders_of_bytes(version: int, order: str, tmp_path: Path) -> None:
    pairs = [words("general.architecture", "llama", order), number("llama.block_count", 1, order)]
    tensors = [("a", (3, 5), 0, 0), ("b", (7,), 1, 64)]
    data = file(pairs, tensors, payload=96, version=version, order=order)
    report = report_on(tmp_path, data)
    assert report.format == f"gguf v{version}" + (" big-endian" if order == ">" else "")
    assert (report.producer, report.totals.parameters) == ("llama", 22)
    assert list(report.findings) == []


@pytest.mark.parametrize("version", [0, 1, 4, 2**32 - 1])
def test_other_versions_are_refused(version: int, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=f"version {version} of GGUF is not supported"):
        report_on(tmp_path, file(version=version))


def test_a_file_of_the_package_in_the_other_order(tmp_path: Path) -> None:
    model = made(MAMBA)
    path = write(tmp_path / "big.gguf", model, endianess=gguf.GGUFEndian.BIG)
    report = inspect_file(path)
    assert report.format == "gguf v3 big-endian"
    assert {each.layer.name for each in report.layers} == model.layers.keys()
    assert rules(report) == []


def test_values_of_all_types_are_read_or_skipped(tmp_path: Path) -> None:
    numbers = {
        0: ("B", 200), 1: ("b", -3), 2: ("H", 60_000), 3: ("h", -300), 4: ("I", 2**32 - 1),
        5: ("i", -(2**31)), 6: ("f", 0.5), 7: ("?", True), 10: ("Q", 2**64 - 1),
        11: ("q", -(2**63)), 12: ("d", 0.25),
    }  # fmt: skip
    pairs = [
        pair(f"n{kind}", kind, struct.pack(f"<{code}", value))
        for kind, (code, value) in numbers.items()
    ]
    pairs += [
        pair(f"a{kind}", ARRAY, array(kind, 3, struct.pack(f"<3{code}", *[value] * 3)))
        for kind, (code, value) in numbers.items()
    ]
    texts = b"".join(text("x" * length) for length in (0, 1, 255, 256, 70_000, 3))
    inner = array(STRING, 2, text("a") + text("bc")) + array(ARRAY, 1, array(0, 2, b"\1\2"))
    pairs += [
        words("text", "größe"),
        words("long", "x" * 100_000),
        pair("texts", ARRAY, array(STRING, 6, texts)),
        pair("none", ARRAY, array(STRING, 0)),
        pair("many", ARRAY, array(0, 9_000, bytes(9_000))),
        pair("nested", ARRAY, array(ARRAY, 2, inner)),
        words("last", "end"),
    ]
    path = tmp_path / "model.gguf"
    path.write_bytes(file(pairs, [("w", (2, 2), 0, 0)], payload=32))
    with open_source(path) as source:
        header = read_header(source)
    for kind, (_, value) in numbers.items():
        assert header.values[f"n{kind}"] == value
        assert header.values[f"a{kind}"] == (value,) * 3
    assert (header.values["text"], header.values["last"]) == ("größe", "end")
    for key in ("long", "texts", "none", "many", "nested"):
        assert header.values[key] is None
    assert (header.table.names, header.table.kinds[0].shape) == (["w"], (2, 2))
    assert gguf.GGUFReader(path).tensors[0].data_offset == header.start


def test_alignment_is_what_the_file_says(tmp_path: Path) -> None:
    for alignment in (1, 8, 64, 4096):
        pairs = [number("general.alignment", alignment)]
        second = -(-12 // alignment) * alignment
        tensors = [("a", (3,), 0, 0), ("b", (2,), 0, second)]
        data = file(pairs, tensors, payload=second + 8, alignment=alignment)
        report = report_on(tmp_path, data)
        assert (rules(report), report.totals.bytes) == ([], 20)
        assert report_on(tmp_path, data[:-1]).findings[0].rule == "R201"


@pytest.mark.parametrize("value", [0, 3, 33])
def test_an_alignment_that_is_no_power_of_two_is_refused(value: int, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=f"general.alignment is {value}, not a power of two"):
        report_on(tmp_path, file([number("general.alignment", value)]))
    data = file([words("general.alignment", "32")])
    with pytest.raises(UnreadableFile, match="not a power of two"):
        report_on(tmp_path, data)


FAULTS: dict[str, tuple[list[Tensor], int, list[str]]] = {
    "cut": ([("a", (8,), 0, 0)], 31, ["R201"]),
    "beyond the end": ([("a", (8,), 0, 2**40)], 32, ["R201"]),
    "overlap": ([("a", (16,), 0, 0), ("b", (8,), 0, 32)], 64, ["R203"]),
    "same place": ([("a", (8,), 0, 0), ("b", (8,), 0, 0)], 32, ["R203"]),
    "misaligned": ([("a", (2,), 0, 0), ("b", (2,), 0, 8)], 32, ["R104"]),
    "part of a block": ([("a", (40, 2), 8, 0)], 128, ["R104"]),
    "unknown type": ([("a", (8,), 99, 0)], 32, ["R104"]),
    "removed type": ([("a", (8,), 4, 0)], 32, ["R104"]),
    "too many elements": ([("a", (2**32, 2**32), 0, 0)], 32, ["R206"]),
    "twice": ([("a", (8,), 0, 0), ("a", (8,), 0, 32)], 64, ["R209"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_table_that_lies_is_a_finding(name: str, tmp_path: Path) -> None:
    tensors, payload, expected = FAULTS[name]
    assert rules(report_on(tmp_path, file([], tensors, payload=payload))) == expected


def test_a_key_that_occurs_twice(tmp_path: Path) -> None:
    report = report_on(tmp_path, file([number("a.b", 1), number("a.b", 2)]))
    assert rules(report) == ["R209"]


UNUSUAL: dict[str, tuple[tuple[list[Tensor], int], str]] = {
    "trailing": (([("a", (8,), 0, 0)], 40), "8 bytes outside any tensor"),
    "gap": (([("a", (8,), 0, 0), ("b", (8,), 0, 96)], 128), "64 bytes outside any tensor"),
    "long name": (([("n" * 64, (8,), 0, 0)], 32), "1 name of more than 63 bytes"),
    "axes": (([("a", (2, 1, 2, 1, 2), 0, 0)], 32), "1 tensor of more than 4 axes"),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_odd_and_harmless_is_a_note(name: str, tmp_path: Path) -> None:
    (tensors, payload), words_ = UNUSUAL[name]
    report = report_on(tmp_path, file([], tensors, payload=payload))
    assert (rules(report), rules(report, "note")) == ([], ["R407"])
    assert words_ in report.findings[0].message


def test_an_adapter_and_an_importance_matrix_have_no_layers(tmp_path: Path) -> None:
    for kind, words_ in (("adapter", "an adapter (LoRA)"), ("imatrix", "an importance matrix")):
        ending = "weight.lora_a" if kind == "adapter" else "weight.in_sum2"
        pairs = [words("general.architecture", "mamba"), words("general.type", kind)]
        data = file(pairs, [(f"blk.0.ssm_in.{ending}", (8,), 0, 0)], payload=32)
        report = report_on(tmp_path, data)
        assert (report.layers, report.skipped, rules(report)) == ((), (), [])
        assert words_ in report.findings[0].message
        assert report.totals.parameters == (8 if kind == "adapter" else 0)


def test_a_vocabulary_alone_is_a_model_without_tensors(tmp_path: Path) -> None:
    tokens = array(STRING, 3, text("a") + text("b") + text("c"))
    pairs = [words("general.architecture", "mamba"), pair("tokenizer.ggml.tokens", ARRAY, tokens)]
    report = report_on(tmp_path, file(pairs, alignment=1))
    assert (report.totals.tensors, list(report.findings)) == (0, [])


def test_recurrent_tensors_of_no_known_cell_are_skipped_layers(tmp_path: Path) -> None:
    tensors = [("blk.0.ssm_a", (4,), 0, 0), ("blk.0.ssm_mimo_x.weight", (4, 2), 0, 32)]
    report = report_on(tmp_path, file([], tensors, payload=64))
    assert (report.layers, rules(report, "warning")) == ((), ["R401"])
    assert report.totals.attributed == 0


TRUNCATED = {
    "nothing": b"GGUF",
    "version": b"GGUF\3\0\0\0",
    "counts": file(counts=(2**63, 0)),
    "pairs": file(counts=(0, 2**63)),
    "a key": file([text("k" * 70_000)], counts=(0, 1)) + bytes(100),
    "a length": file([struct.pack("<Q", 2**63)], counts=(0, 1)) + bytes(100),
    "a value": file([text("k") + struct.pack("<I", 99)], counts=(0, 1)) + bytes(100),
    "a count": file([pair("k", ARRAY, array(4, 2**62))]) + bytes(100),
    "strings": file([pair("k", ARRAY, array(STRING, 2**61))]) + bytes(100),
    "elements": file([pair("k", ARRAY, array(13, 1))]) + bytes(100),
    "axes": file(counts=(1, 0), alignment=1) + text("t") + b"\xff\xff\xff\xff" + bytes(100),
}


@pytest.mark.parametrize("name", TRUNCATED)
def test_a_header_that_lies_is_refused_in_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"truncated|malformed") as raised:
        report_on(tmp_path, TRUNCATED[name])
    assert "\n" not in str(raised.value)


def test_every_cut_of_a_header_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "whole.gguf", made(MAMBA, blocks=1))
    data = path.read_bytes()
    start = gguf.GGUFReader(path).tensors[0].data_offset
    for end in [*range(4, 200), *range(200, start - 64, 37)]:
        with pytest.raises(UnreadableFile):
            report_on(tmp_path, data[:end])


def test_arrays_that_are_nested_too_deeply_are_refused(tmp_path: Path) -> None:
    value = array(ARRAY, 1) * 10_000 + array(0, 0)
    with pytest.raises(RefusedFile, match="nesting"):
        report_on(tmp_path, file([pair("k", ARRAY, value)]))
