"""Folders on servers: whether a URL names one, and the keys below it, page by page."""

from __future__ import annotations

from rnninspect.record import Record
from rnninspect.remote.opening import HTTP, require_known
from rnninspect.source.stores import Folder
from rnninspect.source.traffic import Traffic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rnninspect.source.limits import Limits

NAMES_OF_A_MODEL = 10_000  # of a listing: as many may cost what one model may
LEAST_OF_A_PAGE = 100  # names that a request gives at least, in the long run


class RemoteFolder(Record):
    """A folder on a server.

    Attributes:
        location: its URL without secrets and without a slash at its end.
        keys: lists what is below it, by its path from there; it may raise UnreadableFile anywhere.
        traffic: what that has cost so far.
    """

    location: str
    keys: Callable[[], Generator[str]]
    traffic: Callable[[], Traffic]


def folder_at(url: str, limits: Limits, *, repositories: bool) -> RemoteFolder | None:
    """The folder that a URL names; None for a file.

    A slash at the end says that it is one. Without it a bucket is asked; a repository of the Hub is
    a folder if `repositories`, else the one model that it mainly has.

    Raises:
        UnreadableFile: there is nothing, or the server lists nothing.
    """
    scheme, slash = url.partition("://")[0].lower(), url.endswith("/")
    if scheme in HTTP:  # lists nothing: a folder can only be one model, known by names of files
        return None
    if scheme == "hf":
        return _in_the_hub(url, _for_listing(limits)) if slash or repositories else None
    require_known(url)
    return _in_a_bucket(url, _for_listing(limits), slash=slash)


def _for_listing(limits: Limits) -> Limits:
    """What a listing may cost: as much as many models, but no endless row of empty pages."""
    times = 1 + limits.listed // NAMES_OF_A_MODEL
    return limits._replace(
        requests=limits.requests + limits.listed // LEAST_OF_A_PAGE,
        fetched_bytes=times * limits.fetched_bytes,
        remote_seconds=times * limits.remote_seconds,
    )


def _in_the_hub(url: str, limits: Limits) -> RemoteFolder | None:
    from rnninspect.remote.hub.cache import keys_in_cache  # noqa: PLC0415 - by scheme
    from rnninspect.remote.hub.names import parse  # noqa: PLC0415 - as above
    from rnninspect.remote.hub.repository import Hub  # noqa: PLC0415 - as above
    from rnninspect.remote.hub.settings import read_settings  # noqa: PLC0415 - as above

    repository, settings = parse(url), read_settings()
    if settings.offline:
        location = repository.location_of(repository.path)
        return RemoteFolder(location, lambda: keys_in_cache(repository, settings.cache), _nothing)
    hub = Hub(repository, limits, settings)
    if repository.path and not url.endswith("/") and hub.has_file(repository.path):
        hub.close()
        return None
    location = repository.location_of(repository.path)
    return RemoteFolder(location, hub.keys, lambda: hub.traffic)


def _in_a_bucket(url: str, limits: Limits, *, slash: bool) -> RemoteFolder | None:
    from rnninspect.remote.buckets.filesystem import Filesystem  # noqa: PLC0415 - by scheme

    system, location = Filesystem(url, limits), url.rstrip("/")
    if not slash and not isinstance(system.open(location), Folder):
        return None
    return RemoteFolder(location, lambda: system.keys(location), lambda: system.traffic)


def _nothing() -> Traffic:
    return Traffic(0, 0)
