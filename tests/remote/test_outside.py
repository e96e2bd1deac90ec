"""What a remote model names is fetched from its own folder, or not at all."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from onnx import TensorProto

from making.onnx.graphs import Shape, graph, node, save, weights
from making.wayward import Handler, Wayward
from rnninspect import UnreadableFile, inspect_file
from rnninspect.remote.addresses import inside, parts_inside
from rnninspect.remote.https.guarding import Guard
from rnninspect.source.locations import is_remote, shown

OUTSIDE = [
    "http://169.254.169.254/latest/meta-data/iam",
    "https://example.org/x",
    "file:///etc/passwd",
    "//169.254.169.254/x",
    "/etc/passwd",
    "../secret",
    "a/../../secret",
    "a\\..\\secret",
    "a\nb",
    "",
    "..",
]
INSIDE = {
    "weights.bin": "weights.bin",
    "./a/../weights.bin": "weights.bin",
    "%2e%2e/secret": "%252e%252e/secret",
    "a?b#c": "a%3Fb%23c",
    "a b/ü": "a%20b/%C3%BC",
    "http:/169.254.169.254/x": "http%3A/169.254.169.254/x",
    "@169.254.169.254": "%40169.254.169.254",
}


def external_lstm(folder: Path, location: str) -> bytes:
    """An LSTM whose kernel is in another file."""
    shape = Shape("LSTM", 3, 2)
    tensors = weights(shape)
    tensors[0].ClearField("raw_data")
    tensors[0].data_location = TensorProto.EXTERNAL
    tensors[0].external_data.add(key="location", value=location)
    return save(folder, graph([node(shape)], tensors)).read_bytes()


@pytest.mark.parametrize(
    ("name", "parts"),
    [("a/.../b", ["a", "...", "b"]), ("./a//b/../c", ["a", "c"]), ("a/../../b", []), ("..", [])],
)
def test_only_dots_that_mean_a_folder_are_resolved(name: str, parts: list[str]) -> None:
    assert parts_inside(name) == parts


@pytest.mark.parametrize("name", OUTSIDE)
def test_external_data_outside_the_folder_is_not_fetched(
    name: str, server: Wayward, tmp_path: Path
) -> None:
    data = external_lstm(tmp_path, name)
    server.behave = lambda handler: handler.serve(data)
    report = inspect_file(f"{server.url}/models/deep/model.onnx")
    assert {path for path, _ in server.seen} == {"/models/deep/model.onnx"}
    assert any(finding.rule == "R205" for finding in report.findings)


@pytest.mark.parametrize("name", INSIDE)
def test_external_data_in_the_folder_is_asked_for_by_its_encoded_name(
    name: str, server: Wayward, tmp_path: Path
) -> None:
    data = external_lstm(tmp_path, name)

    def serve(handler: Handler) -> None:
        if handler.path == "/models/model.onnx":
            handler.serve(data)
        else:
            handler.answer(404, {})

    server.behave = serve
    inspect_file(f"{server.url}/models/model.onnx")
    asked = {path for path, _ in server.seen} - {"/models/model.onnx"}
    assert asked == {f"/models/{INSIDE[name]}"}
    assert inside("https://h/models", name) == f"https://h/models/{INSIDE[name]}"


@pytest.mark.parametrize(
    ("address", "named", "allowed"),
    [
        ("10.0.0.1", "93.184.216.34", False),
        ("169.254.169.254", "93.184.216.34", False),
        ("127.0.0.1", "93.184.216.34", False),
        ("::1", "93.184.216.34", False),
        ("::ffff:10.0.0.1", "93.184.216.34", False),
        ("64:ff9b::a00:1", "93.184.216.34", False),
        ("2002:a00:1::", "93.184.216.34", False),
        ("100.64.0.1", "93.184.216.34", False),
        ("0.0.0.0", "93.184.216.34", False),  # noqa: S104 - never bound
        ("1.1.1.1", "93.184.216.34", True),
        ("1.1.1.1", "10.0.0.2", True),
        ("10.0.0.1", "10.0.0.2", True),
        ("169.254.169.254", "10.0.0.2", False),
        ("169.254.169.254", "127.0.0.1", False),
    ],
)
def test_a_redirect_leads_no_further_inside_than_the_url(
    address: str, named: str, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {"named": named, "other": address}

    def found(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (places[host], port))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    monkeypatch.setattr(socket.socket, "connect", lambda *_: (_ for _ in ()).throw(OSError("no")))
    guard = Guard()
    with pytest.raises(OSError, match="no"):
        guard.connect(("named", 80))
    with pytest.raises(OSError if allowed else UnreadableFile):
        guard.connect(("other", 80))


def test_a_name_that_resolves_elsewhere_later_is_not_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter(["93.184.216.34", "127.0.0.1"])
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 80))],
    )
    monkeypatch.setattr(socket.socket, "connect", lambda *_: (_ for _ in ()).throw(OSError("no")))
    guard = Guard()
    with pytest.raises(OSError, match="no"):
        guard.connect(("named", 80))
    with pytest.raises(UnreadableFile, match="private address"):
        guard.connect(("named", 80))


@pytest.mark.parametrize(
    ("location", "text"),
    [
        ("https://u:p@h/a?X-Amz-Signature=1", "https://h/a?…"),
        ("https://h/a@b", "https://h/a@b"),
        ("hf://org/name@main/x.pt", "hf://org/name@main/x.pt"),
        ("./a://b?c", "./a://b?c"),
        ("s3://bucket/a?b#c.pt", "s3://bucket/a?b#c.pt"),
        ("sftp://user:secret@host/a:b@c.pt", "sftp://user@host/a:b@c.pt"),
        ("abfs://container@account/a.pt", "abfs://container@account/a.pt"),
    ],
)
def test_secrets_of_a_url_are_not_shown(location: str, text: str) -> None:
    assert shown(location) == text
    assert is_remote(location) == (not location.startswith("."))
