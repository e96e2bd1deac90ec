"""A proxy on a free port of this machine, which leads to other ports of this machine alone."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

AGREED = b"HTTP/1.1 200 OK\r\n\r\n"


class Proxy:
    """A proxy on this machine that connects to wherever it is told, on this machine.

    Attributes:
        asked: the first line and the headers of each request.
    """

    def __init__(self, answer: bytes = AGREED) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._answer, self.asked = answer, list[str]()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def serve(self) -> None:
        """Serve until the socket is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._tunnel, args=(client,), daemon=True).start()

    def _tunnel(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head and (piece := client.recv(4096)):
                head += piece
            self.asked.append(head.decode())
            client.sendall(self._answer)
            if not self._answer.startswith(b"HTTP/1.1 200"):
                return
            port = int(head.split()[1].rpartition(b":")[2])
            with socket.create_connection(("127.0.0.1", port)) as server:
                _pass_on(client, server)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    """Pass on what comes from either, until one of them ends or is silent for long."""
    while ready := select.select([one, other], [], [], 10)[0]:
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)


@contextmanager
def proxy(answer: bytes = AGREED) -> Iterator[Proxy]:
    running = Proxy(answer)
    thread = threading.Thread(target=running.serve)
    thread.start()
    try:
        yield running
    finally:
        running.close()
        thread.join()
