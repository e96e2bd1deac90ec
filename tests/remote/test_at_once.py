"""What is known to be needed is asked for at once, and the report is the same."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark.remote.stacks import REMOTE, STACKS
from making.wayward import Handler, Wayward
from rnninspect import Limits, RefusedFile, Report, UnreadableFile, inspect_file
from rnninspect.errors import RnnInspectError
from rnninspect.remote.https.lanes import MOST_LANES, at_once, lane

SHARDS = [f"model-{at:05}-of-00003.safetensors" for at in (1, 2, 3)]


def made(family: str, folder: Path) -> str:
    name, make = REMOTE[family]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        make(folder / name, "small")
    return name


def serve(server: Wayward, folder: Path, before: Callable[[str], object] = str) -> None:
    """The files of a folder; `before` is called with each name before it is answered."""

    def behave(handler: Handler) -> None:
        name = handler.path.strip("/")
        before(name)
        path = folder / name
        if path.is_file():
            handler.serve(path.read_bytes())
        else:
            handler.answer(404, {})

    server.behave = behave


def said(report: Report) -> Report:
    return report._replace(path="", files=(), traffic=None)


def test_jobs_run_in_lanes_and_keep_their_order() -> None:
    together = threading.Barrier(MOST_LANES, timeout=10)

    def job(number: int) -> tuple[int, int]:
        together.wait()
        return number, lane()

    found = at_once([lambda number=number: job(number) for number in range(MOST_LANES)])  # type: ignore[misc]
    assert [each and each[0] for each in found] == list(range(MOST_LANES))
    assert {each and each[1] for each in found} == set(range(MOST_LANES))
    assert at_once([]) == []
    assert lane() == 0


def test_after_a_failure_no_job_begins() -> None:
    begun: list[int] = []

    def job(number: int) -> int:
        begun.append(number)
        raise UnreadableFile("no answer")

    assert at_once([lambda at=at: job(at) for at in range(100)]) == [None] * 100  # type: ignore[misc]
    assert len(begun) <= MOST_LANES


def test_shards_are_asked_for_together(server: Wayward, tmp_path: Path) -> None:
    name = made("safetensors, 7B in 108 shards", tmp_path)
    together = threading.Barrier(len(SHARDS), timeout=10)
    serve(server, tmp_path, lambda asked: asked in SHARDS and together.wait())
    remote = inspect_file(f"{server.url}/{name}")
    assert said(remote) == said(inspect_file(tmp_path / name))
    assert sorted(path for path, _ in server.seen) == [
        *(f"/{shard}" for shard in SHARDS),
        f"/{name}",
    ]


@pytest.mark.parametrize("fault", ["missing", "malformed", "cut"])
def test_a_shard_that_is_amiss_is_said_as_of_a_folder(
    fault: str, server: Wayward, tmp_path: Path
) -> None:
    name = made("safetensors, 7B in 108 shards", tmp_path)
    shard = tmp_path / SHARDS[1]
    data = {"missing": b"", "malformed": b"\xff" * 100, "cut": shard.read_bytes()[:-4]}[fault]
    shard.unlink()
    if data:
        shard.write_bytes(data)
    serve(server, tmp_path)

    def outcome(path: str) -> object:
        try:
            return said(inspect_file(path))
        except RnnInspectError as error:
            return str(error)

    assert outcome(f"{server.url}/{name}") == outcome(str(tmp_path / name))


def test_requests_at_once_stay_within_the_limit(server: Wayward, tmp_path: Path) -> None:
    name = made("safetensors, 7B in 108 shards", tmp_path)
    serve(server, tmp_path)
    with pytest.raises(RefusedFile, match="requests=2"):
        inspect_file(f"{server.url}/{name}", Limits(requests=2))


def test_a_server_that_refuses_many_at_once_is_one_line(server: Wayward, tmp_path: Path) -> None:
    name = made("safetensors, 7B in 108 shards", tmp_path)
    serve(server, tmp_path)
    behave = server.behave
    server.behave = lambda handler: (
        handler.answer(429, {}) if handler.path.endswith(".safetensors") else behave(handler)
    )
    with pytest.raises(UnreadableFile, match="429"):
        inspect_file(f"{server.url}/{name}")


def test_of_a_file_of_which_only_the_size_matters_a_byte_is_fetched(
    server: Wayward, tmp_path: Path
) -> None:
    name = made("TensorFlow.js", tmp_path)
    serve(server, tmp_path)
    remote = inspect_file(f"{server.url}/{name}")
    assert said(remote) == said(inspect_file(tmp_path / name))
    ranges = {path: headers["Range"] for path, headers in server.seen}
    assert ranges["/group1-shard1of1.bin"] == "bytes=0-0"


@pytest.mark.parametrize("family", ["PyTorch before 1.6", "HDF5 of Keras", "Keras archive"])
def test_places_that_are_known_are_asked_for_together(
    family: str, server: Wayward, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STACKS, "small", (4, 400))
    name = made(family, tmp_path)
    lanes: set[int] = set()
    seen = server.seen
    serve(server, tmp_path, lambda _: lanes.add(threading.get_ident()))
    remote = inspect_file(f"{server.url}/{name}")
    assert said(remote) == said(inspect_file(tmp_path / name))
    assert len(lanes) > 1  # the server has a thread for each connection
    assert len(seen) > len(lanes)
