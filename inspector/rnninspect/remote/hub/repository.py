"""Repositories of the Hugging Face Hub, by its HTTP interface.

A file is asked for at `{endpoint}/{repository}/resolve/{revision}/{path}`, which redirects to where
it is stored; the token goes to the endpoint alone. All files are of the commit of the first one.
"""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from urllib.parse import quote

from rnninspect.errors import UnreadableFile
from rnninspect.lean import re
from rnninspect.record import Record
from rnninspect.remote.addresses import parse as parse_url
from rnninspect.remote.addresses import parts_inside
from rnninspect.remote.https.files import Https
from rnninspect.remote.https.ranges import CHANGED
from rnninspect.remote.hub.listing import MOST_OF_A_PAGE, HubFile, entries_in, next_page
from rnninspect.remote.hub.names import Repository, main_file
from rnninspect.source.stores import Folder, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from rnninspect.remote.addresses import Address
    from rnninspect.remote.https.ranges import Version
    from rnninspect.remote.https.transport import Answer
    from rnninspect.remote.hub.settings import HubSettings
    from rnninspect.source.limits import Limits
    from rnninspect.source.opener import Entry, Store

MOST_PAGES = 10  # of a list that answers what is beside a model
_ERRORS = {
    "GatedRepo": "a gated repository: ask for access on its page, and set HF_TOKEN",
    "RepoNotFound": "no such repository, or a private one: HF_TOKEN opens what is yours",
    "RevisionNotFound": "no such revision",
    "DisabledRepo": "the Hub has disabled this repository",
}


class _Named(Record):
    """An entry of a folder; implements `rnninspect.source.opener.Entry`."""

    name: str
    folder: bool

    def is_dir(self) -> bool:
        """Whether it is a folder."""
        return self.folder

    def is_file(self) -> bool:
        """Whether it is a file."""
        return not self.folder

    def is_symlink(self) -> bool:
        """Never."""
        return False


class _Listed(Record):
    """What is in a folder, by path; None for a folder in it."""

    entries: dict[str, HubFile | None]
    complete: bool


class Hub(Https):
    """Implements `rnninspect.source.opener.Opener` for one repository."""

    def __init__(self, repository: Repository, limits: Limits, settings: HubSettings) -> None:
        endpoint = parse_url(settings.endpoint)
        login = {endpoint.origin: f"Bearer {settings.token}"} if settings.token else {}
        super().__init__(settings.endpoint, limits, login, settings.timeout)
        self.repository, self._commit = repository, ""
        self.root = repository.location_of("")
        self._folders: dict[str, _Listed] = {}
        self._states: dict[str, State] = {}

    def main_location(self) -> str:
        """The location of the file that was named, or of the model in the folder that was.

        Raises:
            UnreadableFile: there is none.
        """
        path = self.repository.path
        if path and self.has_file(path):
            return self.repository.location_of(path)
        try:
            found = main_file(self._below(path))
        except FileNotFoundError:
            what = f"file {path} in this revision" if path else "such repository or revision"
            raise UnreadableFile(f"no {what}") from None
        if found is None:
            raise UnreadableFile("a repository without a known model; name a file of it")
        return self.repository.location_of(found)

    def address_of(self, location: str) -> Address:
        """Where a file is asked for."""
        path = quote(location.removeprefix(self.root), safe="/")
        revision = self._commit or self.repository.quoted
        found = f"{self.named.path.rstrip('/')}/{self.repository.name}/resolve/{revision}{path}"
        return self.named._replace(path=found)

    def resolve(self, folder: str, location: str, name: str) -> str | None:
        """The location of a file in the model's folder; None if it is outside."""
        del location
        parts = parts_inside(name)
        return "/".join((folder, *parts)) if parts else None

    def open(self, location: str) -> Store:
        """A file, or a folder that the repository has."""
        if location == self.root:
            return Folder()
        store = super().open(location)
        expected = self._states.setdefault(location, store.seen) if store.seen else None
        if expected is not None and expected.size != store.size:
            raise UnreadableFile(CHANGED)
        return store

    def stat(self, location: str) -> State | None:
        """The state of a file, by the list of its folder where that is not too long."""
        if location not in self._states:
            found = self._looked_up(location)
            if found is None:
                return None
            self._states[location] = found
        return self._states[location]

    def expect(self, locations: Iterable[str], *, size_only: bool = False) -> None:
        """Files that will be looked up in this order; what a list says is not asked for."""
        wanted = [one for one in locations if self._must_ask(one, size_only=size_only)]
        super().expect(wanted, size_only=size_only)

    def _must_ask(self, location: str, *, size_only: bool) -> bool:
        path = self._path_of(location)
        try:
            listed = self._listed(path.rpartition("/")[0])
        except FileNotFoundError:
            return False
        if path in listed.entries:
            return not size_only and listed.entries[path] is not None
        return not listed.complete

    def _looked_up(self, location: str) -> State | None:
        path = self._path_of(location)
        listed = self._listed(path.rpartition("/")[0])
        if path in listed.entries:
            known = listed.entries[path]
            return State(known.size, 0, location, known.etag) if known else None
        if not listed.complete:
            return super().stat(location)
        raise FileNotFoundError("no such file in this revision")

    def list(self, location: str) -> Iterator[Entry]:
        """What is in a folder of the repository, a page at a time."""
        for page in self._pages(self._path_of(location)):
            yield from (
                _Named(path.rpartition("/")[2], known is None) for path, known in page.items()
            )

    def _path_of(self, location: str) -> str:
        return location.removeprefix(self.root).strip("/")

    def state_of(self, location: str, answer: Answer, version: Version) -> State:
        """The state of a file by its hash, which the list has too, not by where it is stored."""
        said = answer.hops[0] if answer.hops else answer.headers
        etag = said.get("x-linked-etag") or said.get("etag", "")
        return State(version.size, 0, location, etag.removeprefix("W/").strip('"'))

    def require_found(self, answer: Answer) -> None:
        """UnreadableFile if the Hub says that it is not only this file that it does not give."""
        for headers in (*answer.hops, answer.headers):
            commit = headers.get("x-repo-commit", "")
            if re.fullmatch(r"[0-9a-f]{40}", commit) and not self._commit:
                self._commit = commit
        code = answer.headers.get("x-error-code", "")
        if code in _ERRORS:
            raise UnreadableFile(_ERRORS[code])
        if answer.status in (401, 403):
            raise UnreadableFile(f"{answer.said}: HF_TOKEN opens what is yours")
        super().require_found(answer)

    def keys(self) -> Generator[str]:
        """The paths of all files below the path that is named, from there; pages as they come.

        Raises:
            UnreadableFile: there is no such folder, or the list breaks off.
        """
        below = f"{self.repository.path}/" if self.repository.path else ""
        with closing(self):
            try:
                for path in self._below(self.repository.path):
                    if path.startswith(below):
                        yield path.removeprefix(below)
            except FileNotFoundError as error:
                raise UnreadableFile("no such folder in this revision") from error

    def has_file(self, path: str) -> bool:
        """Whether there is a file with this path."""
        try:
            self._file(self.repository.location_of(path))
        except FileNotFoundError:
            return False
        return True

    def _below(self, folder: str) -> Iterator[str]:
        """The paths of all files below a folder."""
        for page in self._pages(folder, deep=True):
            yield from (path for path, known in page.items() if known)

    def _listed(self, folder: str) -> _Listed:
        """What is in a folder, as far as MOST_PAGES say it."""
        if folder not in self._folders:
            pages = self._pages(folder)
            entries = {
                path: known for page in islice(pages, MOST_PAGES) for path, known in page.items()
            }
            self._folders[folder] = _Listed(entries, next(pages, None) is None)
        return self._folders[folder]

    def _pages(self, folder: str, *, deep: bool = False) -> Iterator[dict[str, HubFile | None]]:
        """The pages of the list of a folder; FileNotFoundError if there is none."""
        revision = self._commit or self.repository.quoted
        tree = f"{self.named.path.rstrip('/')}/api/models/{self.repository.name}/tree/{revision}"
        path = f"{tree}/{quote(folder, safe='/')}".rstrip("/")
        page: Address | None = self.named._replace(
            path=path, query="?recursive=true" if deep else ""
        )
        while page:
            answer = self.transport.get(page, {}, MOST_OF_A_PAGE)
            if not answer.whole or "chunked" in answer.headers.get("transfer-encoding", ""):
                self.transport.drop(answer.address)
            self.require_found(answer)
            yield entries_in(answer)
            page = next_page(answer, page)
