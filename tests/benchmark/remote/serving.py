"""A file server that is as slow as a network, and a stand-in of the Hub in front of it.

Each answer waits for the latency before its first byte, and all answers share one link of a given
rate. A connection costs nothing beyond that: there are no TLS and no slow start.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

from rnninspect.record import Record

REPOSITORY = "org/model"  # what the Hub has: all files of the folder
_COMMIT = hashlib.sha1(b"", usedforsecurity=False).hexdigest()
_PIECE = 2**20  # bytes that go over the link at once
_LATE = 0.2  # seconds that are made up for where the machine was busy with something else
_FIELDS = {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream"}


class Cost(Record):
    """What was asked of the server, redirects among it, and the bytes of bodies that it sent."""

    requests: int
    sent: int


class Link:
    """A link of so many bytes a second, which all answers share."""

    def __init__(self, rate: float) -> None:
        self._rate, self._free = rate, 0.0
        self._lock = threading.Lock()

    def wait(self, size: int) -> None:
        """Return when so many bytes have gone over it."""
        with self._lock:
            self._free = max(self._free, time.monotonic() - _LATE) + size / self._rate
            until = self._free
        time.sleep(max(0.0, until - time.monotonic()))


class Served(ThreadingHTTPServer):
    """The server of the files below `root`, at `/files/`, and of a repository with these files.

    Args:
        latency: seconds before each answer.
        rate: bytes a second.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, root: Path, latency: float, rate: float) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.root, self.latency, self.link = root, latency, Link(rate)
        self._lock = threading.Lock()
        self._requests = self._sent = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def spent(self) -> Cost:
        """What it has done since it was last asked for it."""
        with self._lock:
            cost = Cost(self._requests, self._sent)
            self._requests = self._sent = 0
        return cost

    def count(self, requests: int, sent: int) -> None:
        """Add to the cost."""
        with self._lock:
            self._requests += requests
            self._sent += sent

    def handle_error(self, *_: object) -> None:
        """A client that goes away is none."""


@contextmanager
def serving(root: Path, latency: float, rate: float) -> Iterator[Served]:
    """A running server; stopped at the end."""
    with Served(root, latency, rate) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 2**14  # the headers go at once
    server: Served

    def do_GET(self) -> None:
        time.sleep(self.server.latency)
        self.server.count(1, 0)
        path = unquote(self.path.partition("?")[0])
        try:
            if path.startswith("/files/"):
                self._file(self.server.root / path.removeprefix("/files/"), {})
            elif path.startswith(f"/api/models/{REPOSITORY}/tree/"):
                self._list()
            elif path == "/api/agent-harnesses":  # its client asks for it once a day
                self._document({"standardEnvVars": [], "harnesses": {}})
            else:
                self._resolved(path)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_HEAD = do_GET  # noqa: N815 - the name that http.server asks for

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""

    def _answer(self, status: int, length: int, fields: dict[str, str]) -> bool:
        """Send the status and the headers; whether a body is to follow."""
        self.send_response(status)
        for name, value in {**_FIELDS, **fields, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.flush()
        return self.command != "HEAD"

    def _resolved(self, path: str) -> None:
        """As the Hub does: a document at once, weights by a redirect to where they are stored."""
        match = re.fullmatch(rf"/{REPOSITORY}/resolve/[^/]+/(.+)", path)
        file = self.server.root / match[1] if match else None
        if match is None or file is None or not file.is_file():
            self._answer(404, 0, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": _COMMIT})
            return
        fields = {"X-Repo-Commit": _COMMIT, "X-Linked-Size": str(file.stat().st_size)}
        if file.suffix == ".json":
            self._file(file, fields)
            return
        fields |= {"X-Linked-Etag": '"1"', "Location": f"{self.server.url}/files/{match[1]}"}
        self._answer(302, 0, fields)

    def _list(self) -> None:
        files = [path for path in sorted(self.server.root.rglob("*")) if path.is_file()]
        entries = [
            {"type": "file", "path": str(path.relative_to(self.server.root)), "oid": "1",
             "size": path.stat().st_size}
            for path in files
        ]  # fmt: skip
        self._document(entries)

    def _document(self, value: object) -> None:
        body = json.dumps(value).encode()
        if self._answer(200, len(body), {"Content-Type": "application/json"}):
            self.server.link.wait(len(body))
            self.server.count(0, len(body))  # before the client has it and asks for the cost
            self.wfile.write(body)

    def _file(self, path: Path, more: dict[str, str]) -> None:
        if not path.is_file():
            self._answer(404, 0, {})
            return
        size = path.stat().st_size
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        first, last = (int(asked[1]), min(int(asked[2]), size - 1)) if asked else (0, size - 1)
        fields = {"ETag": '"1"', **more}
        if asked and first >= size:
            self._answer(416, 0, {"Content-Range": f"bytes */{size}"})
            return
        if asked:
            fields["Content-Range"] = f"bytes {first}-{last}/{size}"
        if self._answer(206 if asked else 200, last - first + 1, fields):
            self._send(path, first, last + 1)

    def _send(self, path: Path, offset: int, stop: int) -> None:
        with path.open("rb") as file:
            while offset < stop:
                length = min(_PIECE, stop - offset)
                self.server.link.wait(length)
                self.server.count(0, length)  # before the client has them and asks for the cost
                went = os.sendfile(self.connection.fileno(), file.fileno(), offset, length)
                self.server.count(0, went - length)
                offset += went
