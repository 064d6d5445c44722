"""A post office that runs: over a book in memory, behind a real socket, with a desk that answers each signal."""

import asyncio
import threading
from collections.abc import Coroutine, Generator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from keten_client import Client
from post_office.app import application, serve
from post_office.limits import LIMITS, Limits
from post_office.ports import Stage
from post_office.tokens import Scope
from runtime.http.listening import bound
from tests.post_office.asking import RECEIVED, SIGNAL, Office, bearer

T = TypeVar("T")
PATIENCE = 30.0
DESK = "signal-desk"


class Standing:
    """In a thread of its own, so that programs and libraries that know no asyncio ask it as they would ask any other."""

    def __init__(self, folder: Path, limits: Limits = LIMITS) -> None:
        self.office = Office(folder, limits)
        self.token = self.office.tokens.add("kit", [Scope.SEND, Scope.READ])
        self.loop = asyncio.new_event_loop()
        self._port, self._address = 0, ""
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._stopping: asyncio.Event | None = None
        self._serving: Future[None]
        self._desk: Future[None]

    @property
    def address(self) -> str:
        """Where it is, also while it is away."""
        return self._address

    @property
    def environment(self) -> dict[str, str]:
        """What a walk is told."""
        return {"POST_OFFICE": self.address, "POST_TOKEN": self.token}

    def client(self, **given: Any) -> Client:
        return Client(self.address, self.token, **given)

    def __enter__(self) -> Self:
        self._thread.start()
        self._desk = asyncio.run_coroutine_threadsafe(self._answer(), self.loop)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._stopping:
            self.stop()
        assert not self._desk.done(), self._desk.exception()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(PATIENCE)

    def start(self) -> None:
        """Answer, at the same address as before."""
        ready, self._stopping = threading.Event(), asyncio.Event()
        self._serving = asyncio.run_coroutine_threadsafe(self._serve(ready, self._stopping), self.loop)
        assert ready.wait(PATIENCE)

    def stop(self) -> None:
        """End what is open, and answer nobody any more; what the book has stays."""
        assert self._stopping
        self.loop.call_soon_threadsafe(self._stopping.set)
        self._serving.result(PATIENCE)
        self._stopping = None

    def ask(self, path: str) -> bytes:
        """What is answered to whoever shows a token for everything."""
        return httpx.get(f"{self.address}{path}", headers=bearer(self.office.all)).raise_for_status().content

    def hear(self, many: int = 1) -> list[str]:
        """Another agency sends events; their ids."""
        return [self.run(self.office.book.hear(RECEIVED, {"status": "with_desk"}, sender=DESK)).id for _ in range(many)]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(PATIENCE)

    def _live(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        with suppress(asyncio.CancelledError):
            self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def _serve(self, ready: threading.Event, stopping: asyncio.Event) -> None:
        app = application(self.office.book, self.office.app.state.door.about)
        listener = bound("127.0.0.1", self._port)
        async with serve(app, listener) as self._address:
            self._port = listener.socket.getsockname()[1]
            ready.set()
            await stopping.wait()

    async def _answer(self) -> None:
        """As the signal desk does: a receipt for each signal."""
        answered, book = set[str](), self.office.book
        while True:
            for event_id, (_, kept) in list(book.out.items()):
                if kept.type == SIGNAL and event_id not in answered:
                    answered.add(event_id)
                    await book.reach(event_id, Stage.SENT, Stage.TAKEN)
                    await book.hear(RECEIVED, {"status": "with_desk"}, kept.caseref, sender=DESK)
                    await book.reach(event_id, Stage.ANSWERED)
            await asyncio.sleep(0.05)


def standing(folder: Path, limits: Limits = LIMITS) -> Generator[Standing]:
    """One that lives as long as a fixture."""
    with Standing(folder, limits) as there:
        yield there
