"""The people of the other agencies, who do what the script says; what they have begun is kept, and goes on after a restart."""

import asyncio
import hashlib
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from console.demo.staff import SimulatedStaff
from console.sandbox.cast import Cast
from console.sandbox.kept import replace
from console.sandbox.passing import Passed
from console.sandbox.script import Script, filled
from contracts.agencies import Directory
from contracts.reference import Reference
from contracts.text import Model, Slug

log = structlog.get_logger()

MOST = 200
"""Rules that are played at the same time; further events are left to time and to whoever builds."""


class Playing(Model):
    """A rule that is being played.

    Attributes:
        rule: Its place in the script.
        step: What is next.
        agency: Where.
        caseref: In which case.
        due: When.
    """

    rule: int
    step: int
    agency: Slug
    caseref: Reference
    due: AwareDatetime


_KEPT: TypeAdapter[list[Playing]] = TypeAdapter(list[Playing])


class Players:
    """All of them.

    Args:
        script: What they do.
        cast: Who plays.
        directory: Who there is.
        staff: Takes their decisions.
        kept_in: The file that keeps what was begun.
    """

    def __init__(self, script: Script, cast: Cast, directory: Directory, staff: SimulatedStaff, kept_in: Path) -> None:
        self._script = script
        self._cast = cast
        self._directory = directory
        self._staff = staff
        self._file = kept_in
        self._version = hashlib.sha256(script.model_dump_json().encode()).hexdigest()
        self._playing: dict[int, Playing] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._count = 0
        self._led: dict[str, list[Passed]] = {}

    @asynccontextmanager
    async def acting(self) -> AsyncGenerator[None]:
        """While inside, they act; what was begun in an earlier run goes on."""
        for playing in self._read():
            self._begin(playing)
        try:
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def hear(self, passed: Passed) -> None:
        """Begin what the script says about an event, unless somebody leads this case elsewhere."""
        if passed.outside.caseref in self._led:
            self._led[passed.outside.caseref].append(passed)
            return
        self._about(passed, frozenset())

    def lead(self, caseref: str) -> None:
        """Leave a case to somebody who leads it on a way of its own."""
        self._led.setdefault(caseref, [])
        for number, playing in list(self._playing.items()):
            if playing.caseref == caseref:
                del self._playing[number]
        self._keep()

    def release(self, caseref: str, done: frozenset[tuple[str, str]]) -> None:
        """Go on with a case that was led, with what was not done yet: what was done is named by agency and decision."""
        for passed in self._led.pop(caseref, []):
            self._about(passed, done)

    def _about(self, passed: Passed, done: frozenset[tuple[str, str]]) -> None:
        at = self._directory.get(passed.to)
        if at == self._cast.own:
            return
        rule = self._script.fitting(passed.type, at, self._cast.own)
        if rule is None:
            return
        if len(self._playing) >= MOST:
            log.warning("script_is_full", agency=at.slug, type=passed.type)
            return
        steps = self._script.when[rule].steps
        first = next((number for number, step in enumerate(steps) if (at.slug, step.decide) not in done), None)
        if first is not None:
            due = datetime.now(UTC) + timedelta(seconds=steps[first].seconds)
            self._begin(Playing(rule=rule, step=first, agency=at.slug, caseref=passed.outside.caseref, due=due))

    def _begin(self, playing: Playing) -> None:
        self._count += 1
        self._playing[self._count] = playing
        self._keep()
        task = asyncio.create_task(self._play(self._count))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _play(self, number: int) -> None:
        """Step after step, until all are done, one is not possible any more, or somebody leads the case."""
        while playing := self._playing.get(number):
            steps = self._script.when[playing.rule].steps
            await asyncio.sleep(max(0.0, (playing.due - datetime.now(UTC)).total_seconds()))
            if number not in self._playing:
                return
            step = steps[playing.step]
            try:
                await self._staff.decide(playing.agency, playing.caseref, step.decide, **filled(step.content, self._cast.words))
            except (RuntimeError, ValueError) as error:
                log.warning("script_step_not_done", agency=playing.agency, command=step.decide, error=type(error).__name__)
                self._playing.pop(number, None)
            else:
                self._next(number, playing)
            self._keep()

    def _next(self, number: int, playing: Playing) -> None:
        steps, after = self._script.when[playing.rule].steps, playing.step + 1
        if number not in self._playing:
            return
        if after == len(steps):
            del self._playing[number]
            return
        due = datetime.now(UTC) + timedelta(seconds=steps[after].seconds)
        self._playing[number] = playing.model_copy(update={"step": after, "due": due})

    def _keep(self) -> None:
        playing = _KEPT.dump_python(list(self._playing.values()), mode="json")
        replace(self._file, {"script": self._version, "playing": playing})

    def _read(self) -> list[Playing]:
        """What was begun with this script; with another one its rules are others."""
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
            return _KEPT.validate_python(kept["playing"])[:MOST] if kept["script"] == self._version else []
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, ValidationError):
            log.warning("script_state_unreadable")
            return []
