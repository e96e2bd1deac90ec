"""Files of results in each format: written and read again, gone on with, and refused."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from making.scans import names_in, paths_in, scan
from rnninspect import ModelRows, inspect_row
from rnninspect.errors import ResultsError
from rnninspect.results import parts, storing
from rnninspect.results.files import Format, read_results
from rnninspect.results.storing import Results
from rnninspect.rows.inspecting import unreadable_row
from rnninspect.rows.schema import INNER, MODELS, fitting
from rnninspect.rows.summary import Summary

pytestmark = pytest.mark.frameworks  # the files that it writes need packages

SAMPLES = Path(__file__).parents[2] / "sample_models"
PATHS = sorted(str(path) for path in (SAMPLES / "onnx").glob("*.onnx"))
ODD = ["=1+1", "'=1", "a,b", 'a"b', "a\nb", "a\r\nb", "\x1b[31m", "層|x", " ", "\udcff", "-o", "'"]


@pytest.fixture(scope="module")
def rows() -> list[ModelRows]:
    strange = [
        ModelRows(
            fitting(
                {"path": name, "verdict": "ok", "files": [name], "rules": [], "bytes": 2**63 - 1},
                MODELS,
            ),
            (fitting({"name": name, "own_sizes": {name: 7}, "kernel_size": [3, 3]}, INNER),) * 2,
        )
        for name in ODD
    ]
    return [*map(inspect_row, PATHS), *strange, unreadable_row("nowhere", "No such file")]


def interrupted(models: Iterable[ModelRows]) -> Iterator[ModelRows]:
    yield from models
    raise RuntimeError("interrupted")


@pytest.mark.parametrize("kind", Format)
def test_what_is_written_is_read_again(tmp_path: Path, rows: list[ModelRows], kind: Format) -> None:
    output = tmp_path / f"results.{kind}"
    with Results(output) as results:
        for each in rows:
            results.add(each)
            results.add(each)  # which is there
    assert list(read_results(output)) == rows
    assert results.summary.total.models == len(rows)
    assert vars(results.summary.total) == vars(Summary(each.model for each in rows).total)
    assert names_in(tmp_path) == [output.name]


@pytest.mark.parametrize("kind", Format)
def test_no_rows_are_a_file_too(tmp_path: Path, kind: Format) -> None:
    output = tmp_path / f"results.{kind}"
    with Results(output):
        pass
    assert list(read_results(output)) == []
    with Results(output, resume=True) as results:
        results.add(inspect_row(PATHS[0]))
    assert paths_in(output) == PATHS[:1]


@pytest.mark.parametrize("kind", Format)
def test_a_scan_is_gone_on_with(
    tmp_path: Path, rows: list[ModelRows], kind: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "PART_ROWS", 5)
    output = tmp_path / f"results.{kind}"
    with pytest.raises(RuntimeError, match="interrupted"):
        scan(output, interrupted(rows[:9]))
    assert not output.exists()
    assert len(list(parts.folder_of(output).iterdir())) > 2
    with pytest.raises(ResultsError, match="--resume goes on with it"), Results(output):
        pass
    with Results(output, resume=True) as results:
        assert results.done == 9
        for each in rows:
            assert results.has(each.path) == (each in rows[:9])
            if not results.has(each.path):
                results.add(each)
    assert list(read_results(output)) == rows
    assert names_in(tmp_path) == [output.name]


@pytest.mark.parametrize("kind", Format)
def test_a_changed_file_replaces_its_rows(tmp_path: Path, kind: Format) -> None:
    models = [Path(shutil.copy(path, tmp_path)) for path in PATHS[:4]]
    output = tmp_path / f"results.{kind}"
    with Results(output) as results:
        for path in models:
            results.add(inspect_row(path))
    shutil.copy(PATHS[5], models[1])  # another content
    os.utime(models[2], ns=(1, 10**18))  # the same content at another time
    models[3].unlink()
    with Results(output, resume=True) as results:
        assert [results.has(str(path)) for path in models] == [True, False, False, False]
        for path in models[1:3]:
            results.add(inspect_row(path))
    found = {each.path: each for each in read_results(output)}
    assert sorted(paths_in(output)) == sorted(map(str, models))  # each once, none lost
    for path in models[:3]:
        assert found[str(path)] == inspect_row(path)


def test_what_could_not_be_read_is_tried_again(tmp_path: Path) -> None:
    output, model = tmp_path / "results.jsonl", tmp_path / "external_lstm.onnx"
    shutil.copy(SAMPLES / "onnx" / model.name, model)
    with Results(output) as results:
        results.add(unreadable_row(PATHS[0], "its worker was lost"))
        results.add(inspect_row(model))
    assert [each.model["verdict"] for each in read_results(output)] == ["unreadable", "error"]
    with Results(output, resume=True) as results:
        assert not results.has(PATHS[0])
        assert not results.has(str(model))  # what it names was missing, and may be there now
        results.add(inspect_row(PATHS[0]))
    assert [each.model["verdict"] for each in read_results(output)] == ["error", "ok"]


def test_parts_of_a_scan_that_had_ended_count_once(tmp_path: Path, rows: list[ModelRows]) -> None:
    output = tmp_path / "results.parquet"
    with Results(output) as results:
        for each in rows:
            results.add(each)
    folder = parts.folder_of(output)  # as if it had been killed before it removed them
    folder.mkdir()
    parts.write_part(folder, Format.PARQUET, 1, rows)
    parts.write_part(folder, Format.PARQUET, 1, rows)  # a batch that was tried twice
    with Results(output, resume=True):
        pass
    assert list(read_results(output)) == rows


def test_a_failed_scan_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    output = tmp_path / "results.csv"
    scan(output, [inspect_row(PATHS[0])])
    before = output.read_bytes()
    with pytest.raises(RuntimeError):
        scan(output, interrupted([inspect_row(PATHS[1])]))
    assert output.read_bytes() == before


def test_a_part_that_a_worker_wrote_is_there(tmp_path: Path, rows: list[ModelRows]) -> None:
    output = tmp_path / "results.parquet"
    with Results(output) as results:
        part = parts.write_part(results.folder, Format.PARQUET, results.next_number(), rows)
        results.adopt(part, [each.path for each in rows])
        assert results.done == len(rows)
        with pytest.raises(ResultsError, match="must be shared"):
            results.adopt(part._replace(name="part-2"), [])
    assert list(read_results(output)) == rows
