"""A scan on a cluster of Dask: batches, and workers that are lost midway."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from distributed import Client

from making.scans import Found, names_in, rows_or_death
from rnninspect.cluster import batches as sharing
from rnninspect.cluster import running
from rnninspect.cluster.batches import UNKNOWN, batches
from rnninspect.cluster.connecting import connected
from rnninspect.cluster.working import Job, work
from rnninspect.errors import ResultsError
from rnninspect.results import parts
from rnninspect.results.files import Format, read_results
from rnninspect.results.storing import Results

MODEL = Path(__file__).parents[2] / "sample_models" / "onnx" / "basic_lstm.onnx"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with connected(None, 2) as client:
        yield client


def folder_of(folder: Path, models: int, *others: str) -> list[Found]:
    folder.mkdir()
    paths = [folder / f"{number:04}.onnx" for number in range(models)]
    for path in paths:
        shutil.copy(MODEL, path)
    for name in others:
        (folder / name).write_text("some text")
    return [Found(str(path)) for path in sorted(folder.iterdir())]


def job_in(folder: Path, kind: Format, scan: str = "") -> Job:
    return Job(scan or os.urandom(8).hex(), rows_or_death, 2.0, str(folder), kind)


def scanned(client: Client, output: Path, found: list[Found], *, resume: bool = False) -> Results:
    with Results(output, resume=resume) as results:
        job = job_in(results.folder, results.part_format)
        left = (one for one in found if not results.has(one.path))
        for _ in running.run(client, job, batches(left, results.next_number), results):
            pass
    return results


@pytest.mark.parametrize("kind", [Format.PARQUET, Format.CSV])
def test_lost_workers_lose_no_row_and_count_none_twice(
    client: Client, tmp_path: Path, kind: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "MOST_MODELS", 20)
    monkeypatch.setattr(running, "PIECES", 20)
    output = tmp_path / f"results.{kind}"
    found = folder_of(tmp_path / "models", 250, "once", "deadly", "other")
    results = scanned(client, output, found)
    expected = {one.path for one in found if not one.path.endswith("other")}
    rows = {each.path: each for each in read_results(output)}
    assert Counter(each.path for each in read_results(output)) == dict.fromkeys(expected, 1)
    assert rows[str(tmp_path / "models" / "deadly")].model["reason"] == running.LOST
    assert results.summary.total.verdicts == {"ok": 250, "unreadable": 2}
    assert names_in(tmp_path) == ["models", output.name]
    again = scanned(client, output, found[:100], resume=True)
    assert again.summary.total.verdicts == {"ok": 250, "unreadable": 2}


def test_a_model_that_hangs_or_ends_its_process_costs_itself_alone(
    client: Client, tmp_path: Path
) -> None:
    output = tmp_path / "results.parquet"
    workers = set(client.nthreads())
    scanned(client, output, folder_of(tmp_path / "models", 40, "hangs", "poison"))
    reasons = {Path(each.path).name: each.model["reason"] for each in read_results(output)}
    assert {name: reason for name, reason in reasons.items() if reason} == {
        "hangs": "no result within 2 s; --timeout raises it",
        "poison": "its process was ended by SIGKILL; is there enough memory?",
    }
    assert len(reasons) == 42
    assert set(client.nthreads()) >= workers


def test_workers_write_all_parts(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "write_part", None)  # of this process
    output = tmp_path / "results.parquet"
    found = folder_of(tmp_path / "models", 120)
    scanned(client, output, found)
    assert [each.path for each in read_results(output)] == [one.path for one in found]


def test_a_worker_of_another_version_ends_the_scan(client: Client, tmp_path: Path) -> None:
    output = tmp_path / "results.parquet"
    found = folder_of(tmp_path / "models", 1)
    job = job_in(parts.folder_of(output), Format.PARQUET)._replace(version="9.9")
    with (
        pytest.raises(ResultsError, match=r"on a worker: rnninspect \S+ is installed, not 9\.9"),
        Results(output) as results,
    ):
        list(running.run(client, job, batches(found, results.next_number), results))


def test_a_part_that_cannot_be_written_ends_the_scan(
    client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "RETRIES", 0)
    output = tmp_path / "results.parquet"
    found = folder_of(tmp_path / "models", 3)
    job = job_in(tmp_path / "nowhere", Format.PARQUET)
    with (
        pytest.raises(ResultsError, match="on a worker: its folder does not exist"),
        Results(output) as results,
    ):
        list(running.run(client, job, batches(found, results.next_number), results))
    assert names_in(tmp_path) == ["models"]


def test_a_batch_that_is_done_twice_writes_one_part(tmp_path: Path) -> None:
    found = folder_of(tmp_path / "models", 5)
    job = job_in(tmp_path, Format.JSONL)
    (batch,) = batches(found, count(1).__next__)
    assert work(job, batch) == work(job, batch)
    (part,) = parts.parts_in(tmp_path)
    assert [each.path for each in read_results(part)] == [one.path for one in found]


def test_batches_are_alike_in_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = folder_of(tmp_path / "models", 250)
    shared = list(batches(found, count(1).__next__))
    assert [len(batch.found) for batch in shared] == [100, 100, 50]
    assert [batch.number for batch in shared] == [1, 2, 3]
    assert [one for batch in shared for one in batch.found] == found
    for one in found[:10]:
        os.truncate(one.path, 10**9)  # of each a megabyte is counted
    monkeypatch.setattr(sharing, "MOST_BYTES", 4 * 2**20)
    assert [len(batch.found) for batch in batches(found, count(1).__next__)][:3] == [4, 4, 100]
    unknown = [Found(f"https://example.com/{number}") for number in range(20)]
    assert 4 * 2**20 // UNKNOWN == len(next(batches(unknown, count(1).__next__)).found) == 16
