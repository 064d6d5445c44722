"""Which hosts may be called, and at which addresses: a name that DNS leads elsewhere since leads nowhere."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from runtime.web_address import is_loopback

Network = IPv4Network | IPv6Network
LONGEST_URL = 2_000
CARRIES_IPV4 = ip_network("64:ff9b::/96")
"""Addresses that a translator turns into those of IPv4, whatever these are (RFC 6052)."""


class NotAllowed(ValueError):  # noqa: N818 - an answer
    """An URL cannot be an endpoint's; the message says why, without quoting it."""


class Target(NamedTuple):
    """Where an URL leads, before DNS is asked."""

    host: str
    port: int


class Allowed:
    """The list of hosts.

    An entry is a host, and may say at which addresses: ``case-system.example=10.1.0.0/16``, several with ``|`` between
    them. Where it says none, no loopback, link-local, multicast or reserved address is called. A loopback host that is on the
    list (``127.0.0.1``, ``localhost``) is called there.
    """

    def __init__(self, hosts: Mapping[str, tuple[Network, ...]], *, development: bool = False) -> None:
        self._hosts = hosts
        self._development = development

    @classmethod
    def read(cls, text: str, *, development: bool = False) -> "Allowed":
        """The list as a setting has it: entries with a comma between them.

        Args:
            text: The setting.
            development: Loopback is allowed, also without TLS.

        Raises:
            ValueError: An entry is not one; the message says which.
        """
        hosts: dict[str, tuple[Network, ...]] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            host, _, networks = entry.partition("=")
            host = host.strip().lower().rstrip(".").strip("[]")
            if not host or any(character in host for character in "/*@ "):
                raise ValueError(f"KETEN_WEBHOOK_HOSTS: {entry!r} is no host: write one as case-system.example or 10.1.2.3")
            hosts[host] = tuple(_network(part, entry) for part in networks.split("|") if part.strip())
        return cls(hosts, development=development)

    def target(self, url: str) -> Target:
        """Where an endpoint would be.

        Raises:
            NotAllowed: It may not be there.
        """
        host, scheme, port = _parts(url)
        loopback = is_loopback(host)
        if scheme != "https" and not (scheme == "http" and loopback and self._development):
            raise NotAllowed("it must begin with https://; http:// is for loopback in development only")
        if host not in self._hosts and not (loopback and self._development):
            raise NotAllowed("its host is not on the list of hosts that may be called (KETEN_WEBHOOK_HOSTS)")
        return Target(host, port or (443 if scheme == "https" else 80))

    def may_call(self, host: str, address: str) -> bool:
        """Whether a host may be called at this address, which DNS gave just now."""
        try:
            found = _plain(ip_address(address))
        except ValueError:
            return False
        if networks := self._hosts.get(host, ()):
            return any(found in network for network in networks)
        if is_loopback(host):
            return found.is_loopback and (self._development or host in self._hosts)
        return host in self._hosts and not _special(found)


def _parts(url: str) -> tuple[str, str, int | None]:
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise NotAllowed(f"it must be ASCII without spaces, of {LONGEST_URL} characters at most")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("it is no URL") from None
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment or port == 0:
        raise NotAllowed("it must have a host, and neither user, password nor fragment")
    return parts.hostname.rstrip("."), parts.scheme, port


def _network(text: str, entry: str) -> Network:
    try:
        return ip_network(text.strip())
    except ValueError:
        raise ValueError(
            f"KETEN_WEBHOOK_HOSTS: {entry!r} has something that is no range of addresses, as 10.1.0.0/16 is"
        ) from None


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An address of IPv4 may come in the dress of IPv6."""
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _special(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv6Address) and (address.sixtofour or address.teredo or address in CARRIES_IPV4):
        return True
    return address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
