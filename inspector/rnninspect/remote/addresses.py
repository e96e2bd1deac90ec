"""The parts of a URL, and what it leads to from the folder of a model (RFC 3986)."""

from __future__ import annotations

from base64 import b64encode
from urllib.parse import quote, unquote, urljoin, urlsplit

from rnninspect.errors import UnreadableFile
from rnninspect.lean import re
from rnninspect.record import Record

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
_KEPT = "/%:@!$&'()*+,;=~"  # of a path as a user typed it
PORTS = {"http": 80, "https": 443}
LONGEST = 8_000  # letters of a URL


class Address(Record):
    """Where a file is on an HTTP server.

    Attributes:
        scheme: `http` or `https`.
        host: its name, or an IP address without brackets.
        port: its port.
        path: percent-encoded, from the slash on.
        query: with its question mark, or empty; it may be a key to the file.
        login: the value of the header Authorization that the URL's user and password give.
    """

    scheme: str
    host: str
    port: int
    path: str
    query: str = ""
    login: str = ""

    @property
    def origin(self) -> tuple[str, str, int]:
        """What credentials belong to."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """The host, with its port unless that is the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def target(self) -> str:
        """What a request asks the server for."""
        return self.path + self.query

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}{'?…' if self.query else ''}"


def parse(url: str) -> Address:
    """The address that a URL means.

    Raises:
        UnreadableFile: it is malformed, or of another scheme.
    """
    if len(url) > LONGEST or _UNSAFE.search(url):
        raise UnreadableFile("not a URL: it has a control character, a backslash, or is too long")
    try:
        parts = urlsplit(url.strip())
        scheme, port = parts.scheme.lower(), parts.port
        host = (parts.hostname or "").encode("idna").decode() if parts.hostname else ""
    except ValueError as error:  # UnicodeError among these
        raise UnreadableFile(f"not a URL: {error}") from error
    if scheme not in PORTS or not host:
        raise UnreadableFile("not a URL of http or https with a host")
    path = quote(parts.path or "/", safe=_KEPT)
    query = f"?{quote(parts.query, safe=_KEPT + '?')}" if parts.query else ""
    return Address(scheme, host, port or PORTS[scheme], path, query, _login(parts.netloc))


def _login(netloc: str) -> str:
    user, at, _ = netloc.rpartition("@")
    return f"Basic {b64encode(unquote(user).encode()).decode()}" if at else ""


def redirected(address: Address, location: str) -> Address:
    """Where a redirect leads; UnreadableFile if that is no URL of http or https."""
    base = f"{address.scheme}://{address.authority}{address.target}"
    return parse(urljoin(base, location))


def inside(folder: str, name: str) -> str | None:
    """The URL of a file that a model names, in the model's folder; None if it is outside.

    The name is from a file that may be hostile: each part of it is percent-encoded, so that
    neither an encoded dot, a question mark nor another host has a meaning.
    """
    parts = parts_inside(name)
    if not parts:
        return None
    quoted = (quote(part, safe="", errors="surrogateescape") for part in parts)
    return "/".join((folder.rstrip("/"), *quoted))


def parts_inside(name: str) -> list[str]:
    """The parts of a name that a model gives, without dots; none if it leads outside."""
    if "://" in name or _UNSAFE.search(name):
        return []
    parts: list[str] = []
    for part in name.split("/"):
        if part == "..":
            if not parts:
                return []
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return parts
