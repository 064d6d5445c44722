"""The part of a case in which somebody is in danger: a person says so, tells the police, and says when it is over."""

from datetime import datetime

from temporalio import workflow

from contracts.agencies import Party
from contracts.commands import AskSearch, CallPolice, DeclareDanger, StandDown
from contracts.events.dangers import DangerEnded, DangerRecalled, DangerReported, DangerTaken, PersonMissing
from contracts.hours import ALWAYS
from contracts.views import ContentPart
from contracts.words import ConsentTo, Ground
from workflows.case.danger_table import DANGER, DECLARED, Danger
from workflows.case.effects import Effects, PartTrack
from workflows.case.file import DangerFile
from workflows.case.part import NOT_READ, CasePart
from workflows.case.table import Phase
from workflows.engine.admission import command, hears
from workflows.engine.calendar import due
from workflows.engine.content import told_often
from workflows.engine.record import Received
from workflows.engine.table import State
from workflows.engine.track import Track

NOT_OVER = "the police does nothing more about a danger that is not over: declare_danger again, or call 112"
NO_POLICE = "no investigation service takes part here: call 112 and the police, then stand_down when the danger is over"
DECLARED_ALREADY = "a danger is declared already: tell the police by telephone what changed, or stand_down first"
STILL = "a danger is declared: stand_down where it is over, then end the case"
NOT_MISSING = "the person is not out of sight: the police looks for whoever is missing"

SEARCHED_ALREADY = "the police was asked to look for the person already: tell it by telephone what changed"


class DangerTrack(PartTrack):
    """One danger; the next one is another."""

    table = DANGER

    def __init__(self, case: Effects, home: DangerFile) -> None:
        self.danger = home
        super().__init__(case, home)

    @property
    def them(self) -> Party | None:
        """The investigation service that was told."""
        return self.danger.told

    @property
    def in_crisis(self) -> bool:
        """Always: whoever is on duty is paged at any hour."""
        return True

    def clock_end(self, state: State) -> datetime:
        """Danger has no office hours."""
        return due(workflow.now(), getattr(self.case.file.clocks, state.clock), ALWAYS)


def _of_number(self: "Dangers", received: Received[DangerTaken]) -> Track | None:
    """The danger that an answer is about; of one that is over it is only noted."""
    home = next((home for home in self.file.dangers if home.number == received.event.danger), None)
    if home is None or home.told is None:
        return self
    return DangerTrack(self, home) if self.open_danger and self.open_danger.danger is home else None


def _open(self: "Dangers", _: object) -> Track | None:
    return self.open_danger or self


def _one_at_a_time(self: "Dangers") -> str | None:
    return DECLARED_ALREADY if self.open_danger else None


def _nobody_missing(self: "Dangers") -> str | None:
    if self.phase != Phase.LOST:
        return NOT_MISSING
    reported = self.open_danger is not None and self.open_danger.danger.missing == self.progress.since
    return SEARCHED_ALREADY if reported else None


def _nobody_to_call(self: "Dangers") -> str | None:
    if self.file.care is None or self.file.care.protection is None:
        return NOT_READ
    return None if self.file.care.protection.investigation else NO_POLICE


def _may_be_called(self: "Dangers", order: CallPolice) -> str | None:
    """The one that is named takes part here."""
    known = [party.slug for party in _services(self)]
    if order.to is None or order.to in known:
        return None
    return f"{order.to} cannot be told of a danger here; these can: {', '.join(known)}"


def _services(self: "Dangers") -> tuple[Party, ...]:
    protection = self.file.care.protection if self.file.care else None
    return protection.investigation if protection else ()


class Dangers(CasePart):
    """Who is in danger now is helped on a vital interest, and a person on duty is paged at any hour."""

    @property
    def open_danger(self) -> DangerTrack | None:
        """The danger that is declared now."""
        last = self.file.dangers[-1] if self.file.dangers else None
        track = DangerTrack(self, last) if last else None
        return track if track is not None and track.state is not None else None

    @property
    def tracks(self) -> list[Track]:
        """The danger that is declared now."""
        return [*super().tracks, *([self.open_danger] if self.open_danger else [])]

    def parts(self) -> list[ContentPart]:
        """What threatens, and where the person is."""
        declared = [(self.file.me.slug, {"threat": one.threat, "whereabouts": one.whereabouts}) for one in self._declared]
        return [*super().parts(), *told_often(self.file, "declare_danger", declared)]

    @property
    def in_crisis(self) -> bool:
        """While a danger is declared, whatever the signal said."""
        return self.open_danger is not None or super().in_crisis

    def holds(self, ground: Ground, consent: ConsentTo | None) -> bool:
        """A vital interest, from a person having declared a danger until it is over."""
        return super().holds(ground, consent) or (ground is Ground.VITAL_INTEREST and self.open_danger is not None)

    def keeps_open(self) -> str | None:
        """Nobody is left in danger."""
        return STILL if self.open_danger else super().keeps_open()

    @command(bar=_one_at_a_time)
    def declare_danger(self, order: DeclareDanger) -> None:
        """Say that the person is in danger now; from now on help may be asked on a vital interest."""
        home = DangerFile(number=len(self.file.dangers) + 1, threat=order.threat, whereabouts=order.whereabouts)
        self.file.dangers.append(home)
        for track in self.all_tracks():  # the terms of a crisis run from this moment
            track.hasten()
        self.alarm(DECLARED)
        self.move("declare_danger")

    @command(track=_open, bar=_nobody_to_call, check=_may_be_called)
    def call_police(self, order: CallPolice) -> None:
        """Tell the investigation service who is in danger, of what and where."""
        track = self.open_danger
        if track is None:
            return
        services = _services(self)
        track.danger.told = next((party for party in services if party.slug == order.to), services[0])
        track.move("call_police")
        self.tell(track.danger.told, self._missing(track.danger) if self.phase == Phase.LOST else self._reported(track.danger))

    @command(track=_open, bar=_nobody_missing)
    def ask_search(self, _: AskSearch) -> None:
        """Ask the police to look for the person: what changes of a danger is reported anew, under the next number."""
        track = self.open_danger
        if track is None:
            return
        track.move("ask_search")
        anew = DangerFile(number=len(self.file.dangers) + 1, threat=track.danger.threat, told=track.danger.told)
        anew.whereabouts = track.danger.whereabouts
        self.file.dangers.append(anew)
        DangerTrack(self, anew).move("call_police")
        self.tell(anew.told, self._missing(anew))

    def _reported(self, danger: DangerFile) -> DangerReported:
        return DangerReported(danger=danger.number, person=self.file.person, whereabouts=danger.whereabouts, threat=danger.threat)

    def _missing(self, danger: DangerFile) -> PersonMissing:
        """Of somebody out of sight: the police looks for them. An age that is not known may be under 18."""
        danger.missing = self.progress.since
        minor = self.file.is_minor(workflow.now().date()) is not False
        return PersonMissing(danger=danger.number, minor=minor, person=self.file.person, whereabouts=danger.whereabouts)

    @command(track=_open)
    def stand_down(self, _: StandDown) -> None:
        """Say that the danger is over."""
        track = self.open_danger
        if track is None:
            return
        told = track.danger.told
        track.move("stand_down")
        if told is not None:
            for number in self._reported_as:
                self.tell(told, DangerRecalled(danger=number))

    @property
    def _reported_as(self) -> list[int]:
        """The numbers under which the last danger was reported: as it was first, and as a search."""
        numbers = [self.file.dangers[-1].number]
        for before in reversed(self.file.dangers[:-1]):
            if before.progress is None or before.progress.phase != Danger.SEARCHED:
                break
            numbers.append(before.number)
        return numbers

    @property
    def _declared(self) -> list[DangerFile]:
        """Without those that are a search: what threatens was said before."""
        before = [None, *self.file.dangers]
        searches = [was is not None and was.progress is not None and was.progress.phase == Danger.SEARCHED for was in before]
        return [danger for danger, search in zip(self.file.dangers, searches, strict=False) if not search]

    @hears(track=_of_number)
    def danger_taken(self, received: Received[DangerTaken]) -> None:
        """Somebody protects the person."""
        if self.open_danger and self.open_danger.danger.number == received.event.danger:
            self.open_danger.move("DangerTaken")

    @hears(track=_of_number)
    def danger_ended(self, received: Received[DangerEnded]) -> None:
        """The police does nothing more about it; where it is not over, a person here is paged."""
        if self.open_danger and self.open_danger.danger.number == received.event.danger:
            self.open_danger.move("DangerEnded")
            if not received.event.outcome.over:
                self.alarm(NOT_OVER)
