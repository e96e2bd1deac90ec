"""Remote folders on the command line: a bucket of moto's server, the stand-in of the Hub."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from making.hub import HubStandIn
from rnninspect.results.files import read_results

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
TAGGER = (SAMPLES / "torch/tagger.pt").read_bytes()
LSTM = (SAMPLES / "onnx/basic_lstm.onnx").read_bytes()
pytestmark = [
    pytest.mark.frameworks,  # s3fs and moto
    pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore"),
]


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", "-m", "rnninspect", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def paths_of(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert done.returncode in (0, 1), done.stderr
    return [report["path"] for report in json.loads(done.stdout)["reports"]]


def safetensors(**sizes: int) -> bytes:
    header, at = {}, 0
    for name, size in sizes.items():
        header[name] = {"dtype": "F32", "shape": [size], "data_offsets": [at, at + 4 * size]}
        at += 4 * size
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(at)


INDEX = {"weight_map": {"x": "m-00001-of-00002.safetensors", "y": "m-00002-of-00002.safetensors"}}
FILES = {
    "a/tagger.pt": TAGGER,
    "a/README.md": b"#",
    "b.2/lstm.onnx": LSTM,
    "b.2/config.json": b"{}",
    "b.2/lstm.onnx_data": b"",
    "b.10/m.safetensors.index.json": json.dumps(INDEX).encode(),
    "b.10/m-00001-of-00002.safetensors": safetensors(x=1000),
    "b.10/m-00002-of-00002.safetensors": safetensors(y=234),
    "ü ñ/a#b?c.onnx": LSTM,
}
FOUND = ["a/tagger.pt", "b.2/lstm.onnx", "b.10/m.safetensors.index.json", "ü ñ/a#b?c.onnx"]


@pytest.fixture
def models(bucket: Any) -> Any:  # noqa: ANN401 - s3fs has no types
    for path, data in FILES.items():
        bucket.pipe_file(f"models/all/{path}", data)
    bucket.call_s3("put_object", Bucket="models", Key="all/empty/", Body=b"")
    bucket.pipe_file("models/all-others/x.pt", TAGGER)
    return bucket


@pytest.fixture
def hub(hub_with: Callable[..., HubStandIn]) -> HubStandIn:
    return hub_with({"org/v1.0": FILES, "org/none": {"README.md": b"#"}})


@pytest.mark.parametrize("url", ["s3://models/all", "s3://models/all/"])
def test_a_folder_of_a_bucket_gives_each_model_once(models: Any, url: str) -> None:  # noqa: ANN401
    del models
    done = call(url, "--format", "json")
    assert paths_of(done) == [f"s3://models/all/{path}" for path in FOUND]
    assert json.loads(done.stdout)["reports"][2]["totals"]["parameters"] == 1234
    chosen = call(url, "--format", "json", "--include", "*.onnx", "--exclude", "b.2/", "-j", "2")
    assert paths_of(chosen) == ["s3://models/all/ü ñ/a#b?c.onnx"]


def test_a_whole_bucket_is_summed_up(models: Any) -> None:  # noqa: ANN401
    del models
    summary = json.loads(call("scan", "s3://models", "--format", "json").stdout)
    assert summary["total"]["models"] == len(FOUND) + 1


@pytest.mark.parametrize("engine", [(), ("--engine", "dask", "--jobs", "1")])
def test_rows_of_a_bucket_are_stored_and_resumed(
    models: Any,  # noqa: ANN401
    tmp_path: Path,
    engine: tuple[str, ...],
) -> None:
    output = tmp_path / "results.jsonl"
    command = ("scan", "s3://models/all", "--output", output, "--resume", *engine)
    done = call(*command)
    assert done.returncode == 0
    assert re.fullmatch(r"rnninspect: \d+ requests, 13 kB of 13 kB\n", done.stderr)
    before = {rows.path: rows.model for rows in read_results(output)}
    assert sorted(before) == sorted(f"s3://models/all/{path}" for path in FOUND)
    models.pipe_file("models/all/a/tagger.pt", LSTM)
    models.pipe_file("models/all/new.onnx", LSTM)
    assert call(*command).returncode == 0
    after = {rows.path: rows.model for rows in read_results(output)}
    changed = {path for path in after if after[path] != before.get(path)}
    assert changed == {"s3://models/all/a/tagger.pt", "s3://models/all/new.onnx"}


def test_a_line_says_what_a_call_has_cost(hub: HubStandIn) -> None:
    tagger = "hf://org/v1.0/a/tagger.pt"
    assert call("explain", tagger).stderr == f"rnninspect: {tagger}: 2 requests, 6.4 kB of 6.4 kB\n"
    compared = call("diff", tagger, "hf://org/v1.0/b.2/lstm.onnx")
    assert compared.stderr.splitlines()[0] == f"rnninspect: {tagger}: 2 requests, 6.4 kB of 6.4 kB"
    assert len(compared.stderr.splitlines()) == 2
    hub.hub.seen.clear()
    hub.storage.seen.clear()
    scanned = call("scan", "hf://org/v1.0", "--jobs", "2", "--exclude", "config.json")
    requests = len(hub.hub.seen) + len(hub.storage.seen)
    assert scanned.stderr.startswith(f"rnninspect: {requests} requests, ")
    assert scanned.stderr.count("\n") == 1
    refused = call("verify", tagger).stderr
    assert (
        refused == f"rnninspect: {tagger}: a framework loads local files alone: download it first\n"
    )


def test_what_is_no_model_or_not_there_is_one_line(models: Any) -> None:  # noqa: ANN401
    models.pipe_file("models/text/README.md", b"#")
    for url, reason in (
        ("s3://models/text/", "a folder without a known model"),
        ("s3://models/absent/", "a folder without a known model"),
        ("s3://models/absent", "no such file"),
        ("s3://no-such-bucket/", "bucket"),
    ):
        done = call("scan", url)
        assert done.returncode == 2
        assert reason in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr


def test_a_key_that_could_mean_another_is_one_line_and_is_not_read(models: Any) -> None:  # noqa: ANN401
    for key in ("odd/../all/secret.pt", "odd//x.pt"):
        models.call_s3("put_object", Bucket="models", Key=key, Body=TAGGER)
    models.pipe_file("models/odd/good.pt", TAGGER)
    done = call("s3://models/odd/", "--format", "json")
    assert [report["path"] for report in json.loads(done.stdout)["reports"]] == [
        "s3://models/odd/good.pt"
    ]
    lines = [line for line in done.stderr.splitlines() if "its key has" in line]
    assert (done.returncode, len(lines)) == (2, 2)


def test_an_object_that_vanishes_after_it_was_listed_is_one_line(hub: HubStandIn) -> None:
    hub.storage.behave = lambda handler: (
        handler.answer(404, {}) if "tagger" in handler.path else hub.send(handler)
    )
    done = call("scan", "hf://org/v1.0", "--format", "json")
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if "tagger.pt" in line]
    assert len(lines) == 1
    assert json.loads(done.stdout)["total"]["models"] == len(FOUND)


def test_all_models_of_a_repository_are_found_page_by_page(hub: HubStandIn) -> None:
    scanned = call("hf://org/v1.0/", "--format", "json")
    assert paths_of(scanned) == [f"hf://org/v1.0/{path}" for path in FOUND]
    pages = [path for path, _ in hub.hub.seen if "cursor" in path]
    assert len(pages) >= len(FILES) / 2 - 1
    assert json.loads(call("scan", "hf://org/v1.0", "-f", "json").stdout)["total"]["models"] == len(
        FOUND
    )
    assert len(paths_of(call("hf://org/v1.0", "--format", "json"))) == 1
    assert paths_of(call("hf://org/v1.0/b.10/", "--format", "json")) == [
        "hf://org/v1.0/b.10/m.safetensors.index.json"
    ]
    assert json.loads(call("scan", "hf://org/v1.0/a", "-f", "json").stdout)["total"]["models"] == 1


def test_rows_of_a_repository_are_resumed_by_the_hashes_of_its_files(
    hub: HubStandIn, tmp_path: Path
) -> None:
    output = tmp_path / "results.jsonl"
    command = ("scan", "hf://org/v1.0", "--output", output, "--resume")
    assert call(*command).returncode == 0
    before = output.read_bytes()
    hub.storage.seen.clear()
    assert call(*command).returncode == 0
    assert output.read_bytes() == before


def test_what_the_hub_does_not_list_is_one_line(hub: HubStandIn) -> None:
    for url, reason in (
        ("hf://org/none", "a folder without a known model"),
        ("hf://org/absent", "no such repository"),
        ("hf://org/v1.0@v9", "no such revision"),
    ):
        done = call("scan", url)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert reason in done.stderr
    assert hub.hub.seen
