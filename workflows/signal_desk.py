"""What the signal desk hears and decides: who is asked, who owns, what the reporter and the province are told."""

from temporalio import workflow

from activities.routing import Route
from contracts.agencies import Party
from contracts.commands import AssignOwner
from contracts.event import File
from contracts.events.coverage import CoverageGapObserved
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    CaseProgressed,
    CaseWithdrawn,
    SignalReported,
    SignalRouted,
    SignalStatusChanged,
)
from contracts.reference import from_bytes
from contracts.words import AgencyKind, CoverageGapKind, SignalStatus, Urgency
from workflows.admission import command, hears
from workflows.calendar import is_open
from workflows.files.record import Received
from workflows.files.signal import SignalFile
from workflows.process import Process
from workflows.tables.signal import NOBODY, SIGNAL, Phase
from workflows.tables.table import CLOCK


def _known(self: "SignalDesk", order: AssignOwner) -> str | None:
    """Whom a person at the desk may assign."""
    if self.file.route is None:
        return "the routing tables have not been read yet: try again in a moment"
    known = [party.slug for party in (*self.file.route.others, self.file.route.registry)]
    return None if order.to in known else f"{order.to} cannot own a case; assign one of: {', '.join(known)}"


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
        if self.phase == Phase.WITH_COORDINATOR:
            self._escalate("CaseDeclined")
        elif self.phase == Phase.WITH_REGISTRY:
            self.move("CaseDeclined", Phase.ALARM if was_holder else Phase.WITH_REGISTRY)
            if was_holder:
                self.alarm(NOBODY)
        else:
            self.move("CaseDeclined")

    def rang(self) -> None:
        """A coordinator's silence is a gap in coverage."""
        if self.phase == Phase.WITH_COORDINATOR:
            self.observe_gap(CoverageGapKind.SILENT_COORDINATOR)
            self._escalate(CLOCK)
        else:
            self.move(CLOCK)

    @hears()
    def case_progressed(self, received: Received[CaseProgressed]) -> None:
        """The case changed hands. Who was replaced meanwhile and does not know it is told, so that its file ends."""
        if self._owns(received.sender):
            self.report_status(received.event.status)
        else:
            self.tell(received.sender, CaseWithdrawn(), because=received.id)
        self.move("CaseProgressed")

    @hears()
    def case_concluded(self, received: Received[CaseConcluded]) -> None:
        """The case ended: the reporter hears that, not how. It ended only where its owner says so."""
        if self._owns(received.sender):
            self.report_status(SignalStatus.CLOSED)
            self.move("CaseConcluded")

    @command(check=_known)
    def assign_owner(self, order: AssignOwner) -> None:
        """Give the signal to an owner by name; this answers the alarm."""
        self.file.alarms.clear()
        route = self._route()
        to = next(party for party in (*route.others, route.registry) if party.slug == order.to)
        self.hand_to(to, "assign_owner")

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
        self.file.holder = party
        self.file.asked = [*(other for other in self.file.asked if other.slug != party.slug), party]
        routed = SignalRouted(signal=self.file.signal, care_region=self.file.region, reported_by=self.file.reporter.kind)
        self.tell(party, routed)
        remote = party.kind is AgencyKind.REGISTRY
        self.report_status(SignalStatus.WITH_REGISTRY if remote else SignalStatus.WITH_COORDINATOR)

    def _release_others(self, owner: Party) -> None:
        for party in self.file.asked:
            if party.slug != owner.slug:
                self.tell(party, CaseWithdrawn())
        self.file.holder = owner
        self.file.alarms.clear()

    def report_status(self, status: SignalStatus) -> None:
        """Tell the reporter, if it is news."""
        if status is not self.file.status:
            self.file.status = status
            self.tell(self.file.reporter, SignalStatusChanged(status=status))

    def observe_gap(self, gap: CoverageGapKind) -> None:
        """The province hears of the hole in the net under a reference that leads to no case."""
        province = self.file.route.oversight if self.file.route else None
        fresh = from_bytes(workflow.random().getrandbits(120).to_bytes(15, "big"))
        self.tell(province, CoverageGapObserved(gap=gap, care_region=self.file.region), reference=fresh)
