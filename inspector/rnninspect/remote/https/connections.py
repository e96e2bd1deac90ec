"""Connections to HTTP servers, kept open from request to request, with a bound on all waiting."""

from __future__ import annotations

import io
import os
import time
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection, RemoteDisconnected
from ssl import SSLContext, create_default_context

from rnninspect.errors import UnreadableFile
from rnninspect.lean import cache
from rnninspect.remote.https.lanes import lane

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from typing import Any

    from rnninspect.remote.addresses import Address
    from rnninspect.remote.https.guarding import Guard

TIMEOUT = 10.0  # seconds without a byte
LONGEST_ANSWER, SLOWEST = (
    30.0,
    32 * 2**10,
)  # seconds for an answer, and a second more for these bytes
HEADERS = {"User-Agent": "rnninspect", "Accept-Encoding": "identity"}
MOST_AROUND = 2**20  # bytes of headers, and of what surrounds a body in chunks
_STALE = (RemoteDisconnected, ConnectionResetError, BrokenPipeError)


class TooMuch(OSError):  # noqa: N818 - says what the server does
    """An answer comes byte by byte, or does not end."""


class _Timed(io.RawIOBase):
    """Reads an answer from a socket up to a moment and a number of bytes, headers included."""

    def __init__(self, connection: socket.socket, stop: float, most: int) -> None:
        self._connection, self._raw = connection, connection.makefile("rb", buffering=0)
        self._stop, self._left = stop, most
        self._timeout = connection.gettimeout() or TIMEOUT

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """Read what is there; TooMuch beyond the bounds, TimeoutError after TIMEOUT."""
        seconds = self._stop - time.monotonic()
        if seconds <= 0:
            raise TooMuch("sends too slowly")
        if self._left <= 0:
            raise TooMuch("sends more than was asked for")
        self._connection.settimeout(min(self._timeout, seconds))
        try:
            got = self._raw.readinto(buffer)
        except TimeoutError as error:
            if time.monotonic() < self._stop:
                raise
            raise TooMuch("sends too slowly") from error
        self._left -= got or 0
        return got

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What HTTPResponse reads from."""
        return io.BufferedReader(self)

    def close(self) -> None:
        """Let the connection close the socket."""
        self._raw.close()
        super().close()


class Connections:
    """A connection for each server of one model, and for each lane."""

    def __init__(self, guard: Guard, timeout: float) -> None:
        self._guard, self._timeout = guard, timeout
        self._open: dict[tuple[int, tuple[str, str, int]], HTTPConnection] = {}

    def get(
        self, address: Address, headers: Mapping[str, str], length: int, left: float
    ) -> HTTPResponse:
        """The answer to a GET, whose body is not read yet.

        Args:
            address: what is asked for.
            headers: beside HEADERS.
            length: bytes that are expected, by which the time for them is bounded.
            left: seconds that may pass at most.

        Raises:
            UnreadableFile: the machine may not be connected to.
            OSError, HTTPException: the connection fails, or what comes is not HTTP.
        """
        stop = time.monotonic() + min(left, LONGEST_ANSWER + length / SLOWEST)
        place = lane(), address.origin
        known = self._open.get(place)
        if known is not None:
            try:
                return _asked(known, address, headers, (stop, length + MOST_AROUND))
            except _STALE:  # the server had closed it meanwhile
                self.drop(address)
        self._open[place] = connection = self._made(address)
        try:
            return _asked(connection, address, headers, (stop, length + MOST_AROUND))
        except BaseException:
            self.drop(address)
            raise

    def drop(self, address: Address) -> None:
        """Close the connection to a server."""
        known = self._open.pop((lane(), address.origin), None)
        if known is not None:
            known.close()

    def close(self) -> None:
        """Close all connections."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _made(self, address: Address) -> HTTPConnection:
        proxy = _proxy_of(address)
        host, port = (proxy.host, proxy.port) if proxy else (address.host, address.port)
        connection: Any = (
            HTTPSConnection(host, port, timeout=self._timeout, context=_certificates())
            if address.scheme == "https"
            else HTTPConnection(host, port, timeout=self._timeout)
        )
        if proxy is None:
            connection._create_connection = self._guard.connect  # noqa: SLF001 - where names are resolved
            return connection  # type: ignore[no-any-return]
        self._guard.require_public_name(address.host)
        if address.scheme == "http":
            raise UnreadableFile("http:// through a proxy is not supported: use https://")
        login = {"Proxy-Authorization": proxy.login} if proxy.login else {}
        connection.set_tunnel(address.host, address.port, login)
        return connection  # type: ignore[no-any-return]


@cache
def _certificates() -> SSLContext:
    """Those that servers are verified by: to load them takes longer than to read a model."""
    return create_default_context()


def _asked(
    connection: HTTPConnection,
    address: Address,
    headers: Mapping[str, str],
    bounds: tuple[float, int],
) -> HTTPResponse:
    def response(sock: socket.socket, *_: object, method: str | None = None) -> HTTPResponse:
        return HTTPResponse(_Timed(sock, *bounds), method=method)  # type: ignore[arg-type]

    connection.response_class = response  # type: ignore[assignment]
    connection.putrequest("GET", address.target, skip_host=True, skip_accept_encoding=True)
    for name, value in {"Host": address.authority, **HEADERS, **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    return connection.getresponse()


def _proxy_of(address: Address) -> Address | None:
    """The proxy that the environment names for a server."""
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 - heavy, and seldom needed

    from rnninspect.remote.addresses import parse  # noqa: PLC0415 - only here

    proxies = getproxies()
    named = proxies.get(address.scheme) or proxies.get("all")
    return None if not named or proxy_bypass(address.authority) else parse(named)
