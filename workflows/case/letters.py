"""What a case itself hears: that the desk asks us to take it, and that another has it. And what follows from its parts."""

from typing import Any

from temporalio import workflow

from contracts.agencies import Party
from contracts.clocks import Duration
from contracts.events.registrations import RegistrationAmended
from contracts.events.signals import CaseProgressed, CaseStalled, CaseWithdrawn, SignalRouted
from contracts.views import ContentPart
from contracts.words import CaseOutcome, SignalStatus
from workflows.case.consents import Consents
from workflows.case.help import Helps
from workflows.case.referral_table import Referral
from workflows.case.registering import Registers
from workflows.case.riec_way import SharesWithRiec
from workflows.case.table import Phase
from workflows.engine.admission import hears
from workflows.engine.content import told
from workflows.engine.record import Received
from workflows.engine.track import Track

HELPING = {Referral.WITH_AID, Referral.LEAVING}
"""Where an organisation answers for the person."""


class CaseLetters(Consents, Registers, SharesWithRiec, Helps):
    """The part of a case that listens."""

    @property
    def them(self) -> Party | None:
        """The desk."""
        return self.file.desk

    @property
    def responsible(self) -> Party:
        """The coordinator, until an aid organisation reports first contact."""
        return self.file.responsible or self.file.me

    def parts(self) -> list[ContentPart]:
        """What was reported, who the person is and needs, what was asked of whom."""
        reported = {"signal": self.file.signal, "care_region": self.file.region, "reported_by": self.file.reported_by}
        return [
            *told(self.file, "signal_routed", self.file.desk, reported if self.file.signal else None),
            *told(self.file, "record_intake", self.file.me, self.file.intake),
            *super().parts(),
        ]

    def beginnings(self) -> dict[str, dict[str, Any]]:
        """The intake begins with what was reported of the person."""
        person = self.file.signal.person.model_dump(mode="json", exclude_none=True) if self.file.signal else {}
        return {"record_intake": {"person": person}} if person and self.phase == Phase.INTAKE else {}

    @property
    def kept_for(self) -> Duration:
        """A case that we did not take is kept for the short term of an offer."""
        if self.file.not_taken and workflow.patched("a-case-that-was-not-taken-is-kept-shortly"):
            return self.file.clocks.retention_offer
        return super().kept_for

    def stands_still(self, track: Track) -> None:
        """The desk, which can find another owner, hears it of a case that is still ours to direct."""
        turn = track.turn_of
        ours = self.phase != Phase.OFFERED and self.file.outcome is not CaseOutcome.TAKEN_ELSEWHERE
        if ours and turn is not None:
            self.tell(self.file.desk, CaseStalled(waits_for=turn.kind))

    @hears(anyone=True)
    def signal_routed(self, received: Received[SignalRouted]) -> None:
        """The desk asks us to take this case."""
        self.file.desk = received.sender
        self.file.signal = received.event.signal
        self.file.reported_by = received.event.reported_by
        self.file.region = received.event.care_region
        self.move("SignalRouted")

    @hears()
    def case_withdrawn(self, _: Received[CaseWithdrawn]) -> None:
        """Somebody else owns it; whoever had not taken it yet forgets what was told of the person."""
        self.file.outcome = CaseOutcome.TAKEN_ELSEWHERE
        if self.phase == Phase.OFFERED:
            self.file.forget()
        self.move("CaseWithdrawn")

    # What follows from moves of its parts, as ``effects`` says

    def help_has_begun(self, track: Track) -> None:
        """Responsibility moves to whoever has met the person, and the reporter hears that help is there."""
        self.file.responsible, self.file.met = track.them, True
        self.tell(self.file.desk, CaseProgressed(status=SignalStatus.WITH_AID))

    def help_has_ended(self, track: Track) -> None:
        """Responsibility comes back; a case that only waited for this is closed."""
        self.hand_back(track)
        self.settle_if_all_is_told(track)

    def hand_back(self, _: Track) -> None:
        """Somebody helps no longer: whoever else helps answers for the person, or we do."""
        helping = [home.organisation for home in self.file.referrals if home.progress and home.progress.phase in HELPING]
        kept = [party for party in helping if party is not None]
        if self.file.responsible not in kept:
            self.file.responsible = kept[-1] if kept else None

    def nobody_could_help(self, _: Track) -> None:
        """The person could not be placed: the register counts it."""
        self.tell(self.registry, RegistrationAmended(not_placed=self.file.not_placed))

    def settle_if_all_is_told(self, _: Track) -> None:
        """A case that only waited for a confirmation is closed."""
        if self.phase == self.reading == Phase.CLOSING and self.is_settled:
            self.move("settle")

    @property
    def is_settled(self) -> bool:
        """Whether nothing has to be confirmed any more: the registration, and where a person goes whose help was taken back."""
        return self.is_counted and self.nobody_leaves
