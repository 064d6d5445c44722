"""The part of a case in which somebody is in danger: a person says so, tells the police, and says when it is over."""

from datetime import datetime
from enum import StrEnum

from temporalio import workflow

from contracts.agencies import Party
from contracts.ages import UNDER_18
from contracts.commands import CallPolice, DeclareDanger, StandDown
from contracts.events.dangers import DangerEnded, DangerRecalled, DangerReported, DangerTaken, PersonMissing
from contracts.hours import ALWAYS
from contracts.profile import AgeBand
from contracts.views import ContentPart
from contracts.words import ConsentTo, Ground
from workflows.case.effects import Effects, PartTrack
from workflows.case.file import DangerFile
from workflows.case.part import NOT_READ, CasePart
from workflows.case.table import COORDINATOR, Phase
from workflows.engine.admission import command, hears
from workflows.engine.calendar import due
from workflows.engine.content import told_often
from workflows.engine.record import Received
from workflows.engine.table import CLOCK, State, Turn, state, table
from workflows.engine.track import Track


class Danger(StrEnum):
    """Where a danger is."""

    ALARMED = "alarmed"
    WITH_POLICE = "with_police"
    PROTECTED = "protected"
    STOOD_DOWN = "stood_down"
    OVER = "over"


D = Danger
DECLARED = "somebody is in danger: call 112 where it is now; then call_police, or stand_down where it is over"
UNANSWERED = "the police has not taken up a danger yet: call 112, and its duty officer"
NOT_OVER = "the police does nothing more about a danger that is not over: declare_danger again, or call 112"
STILL_THERE = "a danger has been with the police for three days: ask whether it is still there, and ask the person for consent"
NO_POLICE = "no investigation service takes part here: call 112 and the police, then stand_down when the danger is over"
DECLARED_ALREADY = "a danger is declared already: tell the police by telephone what changed, or stand_down first"
STILL = "a danger is declared: stand_down where it is over, then end the case"

DANGER = table(
    "CaseDanger",
    "danger to the person",
    state(
        D.ALARMED,
        Turn.US,
        COORDINATOR,
        clock="danger",
        then="a person on duty is paged, and calls 112",
        alarm=DECLARED,
        moves={"call_police": D.WITH_POLICE, "stand_down": D.STOOD_DOWN, CLOCK: D.ALARMED},
    ),
    state(
        D.WITH_POLICE,
        Turn.THEM,
        "the officer on duty",
        clock="danger_answer",
        then="a person on duty here is paged, and calls 112",
        alarm=UNANSWERED,
        moves={"DangerTaken": D.PROTECTED, "DangerEnded": D.OVER, "stand_down": D.STOOD_DOWN, CLOCK: D.WITH_POLICE},
    ),
    state(
        D.PROTECTED,
        Turn.THEM,
        "the officer who took it up",
        clock="danger_review",
        then="the coordinator asks whether the danger is still there, and for consent",
        alarm=STILL_THERE,
        moves={"DangerEnded": D.OVER, "stand_down": D.STOOD_DOWN, CLOCK: D.PROTECTED},
    ),
    ends={D.STOOD_DOWN, D.OVER},
)


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
        declared = [(self.file.me.slug, {"threat": one.threat, "whereabouts": one.whereabouts}) for one in self.file.dangers]
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

    def _reported(self, danger: DangerFile) -> DangerReported:
        return DangerReported(danger=danger.number, person=self.file.person, whereabouts=danger.whereabouts, threat=danger.threat)

    def _missing(self, danger: DangerFile) -> PersonMissing:
        """Of somebody out of sight: the police looks for them. An age that is not known may be under 18."""
        minor = self.age in {*UNDER_18, AgeBand.UNKNOWN}
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
            self.tell(told, DangerRecalled(danger=track.danger.number))

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
