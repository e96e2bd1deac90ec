"""Buckets and other remote folders, through the file systems that fsspec knows."""

from __future__ import annotations

import logging

from rnninspect.errors import UnreadableFile
from rnninspect.remote.addresses import parts_inside
from rnninspect.remote.blocks import LEAST, Blocks
from rnninspect.remote.buckets.listing import pages_of
from rnninspect.remote.meter import Meter
from rnninspect.source.stores import Folder, State
from rnninspect.wording import installing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from typing import Any, TypeVar

    from rnninspect.remote.buckets.listing import Page
    from rnninspect.source.limits import Limits
    from rnninspect.source.opener import Entry, Store
    from rnninspect.source.traffic import Traffic

    Answer = TypeVar("Answer")

PACKAGES = {
    "s3": "s3fs", "s3a": "s3fs", "gs": "gcsfs", "gcs": "gcsfs", "az": "adlfs", "abfs": "adlfs",
    "abfss": "adlfs", "sftp": "paramiko", "ssh": "paramiko", "smb": "smbprotocol",
    "webhdfs": "requests", "oci": "ocifs", "oss": "ossfs",
}  # fmt: skip
_ETAGS = (
    "ETag",
    "etag",
    "md5Hash",
    "content_md5",
    "generation",
    "mtime",
    "LastModified",
    "updated",
)


class _Listed:
    """An entry of a list; implements `rnninspect.source.opener.Entry`."""

    def __init__(self, entry: dict[str, Any]) -> None:
        self.name = str(entry["name"]).rstrip("/").rpartition("/")[2]
        self._kind = entry.get("type")

    def is_dir(self) -> bool:
        """Whether it is a folder."""
        return self._kind == "directory"

    def is_file(self) -> bool:
        """Whether it is a file."""
        return self._kind == "file"

    def is_symlink(self) -> bool:
        """Whether it is a link, where a file system has some."""
        return self._kind == "link"


class Filesystem:
    """Implements `rnninspect.source.opener.Opener` for one bucket or host.

    Credentials, regions and endpoints are those of the file system's own variables and files.
    """

    def __init__(self, url: str, limits: Limits) -> None:
        self.scheme = url.partition("://")[0].lower()
        self.meter = Meter(limits)
        self._system = self._made(url)
        self._files: dict[str, Store] = {}

    def _made(self, url: str) -> Any:  # noqa: ANN401 - fsspec has no types
        package = PACKAGES[self.scheme]
        if not (logger := logging.getLogger(package)).handlers:
            logger.addHandler(logging.NullHandler())  # an error is one line, of ours
        try:
            from fsspec.core import url_to_fs  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise UnreadableFile(
                f"{self.scheme}:// needs fsspec: {installing('remote')}, and pip install {package}"
            ) from error
        try:
            system = self._asked(lambda: url_to_fs(url)[0])
        except ImportError as error:
            raise UnreadableFile(f"{self.scheme}:// needs pip install {package}") from error
        system.invalidate_cache()  # fsspec gives all models of a process the same one
        return system

    @property
    def traffic(self) -> Traffic:
        """What was spent so far, as far as fsspec shows it: a request for each call."""
        return self.meter.traffic

    def open(self, location: str) -> Store:
        """A file, or a folder that something is in."""
        try:
            return self._file(location) or Folder()
        except FileNotFoundError as error:
            raise UnreadableFile("no such file") from error
        except OSError as error:
            raise UnreadableFile(_reason(error)) from error

    def resolve(self, folder: str, location: str, name: str) -> str | None:
        """The location of a file in the model's folder; None if it is outside."""
        del location
        parts = parts_inside(name)
        return "/".join((folder.rstrip("/"), *parts)) if parts else None

    def stat(self, location: str) -> State | None:
        """The state of a file; None for a folder, and for a file that changed since it was read."""
        store = self._file(location)
        return store.seen if store and not store.changed() else None

    def expect(self, locations: Iterable[str], *, size_only: bool = False) -> None:
        """Each is asked for when it is looked up."""

    def list(self, location: str) -> Iterator[Entry]:
        """What is in a folder, a page at a time where the server has pages."""
        for page in self._pages(location, deep=False):
            yield from map(_Listed, page)

    def keys(self, location: str) -> Generator[str]:
        """The paths of all files below a folder, from there, as they come.

        Raises:
            UnreadableFile: there is no such folder, or the listing breaks off.
        """
        start = f"{self._path(location)}/"
        try:
            for page in self._pages(location, deep=True):
                for entry in page:
                    yield str(entry["name"]).removeprefix(start)
        except FileNotFoundError as error:
            raise UnreadableFile("no such folder") from error
        except OSError as error:
            raise UnreadableFile(_reason(error)) from error

    def _pages(self, location: str, *, deep: bool) -> Iterator[Page]:
        """The pages of a listing, each a request."""
        pages = pages_of(self.scheme, self._system, self._path(location), deep=deep)
        while (page := self._asked(lambda: next(pages, None))) is not None:
            yield page

    def _file(self, location: str) -> Store | None:
        if location not in self._files:
            info = self._asked(lambda: self._system.info(self._path(location)))
            if info.get("type") != "file":
                return None
            self._files[location] = self._blocks(location, info)
        return self._files[location]

    def _blocks(self, location: str, info: dict[str, Any]) -> Blocks:
        size = info.get("size")
        if not isinstance(size, int) or size < 0:
            raise UnreadableFile("its size is not known")
        state = State(size, 0, location, _version(info))

        def fetch(offset: int, length: int) -> bytes:
            path = self._path(location)
            end = offset + length
            try:
                data = self._asked(lambda: self._system.cat_file(path, start=offset, end=end))
            except OSError as error:
                raise UnreadableFile(_reason(error)) from error
            self.meter.count_bytes(len(data))
            return bytes(data)

        def changed() -> bool:
            self._system.invalidate_cache()
            try:
                again = self._asked(lambda: self._system.info(self._path(location)))
            except OSError:  # it is gone
                return True
            return (again.get("size"), _version(again)) != (size, state.etag)

        return _Checked(state, fetch, self.meter.limits.cached_bytes, changed)

    def _path(self, location: str) -> str:
        path: str = self._system._strip_protocol(location)  # noqa: SLF001 - fsspec's own way
        return path

    def _asked(self, call: Callable[[], Answer]) -> Answer:
        """What the file system answers; OSError and RnnInspectError as they are."""
        self.meter.count_request()
        try:
            return call()
        except (OSError, ImportError):
            raise
        except Exception as error:
            raise UnreadableFile(_reason(error)) from error

    def close(self) -> None:
        """Forget the files."""
        self._files.clear()


class _Checked(Blocks):
    """A file whose version is looked up again at the end, since its ranges have no condition."""

    def __init__(
        self,
        state: State,
        fetch: Callable[[int, int], bytes],
        most_kept: int,
        look: Callable[[], bool],
    ) -> None:
        super().__init__(state, fetch, most_kept)
        self._look, self._fetched = look, 0

    def _exactly(self, offset: int, length: int) -> bytes:
        self._fetched += 1
        return super()._exactly(offset, length)

    def changed(self) -> bool:
        """Whether it is another version now; one read that got all is of one version."""
        whole = self._fetched == 1 and self.size <= LEAST
        return self._fetched > 0 and not whole and self._look()


def _version(info: dict[str, Any]) -> str:
    return str(next((info[key] for key in _ETAGS if info.get(key)), ""))


def _reason(error: BaseException) -> str:
    said = " ".join(f"{type(error).__name__}: {error}".split())
    return said[:300]
