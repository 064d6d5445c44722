"""At the signal desk: who is asked to own a signal, and what the others are told meanwhile."""

from temporalio import workflow

from activities.routing import Route
from contracts.agencies import Party
from contracts.event import File
from contracts.events.coverage import CoverageGapObserved
from contracts.events.signals import CaseWithdrawn, Signal, SignalAmended, SignalRouted, SignalStatusChanged
from contracts.reference import from_bytes
from contracts.words import AgencyKind, CoverageGapKind, SignalStatus, Urgency
from workflows.engine.calendar import is_open
from workflows.engine.process import Process
from workflows.signal.file import SignalFile
from workflows.signal.table import NOBODY, SIGNAL, Phase


class Asking(Process[SignalFile]):
    """The part of a signal's routing that asks, takes back and tells."""

    table = SIGNAL
    system = File.SIGNAL
    file_type = SignalFile

    @property
    def them(self) -> Party | None:
        """Who holds the signal now."""
        return self.file.holder

    @property
    def responsible(self) -> Party:
        """The desk, until somebody has accepted."""
        return self.file.holder if self.phase in {Phase.OWNED, Phase.CLOSED} and self.file.holder else self.file.me

    @property
    def in_crisis(self) -> bool:
        """Where the reporter says so, until somebody helps the person."""
        return self.file.urgency is Urgency.CRISIS and not self.file.helped

    def expects(self, sender: Party) -> bool:
        """Whoever was asked may answer, also late; once owned, only the owner reports."""
        return sender.slug in {party.slug for party in self.file.asked}

    def owns(self, party: Party) -> bool:
        """Once a case is owned, only its owner reports on it."""
        return self.file.holder is not None and party.slug == self.file.holder.slug

    @property
    def known_route(self) -> Route:
        """Whom the routing tables name."""
        if self.file.route is None:
            raise RuntimeError("the route is known before anybody is asked")
        return self.file.route

    def search(self, route: Route) -> None:
        """Ask whoever is the first of those that have not been asked; where nobody is left, a person at the desk."""
        if route.coordinator is None:
            self.observe_gap(CoverageGapKind.NO_COORDINATOR)
        fitting = (self.first_choice(route), route.coordinator, route.registry)
        party = next((party for party in fitting if party and self._may_be_asked(party)), None)
        if party is None:
            self.find_nobody("route")
        else:
            self.hand_to(party, "route")

    def first_choice(self, route: Route) -> Party:
        """The coordinator; in a crisis, while that one is closed, whoever answers instead; CoMensha where nobody is known."""
        coordinator = route.coordinator or route.registry
        crisis = self.file.urgency is Urgency.CRISIS
        if crisis and route.fallback and not is_open(workflow.now(), coordinator.hours):
            return route.fallback
        return coordinator

    def hand_to(self, party: Party, trigger: str) -> None:
        """Ask somebody to own the signal, and be with them from now on."""
        self._ask(party)
        self.move(trigger, Phase.WITH_REGISTRY if party.kind is AgencyKind.REGISTRY else Phase.WITH_COORDINATOR)

    def escalate(self, trigger: str) -> None:
        """Ask CoMensha; where it declined already, a person at the desk finds an owner."""
        registry = self.known_route.registry
        if registry.slug in self.file.declined and workflow.patched("who-declined-is-not-asked-again"):
            self.find_nobody(trigger)
        else:
            self._ask(registry)
            self.move(trigger, Phase.WITH_REGISTRY)

    def find_nobody(self, trigger: str) -> None:
        """A person at the desk must assign an owner."""
        self.alarm(NOBODY)
        self.report_status(SignalStatus.WITH_DESK)
        self.move(trigger, Phase.ALARM)

    def _may_be_asked(self, party: Party) -> bool:
        """Nobody is asked twice on the strength of a table, so that no two regions can send a signal to and fro."""
        return party.slug not in {*self.file.declined, *(asked.slug for asked in self.file.asked)}

    def _ask(self, party: Party) -> None:
        if self.file.reporter is None:
            raise RuntimeError("a signal is handed on after it was received")
        self.file.holder, self.file.helped = party, False
        self.file.former = [slug for slug in self.file.former if slug != party.slug]
        self.file.declined = [slug for slug in self.file.declined if slug != party.slug]
        self.file.released = [slug for slug in self.file.released if slug != party.slug]
        self.file.asked = [*(other for other in self.file.asked if other.slug != party.slug), party]
        routed = SignalRouted(signal=self._signal(), care_region=self.file.region, reported_by=self.file.reporter.kind)
        self.tell(party, routed)
        for supplement in self.file.supplements:
            self.tell(party, SignalAmended(supplement=supplement))
        remote = party.kind is AgencyKind.REGISTRY
        self.report_status(SignalStatus.WITH_REGISTRY if remote else SignalStatus.WITH_COORDINATOR)

    def _signal(self) -> Signal:
        """As it was reported, with the place that is known since."""
        if self.file.signal is None:
            raise RuntimeError("a signal is handed on after it was received")
        return self.file.signal.model_copy(update={"municipality": self.file.place})

    def take_back(self) -> None:
        """From who owned it, and has it still open; all others were told when it was taken."""
        owner = self.file.holder
        if owner is not None:
            self.tell(owner, CaseWithdrawn())
            self.file.former.append(owner.slug)
            self.file.asked = [party for party in self.file.asked if party.slug != owner.slug]
            self.file.released = [party.slug for party in self.file.asked]

    def release_others(self, owner: Party | None) -> None:
        """Who was asked, and does not own it, has nothing to do with it any more."""
        for party in self.file.asked:
            if owner is None or party.slug != owner.slug:
                self.tell(party, CaseWithdrawn())
        self.file.holder = owner
        self.file.alarms.clear()

    @property
    def have_it(self) -> list[Party]:
        """Who has the case open: its owner, or, until there is one, all who were asked and have not declined."""
        if self.phase == Phase.OWNED:
            return [self.file.holder] if self.file.holder else []
        return [party for party in self.file.asked if party.slug not in self.file.released]

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
