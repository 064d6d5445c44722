"""What the signal desk hears and decides: who owns a signal, and what was learned of it since."""

from typing import Any

from temporalio import workflow

from contracts.commands import AssignOwner, JoinSignal
from contracts.events.signals import (
    CaseAccepted,
    CaseConcluded,
    CaseDeclined,
    CaseProgressed,
    CaseStalled,
    CaseWithdrawn,
    SignalReported,
)
from contracts.views import ContentPart
from contracts.words import CoverageGapKind, NotOurs, SignalStatus
from workflows.engine.admission import command, hears
from workflows.engine.content import told, told_often
from workflows.engine.record import Received
from workflows.engine.table import CLOCK
from workflows.engine.track import Track
from workflows.signal.supplements import Supplements
from workflows.signal.table import KNOWN, KNOWN_TOO, NOBODY, SILENT, STALLED, Phase

SEEKING = {Phase.WITH_COORDINATOR, Phase.WITH_REGISTRY, Phase.ALARM}
"""Where nobody owns the signal, and whoever declines it may say whose it is."""


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


class SignalDesk(Supplements):
    """The part of a signal's routing that listens and decides."""

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
            self.release_others(received.sender)
            self.report_status(SignalStatus.ACCEPTED)
        self.move("CaseAccepted")

    @hears()
    def case_declined(self, received: Received[CaseDeclined]) -> None:
        """The next one is asked at once, if it was the holder who declined: in the region that it names, or else CoMensha."""
        who, said = received.sender.slug, received.event
        was_holder = self.them is not None and who == self.them.slug
        self.file.asked = [party for party in self.file.asked if party.slug != who]
        self.file.declined = [*(slug for slug in self.file.declined if slug != who), who]
        if said.elsewhere is not None:
            self.file.stays_in, self.file.said_where = said.elsewhere, who
        known = said.reason is NotOurs.KNOWN_ALREADY
        if known and workflow.patched("who-is-known-already-is-joined-by-hand"):
            self._known_elsewhere()
        elif said.elsewhere and self.phase in SEEKING and (was_holder or self.phase == Phase.ALARM):
            self.move("CaseDeclined", Phase.SEARCHING)
        elif self.phase == Phase.WITH_COORDINATOR:
            if was_holder or not workflow.patched("only-who-holds-a-signal-declines-it"):
                self.escalate("CaseDeclined")
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
            self.escalate(CLOCK)
            asked = self.phase == Phase.WITH_REGISTRY
            if asked and self.in_crisis and workflow.patched("a-silence-in-a-crisis-reaches-a-person"):
                self.alarm(SILENT)
        else:
            self.move(CLOCK)

    @hears(track=_of_its_owner)
    def case_progressed(self, received: Received[CaseProgressed]) -> None:
        """The case changed hands. Who was replaced meanwhile and does not know it is told, so that its file ends."""
        if self.owns(received.sender):
            self.file.helped = received.event.status is SignalStatus.WITH_AID
            self.report_status(received.event.status)
            self.move("CaseProgressed")
        elif received.sender.slug not in self.file.former:
            self.tell(received.sender, CaseWithdrawn(), because=received.id)

    @hears(track=_of_its_owner)
    def case_stalled(self, received: Received[CaseStalled]) -> None:
        """The case waits for somebody, in vain: a person here asks its owner, or assigns another one."""
        if self.owns(received.sender):
            self.alarm(STALLED)
            self.move("CaseStalled")
            self.progress.reminders += 1
            self.progress.overdue_since = self.progress.overdue_since or workflow.now()

    @hears(track=_of_its_owner)
    def case_concluded(self, received: Received[CaseConcluded]) -> None:
        """The case ended: the reporter hears that, not how. It ended only where its owner says so."""
        if self.owns(received.sender):
            self.report_status(SignalStatus.CLOSED)
            self.move("CaseConcluded")

    @command()
    def join_signal(self, _: JoinSignal) -> None:
        """The person was known already and the two were joined by hand: this signal ends, and its reporter hears that."""
        self.release_others(None)
        self.report_status(SignalStatus.CLOSED)
        self.move("join_signal")

    @command(bar=_owner_stays, check=_known)
    def assign_owner(self, order: AssignOwner) -> None:
        """Give the signal to an owner by name; this answers the alarm, and who owned it hears that."""
        self.file.alarms.clear()
        if self.phase == Phase.OWNED:
            self.take_back()
        route = self.known_route
        to = next(party for party in (*route.others, route.registry) if party.slug == order.to)
        self.hand_to(to, "assign_owner")

    def parts(self) -> list[ContentPart]:
        """What was reported, and what was learned since: from the reporter, and from who declined where the person stays."""
        signal = {"signal": self.file.signal} if self.file.signal else None
        return [*told(self.file, "signal_reported", self.file.reporter, signal), *self.added(), *self._learned()]

    def _learned(self) -> list[ContentPart]:
        if self.file.stays_in is None:
            return []
        return told_often(self.file, "case_declined", [(self.file.said_where, {"municipality": self.file.stays_in})])
