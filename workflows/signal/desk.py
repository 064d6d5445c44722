"""What the signal desk hears and decides: who is asked, who owns, what the reporter and the province are told."""

from typing import Any

from temporalio import workflow

from activities.routing import Route
from contracts.agencies import Party
from contracts.commands import AssignOwner, JoinSignal
from contracts.event import File
from contracts.events.coverage import CoverageGapObserved
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    CaseProgressed,
    CaseStalled,
    CaseWithdrawn,
    SignalReported,
    SignalRouted,
    SignalStatusChanged,
)
from contracts.reference import from_bytes
from contracts.views import ContentPart
from contracts.words import AgencyKind, CoverageGapKind, NotOurs, SignalStatus, Urgency
from workflows.engine.admission import command, hears
from workflows.engine.calendar import is_open
from workflows.engine.content import told
from workflows.engine.process import Process
from workflows.engine.record import Received
from workflows.engine.table import CLOCK
from workflows.engine.track import Track
from workflows.signal.file import SignalFile
from workflows.signal.table import KNOWN, KNOWN_TOO, NOBODY, SIGNAL, SILENT, STALLED, Phase


def _owner_stays(self: "SignalDesk") -> str | None:
    """Who owns a case keeps it, unless nothing was heard of it or it stands still."""
    if self.file.route is None:
        return "the routing tables have not been read yet: try again in a moment"
    in_time = self.phase == Phase.OWNED and not self.progress.reminders
    return "its owner has this case and nothing is overdue: ask there first" if in_time else None


def _known(self: "SignalDesk", order: AssignOwner) -> str | None:
    """Whom a person at the desk may assign."""
    if self.file.route is None:
        return None
    known = [party.slug for party in (*self.file.route.others, self.file.route.registry)]
    if order.to not in known:
        return f"{order.to} cannot own a case; assign one of: {', '.join(known)}"
    return _owned_by(self, order.to) if self.phase == Phase.OWNED else None


def _owned_by(self: "SignalDesk", to: str) -> str | None:
    if self.file.holder is not None and to == self.file.holder.slug:
        return f"{to} owns this case already: ask there, or assign another one"
    return None


def _of_its_owner(self: "SignalDesk", received: Received[Any]) -> Track | None:
    """What somebody says who owned it before, and has not heard yet that this changed, is only noted."""
    return None if received.sender.slug in self.file.former else self


class SignalDesk(Process[SignalFile]):
    """The part of a signal's routing that listens, decides and tells."""

    table = SIGNAL
    system = File.SIGNAL
    file_type = SignalFile

    @hears(anyone=True)
    def signal_reported(self, received: Received[SignalReported]) -> None:
        """Somebody may be a victim."""
        self.file.signal = received.event.signal
        self.file.reporter = received.sender
        self.move("SignalReported")

    @hears()
    def case_accepted(self, received: Received[CaseAccepted]) -> None:
        """Somebody owns it now; whoever else was asked hears that."""
        if self.phase == Phase.OWNED:
            self.tell(received.sender, CaseWithdrawn(), because=received.id)
        else:
            self._release_others(received.sender)
            self.report_status(SignalStatus.ACCEPTED)
        self.move("CaseAccepted")

    @hears()
    def case_declined(self, received: Received[CaseDeclined]) -> None:
        """The next one is asked at once, if it was the holder who declined."""
        was_holder = self.them is not None and received.sender.slug == self.them.slug
        self.file.asked = [party for party in self.file.asked if party.slug != received.sender.slug]
        known = received.event.reason is NotOurs.KNOWN_ALREADY
        if known and workflow.patched("who-is-known-already-is-joined-by-hand"):
            self._known_elsewhere()
        elif self.phase == Phase.WITH_COORDINATOR:
            if was_holder or not workflow.patched("only-who-holds-a-signal-declines-it"):
                self._escalate("CaseDeclined")
            else:
                self.move("CaseDeclined", Phase.WITH_COORDINATOR)
        elif self.phase == Phase.WITH_REGISTRY:
            self.move("CaseDeclined", Phase.ALARM if was_holder else Phase.WITH_REGISTRY)
            if was_holder:
                self.alarm(NOBODY)
        else:
            self.move("CaseDeclined", self.phase)

    def _known_elsewhere(self) -> None:
        """Nobody else is asked to begin a second file; a person joins the two, and nothing says where the other one lies."""
        owned = self.phase == Phase.OWNED
        self.alarm(KNOWN_TOO if owned else KNOWN)
        self.move("CaseDeclined", Phase.OWNED if owned else Phase.JOINING)

    def rang(self) -> None:
        """A coordinator's silence is a gap in coverage; in a crisis a person at the desk calls at once."""
        if self.phase == Phase.WITH_COORDINATOR:
            self.observe_gap(CoverageGapKind.SILENT_COORDINATOR)
            self._escalate(CLOCK)
            if self.in_crisis and workflow.patched("a-silence-in-a-crisis-reaches-a-person"):
                self.alarm(SILENT)
        else:
            self.move(CLOCK)

    @hears(track=_of_its_owner)
    def case_progressed(self, received: Received[CaseProgressed]) -> None:
        """The case changed hands. Who was replaced meanwhile and does not know it is told, so that its file ends."""
        if self._owns(received.sender):
            self.file.helped = received.event.status is SignalStatus.WITH_AID
            self.report_status(received.event.status)
            self.move("CaseProgressed")
        elif received.sender.slug not in self.file.former:
            self.tell(received.sender, CaseWithdrawn(), because=received.id)

    @hears(track=_of_its_owner)
    def case_stalled(self, received: Received[CaseStalled]) -> None:
        """The case waits for somebody, in vain: a person here asks its owner, or assigns another one."""
        if self._owns(received.sender):
            self.alarm(STALLED)
            self.move("CaseStalled")
            self.progress.reminders += 1
            self.progress.overdue_since = self.progress.overdue_since or workflow.now()

    @hears(track=_of_its_owner)
    def case_concluded(self, received: Received[CaseConcluded]) -> None:
        """The case ended: the reporter hears that, not how. It ended only where its owner says so."""
        if self._owns(received.sender):
            self.report_status(SignalStatus.CLOSED)
            self.move("CaseConcluded")

    @command()
    def join_signal(self, _: JoinSignal) -> None:
        """The person was known already and the two were joined by hand: this signal ends, and its reporter hears that."""
        self._release_others(None)
        self.report_status(SignalStatus.CLOSED)
        self.move("join_signal")

    @command(bar=_owner_stays, check=_known)
    def assign_owner(self, order: AssignOwner) -> None:
        """Give the signal to an owner by name; this answers the alarm, and who owned it hears that."""
        self.file.alarms.clear()
        if self.phase == Phase.OWNED:
            self._take_back()
        route = self._route()
        to = next(party for party in (*route.others, route.registry) if party.slug == order.to)
        self.hand_to(to, "assign_owner")

    def parts(self) -> list[ContentPart]:
        """What was reported."""
        signal = {"signal": self.file.signal} if self.file.signal else None
        return told(self.file, "signal_reported", self.file.reporter, signal)

    @property
    def them(self) -> Party | None:
        """Who holds the signal now."""
        return self.file.holder

    @property
    def responsible(self) -> Party:
        """The desk, until somebody has accepted."""
        return self.file.holder if self.phase in {Phase.OWNED, Phase.CLOSED} and self.file.holder else self.file.me

    def expects(self, sender: Party) -> bool:
        """Whoever was asked may answer, also late; once owned, only the owner reports."""
        return sender.slug in {party.slug for party in self.file.asked}

    @property
    def in_crisis(self) -> bool:
        """Where the signal says so, until somebody helps the person."""
        return self.file.signal is not None and self.file.signal.urgency is Urgency.CRISIS and not self.file.helped

    def _owns(self, party: Party) -> bool:
        """Once a case is owned, only its owner reports on it."""
        return self.file.holder is not None and party.slug == self.file.holder.slug

    def _route(self) -> Route:
        if self.file.route is None:
            raise RuntimeError("the route is known before anybody is asked")
        return self.file.route

    def first_choice(self, route: Route) -> Party:
        """The coordinator; in a crisis, while that one is closed, whoever answers instead; CoMensha where nobody is known."""
        coordinator = route.coordinator or route.registry
        crisis = self.file.signal is not None and self.file.signal.urgency is Urgency.CRISIS
        if crisis and route.fallback and not is_open(workflow.now(), coordinator.hours):
            return route.fallback
        return coordinator

    def hand_to(self, party: Party, trigger: str) -> None:
        """Ask somebody to own the signal, and be with them from now on."""
        self._ask(party)
        self.move(trigger, Phase.WITH_REGISTRY if party.kind is AgencyKind.REGISTRY else Phase.WITH_COORDINATOR)

    def _escalate(self, trigger: str) -> None:
        self._ask(self._route().registry)
        self.move(trigger, Phase.WITH_REGISTRY)

    def _ask(self, party: Party | None) -> None:
        if party is None or self.file.signal is None or self.file.reporter is None:
            raise RuntimeError("a signal is handed on after it was received")
        self.file.holder, self.file.helped = party, False
        self.file.former = [slug for slug in self.file.former if slug != party.slug]
        self.file.asked = [*(other for other in self.file.asked if other.slug != party.slug), party]
        routed = SignalRouted(signal=self.file.signal, care_region=self.file.region, reported_by=self.file.reporter.kind)
        self.tell(party, routed)
        remote = party.kind is AgencyKind.REGISTRY
        self.report_status(SignalStatus.WITH_REGISTRY if remote else SignalStatus.WITH_COORDINATOR)

    def _take_back(self) -> None:
        """From who owned it, and has it still open."""
        owner = self.file.holder
        if owner is not None:
            self.tell(owner, CaseWithdrawn())
            self.file.former.append(owner.slug)
            self.file.asked = [party for party in self.file.asked if party.slug != owner.slug]

    def _release_others(self, owner: Party | None) -> None:
        for party in self.file.asked:
            if owner is None or party.slug != owner.slug:
                self.tell(party, CaseWithdrawn())
        self.file.holder = owner
        self.file.alarms.clear()

    def report_status(self, status: SignalStatus) -> None:
        """Tell the reporter, if it is news; who is no professional hears only that it ended."""
        if status is self.file.status:
            return
        self.file.status = status
        if status is SignalStatus.CLOSED or (self.file.reporter and self.file.reporter.professional):
            self.tell(self.file.reporter, SignalStatusChanged(status=status))

    def observe_gap(self, gap: CoverageGapKind) -> None:
        """The province hears of the hole in the net under a reference that leads to no case."""
        province = self.file.route.oversight if self.file.route else None
        fresh = from_bytes(workflow.random().getrandbits(120).to_bytes(15, "big"))
        self.tell(province, CoverageGapObserved(gap=gap, care_region=self.file.region), reference=fresh)
