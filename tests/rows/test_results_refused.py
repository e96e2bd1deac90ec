"""Files of results that cannot be written or read: a line that says why, and nothing is lost."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from making.scans import names_in, paths_in, scan
from rnninspect import ModelRows, inspect_row
from rnninspect.errors import ResultsError
from rnninspect.results import files, parts, storing
from rnninspect.results.files import Format, functions, read_results
from rnninspect.results.storing import Results

SAMPLES = Path(__file__).parents[2] / "sample_models"
PATHS = sorted(str(path) for path in SAMPLES.rglob("*.onnx"))


@pytest.fixture(scope="module")
def rows() -> list[ModelRows]:
    return list(map(inspect_row, PATHS))


class Full:
    """A writer for which the disk is full after some models."""

    def __init__(self, kind: Format, models: int) -> None:
        self.read, self._write = functions(kind)
        self.left = models

    def write(self, path: Path, models: Iterable[ModelRows]) -> None:
        self._write(path, self._until_full(models))

    def _until_full(self, models: Iterable[ModelRows]) -> Iterable[ModelRows]:
        for each in models:
            self.left -= 1
            if self.left < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            yield each


@pytest.mark.parametrize("models", [3, 17, 80])  # in the first part, in another, in the file itself
@pytest.mark.parametrize("kind", Format)
def test_a_full_disk_loses_no_row(
    tmp_path: Path, rows: list[ModelRows], kind: Format, models: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(storing, "PART_ROWS", 20)
    output = tmp_path / f"results.{kind}"
    full = Full(kind, models)
    for module in (parts, storing):
        monkeypatch.setattr(module, "functions", lambda _: (full.read, full.write))
    monkeypatch.setattr(parts, "format_of_parts", lambda _: kind)
    with pytest.raises(ResultsError, match="No space left on device") as caught:
        scan(output, rows)
    whole = parts.folder_of(output).exists()
    assert ("--resume goes on with them" in str(caught.value)) == whole == (models > 10)
    assert not output.exists()
    monkeypatch.undo()
    scan(output, rows, resume=True)
    assert sorted(paths_in(output)) == sorted(each.path for each in rows)
    assert names_in(tmp_path) == [output.name]


LIMITED = """
import resource, sys
from pathlib import Path
from rnninspect import inspect_row
from rnninspect.errors import ResultsError
from rnninspect.results import storing
from rnninspect.results.storing import Results

storing.PART_ROWS = 20
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    with Results(Path(sys.argv[1])) as results:
        for path in sys.argv[3:]:
            results.add(inspect_row(path))
except ResultsError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        *((kind, most) for kind in Format for most in (100, 11_000)),
        (Format.DUCKDB, 200_000),  # less than a block of its own
    ],
)
def test_the_system_refuses_to_write_more(tmp_path: Path, kind: Format, most: int) -> None:
    output = tmp_path / f"results.{kind}"
    command = [sys.executable, "-c", LIMITED, str(output), str(most), *PATHS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.startswith(f"{output}: ")
    assert "too large" in done.stdout.lower()
    assert not output.exists()
    scan(output, map(inspect_row, PATHS), resume=True)
    assert sorted(paths_in(output)) == PATHS
    assert names_in(tmp_path) == [output.name]


OTHERS = {
    Format.JSONL: b'{"path": "a"}\n',
    Format.CSV: b"path,verdict\na,ok\n",
    Format.PARQUET: b"PAR1 and nothing else",
    Format.DUCKDB: b"no database " * 1000,
}


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("kind", Format)
def test_a_file_of_something_else_is_not_replaced(
    tmp_path: Path, kind: Format, resume: bool
) -> None:
    output = tmp_path / f"results.{kind}"
    output.write_bytes(OTHERS[kind])
    with pytest.raises(ResultsError) as caught, Results(output, resume=resume):
        pass
    assert str(caught.value).startswith(f"{output}: ")
    assert str(caught.value).endswith("; it is not replaced")
    assert "\n" not in str(caught.value)
    assert output.read_bytes() == OTHERS[kind]
    assert names_in(tmp_path) == [output.name]


def test_a_table_of_another_schema_is_not_replaced(tmp_path: Path) -> None:
    table = tmp_path / "results.parquet"
    pq.write_table(pa.table({"path": ["a"], "layers": [1]}), table)
    with pytest.raises(ResultsError, match="a column verdict is missing"), Results(table):
        pass
    base = tmp_path / "results.duckdb"
    with duckdb.connect(base) as database:
        database.execute("CREATE TABLE models (path VARCHAR)")
    with pytest.raises(ResultsError, match=r"table models: .*verdict is missing"), Results(base):
        pass
    with duckdb.connect(base) as database:
        database.execute("DROP TABLE models")
        database.execute("CREATE VIEW models AS SELECT * FROM read_csv('/etc/passwd')")
    with pytest.raises(ResultsError, match="no table models"), Results(base):
        pass


LINE = '{"path": "a", "layers": []}'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[" * 100_000, "line 1: not a row of JSON: it is nested too deeply"),
        (b"{]", "line 1: not a row of JSON"),
        (b"[]", "line 1: not a row of a scan"),
        (b"9" * 5000, "line 1: not a row of JSON: a number has too many digits"),
        (b"\xff", "line 1: not a row of JSON: its text is not UTF-8"),
        (LINE.encode(), "line 1: not written by this version of rnninspect scan: a column verdict"),
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "results.jsonl"
    path.write_bytes(content)
    with pytest.raises(ResultsError) as caught:
        list(read_results(path))
    assert str(caught.value).startswith(f"{path}: {reason}")


@pytest.mark.parametrize(
    ("column", "value"),
    [("path", None), ("bytes", True), ("bytes", "1"), ("rules", [1]), ("files", "a"), ("path", 1)],
)
def test_a_value_of_another_type_is_named(tmp_path: Path, column: str, value: object) -> None:
    path = tmp_path / "results.jsonl"
    line = {**inspect_row(PATHS[0]).model, "layers": [], column: value}
    path.write_text(f"{json.dumps(line)}\n")
    with pytest.raises(ResultsError, match=f"line 1: {column} is "):
        list(read_results(path))


def test_what_cannot_be_written_is_said_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "model.csv").write_text("")
    cases = {
        "results.txt": "ends in one of .jsonl, .csv, .parquet, .duckdb",
        "absent/results.csv": "its folder does not exist",
        "folder.csv": "a folder, not a file",
        "model.csv": "it is one of the inspected files",
    }
    for name, reason in cases.items():
        with (
            pytest.raises(ResultsError, match=reason),
            Results(tmp_path / name, kept=[str(tmp_path / "model.csv")]),
        ):
            pass
    monkeypatch.setattr(files, "find_spec", lambda _: None)
    for kind, package in ((Format.PARQUET, "pyarrow"), (Format.DUCKDB, "duckdb")):
        with pytest.raises(ResultsError, match=rf"needs {package}: pip install .*\[{kind}\]"):
            Results(tmp_path / f"results.{kind}")
    assert names_in(tmp_path) == ["folder.csv", "model.csv"]


def test_two_scans_do_not_write_to_one_file(tmp_path: Path) -> None:
    output = tmp_path / "results.csv"
    with (
        Results(output, resume=True) as first,
        pytest.raises(ResultsError, match="another scan is writing to it"),
        Results(output, resume=True),
    ):
        pass
    assert first.done == 0
