"""The shards of a model of TensorFlow.js: measured against the manifest, and never opened."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from making.tensorflow.tfjs import AFFINE, first, group, layer, needed, weight, weights, whole_model
from making.tensorflow.tfjs import write_model as write
from rnninspect import inspect_file
from rnninspect.errors import UnreadableFile
from rnninspect.report import Report

TOPOLOGY = whole_model(first("LSTM", "rec", 6, 5, units=4))
LISTED = weights("rec/", kernel=(5, 16), recurrent_kernel=(4, 16), bias=(16,))
PATHS = ("group1-shard1of3.bin", "group1-shard2of3.bin", "group1-shard3of3.bin")


def sound(folder: Path) -> Path:
    """640 bytes in shards of 300, 300 and 40; the second begins in the kernel."""
    return write(folder, TOPOLOGY, group(LISTED, *PATHS), shard=300)


def changed(path: Path, **fields: Any) -> Path:  # noqa: ANN401 - JSON
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))
    return path


def facts(report: Report) -> list[tuple[str, str | None, str | None]]:
    return [(found.rule, found.layer, found.tensor) for found in report.findings]


def test_a_sound_model_is_measured_with_its_shards(tmp_path: Path) -> None:
    path = sound(tmp_path)
    report = inspect_file(path)
    assert (facts(report), report.totals.parameters, report.totals.bytes) == ([], 160, 640)
    assert report.file_bytes == path.stat().st_size + 640


def test_no_shard_is_opened(tmp_path: Path) -> None:
    path = sound(tmp_path)
    for name in PATHS:
        (tmp_path / name).chmod(0)
        os.truncate(tmp_path / name, (tmp_path / name).stat().st_size)
    assert facts(inspect_file(path)) == []


def test_a_shard_that_is_cut(tmp_path: Path) -> None:
    path = sound(tmp_path)
    (tmp_path / PATHS[2]).write_bytes(bytes(36))
    report = inspect_file(path)
    assert facts(report) == [("R201", "rec", "rec/bias")]
    assert report.findings[0].message == "stores 60 bytes, needs 64"


def test_bytes_after_the_last_weight(tmp_path: Path) -> None:
    path = sound(tmp_path)
    (tmp_path / PATHS[2]).write_bytes(bytes(44))
    report = inspect_file(path)
    assert facts(report) == [("R202", "rec", "rec/bias")]
    assert report.findings[0].message == "stores 68 bytes, needs 64"


def test_a_missing_shard_is_named_with_the_layers_in_it(tmp_path: Path) -> None:
    path = sound(tmp_path)
    (tmp_path / PATHS[1]).unlink()
    report = inspect_file(path)
    assert facts(report) == [("R204", None, None), ("R204", "rec", None)]
    assert all(PATHS[1] in found.message for found in report.findings)


def test_a_layer_outside_of_a_missing_shard_is_not_named(tmp_path: Path) -> None:
    both = [first("LSTM", "rec", 6, 5, units=4), layer("Dense", "d")]
    path = write(
        tmp_path,
        whole_model(*both),
        group([*LISTED, weight("d/kernel", 4, 9)], "a", "b"),
        shard=640,
    )
    (tmp_path / "b").unlink()
    assert facts(inspect_file(path)) == [("R204", None, None)]


def test_the_model_without_any_shard_is_still_counted(tmp_path: Path) -> None:
    path = sound(tmp_path)
    for name in PATHS:
        (tmp_path / name).unlink()
    report = inspect_file(path)
    assert (report.totals.parameters, report.layers[0].stored) == (160, 160)
    assert {rule for rule, _, _ in facts(report)} == {"R204"}


@pytest.mark.parametrize(
    "outside", ["../secret.bin", "/etc/hostname", "https://example.org/a.bin", "a\\b.bin"]
)
def test_a_shard_outside_of_the_folder_is_refused(tmp_path: Path, outside: str) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(640))
    path = sound(tmp_path / "model")
    report = inspect_file(changed(path, weightsManifest=[group(LISTED, outside)]))
    assert ("R205", None, None) in facts(report)
    assert report.file_bytes == path.stat().st_size


def test_a_shard_that_is_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(640))
    path = write(tmp_path / "model", TOPOLOGY, group(LISTED))
    (path.parent / "group1-shard1of1.bin").unlink()
    (path.parent / "group1-shard1of1.bin").symlink_to("../secret.bin")
    assert ("R205", None, None) in facts(inspect_file(path))


def test_a_shard_in_a_folder_below_is_found(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    path = write(tmp_path, TOPOLOGY, group(LISTED, "data/a.bin"))
    assert facts(inspect_file(path)) == []


def test_groups_have_shards_of_their_own(tmp_path: Path) -> None:
    groups = [group(LISTED[:1], "group1-shard1of1"), group(LISTED[1:], "group2-shard1of1")]
    path = write(tmp_path, TOPOLOGY, *groups)
    assert facts(inspect_file(path)) == []
    (tmp_path / "group2-shard1of1").write_bytes(bytes(needed(LISTED[1:]) - 1))
    assert facts(inspect_file(path)) == [("R201", "rec", "rec/bias")]


def test_a_shard_of_two_groups_overlaps(tmp_path: Path) -> None:
    path = write(tmp_path, TOPOLOGY, group(LISTED, "a.bin"), group([weight("x", 160)], "a.bin"))
    assert ("R203", None, "x") in facts(inspect_file(path))


@pytest.mark.parametrize(("stored", "width"), [("uint8", 1), ("uint16", 2), ("float16", 2)])
def test_a_quantised_model_counts_parameters_and_stored_bytes(
    tmp_path: Path, stored: str, width: int
) -> None:
    listed = [weight(entry["name"], *entry["shape"], stored=stored) for entry in LISTED]
    report = inspect_file(write(tmp_path, TOPOLOGY, group(listed)))
    assert (report.totals.parameters, report.totals.bytes) == (160, 160 * width)
    assert (facts(report), report.layers[0].dtypes) == ([], (stored,))


@pytest.mark.parametrize("stored", ["uint8", "float16"])
def test_weights_quantised_in_part_are_widened_to_one_type(tmp_path: Path, stored: str) -> None:
    listed = [weight("rec/kernel", 5, 16, stored=stored), *LISTED[1:]]
    assert facts(inspect_file(write(tmp_path, TOPOLOGY, group(listed)))) == []


def test_an_affine_quantisation_needs_its_numbers(tmp_path: Path) -> None:
    listed = [weight("rec/kernel", 5, 16, stored="uint8"), *LISTED[1:]]
    del listed[0]["quantization"]["scale"]
    report = inspect_file(write(tmp_path, TOPOLOGY, group(listed)))
    assert facts(report) == [("R104", "rec", "rec/kernel")]


def test_strings_take_what_the_numbers_leave(tmp_path: Path) -> None:
    """Each has its length before it; how long they are only the shard says."""
    path = write(tmp_path, TOPOLOGY, group(LISTED))
    texts = {"name": "vocabulary", "shape": [3], "dtype": "string"}
    changed(path, weightsManifest=[group([*LISTED[:2], texts, *LISTED[2:]])])
    shard = tmp_path / "group1-shard1of1.bin"
    shard.write_bytes(bytes(640 + 3 * 4 + 25))
    report = inspect_file(path)
    assert (facts(report), report.totals.parameters) == ([], 160)
    assert report.totals.not_parameters["constants"] == 3
    shard.write_bytes(bytes(640 + 2 * 4))
    assert [rule for rule, _, _ in facts(inspect_file(path))] == ["R201"]


def test_a_name_that_occurs_twice(tmp_path: Path) -> None:
    report = inspect_file(write(tmp_path, TOPOLOGY, group([*LISTED, weight("rec/bias", 16)])))
    assert ("R209", "rec", "rec/bias") in facts(report)
    assert report.totals.parameters == 176


@pytest.mark.parametrize("shape", [[5, -16], [10**30, 16], [1e308, 1e308]])
def test_impossible_shapes(tmp_path: Path, shape: list[float]) -> None:
    path = write(tmp_path, TOPOLOGY, group(LISTED))
    wrong = LISTED[0] | {"shape": shape}
    report = inspect_file(changed(path, weightsManifest=[group([wrong, *LISTED[1:]])]))
    assert ("R206", "rec", "rec/kernel") in facts(report)


def test_an_unknown_element_type_leaves_the_rest_unmeasured(tmp_path: Path) -> None:
    path = write(tmp_path, TOPOLOGY, group(LISTED))
    wrong = LISTED[0] | {"dtype": "float128"}
    report = inspect_file(changed(path, weightsManifest=[group([wrong, *LISTED[1:]])]))
    assert facts(report) == [("R104", "rec", "rec/kernel")]


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ({}, "weightsManifest is not a list"),
        ([7], r"weightsManifest\[0\] is not an object"),
        ([{"paths": []}], r"weightsManifest\[0\].weights is not a list"),
        ([{"weights": []}], r"weightsManifest\[0\].paths is not a list"),
        ([group(LISTED) | {"paths": [7]}], r"weightsManifest\[0\].paths\[0\] is not a string"),
        ([group([{"name": 7}])], r"weightsManifest\[0\].weights\[0\] has no name"),
        ([group([LISTED[0] | {"shape": 7}])], r"weights\[0\].shape is not a list"),
        ([group([LISTED[0] | {"shape": [1.5]}])], r"has an axis that is not an integer"),
        ([group([LISTED[0] | {"shape": [True]}])], r"has an axis that is not an integer"),
        ([group([LISTED[0] | {"shape": [1] * 300}])], r"has 300 axes, more than 254"),
        ([group([LISTED[0] | {"quantization": AFFINE["min"]}])], r"quantization is not an object"),
    ],
)
def test_a_malformed_manifest_is_refused_by_place(
    tmp_path: Path, manifest: object, reason: str
) -> None:
    path = changed(write(tmp_path, TOPOLOGY, group(LISTED)), weightsManifest=manifest)
    with pytest.raises(UnreadableFile, match=reason):
        inspect_file(path)


def test_infinity_is_not_an_axis(tmp_path: Path) -> None:
    path = write(tmp_path, TOPOLOGY, group(LISTED))
    path.write_text(path.read_text().replace("[5, 16]", "[1e999, NaN]"))
    with pytest.raises(UnreadableFile, match="not an integer"):
        inspect_file(path)


def test_a_folder_is_read_by_its_model_json(tmp_path: Path) -> None:
    sound(tmp_path / "model")
    report = inspect_file(tmp_path / "model")
    assert (facts(report), report.totals.parameters) == ([], 160)
