"""Checkpoints of Orbax that are written by hand: what is missing, cut or somewhere else."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from making.orbax_folders import LSTM, Shapes, in_files, in_ocdbt, leaf, manifest, node, tree, zarr
from making.trees import met
from rnninspect import inspect_file
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.report import Report
from rnninspect.source.limits import Limits
from rnninspect.testing import check_reader
from rnninspect_jax import JaxReader
from rnninspect_jax.orbax.zarr import parse_array

PARAMETERS = 240 + 10
CELL = "params.cell.if.kernel"


def errors(report: Report) -> list[tuple[str, str | None, str | None]]:
    found = [each for each in report.findings if each.level == "error"]
    return [(each.rule, each.layer, each.tensor) for each in found]


@pytest.mark.parametrize("make", [in_files, in_ocdbt])
def test_a_cell_is_found_in_either_store(
    make: Callable[[Path, Shapes], Path], tmp_path: Path
) -> None:
    report = inspect_file(make(tmp_path / "model", LSTM))
    (layer,) = report.layers
    assert (layer.layer.name, layer.expected, layer.stored) == ("params/cell", 240, 240)
    assert report.totals.parameters == PARAMETERS
    assert report.totals.bytes == 4 * PARAMETERS
    assert errors(report) == []
    assert check_reader(JaxReader(), tmp_path / "model").layers


def test_a_missing_chunk_is_short_data(tmp_path: Path) -> None:
    in_files(tmp_path, LSTM)
    (tmp_path / CELL / "0.0").unlink()
    assert errors(inspect_file(tmp_path)) == [("R201", "params/cell", "params/cell/if/kernel")]


def test_one_of_several_compressed_chunks_is_missing(tmp_path: Path) -> None:
    """A compressed chunk may have any length but none."""
    parts = zarr((6, 5), chunks=[4, 5], compressor={"id": "zstd", "level": 1})
    described = {f"{CELL}/.zarray": json.dumps(parts).encode(), f"{CELL}/1.0": b"\x28\xb5"}
    in_files(tmp_path, LSTM, **described)
    assert errors(inspect_file(tmp_path)) == []
    (tmp_path / CELL / "1.0").unlink()
    assert errors(inspect_file(tmp_path)) == [("R201", "params/cell", "params/cell/if/kernel")]


def test_an_array_of_the_tree_without_data_is_a_finding(tmp_path: Path) -> None:
    in_files(tmp_path, {**LSTM, "params/gone/kernel": (2, 3)})
    (tmp_path / "params.gone.kernel" / ".zarray").unlink()
    found = [each for each in inspect_file(tmp_path).findings if each.rule == "R204"]
    assert [each.message for each in found] == [
        "1 array of the tree without data: params/gone/kernel"
    ]


def test_values_that_are_no_arrays_are_passed_over(tmp_path: Path) -> None:
    others = {"text": leaf("text", "string"), "empty": leaf("empty", "Dict", skip=True)}
    in_files(tmp_path, LSTM, _METADATA=tree({**LSTM, **others}))
    report = inspect_file(tmp_path)
    assert report.totals.parameters == PARAMETERS
    assert errors(report) == []


def test_a_step_of_a_manager_is_its_items(tmp_path: Path) -> None:
    in_files(tmp_path / "params", LSTM)
    in_files(tmp_path / "opt_state", {"0/mu/cell/hi/bias": (5,)})
    handlers = {"item_handlers": {"params": "…", "opt_state": "…", "meta": "…"}}
    (tmp_path / "_CHECKPOINT_METADATA").write_text(json.dumps(handlers))
    totals = inspect_file(tmp_path).totals
    assert totals.parameters == PARAMETERS
    assert totals.not_parameters["optimizer"] == 5


def test_a_walk_finds_each_checkpoint_once(tmp_path: Path) -> None:
    in_files(tmp_path / "runs" / "1" / "default", LSTM)
    in_ocdbt(tmp_path / "runs" / "2" / "default", LSTM)
    assert met(tmp_path) == ["runs/1/default", "runs/2/default"]


def test_a_checkpoint_that_was_not_completed(tmp_path: Path) -> None:
    in_ocdbt(tmp_path, LSTM)
    (tmp_path / "manifest.ocdbt").unlink()
    with pytest.raises(UnreadableFile, match=r"manifest\.ocdbt is missing: .* not completed"):
        inspect_file(tmp_path)


def test_without_zstandard_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_ocdbt(tmp_path, LSTM, pack=bytes)
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(UnreadableFile, match=r"zstd: pip install 'rnninspect\[orbax\]'"):
        inspect_file(tmp_path)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (manifest(10), "truncated OCDBT node"),
        (manifest(0), None),
        (manifest(10, path="../data"), "outside"),
        (manifest(10, path="e/data"), "missing"),
        (manifest(10, kind=1), "unsupported kind 1"),
        (node(0x0CDB1234, b""), "not a node of OCDBT"),
        (manifest(10)[:-1], "truncated OCDBT node: 68 of 69 bytes"),
    ],
    ids=["root", "empty", "outside", "missing", "kind", "magic", "cut"],
)
def test_a_manifest_that_leads_nowhere(tmp_path: Path, made: bytes, reason: str | None) -> None:
    in_ocdbt(tmp_path, LSTM)
    (tmp_path / "manifest.ocdbt").write_bytes(made)
    if reason is None:  # nothing was written yet
        assert [rule for rule, *_ in errors(inspect_file(tmp_path))] == ["R204"]
        return
    with pytest.raises(UnreadableFile, match=reason):
        inspect_file(tmp_path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"shape": [-1, 5]}, "a size that is not a number of elements"),
        ({"shape": "6"}, "not a list of sizes"),
        ({"chunks": [0, 5]}, "chunks do not fit the shape"),
        ({"chunks": [5]}, "chunks do not fit the shape"),
        ({"zarr_format": 4}, "not an array of zarr 2 or 3"),
    ],
)
def test_malformed_metadata_name_the_array(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    content = json.dumps({**zarr((6, 5)), **changes}).encode()
    in_files(tmp_path, LSTM, **{f"{CELL}/.zarray": content})
    with pytest.raises(UnreadableFile, match=f"{CELL}/.zarray: .*{reason}"):
        inspect_file(tmp_path)


def test_the_number_of_chunks_is_limited(tmp_path: Path) -> None:
    content = json.dumps(zarr((2**30, 5), chunks=[1, 1])).encode()
    in_files(tmp_path, LSTM, **{f"{CELL}/.zarray": content})
    with pytest.raises(RefusedFile, match="--limit members="):
        inspect_file(tmp_path)


def test_the_number_of_arrays_is_limited(tmp_path: Path) -> None:
    in_files(tmp_path, LSTM)
    with pytest.raises(RefusedFile, match="tensors"):
        inspect_file(tmp_path, Limits(tensors=5))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        *(("<f4", "float32"), ("|b1", "bool"), ("i8", "int64"), (">u2", "uint16")),
        *(("<<f4", "<<f4"), ("f", "f"), ("f128", "f128"), ("V2", "V2"), ("", ""), (None, "None")),
    ],
)
def test_codes_of_element_types(code: object, expected: str) -> None:
    made = {"zarr_format": 2, "shape": [1], "chunks": [1], "dtype": code}
    assert parse_array(made, "x").dtype == expected
