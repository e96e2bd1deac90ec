"""Tells a URL from a path, and shows one without what is secret in it."""

from __future__ import annotations

import re

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LOGIN = re.compile(r"(?<=://)[^/?#@]*@")
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_WITH_QUERY = ("http://", "https://")  # elsewhere `?` and `#` are characters of a key
_CONTAINER = ("az://", "abfs://", "abfss://")  # before whose `@` is no user


def is_remote(location: str) -> bool:
    """Whether it is a URL; a path that looks like one can be written with `./` before it."""
    return "://" in location and _URL.match(location) is not None


def shown(location: str) -> str:
    """The location as it may be printed: a URL without its user, password and query.

    The query of a presigned URL is a key to the file.
    """
    if not is_remote(location):
        return location
    scheme = location[: location.index("://") + 3].lower()
    if scheme in _WITH_QUERY:
        location = _QUERY.sub(lambda found: "?…" if found[0].startswith("?") else "", location)
    return location if scheme in _CONTAINER else _LOGIN.sub("", location)
