"""ML programs in files and packages of Core ML, written by hand after its messages."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from makers.coreml_files import (
    BLOB_FLOAT16,
    BLOB_FLOAT32,
    BLOB_UINT8,
    FLOAT16,
    FLOAT32,
    INT32,
    MODEL,
    UINT8,
    WEIGHTS,
    blob_value,
    blobs,
    block,
    const,
    field,
    inline,
    lstm_operations,
    manifest,
    named,
    operation,
    program,
    text,
    write_package,
)
from rnninspect import Report, UnknownFormat, UnreadableFile, inspect_file
from rnninspect.walking.walk import Met, Walk

ELEMENTS = {"weight_ih": 48, "weight_hh": 64, "bias": 16}
SHAPES = {"weight_ih": (16, 3), "weight_hh": (16, 4), "bias": (16,)}


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


def stored_apart(width: int = 4, code: int = BLOB_FLOAT32) -> tuple[bytes, dict[str, bytes]]:
    """A blob file of an LSTM's weights, and the values that refer to it."""
    data, offsets = blobs(*((code, bytes(width * count)) for count in ELEMENTS.values()))
    dtype = FLOAT32 if width == 4 else FLOAT16
    values = {
        key: blob_value(SHAPES[key], offset, dtype)
        for key, offset in zip(ELEMENTS, offsets, strict=True)
    }
    return data, values


def package(folder: Path, weights: bytes | None, values: dict[str, bytes]) -> Report:
    data = program(lstm_operations(3, 4, values))
    return inspect_file(write_package(folder / "m.mlpackage", data, weights))


@pytest.mark.parametrize(("width", "code"), [(4, BLOB_FLOAT32), (2, BLOB_FLOAT16)])
def test_weights_in_a_blob_file(tmp_path: Path, width: int, code: int) -> None:
    weights, values = stored_apart(width, code)
    report = package(tmp_path, weights, values)
    (found,) = report.layers
    assert (found.expected, found.stored, found.layer.gate_order) == (128, 128, "ifog")
    assert (found.layer.sizes.input_size, found.layer.sizes.hidden_size) == (3, 4)
    assert (report.format, report.totals.bytes) == ("coreml package", width * 128)
    assert report.totals.not_parameters["state"] == 8
    assert not report.findings
    files = tmp_path / "m.mlpackage"
    assert report.file_bytes == sum(
        (files / name).stat().st_size for name in ("Manifest.json", MODEL, WEIGHTS)
    )


def test_the_model_of_a_package_can_be_named_by_itself(tmp_path: Path) -> None:
    weights, values = stored_apart()
    package(tmp_path, weights, values)
    report = inspect_file(tmp_path / "m.mlpackage" / MODEL)
    assert (report.format, report.layers[0].stored) == ("coreml model", 128)


def test_a_package_in_a_folder_is_one_model(tmp_path: Path) -> None:
    weights, values = stored_apart()
    package(tmp_path, weights, values)
    found = [one for one in Walk().over(str(tmp_path)) if isinstance(one, Met)]
    assert [(one.path, one.claims) for one in found] == [(str(tmp_path / "m.mlpackage"), True)]


def test_weights_in_the_program_itself(tmp_path: Path) -> None:
    report = package(tmp_path, None, {})
    assert (report.layers[0].stored, report.totals.parameters) == (128, 128)
    assert not report.findings


def gru(m: int, n: int, *biases: str) -> bytes:
    shapes = {"weight_ih": (3 * n, m), "weight_hh": (3 * n, n)} | dict.fromkeys(biases, (3 * n,))
    made = [const(key, inline(shape), shape) for key, shape in shapes.items()]
    names: dict[str, str | tuple[str, ...]] = {key: key for key in ("x", *shapes)}
    return program([*made, operation("gru", "y", names, (5, 1, n))], m=m)


def test_a_gru_has_one_bias_or_one_beside_that_of_the_input(tmp_path: Path) -> None:
    for biases, expected in ((), 84), (("bias",), 96), (("bias", "input_bias"), 108):
        path = tmp_path / "m.mlmodel"
        path.write_bytes(gru(3, 4, *biases))
        (found,) = inspect_file(path).layers
        assert (found.expected, found.stored) == (expected, expected)
        assert found.layer.gate_order == "rgz"


def test_an_lstm_of_both_directions(tmp_path: Path) -> None:
    made, names = [], {"x": "x", "direction": "direction"}
    for key, shape in SHAPES.items():
        for name in (key, f"{key}_back"):
            made.append(const(name, inline(shape), shape))
            names[name] = name
    made.append(const("direction", text("bidirectional"), (), 2))
    path = tmp_path / "m.mlmodel"
    path.write_bytes(program([*made, operation("lstm", "y", dict(names), (5, 1, 8))]))
    (found,) = inspect_file(path).layers
    assert (found.expected, found.stored, found.layer.sizes.directions) == (256, 256, 2)


def with_compressed_kernel(kind: str, inputs: dict[str, bytes], folder: Path) -> Report:
    """An LSTM whose kernel is made of compressed data."""
    made = lstm_operations(3, 4, {})
    made[0] = operation(kind, "weight_ih", {}, (16, 3), attributes=inputs)
    path = folder / "m.mlmodel"
    path.write_bytes(program(made))
    return inspect_file(path)


@pytest.mark.parametrize(
    ("kind", "inputs", "scales"),
    [
        (
            "constexpr_affine_dequantize",
            {
                "quantized_data": inline((16, 3), UINT8),
                "zero_point": inline((16,), UINT8),
                "scale": inline((16,)),
                "axis": inline((), INT32),
            },
            32,
        ),
        (
            "constexpr_lut_to_dense",
            {
                "indices": inline((12,), UINT8),
                "lut": inline((4,)),
                "shape": inline((2,), INT32),
            },
            4,
        ),
        (
            "constexpr_cast",
            {"source_val": inline((16, 3), FLOAT16), "output_dtype": text("fp32")},
            0,
        ),
    ],
)
def test_a_compressed_weight_counts_what_it_is_expanded_to(
    tmp_path: Path, kind: str, inputs: dict[str, bytes], scales: int
) -> None:
    report = with_compressed_kernel(kind, inputs, tmp_path)
    assert (report.layers[0].expected, report.layers[0].stored) == (128, 128)
    assert report.totals.parameters == 128
    assert report.totals.not_parameters["quantisation"] == scales
    assert not {"R101", "R102", "R106", "R201"} & rules(report)


def test_a_pruned_weight_counts_with_its_zeros_and_without_its_mask(tmp_path: Path) -> None:
    inputs = {
        "nonzero_data": inline((11,)),
        "mask": inline((6,), UINT8),
        "shape": inline((2,), INT32),
    }
    report = with_compressed_kernel("constexpr_sparse_to_dense", inputs, tmp_path)
    assert (report.layers[0].stored, report.totals.parameters) == (128, 128)
    assert report.totals.bytes == 4 * (128 - 48 + 11)
    assert report.totals.not_parameters["state"] == 8 + 6


def test_a_loop_that_looks_like_a_cell_is_possible(tmp_path: Path) -> None:
    weight = const("w", inline((4, 4)), (4, 4))
    product = operation("linear", "p", {"x": "h", "weight": "w"}, (1, 4))
    body = block(
        [weight, product, operation("tanh", "h1", {"x": "p"}, (1, 4))],
        ("h1",),
        field(1, named("h", FLOAT32, (1, 4))),
    )
    condition = block([], ("h",), field(1, named("h", FLOAT32, (1, 4))))
    start = const("h0", inline((1, 4)), (1, 4))
    loop = operation("while_loop", "y", {"loop_vars": ("h0",)}, (1, 4), blocks=(condition, body))
    path = tmp_path / "m.mlmodel"
    path.write_bytes(program([start, loop]))
    report = inspect_file(path)
    assert rules(report) == {"R405"}
    assert (report.totals.parameters, report.totals.not_parameters["state"]) == (16, 4)


def lying(weights: bytes, at: int, form: str, value: int) -> bytes:
    data = bytearray(weights)
    struct.pack_into(form, data, at, value)
    return bytes(data)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda data: data[:-40], "R201"),
        (lambda data: lying(data, 64, "<I", 0xBADC0DE), "R201"),
        (lambda data: lying(data, 68, "<I", BLOB_UINT8), "R104"),
        (lambda data: lying(data, 72, "<Q", 100), "R201"),
        (lambda data: lying(data, 72, "<Q", 400), "R202"),
        (lambda data: lying(data, 80, "<Q", 2**63), "R201"),
        (lambda data: lying(data, 80, "<Q", 200), "R203"),
    ],
)
def test_what_a_blob_file_says_wrong_is_found(tmp_path: Path, change: object, rule: str) -> None:
    weights, values = stored_apart()
    assert callable(change)
    assert rule in rules(package(tmp_path, change(weights), values))


def test_a_blob_beyond_the_file_is_short(tmp_path: Path) -> None:
    weights, values = stored_apart()
    report = package(tmp_path, weights, values | {"bias": blob_value((16,), 2**40)})
    assert [finding.tensor for finding in report.findings if finding.rule == "R201"] == ["bias"]


def test_a_blob_file_that_is_missing_or_outside_is_found(tmp_path: Path) -> None:
    weights, values = stored_apart()
    assert "R204" in rules(package(tmp_path / "a", None, values))
    for name in ("../../../other.bin", "/etc/passwd", "@model_path/../../../../x"):
        changed = values | {"bias": blob_value((16,), 64, FLOAT32, name)}
        found = rules(package(tmp_path / name.replace("/", "_"), weights, changed))
        assert {"R204", "R205"} & found, name


def test_a_blob_that_two_values_share_counts_once(tmp_path: Path) -> None:
    weights, values = stored_apart()
    made = lstm_operations(3, 4, values)
    again = const("again", values["weight_ih"], (16, 3))
    data = program([*made, again])
    report = inspect_file(write_package(tmp_path / "m.mlpackage", data, weights))
    assert report.totals.parameters == 128


@pytest.mark.parametrize(
    ("listed", "error", "reason"),
    [
        (manifest("../../outside.mlmodel"), UnreadableFile, "outside"),
        (manifest("/etc/passwd"), UnreadableFile, "missing"),
        (manifest(root="nothing"), UnreadableFile, "names no model"),
        (b'{"itemInfoEntries": 1}', UnreadableFile, "names no model"),
        (b'{"itemInfoEntries": ' + b"[" * 100_000, UnreadableFile, "cannot parse Manifest.json"),
        (b"{}", UnknownFormat, "Core ML package"),
    ],
)
def test_a_manifest_leads_to_a_model_in_the_package(
    tmp_path: Path, listed: bytes, error: type[Exception], reason: str
) -> None:
    (tmp_path / "outside.mlmodel").write_bytes(gru(3, 4))
    folder = write_package(tmp_path / "m.mlpackage", gru(3, 4), None, listed)
    with pytest.raises(error, match=reason):
        inspect_file(folder)
