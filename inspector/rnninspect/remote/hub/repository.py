"""Repositories of the Hugging Face Hub, by its HTTP interface.

A file is asked for at `{endpoint}/{repository}/resolve/{revision}/{path}`, which redirects to where
it is stored; the token goes to the endpoint alone. All files are of the commit of the first one.
"""

from __future__ import annotations

import re
from contextlib import closing
from urllib.parse import quote

from rnninspect.errors import UnreadableFile
from rnninspect.record import Record
from rnninspect.remote.addresses import parse as parse_url
from rnninspect.remote.addresses import parts_inside
from rnninspect.remote.https.files import Https
from rnninspect.remote.https.ranges import CHANGED
from rnninspect.remote.hub.listing import MOST_OF_A_PAGE, HubFile, files_in, next_page
from rnninspect.remote.hub.names import Repository, main_file
from rnninspect.source.limits import Limit
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


class Hub(Https):
    """Implements `rnninspect.source.opener.Opener` for one repository."""

    def __init__(self, repository: Repository, limits: Limits, settings: HubSettings) -> None:
        endpoint = parse_url(settings.endpoint)
        login = {endpoint.origin: f"Bearer {settings.token}"} if settings.token else {}
        super().__init__(settings.endpoint, limits, login, settings.timeout)
        self.repository, self._commit = repository, ""
        self.root = repository.location_of("")
        self._listed: dict[str, HubFile] | None = None
        self._complete = True
        self._states: dict[str, State] = {}

    def main_location(self) -> str:
        """The location of the file that was named, or of the model in the folder that was.

        Raises:
            UnreadableFile: there is none.
        """
        path = self.repository.path
        if path:
            try:
                self._file(self.repository.location_of(path))
            except FileNotFoundError:
                if not any(known.startswith(f"{path}/") for known in self._files_listed()):
                    raise UnreadableFile(f"no file {path} in this revision") from None
            else:
                return self.repository.location_of(path)
        below = f"{path}/" if path else ""
        found = main_file(known for known in self._files_listed() if known.startswith(below))
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
        """The state of a file, by the list of the repository where that is whole."""
        if location not in self._states:
            found = self._looked_up(location)
            if found is None:
                return None
            self._states[location] = found
        return self._states[location]

    def expect(self, locations: Iterable[str], *, size_only: bool = False) -> None:
        """Files that will be looked up in this order; those of a whole list, only to be read."""
        listed = {*map(self.repository.location_of, self._files_listed())}
        if self._complete:
            locations = () if size_only else filter(listed.__contains__, locations)
        super().expect(locations, size_only=size_only)

    def _looked_up(self, location: str) -> State | None:
        listed = self._files_listed()
        if not self._complete:
            return super().stat(location)
        for path, known in listed.items():
            if self.repository.location_of(path) == location:
                return State(known.size, 0, location, known.etag)
        raise FileNotFoundError("no such file in this revision")

    def list(self, location: str) -> Iterator[Entry]:
        """What is in a folder of the repository."""
        below = location.removeprefix(self.root).strip("/")
        start = f"{below}/" if below else ""
        names = [path[len(start) :] for path in self._files_listed() if path.startswith(start)]
        seen = dict.fromkeys((name.partition("/")[0], "/" in name) for name in names)
        yield from (_Named(*pair) for pair in seen)

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
            for page in self._pages(quote(below, safe="/").rstrip("/")):
                yield from (path.removeprefix(below) for path in page if path.startswith(below))

    def has_file(self, path: str) -> bool:
        """Whether there is a file with this path."""
        try:
            self._file(self.repository.location_of(path))
        except FileNotFoundError:
            return False
        return True

    def _files_listed(self) -> dict[str, HubFile]:
        """The files of the repository by path; `_complete` says whether these are all."""
        if self._listed is None:
            self._listed, self._complete = {}, False
            for number, page in enumerate(self._pages(""), 1):
                self._listed |= page
                self.meter.limits.require(Limit.MEMBERS, len(self._listed), "the list of files")
                if number == MOST_PAGES:
                    break
            else:
                self._complete = True
        return self._listed

    def _pages(self, below: str) -> Iterator[dict[str, HubFile]]:
        """The pages of the list of a folder, which is percent-encoded."""
        revision = self._commit or self.repository.quoted
        tree = f"{self.named.path.rstrip('/')}/api/models/{self.repository.name}/tree/{revision}"
        path = f"{tree}/{below}" if below else tree
        page: Address | None = self.named._replace(path=path, query="?recursive=true")
        while page:
            answer = self.transport.get(page, {}, MOST_OF_A_PAGE)
            if not answer.whole or "chunked" in answer.headers.get("transfer-encoding", ""):
                self.transport.drop(answer.address)
            try:
                self.require_found(answer)
            except FileNotFoundError as error:
                raise UnreadableFile("no such repository, revision or folder") from error
            yield files_in(answer)
            page = next_page(answer, page)
