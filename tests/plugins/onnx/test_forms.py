"""Recognition of ONNX models by content; the text forms; forms that are not supported yet."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import onnx
import pytest

from making.described import model_of
from making.onnx.graphs import Shape, graph, model, node, save, weights
from making.onnx.results import counts, read, report
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import open_source
from rnninspect_onnx import OnnxReader

if TYPE_CHECKING:
    from types import ModuleType

SHAPE = Shape("LSTM", 3, 2)
MODEL = model(graph([node(SHAPE)], weights(SHAPE)), producer_name="maker", producer_version="2")
DATA = MODEL.SerializeToString()
SAMPLES = Path(__file__).parents[3] / "sample_models"


def recognised(path: Path) -> bool:
    with open_source(path) as source:
        return OnnxReader().recognise(source) is not None


STRANGERS = {
    "empty": b"",
    "a version alone": b"\x08\x08",
    "a graph alone": MODEL.graph.SerializeToString(),
    "a tensor alone": MODEL.graph.initializer[0].SerializeToString(),
    "zeros": bytes(10**5),
    "prose": b"hello\n" * 50,
    "a page": b"<!doctype html><html></html>",
    "a pointer": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "json": b'{"class_name": "Functional"}',
    "a zip": b"PK\x03\x04" + bytes(60),
    "gzip": b"\x1f\x8b\x08" + bytes(60),
    "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(90),
    "a pickle": b"\x80\x02}q\x00.",
    "safetensors": b"\x08\0\0\0\0\0\0\0{}      ",
    "a SavedModel": b"\x08\x01\x12\x04\x0a\x02\x08\x01",
    "a GraphDef": b"\x0a\x10\x0a\x01x\x12\x0bPlaceholder",
    "an endless number": b"\xff" * 4096,
    "a wrong field": b"\x08\x08\x3a\x02\x0a\x00\x2d",
}


@pytest.mark.parametrize("name", sorted(set(STRANGERS) - {"a wrong field"}))
def test_other_files_are_not_recognised(tmp_path: Path, name: str) -> None:
    path = save(tmp_path, STRANGERS[name])
    assert not recognised(path)


def test_samples_of_other_frameworks_are_not_recognised() -> None:
    others = [*SAMPLES.glob("torch/*"), *SAMPLES.glob("keras/*")]
    assert len(others) > 10
    assert not any(recognised(path) for path in others if path.is_file())


def test_models_are_recognised_under_any_name(tmp_path: Path) -> None:
    for name in ("m.onnx", "m.pb", "m"):
        assert recognised(save(tmp_path, DATA, name))
    assert all(recognised(path) for path in SAMPLES.glob("onnx/*.onnx"))


def test_fields_in_another_order(tmp_path: Path) -> None:
    """Protobuf does not guarantee that the version comes first."""
    body, version = onnx.ModelProto(graph=MODEL.graph), onnx.ModelProto(ir_version=8)
    path = save(tmp_path, body.SerializeToString() + version.SerializeToString())
    assert recognised(path)
    assert counts(report(path)) == [("layer", 56, 56)]


def test_a_graph_in_two_parts_is_one(tmp_path: Path) -> None:
    first, second = onnx.ModelProto(), onnx.ModelProto()
    first.graph.node.extend(MODEL.graph.node)
    second.graph.initializer.extend(MODEL.graph.initializer)
    first.ir_version = 8
    path = save(tmp_path, first.SerializeToString() + second.SerializeToString())
    assert [count[1:] for count in counts(report(path))] == [(56, 56)]


@pytest.mark.parametrize("kept", range(5, len(DATA) - 10, 37))
def test_a_truncated_model_is_reported_with_the_offset(tmp_path: Path, kept: int) -> None:
    path = save(tmp_path, DATA[:kept])
    with pytest.raises(UnreadableFile):
        read(path)
    start = DATA.index(b"\x3a", 8)  # where the graph's field begins
    if kept > start + 3:
        with pytest.raises(UnreadableFile, match=r"field 7 at offset .* truncated\?"):
            read(path)


def test_trailing_bytes_that_are_not_a_field(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=f"no field number at offset {len(DATA)}"):
        read(save(tmp_path, DATA + b"\0"))


def test_the_producer_and_the_format(tmp_path: Path) -> None:
    described = read(save(tmp_path, MODEL))
    assert (described.producer, described.format, described.framework) == (
        "maker 2",
        "onnx",
        "onnx",
    )


HEAD = b'<ir_version: 8, opset_import: ["" : 17]> '
TEXTS = {
    "m.onnxtxt": ("onnxtxt", "onnx text"),
    "m.textproto": ("textproto", "onnx textproto"),
    "m.onnxjson": ("json", "onnx json"),
}


def written(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(onnx._get_serializer(TEXTS[name][0]).serialize_proto(MODEL))
    return path


@pytest.mark.parametrize("name", TEXTS)
def test_text_forms(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name)
    assert recognised(path)
    of = report(path)
    assert counts(of) == [("layer", 56, 56)]
    assert of.format == TEXTS[name][1]
    assert not of.findings


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_form_without_the_onnx_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = written(tmp_path, name)
    load = builtins.__import__

    def refusing(module: str, *rest: object) -> ModuleType:
        if module == "onnx":
            raise ImportError(module)
        return load(module, *rest)  # type: ignore[arg-type] # handed on as they come

    monkeypatch.setattr(builtins, "__import__", refusing)
    monkeypatch.delitem(sys.modules, "onnx")
    with pytest.raises(UnreadableFile, match="needs the onnx package: pip install onnx"):
        read(path)


@pytest.mark.parametrize("name", TEXTS)
def test_a_malformed_text_form_is_one_line(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(UnreadableFile) as caught:
        read(path)
    assert "\n" not in str(caught.value)


def test_a_long_text_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "m.onnxtxt")
    with (
        open_source(path, Limits(header_bytes=100)) as source,
        pytest.raises(RefusedFile, match="header_bytes=100"),
    ):
        model_of(OnnxReader(), source)


NESTED = {
    "graphs.onnxtxt": (HEAD + b"agraph () => () {", b" x = If <then_branch = g () => () {"),
    "types.onnxtxt": (HEAD + b"agraph (", b"seq("),
    "quoted.onnxtxt": (HEAD + b'# "\nagraph (', b'seq(")" '),
    "m.onnxjson": (b'{"irVersion": "8", "graph":', b'{"node":[{"attribute":[{"g":'),
    "m.textproto": (b"ir_version: 8 graph {", b"node { attribute { g {"),
}


@pytest.mark.parametrize("name", NESTED)
def test_deep_nesting_never_reaches_the_parser(tmp_path: Path, name: str) -> None:
    """onnx 1.23 crashes with a segmentation fault on the first three."""
    start, again = NESTED[name]
    with pytest.raises(RefusedFile, match="nesting=100"):
        read(save(tmp_path, start + again * 20_000, name))


def test_the_runtimes_own_format_is_recognised_by_its_identifier(tmp_path: Path) -> None:
    path = save(tmp_path, b"\x20\0\0\0ORTM" + bytes(100), "m.onnx")
    assert recognised(path)
    with pytest.raises(UnreadableFile, match="the vtable of the table at offset 32"):
        read(path)
