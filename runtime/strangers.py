"""Connections of which nobody knows yet whose they are: counted from the first byte, never so many that others are kept out."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Hashable
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

import structlog

log = structlog.get_logger()

ANEW = 60.0
"""Seconds after which the log says again that a limit is reached: once, and not for every connection."""
PAUSE = 0.1
"""Seconds before the next try where the machine has no more connections to give."""


class _Stranger(NamedTuple):
    address: str
    end: Callable[[], object]


class Strangers:
    """Who has not shown yet what it wants. Where there are too many, the one who has waited longest goes: who means it is quick.

    Args:
        most: How many there may be.
        of_one_address: How many of them from one address.
        server: Of what, for the log.
    """

    def __init__(self, most: int, of_one_address: int, server: str) -> None:
        self._most = most
        self._of_one_address = of_one_address
        self._server = server
        self._waiting: dict[Hashable, _Stranger] = {}
        self._tell_after = 0.0

    def add(self, who: Hashable, address: str, end: Callable[[], object]) -> None:
        """Somebody has come, or waits again.

        Args:
            who: By which it is known.
            address: Where it comes from.
            end: Sends it away.
        """
        self._waiting[who] = _Stranger(address, end)
        at = Counter(stranger.address for stranger in self._waiting.values())
        if at[address] > self._of_one_address:
            self._end(address)
        elif len(self._waiting) > self._most:
            self._end(at.most_common(1)[0][0])

    def known(self, who: Hashable) -> None:
        """Somebody is no stranger any more, or has gone."""
        self._waiting.pop(who, None)

    def _end(self, address: str) -> None:
        longest = next(who for who, stranger in self._waiting.items() if stranger.address == address)
        self._waiting.pop(longest).end()
        now = asyncio.get_running_loop().time()
        if now >= self._tell_after:
            self._tell_after = now + ANEW
            log.warning("strangers_crowd", server=self._server, count=len(self._waiting))


class Arrival(NamedTuple):
    """A connection of which nothing was read yet, and where it comes from."""

    socket: socket.socket
    address: str


async def arrivals(listener: socket.socket) -> AsyncGenerator[Arrival]:
    """Whoever connects, for ever."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            came, address = await loop.sock_accept(listener)
            came.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:  # no more files, or gone again before it was taken
            await asyncio.sleep(PAUSE)
            continue
        yield Arrival(came, _network(address[0]))
        await asyncio.sleep(0)  # many may have come at once: each is heard before the next is taken


def _network(address: str) -> str:
    """Where somebody comes from: of IPv6 the network, because one machine has as many addresses there as it likes."""
    found = ip_address(address.partition("%")[0])
    return str(found) if not isinstance(found, IPv6Address) or found.ipv4_mapped else found.packed[:8].hex()
