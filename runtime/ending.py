"""Ending a process that runs until it is stopped: at once while it starts, in order while it works, always within ten seconds."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import structlog

log = structlog.get_logger()

PATIENCE = 9.0
"""Seconds from the signal; what has not ended by then is cut off."""
EXIT_CUT_OFF = 71


def _leave() -> None:
    os._exit(EXIT_CUT_OFF)


class Ending:
    """How one process is asked to end.

    Args:
        patience: Seconds that it may take.
        leave: What cuts it off.
    """

    def __init__(self, patience: float, leave: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._starting = asyncio.current_task()
        self._asked = asyncio.Event()
        self._patience = patience
        self._leave = leave
        self._counting = False

    @property
    def asked(self) -> bool:
        """Whether somebody asked it to end."""
        return self._asked.is_set()

    def ask(self) -> None:
        """End; what has only begun is broken off."""
        first, starting = not self._asked.is_set(), self._starting
        self._asked.set()
        self.begin()
        if first and starting:
            starting.cancel()

    async def wait(self, other: Coroutine[Any, Any, Any]) -> None:
        """Work until somebody asks for the end, or until something else ends first, which then may fail."""
        self._starting = None
        tasks = [asyncio.ensure_future(self._asked.wait()), asyncio.ensure_future(other)]
        done, waiting = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        self.begin()
        for task in waiting:
            task.cancel()
        for task in done:
            task.result()

    def begin(self) -> None:
        """From now on the time counts, outside the loop: that may be what hangs."""
        if not self._counting:
            self._counting = True
            cut_off = threading.Timer(self._patience, self._cut_off)
            cut_off.daemon = True
            cut_off.start()

    def _cut_off(self) -> None:
        log.critical("end_cut_off", seconds=self._patience, kind=", ".join(self._hanging()))
        self._leave()

    def _hanging(self) -> list[str]:
        """The names of what is not at its end: of tasks, and of what the main thread is in."""
        names = {_name(task) for task in asyncio.all_tasks(self._loop)}
        frames = sys._current_frames()  # pyright: ignore[reportPrivateUsage] - there is no other way to look
        frame = frames.get(threading.main_thread().ident or 0)
        return sorted(names | ({frame.f_code.co_qualname} if frame else set()))


def _name(task: asyncio.Task[Any]) -> str:
    work: Any = task.get_coro()
    return str(getattr(work, "__qualname__", "task"))


@asynccontextmanager
async def ending(patience: float = PATIENCE, leave: Callable[[], None] = _leave) -> AsyncGenerator[Ending]:
    """While inside, Ctrl-C and a termination signal end the process in time; that counts on until it is gone.

    Args:
        patience: Seconds that it may take.
        leave: What cuts it off.

    Yields:
        What waits for the end.
    """
    asks = Ending(patience, leave)
    if threading.current_thread() is threading.main_thread():  # no other may take signals
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, asks.ask)
    try:
        yield asks
    except asyncio.CancelledError:
        if not asks.asked:
            raise


@asynccontextmanager
async def together(contexts: Sequence[AbstractAsyncContextManager[None]]) -> AsyncGenerator[None]:
    """Several contexts, entered one after the other and left at the same time: none waits for another that hangs."""
    leave = asyncio.Event()
    held: list[_Held] = []
    try:
        for context in contexts:
            held.append(_Held(context, leave))
            await held[-1].entered()
        yield
    finally:
        leave.set()
        ends = await asyncio.gather(*(one.left() for one in held), return_exceptions=True)
    for end in ends:
        if end:
            raise end


class _Held:
    """One context, in a task of its own."""

    def __init__(self, context: AbstractAsyncContextManager[None], leave: asyncio.Event) -> None:
        self._entered = asyncio.Event()
        self._task = asyncio.create_task(self._hold(context, leave))

    async def entered(self) -> None:
        """Wait until it is entered; fails if it cannot be."""
        waits = asyncio.create_task(self._entered.wait())
        await asyncio.wait([waits, self._task], return_when=asyncio.FIRST_COMPLETED)
        if not self._entered.is_set():
            waits.cancel()
            self._task.result()

    async def left(self) -> None:
        """Wait until it is left; what was not entered yet is broken off."""
        if not self._entered.is_set():
            self._task.cancel()
        await asyncio.wait([self._task])
        if not self._task.cancelled():
            self._task.result()

    async def _hold(self, context: AbstractAsyncContextManager[None], leave: asyncio.Event) -> None:
        async with context:
            self._entered.set()
            await leave.wait()
