"""Tells a URL from a path, and shows one without what is secret in it."""

from __future__ import annotations

from rnninspect.lean import re

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LOGIN = re.compile(r"(?<=://)[^/?#@]*@")
_PASSWORD = re.compile(r"(?<=://)([^/:@]*):[^/@]*@")
_QUERY = re.compile(r"[?#].*", re.DOTALL)


def is_remote(location: str) -> bool:
    """Whether it is a URL; a path that looks like one can be written with `./` before it."""
    return "://" in location and _URL.match(location) is not None


def shown(location: str) -> str:
    """The location as it may be printed: a URL without what opens the file to anybody.

    Over HTTP that is the user, who may be a token, the password, and the query, which may be a
    signature. Elsewhere it is the password alone: `?` and `#` are characters of a key, and before
    `@` is a user or a container without whom the file is not found.
    """
    if not is_remote(location):
        return location
    if not location.lower().startswith(("http://", "https://")):
        return _PASSWORD.sub(r"\1@", location)
    hidden = _QUERY.sub(lambda found: "?…" if found[0].startswith("?") else "", location)
    return _LOGIN.sub("", hidden)
