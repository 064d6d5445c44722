"""The one writer of a book: what is to be written at the same time shares a commit, and nobody hears before it is on disk."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol, TypeVar

import structlog
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from post_office.ports import BookFull

log = structlog.get_logger()

T = TypeVar("T")
Change = Callable[[Connection], Any]

TOGETHER = 256
"""How many changes share a commit at most, so that no one of them waits for a thousand others."""

ALONE = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "SELECT pg_advisory_xact_lock(7166), set_config('synchronous_commit', 'on', true)",
}
"""Positions appear in their order, also where by mistake two processes write: who writes is alone until the commit."""


class Bell:
    """Wakes whoever waits for something in the book to change. Take ``next`` first, then look, then wait."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def next(self) -> asyncio.Event:
        """What is set at the next change."""
        return self._event

    def ring(self) -> None:
        """Something changed."""
        event, self._event = self._event, asyncio.Event()
        event.set()


async def rung(event: asyncio.Event, seconds: float) -> bool:
    """Wait for a change, or until the time has passed; whether there was one."""
    try:
        async with asyncio.timeout(max(seconds, 0)):
            await event.wait()
    except TimeoutError:
        return False
    return True


class _Asked(NamedTuple):
    change: Change
    answer: "asyncio.Future[Any]"


class Reckoned(Protocol):
    """How much is in a book."""

    taken: tuple[int, int]

    def measure(self, connection: Connection) -> None:
        """Look how much there is."""
        ...


class Writer:
    """Writes changes one after the other, in groups that share a commit.

    Args:
        engine: Of the book.
        bell: Rings after each commit.
        room: How much is in the book; what is not written does not count.
    """

    def __init__(self, engine: Engine, bell: Bell, room: Reckoned) -> None:
        self._engine = engine
        self._bell = bell
        self._room = room
        self._reckoned = False
        self._asked: asyncio.Queue[_Asked] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, "book")
        self._ended = False
        self.commits = 0
        """How many commits there were."""

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Write while inside; what was asked before the end is written before it."""
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._ended = True
            await self._asked.join()
            task.cancel()
            self._thread.shutdown()

    async def do(self, change: Callable[[Connection], T]) -> T:
        """Make a change; done when it is on disk. What it raises undoes it, and no other change.

        Raises:
            BookFull: It could not be written.
        """
        if self._ended:
            raise BookFull("the post office is ending")
        asked = _Asked(change, asyncio.get_running_loop().create_future())
        self._asked.put_nowait(asked)
        return await asked.answer

    async def _run(self) -> None:
        while True:
            group = [await self._asked.get()]
            while len(group) < TOGETHER and not self._asked.empty():
                group.append(self._asked.get_nowait())
            try:
                answers = await asyncio.get_running_loop().run_in_executor(self._thread, self._write, group)
            except Exception as error:
                log.error("book_not_written", error=type(error).__name__)  # noqa: TRY400 - as below
                answers = [error for _ in group]
            for asked, answer in zip(group, answers, strict=True):
                _tell(asked.answer, answer)
                self._asked.task_done()
            self._bell.ring()

    def _write(self, group: list[_Asked]) -> list[Any]:
        before = self._room.taken
        try:
            with self._engine.begin() as connection:
                connection.execute(text(ALONE[connection.dialect.name]))
                if not self._reckoned:
                    self._room.measure(connection)
                answers = [self._changed(connection, asked.change) for asked in group]
            self.commits += 1
            self._reckoned = True
        except (SQLAlchemyError, OSError) as error:
            log.error("book_not_written", error=type(error).__name__)  # noqa: TRY400 - what was to be written stands in it
            full = BookFull(f"the book of this post office cannot be written ({type(error).__name__}): is its disk full?")
            full.__cause__ = error
            self._room.taken = before
            return [full for _ in group]
        return answers

    def _changed(self, connection: Connection, change: Change) -> Any:
        """What a change gives, or what it raises: an error of the database itself ends the whole group."""
        before = self._room.taken
        try:
            with connection.begin_nested():
                return _Gave(change(connection))
        except Exception as error:
            self._room.taken = before
            if isinstance(error, DBAPIError) and not isinstance(error, DataError | IntegrityError):
                raise
            return error


class _Gave(NamedTuple):
    value: Any


def _tell(answer: "asyncio.Future[Any]", what: Any) -> None:
    if answer.done():  # whoever asked has gone
        return
    if isinstance(what, _Gave):
        answer.set_result(what.value)
    else:
        answer.set_exception(what)
