"""Which machines may be connected to: a server on the internet leads to no machine inside."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from rnninspect.errors import UnreadableFile

_NAT64 = IPv6Network("64:ff9b::/96")


class Guard:
    """Checks each address just before it is connected to, whatever its name resolved to before.

    The first host is the one that the user named. If that is on the internet, redirects may lead
    to the internet alone; if it is private, to other private machines too. Link-local addresses,
    where clouds offer credentials, are connected to only if they were named.
    """

    def __init__(self) -> None:
        self._named: str | None = None
        self._private = False

    def connect(
        self, address: tuple[str, int], timeout: float | None = None, _source: object = None
    ) -> socket.socket:
        """A connection to the first address of a host that may be connected to.

        Raises:
            UnreadableFile: none may be.
            OSError: none answers, or the name is not known.
        """
        host, port = address
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        allowed = [entry for entry in found if self._allows(host, str(entry[4][0]))]
        if not allowed:
            raise UnreadableFile(f"a redirect leads to a private address, at {host}: not followed")
        failure: OSError | None = None
        for family, kind, protocol, _, place in allowed:
            connection = socket.socket(family, kind, protocol)
            try:
                connection.settimeout(timeout)
                connection.connect(place)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                connection.close()
                failure = error
            else:
                return connection
        raise failure or OSError("no address")

    def require_public_name(self, host: str) -> None:
        """The same for a host behind a proxy, which resolves names itself: literals alone."""
        try:
            ip_address(host)
        except ValueError:
            literal = "127.0.0.1" if host == "localhost" else ""
        else:
            literal = host
        if not self._allows(host, literal or "1.1.1.1"):
            raise UnreadableFile(f"a redirect leads to a private address, at {host}: not followed")

    def _allows(self, host: str, literal: str) -> bool:
        address = _innermost(literal)
        if self._named is None:
            self._named, self._private = host, not address.is_global
        if host == self._named:
            return self._private or address.is_global
        inside = self._private and address.is_private and not address.is_link_local
        return (address.is_global and not address.is_multicast) or inside


def _innermost(literal: str) -> IPv4Address | IPv6Address:
    """The address that is reached: an IPv6 address may have an IPv4 address inside."""
    address = ip_address(literal.partition("%")[0])
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
