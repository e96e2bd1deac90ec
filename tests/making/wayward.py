"""An HTTP server that answers as a test tells it, also as no server should."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """One request; `behave` answers it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = cast("Wayward", self.server)
        server.seen.append((self.path, dict(self.headers.items())))
        try:
            server.behave(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def do_HEAD(self) -> None:
        raise AssertionError("never HEAD")

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""

    @property
    def range(self) -> tuple[int, int]:
        """First and last byte of the range that is asked for."""
        match = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"])
        assert match is not None
        return int(match[1]), int(match[2])

    def answer(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def serve(self, data: bytes, headers: Mapping[str, str] | None = None) -> None:
        """The range that is asked for, as it should be."""
        first, last = self.range
        last = min(last, len(data) - 1)
        if first >= len(data):
            self.answer(416, {"Content-Range": f"bytes */{len(data)}"})
            return
        found = {"Content-Range": f"bytes {first}-{last}/{len(data)}", "ETag": '"v1"'}
        self.answer(206, found | dict(headers or {}), data[first : last + 1])


class Wayward(ThreadingHTTPServer):
    """The server; `seen` are path and headers of each request."""

    daemon_threads = True
    behave: Behaviour

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, dict[str, str]]] = []

    def handle_error(self, *_: object) -> None:
        """A client that goes away is none."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def wayward() -> Iterator[Wayward]:
    """A running server; stopped at the end."""
    with Wayward() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
