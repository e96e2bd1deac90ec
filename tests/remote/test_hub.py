"""Repositories of a stand-in of the Hugging Face Hub."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from making.hub import COMMIT, HubStandIn
from rnninspect import UnreadableFile, inspect_file
from rnninspect.remote.hub.names import Repository, main_file, parse
from rnninspect.source.traffic import Traffic

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
TAGGER = (SAMPLES / "torch/tagger.pt").read_bytes()
ONNX = (SAMPLES / "onnx/basic_lstm.onnx").read_bytes()


def safetensors(**sizes: int) -> bytes:
    header, at = {}, 0
    for name, size in sizes.items():
        header[name] = {"dtype": "F32", "shape": [size], "data_offsets": [at, at + 4 * size]}
        at += 4 * size
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(at)


PARTS = {"a.safetensors": safetensors(x=1000), "b.safetensors": safetensors(y=234)}
INDEX = json.dumps({"weight_map": {"x": "a.safetensors", "y": "b.safetensors"}}).encode()
REPOSITORIES = {
    "org/tagger": {"README.md": b"#", "tagger.pt": TAGGER, "onnx/model.onnx": ONNX},
    "org/sharded": {"model.safetensors.index.json": INDEX, **PARTS},
    "org/gated": {"model.safetensors": safetensors(x=5)},
    "org/empty": {"README.md": b"#"},
    "org/deep": {"README.md": b"#", "onnx/a b.onnx": ONNX},
}


@pytest.fixture
def hub(hub_with: Callable[..., HubStandIn]) -> HubStandIn:
    return hub_with(REPOSITORIES)


def test_a_file_is_read_where_the_hub_redirects_to(hub: HubStandIn) -> None:
    report = inspect_file("hf://org/tagger/tagger.pt")
    local = inspect_file(SAMPLES / "torch/tagger.pt")
    assert report.layers == local.layers
    assert (report.path, report.traffic) == ("hf://org/tagger/tagger.pt", Traffic(2, 6449))
    assert hub.storage.seen[0][0] == "/org/tagger/tagger.pt?signature=secret"


def test_a_repository_is_its_main_file(hub: HubStandIn) -> None:
    assert inspect_file("hf://org/tagger").path == "hf://org/tagger/tagger.pt"
    assert inspect_file("hf://org/tagger@refs/pr/1/onnx").path.endswith(
        "@refs%2Fpr%2F1/onnx/model.onnx"
    )
    assert inspect_file("hf://org/deep").path == "hf://org/deep/onnx/a b.onnx"
    with pytest.raises(UnreadableFile, match="without a known model"):
        inspect_file("hf://org/empty")
    assert hub.hub.seen


def test_shards_are_looked_up_in_the_list_and_are_of_one_commit(hub: HubStandIn) -> None:
    report = inspect_file("hf://org/sharded")
    assert report.totals.parameters == 1234
    assert len(report.files) == 3
    resolved = [path for path, _ in hub.hub.seen if "/resolve/" in path]
    assert [path.split("/")[4] for path in resolved] == ["main", COMMIT, COMMIT]
    assert report.file_bytes == len(INDEX) + sum(map(len, PARTS.values()))


def test_a_shard_that_differs_from_the_list_is_no_report(hub: HubStandIn) -> None:
    grown = PARTS | {"b.safetensors": safetensors(y=235)}
    hub.storage.behave = lambda handler: handler.serve(
        (REPOSITORIES["org/sharded"] | grown)[handler.path.partition("?")[0].rpartition("/")[2]]
    )
    with pytest.raises(UnreadableFile, match="changed while it was read"):
        inspect_file("hf://org/sharded")


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("hf://org/gated", "a gated repository"),
        ("hf://org/gated/model.safetensors", "a gated repository"),
        ("hf://org/absent", "no such repository, or a private one"),
        ("hf://org/tagger@v9", "no such revision"),
        ("hf://org/tagger/absent.pt", "no file absent.pt"),
        ("hf://datasets/org/name", "only repositories of models"),
        ("hf://buckets/org/name", "only repositories of models"),
        ("hf://org/tagger/../x", "expected hf://org/name"),
        ("hf://", "expected hf://org/name"),
    ],
)
def test_what_the_hub_does_not_give_is_one_line(
    location: str, reason: str, hub: HubStandIn
) -> None:
    del hub
    with pytest.raises(UnreadableFile, match=reason) as caught:
        inspect_file(location)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("how", ["variable", "path", "home"])
def test_a_token_goes_to_the_hub_alone(
    how: str, hub: HubStandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("hf_right\n" if how == "home" else "hf_wrong")
    (tmp_path / "other").write_text("hf_right")
    if how == "variable":
        monkeypatch.setenv("HF_TOKEN", "hf_right")
    if how == "path":
        monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "other"))
    assert inspect_file("hf://org/gated").totals.parameters == 5
    assert {h.get("Authorization") for _, h in hub.hub.seen} == {"Bearer hf_right"}
    assert {h.get("Authorization") for _, h in hub.storage.seen} == {None}
    monkeypatch.setenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")
    with pytest.raises(UnreadableFile, match="gated"):
        inspect_file("hf://org/gated")


def test_offline_reads_the_cache_alone(
    hub: HubStandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UnreadableFile, match="not in the cache, and HF_HUB_OFFLINE is set"):
        inspect_file("hf://org/tagger")
    home = tmp_path / "hub" / "models--org--tagger"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text(COMMIT)
    snapshot = home / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (home / "blobs").mkdir()
    shutil.copy(SAMPLES / "torch/tagger.pt", home / "blobs" / "hash")
    (snapshot / "tagger.pt").symlink_to("../../blobs/hash")
    for location in ("hf://org/tagger", "hf://org/tagger/tagger.pt", f"hf://org/tagger@{COMMIT}"):
        assert inspect_file(location).layers
    assert hub.hub.seen == []


WRONG_SIZE = b'[{"type":"file","path":"a","size":-2}]'


@pytest.mark.parametrize("page", [b"{", b"[1]", WRONG_SIZE, b"[" * 10**6])
def test_a_malformed_list_is_one_line(page: bytes, hub: HubStandIn) -> None:
    hub.hub.behave = lambda handler: handler.answer(200, {}, page)
    with pytest.raises(UnreadableFile, match="list of files is malformed"):
        inspect_file("hf://org/tagger")


def test_a_list_that_goes_on_elsewhere_is_not_followed(hub: HubStandIn) -> None:
    link = {"Link": f'<{hub.storage.url}/next>; rel="next"'}
    hub.hub.behave = lambda handler: handler.answer(200, link, b"[]")
    with pytest.raises(UnreadableFile, match="another host"):
        inspect_file("hf://org/tagger")


def test_the_parts_of_a_location() -> None:
    assert parse("hf://gpt2") == Repository("gpt2")
    assert parse("hf://a/b@v1.0/c/d.pt") == Repository("a/b", "v1.0", "c/d.pt")
    assert parse("hf://a/b@refs%2Fpr%2F2") == Repository("a/b", "refs/pr/2")


def test_the_main_file() -> None:
    names = ["x.bin", "model.onnx", "b.gguf", "a.gguf", "sub/model.safetensors"]
    assert main_file(names) == "a.gguf"
    assert main_file([*names, "model.safetensors"]) == "model.safetensors"
    assert main_file(["README.md"]) is None
