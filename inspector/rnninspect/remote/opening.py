"""Opens what a URL names, by its scheme."""

from __future__ import annotations

from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.reading import Reading
from rnninspect.source.source import Source, open_source, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.remote.buckets.filesystem import Filesystem
    from rnninspect.remote.https.files import Https

HTTP = ("http", "https")


def open_remote(url: str, limits: Limits | None = None) -> Source:
    """Open a file or a folder on a server.

    Raises:
        UnreadableFile: there is nothing, it may not be read, or the scheme is unknown.
        RefusedFile: a limit on requests, bytes or time is exceeded.
    """
    limits = limits or Limits()
    scheme = url.partition("://")[0].lower()
    if scheme in HTTP:
        from rnninspect.remote.https.files import Https, location_of  # noqa: PLC0415 - by scheme

        return _closing(location_of(url), limits, Https(url, limits, {}))
    if scheme == "hf":
        return _from_hub(url, limits)
    from rnninspect.remote.buckets.filesystem import Filesystem  # noqa: PLC0415 - as above

    require_known(url)
    return _closing(url.rstrip("/"), limits, Filesystem(url, limits))


def require_known(url: str) -> None:
    """UnreadableFile if fsspec reads no such URL for us.

    A chain of file systems is none: it could lead anywhere.
    """
    from rnninspect.remote.buckets.filesystem import PACKAGES  # noqa: PLC0415 - by scheme

    scheme = url.partition("://")[0].lower()
    if scheme not in PACKAGES:
        known = ", ".join((*HTTP, "hf", *PACKAGES))
        raise UnreadableFile(f"unknown scheme {scheme}://; known are {known}")
    if "::" in url or any(ord(letter) < 32 for letter in url):
        raise UnreadableFile("not a URL of one file system")


def _from_hub(url: str, limits: Limits) -> Source:
    """A file of a repository; from the cache if nothing else may be read."""
    from rnninspect.remote.hub.names import parse  # noqa: PLC0415 - as above
    from rnninspect.remote.hub.repository import Hub  # noqa: PLC0415 - by scheme
    from rnninspect.remote.hub.settings import read_settings  # noqa: PLC0415 - as above

    repository, settings = parse(url), read_settings()
    if settings.offline:
        from rnninspect.remote.hub.cache import cached_path  # noqa: PLC0415 - seldom

        return open_source(cached_path(repository, settings.cache), limits)
    hub = Hub(repository, limits, settings)
    try:
        location = hub.main_location()
    except BaseException:
        hub.close()
        raise
    return _closing(location, limits, hub)


def _closing(location: str, limits: Limits, opener: Https | Filesystem) -> Source:
    try:
        return opened(location, Reading(limits, opener)).with_end(opener.close)
    except BaseException:
        opener.close()
        raise
