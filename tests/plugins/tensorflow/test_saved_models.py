"""SavedModels under other names, and without the checkpoint of their variables."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from making.tensorflow.bundles import field
from rnninspect import inspect_file
from rnninspect.model import Fate
from rnninspect.report import Report
from rnninspect_keras.graph.running.runner import Runner

if TYPE_CHECKING:
    from rnninspect_keras.graph.messages.records import Function
    from rnninspect_keras.graph.running.values import Value

SAMPLES = Path(__file__).parents[3] / "sample_models" / "keras"
FAMILY = SAMPLES / "keras2_family"  # 480 + 192 + 96 recurrent parameters of 842


def errors(report: Report) -> list[tuple[str, str | None]]:
    return [(f.rule, f.layer) for f in report.findings if f.level == "error"]


def sizes(report: Report) -> list[tuple[str, str, int, int, int]]:
    return [
        (
            counted.layer.name,
            counted.cell.name,
            counted.layer.sizes.input_size,
            counted.layer.sizes.hidden_size,
            counted.expected,
        )
        for counted in report.layers
    ]


@pytest.mark.parametrize("name", ["net.pb", "net", "net.onnx", "net.pt", "net.h5", "graph.bin"])
def test_content_decides_whatever_a_saved_model_is_called(tmp_path: Path, name: str) -> None:
    shutil.copytree(FAMILY, tmp_path, dirs_exist_ok=True)
    (tmp_path / "saved_model.pb").rename(tmp_path / name)
    report = inspect_file(tmp_path / name)
    assert report.format == "tf savedmodel"
    assert sizes(report) == sizes(inspect_file(FAMILY))
    assert report.totals.parameters == 842
    assert errors(report) == []


def test_an_onnx_file_of_the_first_version_is_not_a_saved_model(tmp_path: Path) -> None:
    graph = field(7, field(2, "graph"))
    (tmp_path / "old.pb").write_bytes(field(1, 1) + field(2, "caffe2") + field(8, b"") + graph)
    assert inspect_file(tmp_path / "old.pb").framework == "onnx"


def test_a_graph_by_the_name_of_a_saved_model_is_read_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "saved_model.pb").write_bytes(field(1, field(1, "x") + field(2, "Placeholder")))
    assert inspect_file(tmp_path / "saved_model.pb").format == "tf graph"


@pytest.mark.parametrize("sample", ["keras2_family", "exported"])
@pytest.mark.parametrize("name", ["saved_model.pb", "net.pb", "."])
def test_weights_are_absent_without_a_checkpoint(tmp_path: Path, sample: str, name: str) -> None:
    for file in (SAMPLES / sample).glob("*.pb"):
        shutil.copy(file, tmp_path)
    if name == "net.pb":
        (tmp_path / "saved_model.pb").rename(tmp_path / name)
    report, whole = inspect_file(tmp_path / name), inspect_file(SAMPLES / sample)
    assert sizes(report) == sizes(whole)
    assert {counted.stored for counted in report.layers} == {0}
    assert {slot.fate for counted in report.layers for slot in counted.slots} == {Fate.ABSENT}
    assert {report.verdict(counted).text for counted in report.layers} == {"R204"}
    assert errors(report) == [("R204", counted.layer.name) for counted in report.layers]
    assert (report.totals.parameters, report.totals.bytes, report.totals.tensors) == (0, 0, 0)


def test_a_layer_whose_shard_is_missing_is_not_ok(tmp_path: Path) -> None:
    shutil.copytree(FAMILY, tmp_path, dirs_exist_ok=True)
    (tmp_path / "variables" / "variables.data-00000-of-00001").unlink()
    report = inspect_file(tmp_path)
    assert {report.verdict(counted).text for counted in report.layers} == {"R204"}
    assert sum(counted.stored for counted in report.layers) == 768  # as its index lists them


def test_a_graph_of_tensorflow_1_lists_its_variables(tmp_path: Path) -> None:
    collection = field(4, field(1, "trainable_variables") + field(2, b""))
    info = field(1, field(5, "1.15.0"))
    path = tmp_path / "saved_model.pb"
    path.write_bytes(field(1, 1) + field(2, info + collection))
    assert errors(inspect_file(path)) == [("R204", None)]
    path.write_bytes(field(1, 1) + field(2, info + field(4, field(1, "train_op"))))
    assert errors(inspect_file(path)) == []


def test_a_function_that_two_signatures_call_is_run_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run: Counter[str] = Counter()

    def entered(self: Runner, function: Function, *rest: Any) -> list[Value]:  # noqa: ANN401 - passed on
        run[function.name.rstrip("_0123456789")] += 1
        return enter(self, function, *rest)

    enter = Runner._entered
    monkeypatch.setattr(Runner, "_entered", entered)
    assert sizes(inspect_file(SAMPLES / "exported")) == [("lstm", "LSTM", 3, 2, 48)]
    assert run["__inference_signature_wrapper___call"] == 2
    assert run["__inference___call"] == 1
