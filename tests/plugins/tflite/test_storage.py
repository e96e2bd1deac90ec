"""Where elements are stored and how: buffers, other files, quantised and sparse tensors."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from making.tensorflow.tflite_cells import Lstm, unidirectional
from making.tensorflow.tflite_models import FLOAT32, INT4, INT8, Model
from making.tensorflow.tflite_schema import schema
from making.tensorflow.tflite_steps import loop
from plugins.tflite.test_fused import errors, report_on
from rnninspect.errors import UnknownFormat
from rnninspect.inspection import inspect_file

COUNT = 1600


def moved_behind(model: Model) -> bytes:
    """The file with every buffer behind its tables, as models above 2 GB are written."""
    payload = [bytes(buffer.data or ()) for buffer in model.made.buffers]
    for buffer, data in zip(model.made.buffers, payload, strict=True):
        buffer.data, buffer.offset, buffer.size = None, 2**33 if data else 0, len(data)
    end = len(model.file())
    for buffer, data in zip(model.made.buffers, payload, strict=True):
        if data:
            buffer.offset, end = end, end + len(data)
    return model.file() + b"".join(payload)


def test_buffers_may_be_behind_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "large.tflite"
    data = moved_behind(unidirectional(Lstm()))
    path.write_bytes(data)
    report = inspect_file(path)
    assert (report.layers[0].stored, report.layers[0].bytes) == (COUNT, 4 * COUNT)
    assert errors(report) == []
    path.write_bytes(data[:-8])
    assert errors(inspect_file(path)) == ["R201"]


def external(model: Model, location: str) -> Model:
    """The model with its buffers in another file."""
    made, offset = schema(), 0
    model.made.externalBufferGroups = [made.ExternalBufferGroupT(name=location)]
    model.made.externalBuffers = []
    for tensor in model.made.subgraphs[0].tensors:
        data = model.made.buffers[tensor.buffer].data or ()
        if len(data):
            number = len(model.made.externalBuffers) + 1
            model.made.externalBuffers.append(
                made.ExternalBufferT(id=number, group=0, offset=offset, length=len(data))
            )
            tensor.externalBuffer, tensor.buffer = number, 0
            offset += len(data)
    model.made.buffers = model.made.buffers[:1]
    return model


@pytest.mark.parametrize(
    ("location", "size", "found"),
    [
        ("w.bin", 4 * COUNT, []),
        ("w.bin", 4 * COUNT - 4, ["R201"]),
        ("absent.bin", None, ["R204"]),
        ("../w.bin", None, ["R205"]),
        ("/etc/passwd", None, ["R205"]),
    ],
)
def test_buffers_may_be_in_another_file(
    location: str, size: int | None, found: list[str], tmp_path: Path
) -> None:
    if size is not None:
        (tmp_path / location).write_bytes(bytes(size))
    report = report_on(tmp_path, external(unidirectional(Lstm()), location))
    assert report.layers[0].stored == COUNT
    assert sorted({*errors(report)} - {"R201"} if size is None else errors(report)) == found


def test_an_external_buffer_that_is_not_listed_is_an_error(tmp_path: Path) -> None:
    model = external(unidirectional(Lstm()), "w.bin")
    (tmp_path / "w.bin").write_bytes(bytes(4 * COUNT))
    model.made.externalBuffers.pop()
    assert "R104" in errors(report_on(tmp_path, model))


@pytest.mark.parametrize(("kind", "bits"), [(INT8, 8), (INT4, 4)])
def test_quantised_weights_count_by_their_shape(kind: int, bits: int, tmp_path: Path) -> None:
    report = report_on(tmp_path, unidirectional(Lstm(kind=kind)))
    (layer,) = report.layers
    assert (layer.stored, layer.bytes) == (COUNT, COUNT * bits // 8)
    tensors = 12
    assert report.totals.not_parameters["quantisation"] == 2 * tensors
    assert errors(report) == []


def test_scales_of_each_channel_and_of_blocks_are_no_parameters(tmp_path: Path) -> None:
    model = unidirectional(Lstm(kind=INT4))
    graph = model.made.subgraphs[0]
    kernel = graph.tensors[graph.operators[0].inputs[2]]
    kernel.quantization = schema().QuantizationParametersT(scale=[0.5] * 16, zeroPoint=[0] * 16)
    blocks = schema().QuantizationParametersT(detailsType=2)
    scales = len(graph.tensors)
    graph.tensors.append(schema().TensorT(shape=[16, 1], type=FLOAT32, name="scales"))
    model.made.buffers.append(schema().BufferT(data=[0] * 64))
    graph.tensors[-1].buffer = len(model.made.buffers) - 1
    blocks.details = schema().BlockwiseQuantizationT(scales=scales, zeroPoints=-1, blockSize=8)
    graph.tensors[graph.operators[0].inputs[3]].quantization = blocks
    report = report_on(tmp_path, model)
    assert report.totals.parameters == COUNT
    assert report.totals.not_parameters["quantisation"] == 2 * 10 + 2 * 16 + 16
    assert errors(report) == []


def test_sparse_weights_count_by_their_shape(tmp_path: Path) -> None:
    model = unidirectional(Lstm())
    graph = model.made.subgraphs[0]
    kernel = graph.tensors[graph.operators[0].inputs[2]]
    kernel.sparsity = schema().SparsityParametersT(traversalOrder=[0, 1], dimMetadata=[])
    model.made.buffers[kernel.buffer].data = [0] * 40
    report = report_on(tmp_path, model)
    (layer,) = report.layers
    assert (layer.stored, layer.bytes) == (COUNT, 4 * (COUNT - 128) + 40)
    assert errors(report) == []


def test_a_tensor_that_nothing_reads_is_a_note_and_no_parameter(tmp_path: Path) -> None:
    model = unidirectional(Lstm())
    graph = model.made.subgraphs[0]
    copied = schema().TensorT(shape=[16], type=FLOAT32, name="second copy")
    copied.buffer = graph.tensors[graph.operators[0].inputs[12]].buffer
    graph.tensors.append(copied)
    model.made.buffers.append(schema().BufferT(data=[0] * 64))
    other = schema().TensorT(shape=[16], type=FLOAT32, name="another")
    other.buffer = len(model.made.buffers) - 1
    graph.tensors.append(other)
    report = report_on(tmp_path, model)
    assert report.totals.parameters == COUNT
    notes = [each.message for each in report.findings if each.rule == "R407"]
    assert any("2 stored tensors that no operator reads are not counted" in note for note in notes)


def test_shapes_and_single_numbers_are_constants(tmp_path: Path) -> None:
    report = report_on(tmp_path, loop())
    assert report.totals.not_parameters["constants"] == 2  # the counter's start and its step


def test_partly_overlapping_buffers_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "overlap.tflite"
    model = unidirectional(Lstm())
    inputs = model.made.subgraphs[0].operators[0].inputs
    first, second = (model.made.subgraphs[0].tensors[inputs[at]].buffer for at in (2, 3))
    data = moved_behind(model)
    path.write_bytes(data)
    assert errors(inspect_file(path)) == []
    buffers = model.made.buffers
    buffers[second].offset = buffers[first].offset + 16
    path.write_bytes(model.file() + data[len(model.file()) :])
    assert errors(inspect_file(path)) == ["R203"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"type": 99}, "R104"),
        ({"buffer": 999}, "R104"),
        ({"shape": [-1, 8]}, "R206"),
    ],
)
def test_a_tensor_that_is_impossible_is_an_error(
    change: dict[str, object], rule: str, tmp_path: Path
) -> None:
    model = unidirectional(Lstm())
    tensor = model.made.subgraphs[0].tensors[model.made.subgraphs[0].operators[0].inputs[2]]
    for name, value in change.items():
        setattr(tensor, name, value)
    assert rule in errors(report_on(tmp_path, model))


def archive(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return path


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_model_in_an_archive_is_read_there(method: int, tmp_path: Path) -> None:
    members = {"labels.txt": b"a\nb\n", "model.tflite": unidirectional(Lstm()).file()}
    report = inspect_file(archive(tmp_path / "made.zip", members, method))
    assert (report.container, report.layers[0].stored) == ("zip", COUNT)


def test_a_model_in_a_bundle_needs_no_suffix(tmp_path: Path) -> None:
    members = {"TF_LITE_PREFILL_DECODE": unidirectional(Lstm()).file(), "METADATA": bytes(20)}
    report = inspect_file(archive(tmp_path / "made.task", members))
    assert report.layers[0].stored == COUNT


def test_two_models_of_a_bundle_are_side_by_side(tmp_path: Path) -> None:
    members = {"a.tflite": unidirectional(Lstm()).file(), "b.tflite": loop().file()}
    report = inspect_file(archive(tmp_path / "made.task", members))
    assert [each.layer.name for each in report.layers] == ["a.tflite: lstm", "b.tflite: net/plain"]
    assert report.totals.parameters == COUNT + 32


def test_metadata_behind_a_model_does_not_hide_it(tmp_path: Path) -> None:
    path = archive(tmp_path / "labels.zip", {"labels.txt": b"a\n"})
    whole = tmp_path / "with_metadata.tflite"
    whole.write_bytes(unidirectional(Lstm()).file() + path.read_bytes())
    report = inspect_file(whole)
    assert (report.container, report.layers[0].stored) == ("", COUNT)


def test_without_the_identifier_it_is_no_model_as_for_the_interpreter(tmp_path: Path) -> None:
    data = unidirectional(Lstm()).file()
    path = tmp_path / "other.tflite"
    path.write_bytes(data[:4] + b"TFL2" + data[8:])
    with pytest.raises(UnknownFormat):
        inspect_file(path)


def test_the_converter_is_the_producer(tmp_path: Path) -> None:
    sample = Path(__file__).parents[3] / "sample_models" / "tflite" / "lstm.tflite"
    assert inspect_file(sample).producer == "tensorflow 2.21.0"
    assert report_on(tmp_path, unidirectional(Lstm())).producer == "made"
