"""A guard outside the event loop: a process whose loop stands still ends, so that whoever started it starts it anew."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import structlog

log = structlog.get_logger()

EXIT_LOOP_STALLED = 70


def _leave() -> None:
    os._exit(EXIT_LOOP_STALLED)


@asynccontextmanager
async def watched(patience: float = 30.0, leave: Callable[[], None] = _leave) -> AsyncGenerator[None]:
    """While inside, the process ends when the loop has not run for so long.

    Args:
        patience: Seconds without a tick.
        leave: What ends the process.
    """
    watchdog = _Watchdog(patience, leave)
    ticking = asyncio.create_task(watchdog.tick())
    watchdog.start()
    try:
        yield
    finally:
        ticking.cancel()
        watchdog.stopped.set()


class _Watchdog(threading.Thread):
    def __init__(self, patience: float, leave: Callable[[], None]) -> None:
        super().__init__(name="watchdog", daemon=True)
        self.stopped = threading.Event()
        self._patience = patience
        self._leave = leave
        self._ticked = time.monotonic()

    async def tick(self) -> None:
        while True:
            self._ticked = time.monotonic()
            await asyncio.sleep(self._patience / 10)

    def run(self) -> None:
        """Where this thread was late itself, the whole machine or process stood: the loop gets its time anew."""
        waited = time.monotonic()
        while not self.stopped.wait(self._patience / 10):
            late, waited = time.monotonic() - waited > self._patience / 2, time.monotonic()
            if late:
                log.warning("process_stood_still", seconds=self._patience)
                self._ticked = waited
            elif time.monotonic() - self._ticked > self._patience:
                log.critical("event_loop_stalled", seconds=self._patience)
                self._leave()
                return
