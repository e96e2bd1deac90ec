"""ONNX Runtime's own format: the report of a model is that of the ONNX model it was made from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hostile import ort_entries
from making.onnx.ort_tables import lstm
from making.onnx.steps import DrawnStep
from rnninspect import inspect_file
from rnninspect.errors import RefusedFile
from rnninspect.source.limits import Limits

if TYPE_CHECKING:
    from rnninspect.report import Report

pytestmark = pytest.mark.frameworks

SAMPLES = Path(__file__).resolve().parents[3] / "sample_models"
MODELS = sorted((SAMPLES / "onnx").glob("*.onnx"))
# Of these only one is run, and ONNX Runtime lists attributes in an order of its own.
IN_ANY_ORDER = {"if_branches"}
RENAMED = {"function_gru"}  # functions are inlined


def converted(source: Path, target: Path, *, optimised: bool = False) -> Path:
    """The model in ONNX Runtime's own format, as a session saves it."""
    import onnxruntime

    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = (
        levels.ORT_ENABLE_ALL if optimised else levels.ORT_DISABLE_ALL
    )
    options.optimized_model_filepath = str(target)
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(str(source), options, providers=["CPUExecutionProvider"])
    return target


def layers(report: Report) -> list[tuple[object, ...]]:
    return [
        (counted.layer.name, counted.layer.kind, counted.layer.sizes, counted.expected)
        for counted in report.layers
    ]


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_converted_model_has_the_report_of_its_original(path: Path, tmp_path: Path) -> None:
    report = inspect_file(path)
    found = inspect_file(converted(path, tmp_path / "model.ort"))
    order = sorted if path.stem in IN_ANY_ORDER else list
    first = 1 if path.stem in RENAMED else 0
    named = [order(each[first:] for each in layers(made)) for made in (found, report)]
    assert named[0] == named[1]
    assert found.format == "ort"
    assert (found.totals.parameters, found.totals.bytes) == (
        report.totals.parameters,
        report.totals.bytes,
    )
    assert found.producer == report.producer
    assert [finding for finding in found.findings if finding.level == "error"] == []


@pytest.mark.parametrize("form", ["loop", "scan", "unrolled", "one step"])
@pytest.mark.parametrize("optimised", [False, True])
def test_cells_are_recovered_from_what_the_optimiser_leaves(
    form: str, tmp_path: Path, *, optimised: bool
) -> None:
    for seed in range(12):
        step = DrawnStep(seed)
        if step.cell == "RNN" and form == "one step":
            continue  # alone it is not more than a layer over two inputs
        (tmp_path / "m.onnx").write_bytes(step.model(form, 3).SerializeToString())
        path = converted(tmp_path / "m.onnx", tmp_path / "m.ort", optimised=optimised)
        report = inspect_file(tmp_path / "m.onnx")
        assert [each[1:3] for each in layers(inspect_file(path))] == [
            each[1:3] for each in layers(report)
        ], (seed, step.cell)


def test_a_name_without_a_value_and_data_elsewhere_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "m.ort"
    path.write_bytes(lstm(lambda kernel: kernel.update(offset=64, length=None)))
    report = inspect_file(path)
    assert [counted.layer.cell for counted in report.layers] == ["LSTM"]
    messages = [finding.message for finding in report.findings]
    assert any("in a file without a name, which is" in message for message in messages), messages


def test_one_limit_bounds_what_is_listed_again_and_again(tmp_path: Path) -> None:
    limits = Limits(steps=50_000, tensors=2_000)
    for part, limit in (("nodes", "steps"), ("attributes", "steps"), ("initializers", "tensors")):
        path = tmp_path / f"{part}.ort"
        path.write_bytes(ort_entries.repeated(part, 20_000)())
        with pytest.raises(RefusedFile, match=f"limit {limit}="):
            inspect_file(path, limits)
