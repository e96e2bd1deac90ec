"""Each fault in each intact sample: found by the right rule, at the right layer and tensor."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from mutation.containers import read, write
from mutation.damaging import cut_payload, declare_other_size, double
from mutation.faults import FAULTS, Due, Place, Unfit
from mutation.table import UNSEEN, note
from rnninspect import inspect_file
from rnninspect.cells import Role
from rnninspect.counter import LayerCount
from rnninspect.errors import UnreadableFile
from rnninspect.report import Report

pytestmark = [pytest.mark.mutation, pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
MANIFEST = tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
# Formats whose faults are seeded in tests of their own, beside this one.
ELSEWHERE = (
    "tflite/",
    "gguf/",
    "numpy/",
    "jax/",
    "tesseract/",
    "audio/",
    "openvino/",
    "paddle/",
    "ncnn/",
    "coreml/",
)
INTACT = [
    entry["path"]
    for entry in MANIFEST
    if "fault" not in entry
    and not entry["path"].startswith(ELSEWHERE)
    and not any("own_sizes" in layer for layer in entry["layers"])  # no kernel of gates
]
NAMES = (*(fault.name for fault in FAULTS), "doubled", "declared size", "payload cut")
NO_PLACE = {
    "torch/attention.pt": "no recurrent layer",
    "torch/tied_gru.pt": "a changed tensor is tied no more, and the other name still right",
    "onnx/shared_gru.onnx": "its weights are those of two layers",
    "onnx/input_weights_lstm.onnx": "its weights are inputs",
    "onnx/dynamo_lstm.onnx": "its weights are computed from stored ones of other shapes",
    "onnx/unrolled_lstm.onnx": "nothing declares a layer: with a weight that does not fit, the"
    " graph calculates with shapes that contradict each other, and computes no cell",
    "onnx/dynamo_unfolded_gru.onnx": "its weights are computed, too",
}
BY_NAME = {fault.name: fault.seed for fault in FAULTS}


@cache
def intact(path: str) -> Report:
    return inspect_file(SAMPLES / path)


@pytest.mark.parametrize("path", INTACT)
def test_an_intact_file_raises_no_error(path: str) -> None:
    worst = [finding for finding in intact(path).findings if finding.level == "error"]
    note(intact(path).format, "(false alarms)", found=not worst)
    assert not worst


@pytest.mark.parametrize("path", [path for path in INTACT if path not in NO_PLACE])
def test_each_seeded_fault_is_found_where_it_is(path: str, tmp_path: Path) -> None:
    """A fault that fits no layer of a sample is empty in its row of the table."""
    wrong, seeded_at_all = [], 0
    for fault in NAMES:
        target = tmp_path / Path(path).name
        for layer, due in seeded(SAMPLES / path, target, intact(path), fault):
            seeded_at_all += 1
            told = findings(target)
            found = told is None or any(matches(due, *finding) for finding in told)
            unseen = (path, fault, layer) in UNSEEN
            note(intact(path).format, fault, found=found, unseen=unseen)
            if found is unseen:
                wrong.append(f"{fault}: {due} and {told}")
    assert not wrong
    assert seeded_at_all


def matches(due: Due, rule: str, layer: str | None, tensor: str | None) -> bool:
    """Whether a finding is the expected one; directions that now differ are layers of their own."""
    named = due.layer is None or layer == due.layer or f"{layer}".startswith(f"{due.layer}/")
    return rule in due.rules and named and (due.tensor is None or tensor == due.tensor)


def findings(path: Path) -> list[tuple[str, str | None, str | None]] | None:
    """What is found in a file; None if it is refused as a whole."""
    try:
        report = inspect_file(path)
    except UnreadableFile:
        return None
    return [(finding.rule, finding.layer, finding.tensor) for finding in report.findings]


def seeded(path: Path, target: Path, report: Report, fault: str) -> Iterator[tuple[str, Due]]:
    """Seed the fault into each layer that has a place for it, one after the other."""
    for place in places(report):
        try:
            yield place.layer.layer.name, seed(path, target, place, fault)
        except Unfit:
            continue


def places(report: Report) -> Iterator[Place]:
    for counted in report.layers:
        layer = counted.layer
        if layer.also_at or (layer.root and layer.root == "ema"):
            continue
        levels = tuple(other for other in report.layers if same_stack(other, counted))
        yield Place(counted, levels, gate_axis(report, counted))


def same_stack(other: LayerCount, counted: LayerCount) -> bool:
    mine, its = counted.layer.stack, other.layer.stack
    return other is counted or (
        mine is not None
        and its is not None
        and (mine.name, counted.layer.root) == (its.name, other.layer.root)
    )


def gate_axis(report: Report, counted: LayerCount) -> int:
    quantised = counted.layer.kind.startswith("DynamicQuantize")
    return -1 if report.framework == "keras" or quantised else -2


def seed(path: Path, target: Path, place: Place, fault: str) -> Due:
    layer, kernel = place.layer.layer, place.operand(Role.RECURRENT_KERNEL)
    name = kernel.tensors[0].name
    if fault == "doubled":
        return Due(double(path, target, name))
    if fault == "declared size":
        declare_other_size(path, target, layer.name)
        return Due(frozenset({"R101", "R103", "R104", "R107", "R108"}), layer.name)
    if fault == "payload cut":
        cut_payload(path, target, name)
        return Due(frozenset({"R201"}))
    before = read(path)
    after = dict(before)
    due = BY_NAME[fault](after, place)
    write(path, target, before, after)
    return due
