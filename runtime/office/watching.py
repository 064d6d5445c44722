"""What an office looks at beside its work: does something stand still, or fill up, or is it gone? A person hears of it once."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import structlog

from contracts.alarms import Alarm, AlarmCode
from runtime.office.pager import Pager

log = structlog.get_logger()


class Finding(NamedTuple):
    """Something that a person must know; while it stays so, it is the same finding."""

    code: AlarmCode
    about: str
    """What tells it from others of its kind: a file, a sender, a store."""
    words: str
    reference: str | None = None


class Look(NamedTuple):
    """One thing to look at.

    Attributes:
        name: For the log, when it could not be looked at.
        at: What is the matter now.
        sightings: How often in a row it must be found before a person hears: what passes by itself is no alarm.
        every: Only at each second, third, ... look of the office, where the question costs more.
    """

    name: str
    at: Callable[[], Awaitable[Sequence[Finding]]]
    sightings: int = 1
    every: int = 1


class Watch:
    """Looks again and again, and remembers what a person was told."""

    def __init__(self, agency: str, pager: Pager, looks: Sequence[Look]) -> None:
        self._agency = agency
        self._pager = pager
        self._looks = looks
        self._round = 0
        self._seen: dict[str, dict[tuple[AlarmCode, str], int]] = {look.name: {} for look in looks}

    async def look(self) -> None:
        """Look at everything once; what cannot be looked at is logged, keeps its findings, and stops nothing else."""
        self._round += 1
        for look in [look for look in self._looks if self._round % look.every == 0]:
            try:
                findings = await look.at()
                await self._compare(look, findings)
            except Exception as error:
                log.warning("watch_failed", agency=self._agency, kind=look.name, error=type(error).__name__)

    async def _compare(self, look: Look, findings: Sequence[Finding]) -> None:
        before = self._seen[look.name]
        now = {(finding.code, finding.about): finding for finding in findings}
        for code, _ in [key for key, count in before.items() if key not in now and count >= look.sightings]:
            log.info("alarm_cleared", agency=self._agency, code=code.value)
        self._seen[look.name] = {key: before.get(key, 0) for key in now}
        for key, finding in now.items():
            if before.get(key, 0) + 1 == look.sightings:
                await self._pager.page(_alarm(self._agency, finding))
            self._seen[look.name][key] += 1


def _alarm(agency: str, finding: Finding) -> Alarm:
    return Alarm(agency=agency, reference=finding.reference, words=finding.words[:200], code=finding.code)


@asynccontextmanager
async def watching(watch: Watch, pause: float) -> AsyncGenerator[None]:
    """While inside, everything is looked at, with a pause between.

    Args:
        watch: What to look at.
        pause: Seconds.
    """
    looking = asyncio.create_task(_keep_looking(watch, pause))
    try:
        yield
    finally:
        looking.cancel()
        with suppress(asyncio.CancelledError):
            await looking


async def _keep_looking(watch: Watch, pause: float) -> None:
    while True:
        await asyncio.sleep(pause)
        await watch.look()
