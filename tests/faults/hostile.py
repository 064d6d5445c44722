"""One agency with valid keys that does all at once what could stop others.

    python -m tests.faults.hostile [GATE FOLDER]

A process of its own, so that its work takes no turn from the offices; ``KETEN_HOME`` says where they run. It sends at most 100
messages of each of five kinds in a second, and says as JSON at the end how many. With a gate before Temporal, and a folder of
certificates, it attacks that, too.
"""

import asyncio
import json
import os
import secrets
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

from nats.aio.client import Client
from nats.errors import Error as NatsError
from temporalio.service import RPCError

from console.demo.staff import SimulatedStaff
from console.files import Found
from console.installation import Installation
from contracts.events.signals import SignalReported
from contracts.reference import new_reference
from runtime.bus import Delivery
from runtime.bus.connection import connect, jetstream
from runtime.bus.shares import BODY
from runtime.ending import ending
from runtime.keys.files import Role
from runtime.tls.certificates import Certificates
from tests.faults.hostile_gate import at_the_gate, be_silent, say
from tests.installed import Here
from workers.office import Office

PATIENCE = 240.0
ATTACKER, DESK = "urk", "signal-desk"
REPORTED = f"to.{DESK}.signals.reported.v1"
POISON = "poison"
EACH = 300
"""How many of a kind it has prepared; it sends them again and again."""
SIDE_BY_SIDE = 10


class Patient(SimulatedStaff):
    """People who look again when a screen says that nobody answered within ten seconds."""

    async def _until(self, slug: str, reference: str, fits: Callable[[Found], bool]) -> Found:
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(RPCError):
                    return await super()._until(slug, reference, fits)


class Done(NamedTuple):
    """What it did."""

    sent: int = 0
    refused: int = 0
    asked: int = 0
    """Of the gate."""


class Attacker:
    """What it sends."""

    def __init__(self, installation: Installation) -> None:
        self._here = Here(installation)
        self._installation = installation
        self.sent = 0
        self.refused = 0

    @asynccontextmanager
    async def at_work(self) -> AsyncGenerator[None]:
        """While inside, everything at once, again and again: at most 100 of each kind in a second."""
        await self._close_own_inbox()
        clients = [await self._connect(Role.WORKER) for _ in range(5)]
        ways: tuple[Callable[[], bytes], ...] = (self._waiting, self._poison, self._junk, self._largest, self._flood)
        kinds = [[way() for _ in range(EACH)] for way in ways]
        tasks = [asyncio.create_task(self._keep_sending(client, kind)) for client, kind in zip(clients, kinds, strict=True)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for client in clients:
                await client.close()

    def _signal(self, account: str, **fields: Any) -> bytes:
        body = {"signal": {"municipality": "GM0184", "account": account}}
        return self._here.sealed(ATTACKER, DESK, self._here.event(ATTACKER, SignalReported, body, **fields))

    def _waiting(self) -> bytes:
        """It follows an event that never comes."""
        return self._signal("waits", caseref=new_reference(), sequence="2", previous=secrets.token_hex(32))

    def _poison(self) -> bytes:
        return self._signal(POISON)

    def _junk(self) -> bytes:
        return secrets.token_bytes(7)

    def _largest(self) -> bytes:
        return secrets.token_bytes(BODY)

    def _flood(self) -> bytes:
        return self._signal("one of very many")

    async def _keep_sending(self, client: Client, bodies: list[bytes]) -> None:
        """All of a kind, and then all again, some side by side."""
        following = cycle(bodies)
        while True:
            answers = await asyncio.gather(*(self._send(client, next(following)) for _ in range(SIDE_BY_SIDE)))
            await asyncio.sleep(0.1 if all(answers) else 0.5)

    async def _send(self, client: Client, body: bytes) -> bool:
        try:
            await jetstream(client).publish(REPORTED, body, timeout=10)
        except (NatsError, TimeoutError):
            self.refused += 1
            return False
        self.sent += 1
        return True

    async def _close_own_inbox(self) -> None:
        """Nobody can answer it any more."""
        client = await self._connect(Role.OPERATOR)
        config = (await jetstream(client).stream_info("INBOX")).config
        await jetstream(client).update_stream(replace(config, max_msg_size=1))  # pyright: ignore[reportUnknownMemberType]
        await client.close()

    async def _connect(self, role: Role) -> Client:
        return await connect(self._installation.nats_url, self._installation.keys.seed(ATTACKER, role), patience=30)


def poisoned(take: Callable[[Office, Delivery], Awaitable[None]]) -> Callable[[Office, Delivery], Awaitable[None]]:
    """An office with a fault that nobody foresaw, which one kind of message finds."""

    async def taking(office: Office, delivery: Delivery) -> None:
        event = delivery.event
        if isinstance(event, SignalReported) and event.signal.account == POISON:
            raise RecursionError
        await take(office, delivery)

    return taking


@asynccontextmanager
async def attacking(home: Path, gate: str = "", folder: Path = Path()) -> AsyncGenerator[list[Done]]:
    """While inside it is at work; after that the list holds what it did.

    Args:
        home: Of the installation.
        gate: Where the gate answers; empty: it is left alone.
        folder: With its certificate.
    """
    given = [gate, str(folder)] if gate else []
    environment = {**os.environ, "KETEN_HOME": str(home)}
    command = [sys.executable, "-m", "tests.faults.hostile", *given]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    done: list[Done] = []
    try:
        assert await process.stdout.readline() == b"at work\n"
        yield done
    finally:
        process.terminate()
        said = await process.stdout.read()
        await process.wait()
        done.append(Done(**json.loads(said)))


async def main(gate: str = "", folder: str = "") -> None:
    """Attack until it is told to end."""
    attacker = Attacker(Installation.reach())
    shown = Certificates(Path(folder)).of(ATTACKER) if gate else None
    async with ending() as end, attacker.at_work(), at_the_gate(gate, shown, ATTACKER) if shown else nullcontext() as asked:
        say("at work")
        await end.wait(asyncio.Event().wait())
    say(json.dumps(Done(attacker.sent, attacker.refused, asked.count if asked else 0)._asdict()))


if __name__ == "__main__":
    be_silent()
    asyncio.run(main(*sys.argv[1:]))
