"""What others see of a file: its face in lists, its page for a person."""

from collections.abc import Iterator
from typing import Any, ClassVar, Generic, TypeVar

from temporalio import workflow

from contracts.agencies import Party
from contracts.catalogue import CATALOGUE
from contracts.commands import Command
from contracts.event import File
from contracts.letter import Letter
from contracts.views import AlarmView, Barred, Choice, ConsentView, Content, ContentPart, FileView, LetterView
from workflows.engine.admission import barred, snake
from workflows.engine.attributes import Face, Next, Others
from workflows.engine.errands import Errands
from workflows.engine.record import Record
from workflows.engine.track import Track

FileT = TypeVar("FileT", bound=Record)


class Shown(Track, Generic[FileT]):
    """A track with a file of its own, and with what others may see of it; no content."""

    system: ClassVar[File]
    file: FileT
    errands: Errands
    _shown: Face | None

    @property
    def is_looking_up(self) -> bool:
        """Whether an answer is about to come, from which more will follow."""
        return self.errands.looks_up

    @property
    def tracks(self) -> list[Track]:
        """The open tracks inside this process."""
        return []

    @property
    def responsible(self) -> Party:
        """Who answers for the person now."""
        return self.file.me

    @property
    def consents(self) -> tuple[ConsentView, ...]:
        """What the person was asked to consent to; only who asks keeps that."""
        return ()

    @workflow.query
    def view(self) -> FileView:
        """The file as a person sees it: states, clocks, story, what is possible; no content."""
        return FileView(
            reference=self.file.reference,
            kind=self.system,
            agency=self.file.me.slug,
            region=self.file.region,
            responsible=self.responsible.slug,
            track=self.outline(),
            tracks=tuple(track.outline() for track in self.all_tracks()[1:]),
            alarms=tuple(alarm.shown for alarm in self.file.alarms),
            story=tuple(self.file.story),
            left_out=self.file.left_out,
            choices=self._choices(),
            changed=self.file.changes,
            letters=tuple(map(_letter, self.file.outbox)),
            consents=self.consents,
            barred=tuple(self._barred()),
            open_alarms=tuple(AlarmView(number=alarm.number, words=alarm.words, times=alarm.times) for alarm in self.file.alarms),
        )

    @workflow.query
    def content(self) -> Content:
        """What a person must read to decide: what was told and decided in words, and about whom."""
        return Content(parts=tuple(self.parts()), beginnings=self.beginnings())

    def parts(self) -> list[ContentPart]:
        """What this kind of file holds inside; nothing where its story says it all."""
        return []

    def beginnings(self) -> dict[str, dict[str, Any]]:
        """By decision that is possible now: what is known already of that which it asks, as JSON; its form begins with it."""
        return {}

    @workflow.query
    def decided(self, ticket: str, command: str) -> str:
        """The answer to a decision that came with this ticket; empty where none did."""
        before = self.file.tickets.get(ticket)
        return before.phase if before and before.command == command else ""

    async def _follow(self) -> None:
        """Keep what operators see in step with the file."""
        while True:
            await workflow.wait_condition(lambda: not self.is_looking_up and self._face() != self._shown)
            self._show()

    def _face(self) -> Face:
        tracks = self.all_tracks()
        overdue = [track.progress for track in tracks if track.progress.reminders] if self.state else []
        ended = [track.overdue_since for track in overdue if track.overdue_since]
        return Face(
            phase=self.phase,
            owner=self.turn_of.slug if self.turn_of else None,
            region=self.file.region,
            kind=self.system,
            case=self.file.reference,
            deadline=min(track.progress.due for track in tracks) if self.state else None,
            overdue=bool(overdue),
            overdue_since=min(ended, default=None) if len(ended) == len(overdue) else None,
            reminded=sum(track.reminders for track in overdue),
            next=self._next() if self.file.shows_turn else None,
        )

    def _next(self) -> Next:
        """Of those tracks that wait for us the one that is due first; where none does, of all."""
        running = [track for track in self.all_tracks() if track.state] if self.state else []
        ours = [track for track in running if track.turn_of and track.turn_of.slug == self.file.me.slug]
        track = min(ours or running, key=lambda track: track.progress.due, default=None)
        alarm = bool(self.file.alarms) and self.state is not None  # at the end nobody can acknowledge it
        others = (
            self._others([track for track in running if track.turn_of and track not in ours]) if self.file.shows_others else None
        )
        if track is None or track.turn_of is None:
            return Next(alarm=alarm, others=others)
        return Next(turn=track.turn_of.slug, step=_step(track), due=track.progress.due, alarm=alarm, others=others)

    def _others(self, tracks: list[Track]) -> Others:
        track = min(tracks, key=lambda track: track.progress.due, default=None)
        return Others(turn=track.turn_of.slug, step=_step(track)) if track and track.turn_of else Others()

    def _show(self) -> None:
        """Where nothing changed but since when it is overdue, files of before told nobody."""
        face, before = self._face(), self._shown
        if face == before:
            return
        self._shown = face
        of_before = before and before.model_copy(update={"overdue_since": face.overdue_since, "reminded": face.reminded}) == face
        if of_before and not workflow.patched("a-list-says-since-when-a-file-is-overdue"):
            return
        face.show(before)
        workflow.set_current_details(self._details())

    def _details(self) -> str:
        lines = [f"**{self.title}: {self.phase}**, responsible: {self.responsible.slug}"]
        for track in self.all_tracks():
            seen = track.outline()
            if seen.until:
                until = f"until {seen.until:%Y-%m-%d %H:%M} UTC, then {seen.then}"
                lines.append(f"- {seen.title}: *{seen.phase}*, turn of {seen.turn} ({seen.who}) {until}")
        lines += [f"- ALARM: {alarm.shown}" for alarm in self.file.alarms]
        return "\n".join(lines)

    def all_tracks(self) -> list[Track]:
        """Its own track first, then those inside it."""
        return [self, *self.tracks]

    def _choices(self) -> tuple[Choice, ...]:
        return tuple(self._choice(name) for name in self._names())

    def _names(self) -> list[str]:
        names = dict.fromkeys(name for track in self.all_tracks() for name in track.commands())
        return [*names, *(["acknowledge_alarms"] if self.file.alarms else [])]

    def barred(self, command: str) -> str | None:
        """Why a decision is not possible now, whatever its content is; in words."""
        return barred(self, command)

    def _barred(self) -> Iterator[Barred]:
        for name in dict.fromkeys(name for track in self.all_tracks() for name in track.allowed()):
            if words := self.barred(name):
                yield Barred(command=name, words=words)

    def _choice(self, name: str) -> Choice:
        handler: Any = getattr(type(self), name)
        order: type[Command] = next(iter(handler.__annotations__.values()))
        words, begun = (handler.__doc__ or "").split("\n", 1)[0], name in self.beginnings()
        return Choice(command=name, words=words, fields=order.model_json_schema(), begun=begun)


def _step(track: Track) -> str:
    return f"{track.table.name}.{track.phase}"


def _letter(letter: Letter) -> LetterView:
    return LetterView(to=letter.to, event=snake(CATALOGUE[letter.type].__name__), since=letter.logged)
