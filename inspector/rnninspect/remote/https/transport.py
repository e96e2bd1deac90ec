"""Gets a range of bytes from an HTTP server: tries again, follows redirects, guards credentials."""

from __future__ import annotations

import time
from http.client import HTTPException, responses
from ssl import SSLCertVerificationError

from rnninspect.errors import UnreadableFile
from rnninspect.record import Record
from rnninspect.remote.addresses import Address, redirected
from rnninspect.remote.https.connections import Connections, TooMuch
from rnninspect.remote.https.guarding import Guard
from rnninspect.remote.https.lanes import lane

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from http.client import HTTPResponse

    from rnninspect.remote.meter import Meter

PAUSES = (1.0, 2.0, 4.0, 8.0)  # seconds between five tries
MOST_REDIRECTS = 5
LONGEST_PAUSE = 60.0  # that a server may ask for
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})  # worth another try
LONGEST_EXPLANATION = 4096  # bytes read of an answer that is no file
_PIECE = 64 * 2**10


class Answer(Record):
    """What a server sent for a GET, its body at most as long as was asked for.

    Attributes:
        status: of HTTP.
        headers: by lower-case name.
        body: the bytes.
        whole: whether there were no more.
        address: where it came from after redirects.
        hops: the headers of each redirect before.
        rest: reads what is left of the body in pieces.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool
    address: Address
    hops: tuple[dict[str, str], ...] = ()
    rest: Callable[[], Iterator[bytes]] | None = None

    @property
    def said(self) -> str:
        """The status in words."""
        return _in_words(self.status)


class _Failed(Exception):  # noqa: N818 - it is caught where it may be tried again
    """A try that may be worth another one."""

    def __init__(self, reason: str, pause: float = 0.0, *, again: bool = True) -> None:
        super().__init__(reason)
        self.pause, self.again = pause, again


class Transport:
    """Sends the requests of one model.

    Args:
        meter: counts them.
        logins: the header Authorization by origin; sent nowhere else.
    """

    def __init__(
        self, meter: Meter, logins: Mapping[tuple[str, str, int], str], timeout: float
    ) -> None:
        self.meter, self._logins = meter, dict(logins)
        self._connections = Connections(Guard(), timeout)
        self._responses: dict[int, HTTPResponse] = {}  # the last one of each lane

    def close(self) -> None:
        """Close all connections."""
        for response in self._responses.values():
            response.close()
        self._connections.close()

    def get(self, address: Address, headers: Mapping[str, str], most: int) -> Answer:
        """The answer to a GET, after as many tries as it takes, up to five.

        Args:
            address: what is asked for.
            headers: of the request; Range and conditions among them.
            most: bytes of the body that are read.

        Raises:
            UnreadableFile: no try succeeds, or a redirect may not be followed.
            RefusedFile: a limit on requests, bytes or time is exceeded.
        """
        for pause in (*PAUSES, None):
            try:
                return self._followed(address, headers, most)
            except _Failed as failure:
                if pause is None or not failure.again:
                    raise UnreadableFile(str(failure)) from failure
                self._wait(max(pause, failure.pause), str(failure))
        raise AssertionError  # the last round returns or raises

    def _wait(self, pause: float, reason: str) -> None:
        if pause > LONGEST_PAUSE:
            raise UnreadableFile(f"{reason}; the server asks to wait {pause:,.0f} s")
        if pause > self.meter.left():
            raise UnreadableFile(f"{reason}; no time is left for another try")
        time.sleep(pause)

    def _followed(self, address: Address, headers: Mapping[str, str], most: int) -> Answer:
        hops: list[dict[str, str]] = []
        while True:
            answer = self._once(address, headers, most)
            if answer.status not in REDIRECTS or "location" not in answer.headers:
                return answer._replace(hops=tuple(hops))
            if len(hops) == MOST_REDIRECTS:
                raise UnreadableFile(f"more than {MOST_REDIRECTS} redirects")
            hops.append(answer.headers)
            address = _next(address, answer.headers["location"])

    def _once(self, address: Address, headers: Mapping[str, str], most: int) -> Answer:
        self.meter.count_request()
        login = address.login or self._logins.get(address.origin)
        sent = dict(headers) | ({"Authorization": login} if login else {})
        try:
            left = max(self.meter.left(), 0.0)
            response = self._connections.get(address, sent, most, left)
            self._responses[lane()] = response
            return self._read(response, address, most)
        except (OSError, HTTPException) as error:
            self.drop(address)
            raise _failure(error, address) from error

    def _read(self, response: HTTPResponse, address: Address, most: int) -> Answer:
        found = {name.lower(): value for name, value in response.getheaders()}
        if response.status in PASSING:
            self.drop(address)
            raise _Failed(_in_words(response.status), _retry_after(found))
        wanted = most if response.status in (200, 206) else LONGEST_EXPLANATION
        body = bytearray()
        while len(body) < wanted:
            piece = response.read1(min(_PIECE, wanted - len(body)))
            if not piece:
                break
            self.meter.count_bytes(len(piece))
            body += piece
        _require_all(found, len(body), wanted, response.status)
        answer = Answer(response.status, found, bytes(body), _ends(response, found, body), address)
        if answer.whole and "chunked" not in found.get("transfer-encoding", ""):
            response.close()
        elif response.status != 200:
            self.drop(address)
        return answer._replace(rest=None if answer.whole else lambda: self._rest(response, address))

    def _rest(self, response: HTTPResponse, address: Address) -> Iterator[bytes]:
        try:
            while piece := response.read1(_PIECE):
                yield piece
        except (OSError, HTTPException) as error:
            raise UnreadableFile(f"the download broke off: {error}") from error
        finally:
            self.drop(address)

    def drop(self, address: Address) -> None:
        """Stop an answer that is not wanted."""
        response = self._responses.pop(lane(), None)
        if response is not None:
            response.close()  # a connection that is to be closed does not know it any more
        self._connections.drop(address)


def _next(address: Address, location: str) -> Address:
    target = redirected(address, location)
    if address.scheme == "https" and target.scheme != "https":
        raise UnreadableFile(f"a redirect leads from https to {target.scheme}: not followed")
    return target


def _require_all(headers: dict[str, str], got: int, wanted: int, status: int) -> None:
    """_Failed if the connection was closed before what was promised came."""
    length = headers.get("content-length", "")
    due = min(int(length), wanted) if length.isdecimal() and len(length) < 20 else 0
    if status in (200, 206) and got < due:
        raise _Failed(f"the connection was closed after {got:,} of {due:,} bytes")


def _ends(response: HTTPResponse, headers: dict[str, str], body: bytearray) -> bool:
    """Whether the body ends where its reading did; of a range without a length it is taken so."""
    length = headers.get("content-length")
    if length is not None:
        return length == str(len(body))
    return response.status != 200 or not response.peek(1)


def _in_words(status: int) -> str:
    return f"the server answered {status} {responses.get(status, '')}".rstrip()


def _retry_after(headers: dict[str, str]) -> float:
    """Seconds that a server asks to wait; a date counts as the longest."""
    text = headers.get("retry-after", "")
    if text.isdecimal():
        return float(text[:6])
    return 0.0 if not text else LONGEST_PAUSE / 2


def _failure(error: OSError | HTTPException, address: Address) -> _Failed:
    host = address.authority
    if isinstance(error, TooMuch):
        return _Failed(f"{host} {error}", again=False)
    if isinstance(error, SSLCertVerificationError):
        return _Failed(
            f"cannot verify the certificate of {host}: {error.verify_message}", again=False
        )
    if isinstance(error, TimeoutError):
        return _Failed(f"{host} does not answer in time")
    if isinstance(error, ConnectionRefusedError):
        return _Failed(f"{host} refuses the connection", again=False)
    if isinstance(error, HTTPException):
        return _Failed(f"{host} does not send HTTP: {type(error).__name__}")
    return _Failed(f"the connection to {host} failed: {error.strerror or error}")
