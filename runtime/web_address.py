"""Web addresses that settings name: what is secret crosses a network encrypted, or does not leave the machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether what is sent to this host stays on the machine (RFC 6761 reserves the name ``localhost`` for that)."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def stays_here(url: str) -> bool:
    """Whether what is sent to an address stays on the machine, so that no proxy may stand before it."""
    return is_loopback(urlsplit(url).hostname or "")


def https_or_loopback(url: str) -> str:
    """The same address.

    Raises:
        ValueError: What is sent there could be read or changed on the way.
    """
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and is_loopback(parts.hostname or ""):
        return url
    raise ValueError("must begin with https://, or with http:// and be on this machine (127.0.0.1)")


def origin(url: str) -> str:
    """The same text, if it is an origin as browsers send it (RFC 6454, section 6.2).

    Raises:
        ValueError: It has a path, a wildcard, or anything else that no browser sends.
    """
    parts = urlsplit(url)
    if (
        parts.scheme in {"http", "https"}
        and parts.hostname
        and "*" not in url
        and url == f"{parts.scheme}://{parts.netloc}".lower()
    ):
        return url
    raise ValueError("must be an origin such as https://temporal.example.org: scheme, host and port, nothing after them")
