"""Opens what a URL names, by its scheme."""

from __future__ import annotations

from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.reading import Reading
from rnninspect.source.source import Source, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.remote.https import Https

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
        from rnninspect.remote.https import Https, location_of  # noqa: PLC0415 - by scheme

        opener, location = Https(url, limits, {}), location_of(url)
        return _closing(location, limits, opener)
    raise UnreadableFile(f"unknown scheme {scheme}://")


def _closing(location: str, limits: Limits, opener: Https) -> Source:
    try:
        return opened(location, Reading(limits, opener)).with_end(opener.close)
    except BaseException:
        opener.close()
        raise
