"""What every workflow is made of: chapters that read like the process, one clock, one file, one story."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, ClassVar, NoReturn

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ApplicationError, FailureError

from activities.alarm import Alarms
from activities.keeping import Keeping
from activities.post import Batch, Post
from contracts.agencies import Party
from contracts.alarms import Alarm, fitting
from contracts.catalogue import CATALOGUE, known_type
from contracts.clocks import Duration
from contracts.commands import AcknowledgeAlarms
from contracts.ended import EndedFile
from contracts.event import Event
from contracts.events.deliveries import DeliveriesMissed, DeliveryRefused
from contracts.events.erasures import FileEnded
from contracts.letter import Letter
from contracts.lines import Span, in_words
from contracts.reference import Reference
from contracts.refusals import RefusalCode
from contracts.views import StoryLine
from contracts.words import ConsentTo, Ground
from workflows.engine.admission import command, facts, hears, no_track, snake
from workflows.engine.alarms import acknowledged, not_open, raised
from workflows.engine.attributes import Face
from workflows.engine.calendar import due
from workflows.engine.errands import Errands
from workflows.engine.narrative import Move
from workflows.engine.numbering import after_the_end
from workflows.engine.outbox import Outbox
from workflows.engine.record import STORY_LINES, Latecomer, Letterhead, Received, Record
from workflows.engine.shown import FileT, Shown
from workflows.engine.table import VOID
from workflows.engine.track import Track, not_possible

NEXT = "decide again, or replay the dead letter"
NOT_HANDLED = "our software failed on this: nothing was changed here, and a person was told, who repairs it"


class Process(Shown[FileT]):
    """A file that is kept, by its table."""

    reopens: ClassVar[bool] = False
    """Whether a file of this kind may be opened again after it ended."""
    apart: ClassVar[bool] = False
    """Whether each agency that may open a file of this kind has one of its own, also where they know the same reference."""
    file_type: ClassVar[type[Record]]

    def __init__(self, file: FileT) -> None:
        self.file = file
        self.outbox = Outbox(file, self)
        self.unread: deque[Move] = deque()
        self._stirred = 0
        self.errands = Errands()
        self._shown: Face | None = None
        self._tasks: list[asyncio.Task[None]] = []
        super().__init__(self, file)
        self.reading = self.phase

    # What a narrative is told with

    async def turn(self) -> Move:
        """Wait until a person, an event or the clock moves this process on."""
        while not self.unread:
            await self._until_something_stirs()
        move = self.unread.popleft()
        self.reading = move.to
        return move

    def tell(self, to: Party | None, event: Event, *, because: str | None = None, reference: Reference | None = None) -> None:
        """Send an event; nothing where the other party does not take part.

        Args:
            to: The recipient.
            event: What happened.
            because: Id of the event that this one answers.
            reference: Another reference than the file's, where the recipient must not recognise the case.
        """
        if to is None:
            return
        ground = next((ground for ground in event.grounds() if self.holds(ground, event.rule.consent)), None)
        if ground is None:
            self.note("withheld", self.file.me.slug, {"to": to.slug, "what": snake(type(event).__name__)})
            return
        self.outbox.put(to, event, ground=ground, because=because, reference=reference)
        self.note(snake(type(event).__name__), self.file.me.slug, {"to": to.slug, **facts(event)})

    def alarm(self, words: str, *, told_by_others: bool = False) -> None:
        """Reach a person, beside the narrative; the alarm stays open in the file until somebody acknowledges it.

        Args:
            words: What is the matter and what to do; cut off where they are too long for a line.
            told_by_others: Another agency decides how often it is raised: the same again reaches a person ever more seldom.
        """
        words = fitting(words)
        self.file.raised += 1
        known = raised(self.file.alarms, words, self.file.raised, told_by_others=told_by_others)
        often = told_by_others and known.times & (known.times - 1)  # no power of two
        if often and workflow.patched("what-others-tell-again-and-again-is-paged-seldom"):
            return
        said = known.words if told_by_others else words
        alarm = Alarm(agency=self.file.me.slug, reference=self.file.reference, words=said, crisis=self.in_crisis)
        self.errands.run(Alarms.raise_alarm, alarm, alarm.words)

    async def ask(self, activity: Callable[..., Awaitable[Any]], question: Any, summary: str) -> Any:
        """Ask the world something, for as long as it takes to get an answer; the clocks go on meanwhile."""
        errand = self.errands.run(activity, question, summary)
        while not errand.done():
            await self._until_something_stirs(errand)
        return errand.result()

    async def look_up(self, activity: Callable[..., Awaitable[Any]], question: Any, summary: str) -> Any:
        """Ask a table that lies in memory: the answer comes within the same task, and what follows from it leaves with the rest.

        Only what can be asked twice without effect is looked up: a task that was not recorded is done again. What cannot be
        answered at once is asked as everything else is.
        """
        if self.file.looks_up:
            try:
                return await self.errands.look_up(activity, question, summary)
            except FailureError:
                workflow.logger.warning("not_looked_up")
        return await self.ask(activity, question, summary)

    async def leave(self) -> None:
        """End the file: everything it had to say has been posted, everybody who asked has been answered.

        Raises:
            RuntimeError: A state that is open has no chapter after it: nothing ends in silence; a repaired narrative goes on.
        """
        self.open()
        if self.phase == VOID:
            raise ApplicationError("the event that opened this file was refused", type=VOID, non_retryable=True)
        if self.state is not None:
            raise RuntimeError(f"{self.table.name}: the narrative ends while the file is {self.phase}")
        if not self.reopens and not self.file.ends_in_a_line:
            self.tell(self.file.me, FileEnded(kind=type(self).system, system=self.file.system))
        await self._all_is_said()
        if not self.reopens and self.file.ends_in_a_line:
            await self._begin_term()
            await self._all_is_said()
        if self.file.alarms:  # nobody can acknowledge them from now on; a person was reached about each
            self.note("alarms_left_open", self.file.me.slug, {"count": str(len(self.file.alarms))})
            self.file.alarms.clear()
        self._show()

    async def _all_is_said(self) -> None:
        await workflow.wait_condition(lambda: self.outbox.empty and not self._is_busy)

    async def _begin_term(self) -> None:
        """From now on it is kept for the term of its kind: a line waits for that, and no workflow."""
        kind = type(self).system
        until = due(workflow.now(), self.kept_for, self.file.me.hours)
        ended = EndedFile(reference=self.file.reference, kind=kind, system=self.file.system, until=until)
        await workflow.execute_local_activity_method(
            Keeping.begin_term,  # pyright: ignore[reportArgumentType] - a method of a class that the worker constructs
            ended,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
            summary="kept from now on for its term",
        )
        self.note("kept", self.file.me.slug, {"until": f"{until:%Y-%m-%d}"})

    def note(self, what: str, who: str, details: dict[str, str] | None = None) -> None:
        """Write a line into the story, and into the log."""
        self.file.story.append(StoryLine(at=workflow.now(), what=what, who=who, facts=details or {}))
        if len(self.file.story) > STORY_LINES:
            del self.file.story[0]
            self.file.left_out += 1
        extra = {"reference": self.file.reference, "agency": self.file.me.slug, "who": who, **(details or {})}
        workflow.logger.info(what, extra=extra)
        self._stirred += 1

    @property
    def goes_on(self) -> bool:
        """Whether the narrative has not come to an end: where a move leads back, it is read on from there."""
        return self.reading not in self.table.ends

    # What a kind of process may say differently

    def holds(self, ground: Ground, consent: ConsentTo | None) -> bool:  # noqa: ARG002 - who keeps consent asks for which
        """Whether something may be shared on this ground now; asked when an event is written, and again whenever it would leave.

        Who answers an offer made with consent answers on that consent, which is kept by whoever offered.
        """
        return ground in {Ground.LEGAL_TASK, Ground.CONSENT}

    def stands_still(self, track: Track) -> None:
        """A track has been reminded again and again: whoever must hear that besides."""

    def admits(self, sender: Party) -> bool:
        """Whether an agency may send what opens a file to this one, which is open: only the one that opened it."""
        return sender.slug == self.file.opened_by

    def is_party(self, sender: Party) -> bool:
        """Whether an agency has, or had, a part in this file; to all others it is as if there were none."""
        return sender.slug in self.file.parties

    @property
    def kept_for(self) -> Duration:
        """For how long it is kept when it has ended: the term of its kind."""
        return getattr(self.file.clocks, f"retention_{type(self).system}")

    @property
    def page_is_full(self) -> bool:
        """Whether the history is long enough to begin a new run."""
        return workflow.info().is_continue_as_new_suggested()

    # What everybody may do with every file

    @command(
        track=no_track,
        check=lambda self, order: not_open(self.file.alarms, order.numbers),
        also=lambda self, order: {"count": str(len(acknowledged(self.file.alarms, order.numbers)))},
    )
    def acknowledge_alarms(self, order: AcknowledgeAlarms) -> None:
        """A person has seen the alarms, or those that they name: what came since they looked stays open."""
        done = acknowledged(self.file.alarms, order.numbers)
        self.file.alarms[:] = [alarm for alarm in self.file.alarms if alarm not in done]

    @hears(track=no_track)
    def deliveries_missed(self, received: Received[DeliveriesMissed]) -> None:
        """Events of ours have not arrived at another agency: a person must look, unless we kept them back ourselves."""
        if not self.file.withheld:
            self.alarm(f"{received.sender.slug} misses {in_words(received.event.gaps)} that we sent", told_by_others=True)

    def missed(self, received: Received[Any], gap: Span) -> None:
        """Events are missing that were sent to us: a person here must know, and whoever sent them."""
        self.alarm(f"{in_words([gap])} from {received.sender.slug} did not arrive", told_by_others=True)
        self.tell(received.sender, DeliveriesMissed.of(received.system, [gap]))

    @hears(track=no_track)
    def delivery_refused(self, received: Received[DeliveryRefused]) -> None:
        """Another agency could not take an event: a person must look."""
        self.alarm_refused(received)

    def alarm_refused(self, received: Received[DeliveryRefused]) -> None:
        """In coded words: what another agency calls an event is not repeated unless the catalogue knows it."""
        event = received.event
        self.alarm(f"{known_type(event.event_type)} was refused by {received.sender.slug}: {event.code}", told_by_others=True)

    @workflow.query
    def opened_by(self) -> str:
        """Slug of the agency whose event opened the file; empty where it is not known."""
        return self.file.opened_by or ""

    @workflow.query
    def after_the_end(self, letterhead: Letterhead) -> Latecomer:
        """Of an event that comes when this file has ended: whether it was taken, or cannot be of the line that was heard."""
        try:
            return Latecomer(known=after_the_end(self.file, letterhead))
        except ApplicationError as error:
            return Latecomer(code=RefusalCode(error.type or ""), reason=error.message)

    # How it works

    def attempt(self, what: str, work: Callable[[], None]) -> None:
        """Do what a handler does, wholly or not at all.

        A fault of ours in a handler would fail the workflow task at every try, and nothing more would reach this file. So its
        event or decision is refused, and the file is as it was before.

        Raises:
            ApplicationError: ``not_handled``, or what the work itself refuses.
        """
        before = self.file.model_dump_json()  # a copy costs ten times as much
        unread, errands = len(self.unread), len(self.errands)
        try:
            work()
        except Exception as error:
            self._undo(before, unread, errands)
            if isinstance(error, ApplicationError | workflow.NondeterminismError):
                raise
            workflow.logger.error("handler_failed", extra={"reference": self.file.reference, "error": type(error).__name__})
            self.alarm(f"{what} could not be handled: repair the software, then {NEXT}", told_by_others=True)
            raise not_possible(NOT_HANDLED, RefusalCode.NOT_HANDLED) from None

    def _undo(self, before: str, unread: int, errands: int) -> None:
        """What did not change stays the same object: a chapter may hold it."""
        file = type(self.file).model_validate_json(before)
        for name in type(file).model_fields:
            if getattr(self.file, name) != getattr(file, name):
                setattr(self.file, name, getattr(file, name))
        while len(self.unread) > unread:
            self.unread.pop()
        self.errands.drop(after=errands)

    def open(self) -> None:
        """Begin a run: letters leave and the face of the file follows, beside the narrative."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self.outbox.run()), asyncio.create_task(self._follow())]

    def moved(self, trigger: str, to: str) -> None:
        """Keep every move for the narrative, which may read it later."""
        self.unread.append(Move(trigger, to))

    def still_holds(self, letter: Letter) -> bool:
        """Whether the ground on which a letter is shared still holds."""
        rule = CATALOGUE[letter.type].rule
        return letter.ground is None or self.holds(letter.ground, rule.consent)

    def withheld(self, letter: Letter) -> None:
        """A letter did not leave for want of a ground: the story says so, and who looks at what hangs does not find it."""
        what = snake(CATALOGUE[letter.type].__name__)
        self.note("withheld", self.file.me.slug, {"to": letter.to, "what": what})
        if workflow.patched("what-lost-its-ground-hangs-no-more"):
            self.errands.run(Post.note_withheld, Batch(letters=(letter,)), f"withheld: {what} to {letter.to}")

    def unsendable(self, letter: Letter, code: RefusalCode) -> None:
        """A letter can never leave: a person must tell the other agency in another way."""
        self.alarm(f"{letter.type} to {letter.to} can never leave ({code}): tell them in another way")

    def held_up(self, to: str) -> None:
        """Letters have waited for long: a person must look why."""
        self.alarm(f"letters to {to} have waited for an hour: does the bus run, and is their inbox full?")

    async def _until_something_stirs(self, errand: "asyncio.Task[Any] | None" = None) -> None:
        """Wait for an event, a decision, an answer, or the clock of whichever track is due first."""
        track = min(self.all_tracks(), key=lambda track: track.progress.due)
        seen, state = self._stirred, track.state
        summary = f"{track.title}: {track.phase}; then {state.then}" if state else track.title
        try:
            await workflow.wait_condition(
                lambda: self._stirred != seen or (errand.done() if errand else bool(self.unread) or self._may_turn_page),
                timeout=max(track.progress.due - workflow.now(), timedelta()) if state else None,
                timeout_summary=summary[:200],
            )
        except TimeoutError:
            track.ring()
        if errand is None and self._may_turn_page:
            self._turn_page()

    def _turn_page(self) -> NoReturn:
        """A new run with the same file: its narrative finds its place by the phase. This one shows what it has shown."""
        file = self.file.model_copy()
        file.work_as_now()
        workflow.continue_as_new(file)

    @property
    def _may_turn_page(self) -> bool:
        """Only when nothing is under way that a new run would not know of."""
        return self.page_is_full and not self.unread and self.outbox.at_rest and not self._is_busy

    @property
    def _is_busy(self) -> bool:
        """Whether an answer is still waited for, ours or somebody else's."""
        return self.errands.under_way or not workflow.all_handlers_finished()
