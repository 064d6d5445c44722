"""What 400 senders to one desk cost, idle, under load, and beside a flood of one: ``python -m tests.bench.senders``."""

import asyncio
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import structlog

from console.screen import screen
from contracts.agencies import Agency, Directory, read_directory
from runtime.bus import Delivery
from runtime.bus.connection import jetstream
from runtime.keys.files import Role
from runtime.servers.provision import inbox_consumers, provision_account, streams
from tests.bench.processes import megabytes, spent_by
from tests.bus_server import DESK, POLICE, REGISTRY, BusServer

SENDERS = 400
IDLE = 65.0
"""Seconds: longer than a request waits at the server, so that each is made anew once."""


class Bench:
    """One desk at work; its operator puts events into its inbox as from each sender."""

    def __init__(self, bus: BusServer, senders: list[Agency]) -> None:
        self._bus = bus
        self._senders = senders
        self._taken: dict[str, float] = {}

    async def play(self) -> None:
        """Everything, one after the other."""
        began = time.monotonic()
        await self._provision()
        screen.print(f"consumers made in {time.monotonic() - began:.1f} s")
        async with self._bus.inbox(DESK, self._take), self._bus.client(DESK, Role.OPERATOR) as operator:
            self._stream = jetstream(operator)
            await self._idle()
            await self._one_by_one("idle", self._senders[:60])
            await self._load()
            await self._put_all(self._senders[:1] * 500)
            await self._one_by_one("beside a flood of 500", self._senders[1:61])

    async def _provision(self) -> None:
        desk = self._bus.agency(DESK)
        await provision_account(self._bus.operator(DESK), streams(), inbox_consumers(desk, self._bus.directory))

    async def _take(self, delivery: Delivery) -> None:
        self._taken[delivery.message.id] = time.monotonic()

    async def _idle(self) -> None:
        await asyncio.sleep(5)
        pids = {"office": os.getpid(), "bus": self._bus.pid}
        before = {name: spent_by(pid) for name, pid in pids.items()}
        await asyncio.sleep(IDLE)
        for name, pid in pids.items():
            share = (spent_by(pid) - before[name]) / IDLE
            screen.print(f"idle, {name}: {share:.1%} of a processor, {megabytes(pid):.0f} MB")

    async def _one_by_one(self, when: str, senders: Iterable[Agency]) -> None:
        waited: list[float] = []
        for sender in senders:
            [(event, sent)] = await self._put_all([sender])
            while event not in self._taken:
                await asyncio.sleep(0.001)
            waited.append(self._taken[event] - sent)
        screen.print(f"taken after being sent, {when}: {_spread(waited)}")

    async def _load(self) -> None:
        began = time.monotonic()
        put = await self._put_all(self._senders * 5)
        while not all(event in self._taken for event, _ in put):
            await asyncio.sleep(0.05)
        rate = len(put) / (time.monotonic() - began)
        screen.print(f"load of {len(put)}: {rate:.0f} a second, {_spread(self._taken[event] - sent for event, sent in put)}")

    async def _put_all(self, senders: list[Agency]) -> list[tuple[str, float]]:
        put: list[tuple[str, float]] = []
        for start in range(0, len(senders), 100):
            put += await asyncio.gather(*(self._put(sender) for sender in senders[start : start + 100]))
        return put

    async def _put(self, sender: Agency) -> tuple[str, float]:
        event = self._bus.signal(source=f"urn:nld:oin:{sender.oin}:systeem:test")
        body = self._bus.seal(sender.slug).closed(event, DESK)
        sent = time.monotonic()
        await self._stream.publish(f"from.{sender.slug}.signals.reported.v1", body, timeout=60)
        return event.id, sent


def _spread(seconds: Iterable[float]) -> str:
    ordered = sorted(seconds)
    return f"median {statistics.median(ordered) * 1000:.0f} ms, worst {ordered[-1] * 1000:.0f} ms"


def main() -> None:
    """Set up a directory with so many police units, and measure."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    known = read_directory()
    police = known.get(POLICE)
    units = [
        police.model_copy(update={"slug": f"unit-{n}", "oin": f"00000099{n:012d}"}) for n in range(900_000, 900_000 + SENDERS)
    ]
    bus = BusServer(
        Path(tempfile.mkdtemp(prefix="keten-bench-")), Directory(agencies=(known.get(DESK), known.get(REGISTRY), police, *units))
    )
    bus.start()
    try:
        asyncio.run(Bench(bus, units).play())
    finally:
        bus.kill()


if __name__ == "__main__":
    main()
