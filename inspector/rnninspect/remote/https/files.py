"""Files on HTTP servers: ranged GETs alone, all of them of one version of the file."""

from __future__ import annotations

import os
import tempfile
from itertools import islice

from rnninspect.errors import UnreadableFile
from rnninspect.lean import partial
from rnninspect.remote.addresses import inside, parse
from rnninspect.remote.blocks import LEAST, Blocks
from rnninspect.remote.https.connections import TIMEOUT
from rnninspect.remote.https.lanes import at_once
from rnninspect.remote.https.ranges import (
    CHANGED,
    Version,
    asking,
    is_empty_file,
    range_in,
    version_of,
)
from rnninspect.remote.https.transport import Transport
from rnninspect.remote.meter import Meter
from rnninspect.source.limits import Limit
from rnninspect.source.locations import shown
from rnninspect.source.stores import File, Folder, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.remote.addresses import Address
    from rnninspect.remote.https.transport import Answer
    from rnninspect.source.limits import Limits
    from rnninspect.source.opener import Entry, Store
    from rnninspect.source.traffic import Traffic

MISSING = frozenset({404, 410})
DENIED = frozenset({401, 403})  # also what S3 says of a file that is not there
AHEAD = 64  # files whose first bytes are kept until they are read
EXPIRED = frozenset({401, 403, 404, 410})  # of an address that a redirect has given


class Https:
    """Implements `rnninspect.source.opener.Opener` for the folder of one URL.

    The query of the URL and its login go to every file of the folder, and to no other server.
    """

    def __init__(
        self,
        url: str,
        limits: Limits,
        logins: dict[tuple[str, str, int], str],
        timeout: float = TIMEOUT,
    ) -> None:
        self.named = parse(url)
        self.meter = Meter(limits)
        self.transport = Transport(self.meter, logins, timeout)
        self._files: dict[str, Store] = {}
        self._missing: dict[str, OSError] = {}
        self._expected: dict[str, int] = {}  # bytes that are fetched of each

    @property
    def traffic(self) -> Traffic:
        """What was spent so far."""
        return self.meter.traffic

    def address_of(self, location: str) -> Address:
        """The address of a file by its location, which has no secrets."""
        return parse(location)._replace(query=self.named.query, login=self.named.login)

    def open(self, location: str) -> Store:
        """A file, or by a slash at the end a folder, of which nothing is known."""
        if location.endswith("/"):
            return Folder()
        try:
            return self._file(location)
        except OSError as error:
            raise UnreadableFile(str(error)) from error

    def resolve(self, folder: str, location: str, name: str) -> str | None:
        """The URL of a file in the model's folder; None if it is outside."""
        del location
        return inside(folder, name)

    def stat(self, location: str) -> State | None:
        """The state of a file, whose first block is fetched for it and kept."""
        return self._file(location).seen

    def list(self, location: str) -> Iterator[Entry]:
        """UnreadableFile: HTTP has no lists."""
        raise UnreadableFile(f"{location}: an HTTP server does not list its files; name one")

    def expect(self, locations: Iterable[str], *, size_only: bool = False) -> None:
        """Files that will be looked up in this order: some are asked for at once with each."""
        for location in locations:
            if location not in self._files and location not in self._missing:
                self._expected.setdefault(location, 1 if size_only else LEAST)

    def _file(self, location: str) -> Store:
        if location in self._expected:
            self._look_ahead(location)
        if location not in self._files:
            self._look_up(location, LEAST)
        if location in self._missing:
            raise self._missing[location]
        return self._files[location]

    def _look_ahead(self, location: str) -> None:
        """Ask for a file that was expected, and for the next ones, at once."""
        batch = {location: self._expected[location], **dict(islice(self._expected.items(), AHEAD))}
        for each in batch:
            del self._expected[each]
        at_once([partial(self._look_up, each, length) for each, length in batch.items()])

    def _look_up(self, location: str, length: int) -> None:
        """Find a file, or know that it is missing."""
        if location not in self._missing:
            try:
                self._files[location] = self._found(location, length)
            except OSError as error:
                self._missing[location] = error

    def _found(self, location: str, length: int) -> Store:
        address = self.address_of(location)
        answer = self.transport.get(address, asking(0, length), length)
        self.require_found(answer)
        if is_empty_file(answer):
            return self._blocks(location, address, answer._replace(body=b""), 0)
        if answer.status == 206:
            return self._blocks(location, address, answer, range_in(answer, 0, length))
        if answer.status != 200:
            raise UnreadableFile(answer.said)
        if answer.headers.get("content-encoding", "identity").lower() != "identity":
            self.transport.drop(answer.address)
            raise UnreadableFile("the server sends the file encoded, though that was not accepted")
        if answer.whole:  # it is small: this was all of it
            return self._blocks(location, address, answer, len(answer.body))
        return self._downloaded(location, answer)

    def require_found(self, answer: Answer) -> None:
        """FileNotFoundError or PermissionError if there is no such file for us."""
        if answer.status in MISSING:
            raise FileNotFoundError(answer.said)
        if answer.status in DENIED:
            raise PermissionError(answer.said)

    def _blocks(self, location: str, address: Address, answer: Answer, size: int) -> Blocks:
        version = version_of(answer, size)
        remote = _Remote(self.transport, address, answer.address, version)
        state = self.state_of(location, answer, version)
        kept = self.meter.limits.cached_bytes
        return Blocks(state, remote.fetch, kept, answer.body, remote.fetch_all)

    def state_of(self, location: str, answer: Answer, version: Version) -> State:
        """The state of a file, by the answer to its first request."""
        del answer
        return State(version.size, version.written, location, version.etag)

    def _downloaded(self, location: str, answer: Answer) -> Store:
        limits, length = self.meter.limits, answer.headers.get("content-length", "")
        try:
            if not limits.download_bytes:
                raise UnreadableFile(
                    "the server does not send ranges, only the whole file: --allow-download lets it"
                )
            if length.isdecimal():
                limits.require(Limit.DOWNLOAD_BYTES, int(length[:19]))
            return _kept(location, answer, self.meter)
        finally:
            self.transport.drop(answer.address)

    def close(self) -> None:
        """Close all connections and files."""
        self.transport.close()
        for file in self._files.values():
            file.close()
        self._files.clear()


class _Remote:
    """One version of one file."""

    def __init__(
        self, transport: Transport, named: Address, found: Address, version: Version
    ) -> None:
        self._transport, self._named, self._found = transport, named, found
        self._version = version

    def fetch(self, offset: int, length: int) -> bytes:
        """The bytes of a range.

        Raises:
            UnreadableFile: the file has changed, or the server does not send what it should.
        """
        data = b""
        while len(data) < length:  # a server may send less than was asked for
            answer = self._answer(offset + len(data), length - len(data))
            data += answer.body
        return data

    def fetch_all(self, spans: Sequence[tuple[int, int]]) -> list[bytes | None]:
        """The bytes of several ranges, asked for at once; None for what could not be fetched."""
        return at_once([partial(self.fetch, *span) for span in spans])

    def _answer(self, offset: int, length: int) -> Answer:
        headers = asking(offset, length) | self._version.condition
        answer = self._transport.get(self._found, headers, length)
        if answer.status in EXPIRED and self._found != self._named:
            answer = self._transport.get(self._named, headers, length)
        if answer.status in (412, 416):
            raise UnreadableFile(CHANGED)
        if answer.status != 206:
            self._transport.drop(answer.address)
            raise UnreadableFile(f"{answer.said} for a range that it sent a part of before")
        size = range_in(answer, offset, length)
        if version_of(answer, size) != self._version:
            raise UnreadableFile(CHANGED)
        self._found = answer.address
        return answer


class _Download(File):
    """A file that was downloaded whole, gone when it is closed."""

    def __init__(self, descriptor: int, location: str, version: Version) -> None:
        super().__init__(descriptor, os.fstat(descriptor))
        self.seen = State(self.seen.size, version.written, location, version.etag)

    def changed(self) -> bool:
        """Never: no one else has it."""
        return False

    def close(self) -> None:
        """Close it, once."""
        if self.descriptor >= 0:
            super().close()
            self.descriptor = -1


def _kept(location: str, answer: Answer, meter: Meter) -> _Download:
    with tempfile.TemporaryFile() as file:
        file.write(answer.body)
        for piece in answer.rest() if answer.rest else ():
            meter.count_bytes(len(piece), Limit.DOWNLOAD_BYTES)
            file.write(piece)
        file.flush()
        size = file.tell()
        if answer.headers.get("content-length", str(size)) != str(size):
            raise UnreadableFile(f"the download ended after {size:,} bytes")
        return _Download(os.dup(file.fileno()), location, version_of(answer, size))


def location_of(url: str) -> str:
    """The location of a URL: without its secrets."""
    return shown(url).removesuffix("?…")
