"""Servers that lie, break off, change their minds or never end: one line each, in little time."""

from __future__ import annotations

import gzip
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from making.wayward import Handler, Wayward
from rnninspect import Limits, UnreadableFile, inspect_file
from rnninspect.remote.https import connections

ONNX = (Path(__file__).resolve().parents[2] / "sample_models/onnx/basic_lstm.onnx").read_bytes()
HEADER = b'{"w":{"dtype":"F32","shape":[250000],"data_offsets":[0,1000000]}}'.ljust(300_000)
LONG = len(HEADER).to_bytes(8, "little") + HEADER + bytes(1_000_000)  # a header of several blocks


def ranges(text: str, body: bytes = ONNX, **headers: str) -> Callable[[Handler], None]:
    return lambda handler: handler.answer(206, {"Content-Range": text, **headers}, body)


def _reset(handler: Handler) -> None:
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(1, 13, linger)  # SO_LINGER: a reset instead of an end
    handler.connection.close()
    handler.close_connection = True


def _truncated(handler: Handler) -> None:
    handler.answer(206, {"Content-Range": "bytes 0-716/717", "Content-Length": "717"}, ONNX[:99])
    handler.close_connection = True


def _endless(handler: Handler) -> None:
    handler.answer(200, {"Content-Length": ""})
    while True:
        handler.wfile.write(bytes(65536))


def _endless_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 206 Partial Content\r\n")
    while True:
        handler.wfile.write(b"X: " + b"a" * 9000 + b"\r\n")


def _endless_line(handler: Handler) -> None:
    while True:
        handler.wfile.write(b"a" * 65536)


def _continues(handler: Handler) -> None:
    while True:
        handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def _no_http(handler: Handler) -> None:
    handler.wfile.write(b"\x7fELF\n\n")


END = f"bytes 0-{len(ONNX) - 1}/{len(ONNX)}"
LIES: dict[str, tuple[Callable[[Handler], None], str]] = {
    "no range": (lambda h: h.answer(206, {}, ONNX), "206 with no Content-Range"),
    "unknown size": (ranges("bytes 0-716/*"), "206 with Content-Range"),
    "shifted": (ranges("bytes 1-717/718"), "sends bytes 1-717/718 for bytes 0-65535"),
    "longer than asked": (ranges("bytes 0-99999/100000"), "for bytes 0-65535"),
    "beyond the end": (ranges("bytes 0-716/700"), "sends bytes 0-716/700"),
    "fewer bytes": (ranges("bytes 0-800/801"), "sends 717 bytes"),
    "more bytes": (ranges("bytes 0-99/100"), "sends 717 bytes"),
    "huge numbers": (ranges(f"bytes 0-716/{'9' * 5000}"), "206 with Content-Range"),
    "parts": (
        lambda h: h.answer(206, {"Content-Type": "multipart/byteranges; boundary=x"}, b"--x"),
        "206 with no Content-Range",
    ),
    "gzip anyway": (
        ranges(END, gzip.compress(ONNX), **{"Content-Encoding": "gzip"}),
        "encoded with gzip",
    ),
    "gzip whole": (
        lambda h: h.answer(200, {"Content-Encoding": "gzip"}, gzip.compress(ONNX)),
        "encoded",
    ),
    "reset": (_reset, "connection"),
    "truncated": (_truncated, "closed after 99 of 717 bytes"),
    "endless": (_endless, "--allow-download"),
    "endless headers": (_endless_headers, "does not send HTTP|more than was asked"),
    "endless line": (_endless_line, "does not send HTTP|more than was asked"),
    "endless 100": (_continues, "more than was asked"),
    "no HTTP": (_no_http, "does not send HTTP"),
    "teapot": (lambda h: h.answer(418, {}), "answered 418"),
    "unwell": (lambda h: h.answer(503, {}), "answered 503"),
    "waiting": (lambda h: h.answer(429, {"Retry-After": "99999999999"}), "asks to wait"),
    "redirect to nothing": (lambda h: h.answer(302, {"Location": "ftp://"}), "not a URL"),
    "redirect to a newline": (lambda h: h.answer(302, {"Location": "/a%0d%0ab\\"}), "not a URL"),
    "redirect inside": (
        lambda h: h.answer(302, {"Location": "http://169.254.169.254/x"}),
        "private address",
    ),
}


@pytest.mark.parametrize("name", LIES)
def test_a_server_that_lies_is_one_line(name: str, server: Wayward) -> None:
    server.behave, reason = LIES[name]
    before = time.process_time()
    with pytest.raises(UnreadableFile, match=reason) as caught:
        inspect_file(f"{server.url}/model.onnx")
    assert "\n" not in str(caught.value)
    assert time.process_time() - before < 5
    assert len(server.seen) <= 5


def test_a_slow_drip_ends(server: Wayward, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LONGEST_ANSWER", 0.3)

    def drip(handler: Handler) -> None:
        handler.answer(206, {"Content-Range": END, "Content-Length": "717"})
        for byte in ONNX:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.05)

    server.behave = drip
    start = time.monotonic()
    with pytest.raises(UnreadableFile, match="sends too slowly"):
        inspect_file(f"{server.url}/model.onnx", Limits(remote_seconds=2))
    assert time.monotonic() - start < 4


def test_a_server_that_is_unwell_for_a_while_is_asked_again(server: Wayward) -> None:
    faults = iter([_reset, lambda h: h.answer(503, {"Retry-After": "0"}), _truncated])

    def recovering(handler: Handler) -> None:
        fault = next(faults, None)
        handler.serve(ONNX) if fault is None else fault(handler)

    server.behave = recovering
    report = inspect_file(f"{server.url}/model.onnx")
    assert report.traffic is not None
    assert report.traffic.requests == len(server.seen) == 4


def test_a_short_range_is_read_on(server: Wayward) -> None:
    def short(handler: Handler) -> None:
        first, last = handler.range
        last = min(last, first + 99_999, len(LONG) - 1)
        text = f"bytes {first}-{last}/{len(LONG)}"
        handler.answer(206, {"Content-Range": text}, LONG[first : last + 1])

    server.behave = short
    assert inspect_file(f"{server.url}/m.safetensors").totals.parameters == 250_000


@pytest.mark.parametrize("change", ["etag", "size", "modified", "412", "gone", "whole"])
def test_a_file_that_changes_between_requests_is_no_report(change: str, server: Wayward) -> None:
    def changing(handler: Handler) -> None:
        if len(server.seen) == 1:
            handler.serve(LONG, {"Last-Modified": "Sun, 29 Nov 2026 10:00:00 GMT"})
        elif change == "412":
            handler.answer(412, {})
        elif change == "gone":
            handler.answer(404, {})
        elif change == "whole":
            handler.answer(200, {}, LONG)
        else:
            etag = '"v2"' if change == "etag" else '"v1"'
            later = "Sun, 29 Nov 2026 11:00:00 GMT" if change == "modified" else ""
            data = LONG + b"x" if change == "size" else LONG
            handler.serve(data, {"ETag": etag, "Last-Modified": later})

    server.behave = changing
    with pytest.raises(UnreadableFile, match=r"changed while|404 Not Found for a range|200 OK for"):
        inspect_file(f"{server.url}/m.safetensors")
    assert server.seen[1][1]["If-Match"] == '"v1"'


def test_every_request_is_a_ranged_get_without_encodings(server: Wayward) -> None:
    server.behave = lambda handler: handler.serve(LONG)
    inspect_file(f"{server.url}/m.safetensors?a=1&b=%2F")
    assert [headers["Range"] for _, headers in server.seen] == [
        "bytes=0-65535",
        "bytes=65536-327679",
    ]
    assert {path for path, _ in server.seen} == {"/m.safetensors?a=1&b=%2F"}
    assert {headers["Accept-Encoding"] for _, headers in server.seen} == {"identity"}


def test_a_file_of_5_terabytes_costs_kilobytes(server: Wayward) -> None:
    size = 5 * 10**12

    def large(handler: Handler) -> None:
        first, last = handler.range
        text = f"bytes {first}-{min(last, size - 1)}/{size}"
        handler.answer(206, {"Content-Range": text}, bytes(min(last, size - 1) - first + 1))

    server.behave = large
    with pytest.raises(UnreadableFile):
        inspect_file(f"{server.url}/zeros")
    assert len(server.seen) < 20


def test_credentials_stay_with_their_host(server: Wayward) -> None:
    other = server.url.replace("127.0.0.1", "localhost")

    def moving(handler: Handler) -> None:
        if handler.path.startswith("/a"):
            handler.answer(302, {"Location": f"{other}/b.onnx"})
        else:
            handler.serve(ONNX)

    server.behave = moving
    report = inspect_file(f"{server.url.replace('://', '://me:word@')}/a.onnx")
    (_, first), (_, second) = server.seen
    assert first["Authorization"] == "Basic bWU6d29yZA=="
    assert "Authorization" not in second
    assert "word" not in report.path


def test_the_number_of_requests_and_bytes_is_limited(server: Wayward) -> None:
    server.behave = lambda handler: handler.serve(LONG)
    for limits, name in (
        (Limits(requests=1), "requests=1"),
        (Limits(fetched_bytes=99_999), "fetched_bytes"),
    ):
        with pytest.raises(UnreadableFile, match=name):
            inspect_file(f"{server.url}/m.safetensors", limits)
