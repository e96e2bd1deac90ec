"""Blobs of RNNoise and Opus, written by hand: pairs of linear layers, dense and sparse."""

from __future__ import annotations

from pathlib import Path

import pytest

from makers.dnnw_files import Arrays, blob_of, floats, linear, small, sparse
from rnninspect import Report, UnreadableFile, inspect_file
from rnninspect.testing import check_reader
from rnninspect_audio import AudioReader

DENSE = {**linear("gru_input", 5, 24), **linear("gru_recurrent", 8, 24)}
BLOCKS = ((0, 4), (), (4,))


def inspected(arrays: Arrays | bytes, folder: Path) -> Report:
    path = folder / "weights_blob.bin"
    path.write_bytes(arrays if isinstance(arrays, bytes) else blob_of(arrays))
    return inspect_file(path)


def messages(report: Report) -> list[str]:
    return [f"{found.rule} {found.message}" for found in report.findings if found.rule != "R402"]


def test_the_network_of_rnnoise_is_counted_by_its_layers(tmp_path: Path) -> None:
    arrays = {**linear("conv1", 195, 128), **linear("conv2", 384, 384)}
    for number in (1, 2, 3):
        arrays |= linear(f"gru{number}_input", 384, 1152)
        arrays |= linear(f"gru{number}_recurrent", 384, 1152)
    arrays |= {**linear("dense_out", 1536, 32), **linear("vad_dense", 1536, 1)}
    report = inspected(arrays, tmp_path)
    assert report.framework == "rnnoise"
    assert [layer.name for layer in report.layers] == ["gru1", "gru2", "gru3"]
    assert {layer.expected for layer in report.layers} == {2 * 384 * 1152 + 2 * 1152}
    assert report.totals.parameters == 2_884_769
    assert not messages(report)


def test_a_sparse_cell_has_its_whole_size_and_says_what_is_stored(tmp_path: Path) -> None:
    arrays = {**sparse("g_input", BLOCKS), **sparse("g_recurrent", BLOCKS, diagonal=True)}
    report = inspected(arrays, tmp_path)
    (layer,) = report.layers
    assert (layer.input_size, layer.hidden_size) == (8, 8)
    assert layer.expected == layer.stored == report.totals.parameters == 2 * 8 * 24 + 2 * 24
    assert layer.bytes == 4 * (2 * 3 * 32 + 24 + 2 * 24)
    assert messages(report) == ["R407 2 sparse matrices: 216 of 384 weights are stored"]


def test_weights_in_int8_alone_are_the_parameters(tmp_path: Path) -> None:
    arrays = {**sparse("g_input", BLOCKS), **sparse("g_recurrent", BLOCKS)}
    both = inspected(arrays, tmp_path)
    alone = inspected(
        {name: each for name, each in arrays.items() if not name.endswith("_float")}, tmp_path
    )
    assert alone.totals.parameters == both.totals.parameters
    assert both.totals.copies == 2 * 8 * 24
    assert not alone.totals.copies


def test_a_cell_without_biases_is_sized_by_its_matrices(tmp_path: Path) -> None:
    arrays = {
        **linear("sig_net_gru1_input", 5, 24, bias=False),
        **linear("sig_net_gru1_recurrent", 8, 24, bias=False),
    }
    report = inspected(arrays, tmp_path)
    (layer,) = report.layers
    assert report.framework == "opus"
    assert (layer.input_size, layer.hidden_size, layer.bias_vectors) == (5, 8, 0)
    assert not messages(report)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"gru_recurrent_weights_float": floats(191)}, "R101 stored [191], expected [8, 24]"),
        ({"gru_input_weights_float": floats(121)}, "R101 stored [121], expected [5, 24]"),
        ({"gru_recurrent_bias": floats(23)}, "R101 stored [23], expected [24]"),
        ({"gru_input_bias": floats(25)}, "R101 stored [25], expected [24]"),
        ({"gru_input_weights_float": None}, "R102 no tensor for the kernel (24 parameters)"),
        (
            {"gru_recurrent_bias": None},
            "R107 one bias vector where dnnw has two: no recurrent_bias",
        ),
        (
            {"gru_input_weights_int8": small(7)},
            "R104 gru_input: 120 weights in float, 7 in int8",
        ),
    ],
)
def test_a_fault_in_a_cell_is_found(
    change: dict[str, tuple[int, bytes] | None], expected: str, tmp_path: Path
) -> None:
    changed = {**DENSE, **change}
    arrays = {name: each for name, each in changed.items() if each}
    assert expected in messages(inspected(arrays, tmp_path))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            {"g_recurrent_weights_float": floats(64)},
            "R104 g_recurrent: its index lists 3 blocks of 32, weights_float has 64 elements",
        ),
        (
            {"g_recurrent_weights_idx": sparse("g", BLOCKS[:2])["g_weights_idx"]},
            "R104 g_recurrent: its index has 16 rows of 24",
        ),
    ],
)
def test_an_index_that_does_not_fit_is_found(change: Arrays, expected: str, tmp_path: Path) -> None:
    arrays = {**sparse("g_input", BLOCKS), **sparse("g_recurrent", BLOCKS), **change}
    assert expected in messages(inspected(arrays, tmp_path))


def test_half_a_cell_and_lpcnets_names_are_skipped_layers(tmp_path: Path) -> None:
    arrays = {**linear("gru1_input", 5, 24), "gru_a_recurrent_weights": floats(12)}
    report = inspected(arrays, tmp_path)
    assert not report.layers
    assert sorted(layer.name for layer in report.skipped) == ["gru", "gru1"]


def test_the_second_array_of_a_name_is_noted(tmp_path: Path) -> None:
    report = inspected(blob_of(DENSE) + blob_of({"gru_input_bias": floats(24)}), tmp_path)
    assert [found.rule for found in report.findings if found.tensor == "gru_input_bias"] == ["R209"]


ONE = blob_of({"conv1_bias": floats(3)})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (ONE[:100], "truncated: 'conv1_bias' at offset 0 needs 64 bytes, 36 are left"),
        (ONE + ONE[:30], "truncated: a header at offset 128 is cut"),
        (ONE + b"DNNv" + ONE[4:], "no record at offset 128: it begins with b'DNNv'"),
        (ONE[:4] + b"\1" + ONE[5:], "unsupported version 1 of 'conv1_bias'"),
        (ONE[:8] + b"\2" + ONE[9:], "unsupported element type 2 of 'conv1_bias'"),
        (ONE[:12] + b"\x0b" + ONE[13:], "11 bytes of float32 in a block of 64"),
        (ONE[:12] + b"\0" + ONE[13:], "0 bytes of float32 in a block of 64"),
        (ONE[:16] + b"\4" + ONE[17:], "12 bytes of float32 in a block of 4"),
        (ONE[:63] + b"x" + ONE[64:], "has no name, or too long a one"),
        (blob_of({"a_weights_idx": (1, b"\2\0\0\0\0\0\0\0")}), "malformed row at offset 64"),
        (blob_of({"a_weights_idx": (1, b"\1\0\0\0\1\0\0\0")}), "malformed row at offset 64"),
        (blob_of({"a_weights_idx": (1, b"\1\0\0\0\xfc\xff\xff\xff")}), "a negative input"),
    ],
)
def test_a_malformed_blob_is_unreadable(data: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        inspected(data, tmp_path)


def test_the_reader_keeps_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "weights_blob.bin"
    path.write_bytes(blob_of(DENSE))
    check_reader(AudioReader(), path)
